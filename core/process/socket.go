package process

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// socket is one end of a pair of sockets between processes, which keeps the
// borders of messages.
type socket struct {
	what string // for errors
	file *os.File
	conn syscallConn
}

type syscallConn interface {
	Read(func(fd uintptr) bool) error
	Write(func(fd uintptr) bool) error
}

// socketPair makes both ends of a pair.
func socketPair(what string) (a, b *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("%s socket: %w", what, err)
	}
	return os.NewFile(uintptr(fds[0]), what), os.NewFile(uintptr(fds[1]), what), nil
}

// newSocket makes a socket of an end, which it takes over.
func newSocket(f *os.File, what string) (*socket, error) {
	dup, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	f.Close()
	if err != nil {
		return nil, fmt.Errorf("%s socket: %w", what, err)
	}
	if err := unix.SetNonblock(dup, true); err != nil {
		unix.Close(dup)
		return nil, fmt.Errorf("%s socket: %w", what, err)
	}
	file := os.NewFile(uintptr(dup), what) // non-blocking: the runtime polls it
	conn, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s socket: %w", what, err)
	}
	return &socket{what, file, conn}, nil
}

// send sends a message, without waiting.
func (s *socket) send(b, rights []byte) error {
	var sent error
	err := s.conn.Write(func(fd uintptr) bool {
		sent = unix.Sendmsg(int(fd), b, rights, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		return !errors.Is(sent, unix.EINTR)
	})
	if err = errors.Join(err, sent); err != nil {
		return fmt.Errorf("%s socket: %w", s.what, err)
	}
	return nil
}

// receive waits for a message.
func (s *socket) receive(b, oob []byte) (n, oobn int, err error) {
	var received error
	err = s.conn.Read(func(fd uintptr) bool {
		n, oobn, _, _, received = unix.Recvmsg(int(fd), b, oob, unix.MSG_CMSG_CLOEXEC)
		return !errors.Is(received, unix.EAGAIN) && !errors.Is(received, unix.EINTR)
	})
	if err = errors.Join(err, received); err != nil {
		return 0, 0, fmt.Errorf("%s socket: %w", s.what, err)
	}
	return n, oobn, nil
}

// close closes the socket and ends a receive that waits.
func (s *socket) close() error { return s.file.Close() }
