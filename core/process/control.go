package process

import (
	"encoding/binary"
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
type Control struct{ socket *socket }

// NewControlPair returns the parent's end and the file that the child is to
// inherit.
func NewControlPair() (*Control, *os.File, error) {
	parent, child, err := socketPair("control")
	if err != nil {
		return nil, nil, err
	}
	c, err := NewControl(parent)
	if err != nil {
		child.Close()
		return nil, nil, err
	}
	return c, child, nil
}

// NewControl makes a control socket of an inherited file, which it takes over.
func NewControl(f *os.File) (*Control, error) {
	s, err := newSocket(f, "control")
	if err != nil {
		return nil, err
	}
	return &Control{s}, nil
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
	return c.socket.send(b[:], rights)
}

// Receive waits for a message. It returns io.EOF once the other process is
// gone.
func (c *Control) Receive() (Message, error) {
	var b [messageSize]byte
	oob := make([]byte, unix.CmsgSpace(4))
	n, oobn, err := c.socket.receive(b[:], oob)
	if err != nil {
		return Message{}, err
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
func (c *Control) Close() error { return c.socket.close() }
