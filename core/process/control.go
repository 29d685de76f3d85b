package process

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// MessageKind is what a message on a control socket says.
type MessageKind uint8

// The messages. The first three go from the parent to a child, the others the
// other way.
const (
	// MessageHello asks whether the event loop turns; the answer repeats
	// its number.
	MessageHello MessageKind = iota + 1
	// MessageReload carries a new configuration.
	MessageReload
	// MessageSignal carries a Signal in its number.
	MessageSignal

	// MessageAnswer is the event loop's answer to a hello.
	MessageAnswer
	// MessageReady says that the child has processed its first
	// configuration.
	MessageReady
	// MessageReloaded says that it has processed a new one.
	MessageReloaded
)

// Message is one message on a control socket.
type Message struct {
	Kind   MessageKind
	Number uint64
	// Part is the memory file with a [Part], of MessageReload alone. Who
	// receives it closes it.
	Part *os.File
}

// messageSize is the size of a message on the wire: kind, then number.
const messageSize = 9

// Control is one end of the socket between the parent and a child. Sending
// never blocks: messages are small and few, so a full socket means that the
// other side has not read for very long.
type Control struct {
	file *os.File
	conn syscallConn
}

type syscallConn interface {
	Read(func(fd uintptr) bool) error
	Write(func(fd uintptr) bool) error
}

// NewControlPair returns the parent's end and the file that the child is to
// inherit.
func NewControlPair() (*Control, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("control socket: %w", err)
	}
	child := os.NewFile(uintptr(fds[1]), "control")
	c, err := NewControl(os.NewFile(uintptr(fds[0]), "control"))
	if err != nil {
		child.Close()
		return nil, nil, err
	}
	return c, child, nil
}

// NewControl makes a control socket of an inherited file, which it takes over.
func NewControl(f *os.File) (*Control, error) {
	fd := int(f.Fd())
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	f.Close()
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := unix.SetNonblock(dup, true); err != nil {
		unix.Close(dup)
		return nil, fmt.Errorf("control socket: %w", err)
	}
	file := os.NewFile(uintptr(dup), "control") // non-blocking: the runtime polls it
	conn, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("control socket: %w", err)
	}
	return &Control{file, conn}, nil
}

// Send sends a message; the part, if any, stays the caller's.
func (c *Control) Send(m Message) error {
	var b [messageSize]byte
	b[0] = byte(m.Kind)
	binary.BigEndian.PutUint64(b[1:], m.Number)
	var rights []byte
	if m.Part != nil {
		rights = unix.UnixRights(int(m.Part.Fd()))
	}
	var sent error
	err := c.conn.Write(func(fd uintptr) bool {
		sent = unix.Sendmsg(int(fd), b[:], rights, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		return !errors.Is(sent, unix.EINTR)
	})
	if err = errors.Join(err, sent); err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	return nil
}

// Receive waits for a message. It returns io.EOF once the other process is
// gone.
func (c *Control) Receive() (Message, error) {
	var b [messageSize]byte
	oob := make([]byte, unix.CmsgSpace(4))
	var n, oobn int
	var received error
	err := c.conn.Read(func(fd uintptr) bool {
		n, oobn, _, _, received = unix.Recvmsg(int(fd), b[:], oob, unix.MSG_CMSG_CLOEXEC)
		return !errors.Is(received, unix.EAGAIN) && !errors.Is(received, unix.EINTR)
	})
	if err = errors.Join(err, received); err != nil {
		return Message{}, fmt.Errorf("control socket: %w", err)
	}
	file := receivedFile(oob[:oobn])
	if n == 0 {
		return Message{}, io.EOF
	}
	m := Message{Kind: MessageKind(b[0]), Number: binary.BigEndian.Uint64(b[1:]), Part: file}
	if n != messageSize || (m.Kind == MessageReload) != (file != nil) {
		if file != nil {
			file.Close()
		}
		return Message{}, fmt.Errorf("control socket: message of %d bytes and kind %d: malformed", n, b[0])
	}
	return m, nil
}

func receivedFile(oob []byte) *os.File {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil || len(messages) == 0 {
		return nil
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) == 0 {
		return nil
	}
	return os.NewFile(uintptr(fds[0]), "part")
}

// Close closes the socket and ends a Receive that waits.
func (c *Control) Close() error { return c.file.Close() }
