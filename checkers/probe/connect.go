package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/checkers/message"
	"keepalived/core/config"
)

// Conn is a connected socket. Its deadlines and its Read and Write are those
// of an os.File on the runtime's poller, so a waiting attempt costs no thread.
type Conn struct {
	*os.File
	raw  syscall.RawConn
	ctx  context.Context
	stop func() bool
}

// Until sets the deadline of every wait from now on, unless the context has
// ended them all.
func (c *Conn) Until(t time.Time) {
	_ = c.SetDeadline(t)
	if c.ctx.Err() != nil {
		_ = c.SetDeadline(time.Unix(1, 0))
	}
}

// LocalAddr and RemoteAddr make a Conn a net.Conn; nobody asks for them.
func (c *Conn) LocalAddr() net.Addr { return nil }

// RemoteAddr is nil.
func (c *Conn) RemoteAddr() net.Addr { return nil }

// Close closes the socket.
func (c *Conn) Close() error {
	c.stop()
	return c.File.Close()
}

// Socket makes a socket with the options of a target: mark, device, source
// address, in this order. What fails is noted in r.
func Socket(r *Result, t config.Target, typ, protocol int) (fd int, o Outcome) {
	domain := unix.AF_INET
	if t.Addr.Is6() {
		domain = unix.AF_INET6
	}
	fd, err := unix.Socket(domain, typ|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return -1, NoSocket
	}
	if err := options(r, fd, t); err != nil {
		unix.Close(fd)
		return -1, BindFailed
	}
	return fd, Connected
}

func options(r *Result, fd int, t config.Target) error {
	if t.FWMark != 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_MARK, int(t.FWMark)); err != nil {
			r.Errorf(message.FwmarkError, t.FWMark, text(err))
			return err
		}
	}
	if t.BindInterface != "" {
		if err := unix.SetsockoptString(fd, unix.SOL_SOCKET, unix.SO_BINDTODEVICE, t.BindInterface); err != nil {
			r.Notef(message.DeviceError, t.BindInterface, text(err))
			return err
		}
	}
	if t.BindAddr.IsValid() {
		if err := unix.Bind(fd, Sockaddr(t.BindAddr, t.BindPort)); err != nil {
			r.Notef(message.BindError, text(err))
			return err
		}
	}
	return nil
}

// Sockaddr is an address for the system calls.
func Sockaddr(a netip.Addr, port uint16) unix.Sockaddr {
	if a.Is4() {
		return &unix.SockaddrInet4{Addr: a.As4(), Port: int(port)}
	}
	s := &unix.SockaddrInet6{Addr: a.As16(), Port: int(port)}
	if z := a.Zone(); z != "" {
		if i, err := net.InterfaceByName(z); err == nil {
			s.ZoneId = uint32(i.Index)
		}
	}
	return s
}

// immediateFailure reports the errors of connect(2) that are the server's or the
// path's fault (7.5).
func immediateFailure(err error) bool {
	var errno syscall.Errno
	return errors.As(err, &errno) && slices.Contains([]syscall.Errno{
		unix.ENETUNREACH, unix.EHOSTUNREACH, unix.ECONNREFUSED, unix.EHOSTDOWN,
		unix.ENETDOWN, unix.ECONNRESET, unix.ECONNABORTED, unix.ETIMEDOUT,
	}, errno)
}

// Dial connects to a target until deadline. A connection is closed by its
// user; ctx ends every wait on it.
func Dial(ctx context.Context, r *Result, t config.Target, typ int, deadline time.Time) (*Conn, Outcome) {
	fd, o := Socket(r, t, typ, 0)
	if o != Connected {
		return nil, o
	}
	err := unix.Connect(fd, Sockaddr(zoned(t), t.Port))
	if err != nil && !errors.Is(err, unix.EINPROGRESS) {
		unix.Close(fd)
		if immediateFailure(err) {
			return nil, Immediate
		}
		var errno syscall.Errno
		if errors.As(err, &errno) {
			r.connectError(errno)
		}
		return nil, BindFailed
	}
	c, werr := Wrap(ctx, fd)
	if werr != nil {
		return nil, NoSocket
	}
	if err == nil {
		return c, Connected
	}
	if o := c.await(deadline); o != Connected {
		c.Close()
		return nil, o
	}
	return c, Connected
}

// zoned is the address with the interface that a link-local one needs.
func zoned(t config.Target) netip.Addr {
	if t.Addr.IsLinkLocalUnicast() && t.Addr.Is6() && t.BindInterface != "" {
		return t.Addr.WithZone(t.BindInterface)
	}
	return t.Addr
}

// Wrap puts a non-blocking socket on the runtime's poller. It closes fd when
// that fails.
func Wrap(ctx context.Context, fd int) (*Conn, error) {
	f := os.NewFile(uintptr(fd), "socket")
	raw, err := f.SyscallConn()
	if err != nil {
		f.Close()
		return nil, err
	}
	c := &Conn{File: f, raw: raw, ctx: ctx}
	c.stop = context.AfterFunc(ctx, func() { _ = f.SetDeadline(time.Unix(1, 0)) })
	return c, nil
}

// Control runs f on the socket.
func (c *Conn) Control(f func(fd int)) error { return c.raw.Control(func(fd uintptr) { f(int(fd)) }) }

// Receive calls f whenever the socket may have something, until f returns
// true or the read deadline has passed.
func (c *Conn) Receive(f func(fd int) bool) error {
	return c.raw.Read(func(fd uintptr) bool { return f(int(fd)) })
}

// await waits for the end of a connect.
func (c *Conn) await(deadline time.Time) Outcome {
	c.Until(deadline)
	var errno int
	var err error
	werr := c.raw.Write(func(fd uintptr) bool {
		errno, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
		if err != nil || errno != 0 {
			return true
		}
		_, perr := unix.Getpeername(int(fd))
		return perr == nil // else it goes on
	})
	switch {
	case werr != nil:
		return TimedOut
	case err != nil:
		return Refused
	case syscall.Errno(errno) == unix.ETIMEDOUT:
		return TimedOut
	case errno != 0:
		return Refused
	}
	return Connected
}

// Timeout reports whether an error of Read or Write is that of a deadline.
func Timeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// text is the C library's text of an error number.
func text(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return Strerror(errno)
	}
	return err.Error()
}

// Strerror is the C library's text: Go's begins with a small letter.
func Strerror(errno syscall.Errno) string {
	s := errno.Error()
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
