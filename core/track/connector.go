package track

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// occurrence is something that happened to a process.
type occurrence struct {
	what   uint32
	pid    int
	parent int     // of a fork
	now    Running // of an exec or a change of name
	all    []Running
}

// What the connector tells (linux/cn_proc.h), that some of it was lost, and that it
// tells nothing.
const (
	procNone = 0
	procFork = 0x1
	procExec = 0x2
	procComm = 0x200
	procExit = 0x80000000
	procLost = 0xffffffff
	procMute = 0xfffffffe
)

// answerTime is how long the kernel may take to say that it will tell.
const answerTime = 100 * time.Millisecond

// connector listens to the kernel's connector of process events.
type connector struct {
	file    *os.File
	deliver func([]occurrence)
	stopped chan struct{}
	limit   time.Duration // of silence at the beginning
}

// errNoConnector is a kernel without process events.
var errNoConnector = errors.New("the kernel has no connector for process events")

// The connector's addresses and operations (linux/connector.h, cn_proc.h).
const (
	netlinkConnector = 11
	cnIdxProc        = 1
	cnValProc        = 1
	multicastListen  = 1
	connectorHeader  = 20 // struct cn_msg
	eventHeader      = 16 // struct proc_event up to its union
)

// firstNamespace is the network namespace in which the system was started, except
// in a container. Not every process may look at it.
const firstNamespace = "/proc/1/ns/net"

// openConnector begins to listen. First is the namespace that has the connector.
// Deliver is called on the reader's goroutine.
func openConnector(first string, buffer int, force bool, deliver func([]occurrence)) (*connector, error) {
	fd, err := connectorSocket(first, buffer, force)
	if err != nil {
		return nil, err
	}
	c := &connector{file: os.NewFile(uintptr(fd), "connector"), deliver: deliver, stopped: make(chan struct{}), limit: answerTime}
	go c.run()
	return c, nil
}

// connectorSocket makes a socket that listens. The kernel has the connector in
// the first network namespace only; a process of another one goes there for the
// time of making the socket.
func connectorSocket(first string, buffer int, force bool) (int, error) {
	fd, err := listenToProcesses(buffer, force)
	if err == nil || errors.Is(err, errNoConnector) {
		return fd, err
	}
	type result struct {
		fd  int
		err error
	}
	made := make(chan result)
	go func() {
		// Never unlocked: a thread that cannot go back ends with the goroutine.
		runtime.LockOSThread()
		home, herr := os.Open(first)
		if herr != nil {
			made <- result{-1, err}
			return
		}
		defer home.Close()
		if serr := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); serr != nil {
			made <- result{-1, err}
			return
		}
		fd, lerr := listenToProcesses(buffer, force)
		made <- result{fd, lerr}
	}()
	r := <-made
	return r.fd, r.err
}

func listenToProcesses(buffer int, force bool) (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, netlinkConnector)
	switch {
	case errors.Is(err, unix.EPROTONOSUPPORT):
		return -1, errNoConnector
	case err != nil:
		return -1, fmt.Errorf("process events: %w", err)
	}
	setBuffer(fd, buffer, force)
	err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: cnIdxProc})
	if err == nil {
		err = unix.Sendto(fd, listenRequest(), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	}
	if err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("process events: %w", err)
	}
	return fd, nil
}

func setBuffer(fd, size int, force bool) {
	if size == 0 {
		return
	}
	if !force || unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, size) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, size)
	}
}

// listenRequest is PROC_CN_MCAST_LISTEN.
func listenRequest() []byte {
	const total = unix.NLMSG_HDRLEN + connectorHeader + 4
	b := make([]byte, total)
	binary.NativeEndian.PutUint32(b[0:], total)
	binary.NativeEndian.PutUint16(b[4:], unix.NLMSG_DONE)
	m := b[unix.NLMSG_HDRLEN:]
	binary.NativeEndian.PutUint32(m[0:], cnIdxProc)
	binary.NativeEndian.PutUint32(m[4:], cnValProc)
	binary.NativeEndian.PutUint16(m[16:], 4)
	binary.NativeEndian.PutUint32(m[20:], multicastListen)
	return b
}

func (c *connector) close() {
	c.file.Close()
	<-c.stopped
}

func (c *connector) run() {
	defer close(c.stopped)
	raw, err := c.file.SyscallConn()
	if err != nil {
		return
	}
	buf := make([]byte, 16<<10)
	told := false
	_ = c.file.SetReadDeadline(time.Now().Add(c.limit))
	for {
		var n int
		var from unix.Sockaddr
		var rerr error
		err := raw.Read(func(fd uintptr) bool {
			n, from, rerr = unix.Recvfrom(int(fd), buf, 0)
			return !errors.Is(rerr, unix.EAGAIN)
		})
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			// What came in time may still have to be read.
			_ = c.file.SetReadDeadline(time.Time{})
			if !told && c.empty(raw) {
				c.deliver([]occurrence{{what: procMute}})
			}
		case err != nil:
			return // closed
		case errors.Is(rerr, unix.ENOBUFS):
			told = true
			// What is queued is older than what was lost; what comes from
			// now on is told besides by the scan, which does no harm.
			c.drain(raw, buf)
			c.deliver([]occurrence{{what: procLost, all: scan()}})
		case rerr == nil && fromKernel(from):
			told = true
			if o, ok := parseOccurrence(buf[:n]); ok {
				c.deliver([]occurrence{look(o)})
			}
		}
	}
}

func fromKernel(sa unix.Sockaddr) bool {
	nl, ok := sa.(*unix.SockaddrNetlink)
	return ok && nl.Pid == 0
}

// empty reports whether nothing is queued.
func (c *connector) empty(raw syscall.RawConn) (is bool) {
	_ = raw.Control(func(fd uintptr) {
		_, _, err := unix.Recvfrom(int(fd), make([]byte, 1), unix.MSG_PEEK)
		is = errors.Is(err, unix.EAGAIN)
	})
	return is
}

// drain reads and forgets what is queued.
func (c *connector) drain(raw syscall.RawConn, buf []byte) {
	_ = raw.Control(func(fd uintptr) {
		for {
			if _, _, err := unix.Recvfrom(int(fd), buf, 0); errors.Is(err, unix.EAGAIN) {
				return
			}
		}
	})
}

// look reads what a process is now, where it has become something else.
func look(o occurrence) occurrence {
	if o.what == procExec {
		o.now, _ = running(o.pid)
		o.now.PID = o.pid
	}
	return o
}

// parseOccurrence reads one datagram of the connector. Events of threads are left
// out, and those that nobody counts.
func parseOccurrence(b []byte) (occurrence, bool) {
	if len(b) < unix.NLMSG_HDRLEN+connectorHeader+eventHeader {
		return occurrence{}, false
	}
	e := b[unix.NLMSG_HDRLEN+connectorHeader:]
	o := occurrence{what: binary.NativeEndian.Uint32(e)}
	data := e[eventHeader:]
	field := func(i int) int { return int(int32(binary.NativeEndian.Uint32(data[4*i:]))) }
	switch o.what {
	case procNone:
		return o, true
	case procFork:
		if len(data) < 16 || field(2) != field(3) {
			return o, false
		}
		o.parent, o.pid = field(1), field(3)
	case procExec, procExit:
		if len(data) < 8 || field(0) != field(1) {
			return o, false
		}
		o.pid = field(1)
	case procComm:
		if len(data) < 8+16 || field(0) != field(1) {
			return o, false
		}
		o.pid = field(1)
		o.now = Running{PID: o.pid, Comm: cString(data[8 : 8+16])}
	default:
		return o, false
	}
	return o, true
}
