package logging

import (
	"bytes"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// console writes to a terminal, pipe or file that other programs may use too:
// it must not be made non-blocking, so it is polled first.
type console struct{ file *os.File }

// pipeRoom is how much a pipe takes that polls as writable (PIPE_BUF).
const pipeRoom = 4096

func (c console) try(line []byte) bool {
	if len(line) > pipeRoom {
		return false
	}
	fds := []unix.PollFd{{Fd: int32(c.file.Fd()), Events: unix.POLLOUT}}
	n, err := unix.Poll(fds, 0)
	if err != nil || n == 0 {
		return false
	}
	c.wait(line)
	return true
}

// wait drops a line that cannot be written: there is nobody to tell.
func (c console) wait(line []byte)  { _, _ = c.file.Write(line) }
func (c console) lost(n int) []byte { return consoleLine(time.Now(), lostText(n)) }

// syslog writes to the datagram socket of the syslog daemon, and opens it
// again after the daemon has been restarted.
type syslog struct {
	path string
	fd   int // -1: not open
	cons bool
}

func (s *syslog) try(line []byte) bool {
	err := s.send(line, unix.MSG_DONTWAIT)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.ENOBUFS) {
		return false
	}
	if err != nil {
		s.fallback(line)
	}
	return true
}

func (s *syslog) wait(line []byte) {
	for {
		err := s.send(line, 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			s.fallback(line)
		}
		return
	}
}

// send sends a line, over a new connection when the old one has died.
func (s *syslog) send(line []byte, flags int) error {
	for attempt := 0; ; attempt++ {
		if err := s.connect(); err != nil {
			return err
		}
		err := unix.Sendto(s.fd, line, flags|unix.MSG_NOSIGNAL, nil)
		if err == nil || errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.ENOBUFS) || errors.Is(err, unix.EINTR) {
			return err
		}
		_ = unix.Close(s.fd)
		s.fd = -1
		if attempt == 1 {
			return err
		}
	}
}

func (s *syslog) connect() error {
	if s.fd >= 0 {
		return nil
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: s.path}); err != nil {
		_ = unix.Close(fd)
		return err
	}
	s.fd = fd
	return nil
}

// fallback is LOG_CONS: what syslog does not take goes to the system console,
// without priority and time.
func (s *syslog) fallback(line []byte) {
	if !s.cons {
		return
	}
	fd, err := unix.Open("/dev/console", unix.O_WRONLY|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	if i := bytes.IndexByte(line, '>'); i >= 0 && len(line) > i+1+len(time.Stamp) {
		line = bytes.TrimLeft(line[i+1+len(time.Stamp):], " ")
	}
	_, _ = unix.Write(fd, append(bytes.Clone(line), '\r', '\n'))
}

func (s *syslog) lost(n int) []byte {
	return syslogLine(int(Daemon)<<3|4, time.Now(), "Keepalived", os.Getpid(), lostText(n))
}
