package network

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Socket is a pair of raw sockets.
type Socket struct {
	Inbox
	send *sender
	recv *receiver
}

// OpenSocket opens a pair. ready is called on the reader's goroutine when a
// datagram has come into the empty queue; read them with Next, on one
// goroutine.
func (h *Host) OpenSocket(spec SocketSpec, o SocketOptions, ready func()) (*Socket, error) {
	bind, err := h.bindDevices(&spec)
	if err != nil {
		return nil, err
	}
	s := &Socket{Inbox: Inbox{ready: ready}}
	if s.recv, err = openReceiver(spec, o, bind, &s.Inbox); err != nil {
		return nil, err
	}
	// The send socket is never bound to the VRF of its interface.
	if s.send, err = openSender(spec, bind); err != nil {
		s.recv.close()
		return nil, err
	}
	return s, nil
}

// bindDevices returns the names of the devices to which a pair is bound, one
// after the other.
func (h *Host) bindDevices(spec *SocketSpec) ([]string, error) {
	var names []string
	if spec.VRF != 0 && (spec.Unicast() || spec.Interface == 0) {
		name, err := h.linkName(spec.VRF)
		if err != nil {
			return nil, fmt.Errorf("VRF: %w", err)
		}
		names = append(names, name)
	}
	if spec.Interface != 0 {
		name, err := h.linkName(spec.Interface)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

func (h *Host) linkName(index int) (string, error) {
	req, err := unix.NewIfreq("")
	if err != nil {
		return "", err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", fmt.Errorf("interface %d: %w", index, err)
	}
	defer unix.Close(fd)
	req.SetUint32(uint32(index))
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFNAME, req); err != nil {
		return "", fmt.Errorf("interface %d: %w", index, err)
	}
	return req.Name(), nil
}

// Send sends one datagram. It may be called on one goroutine at a time.
func (s *Socket) Send(m *Message) error { return s.send.send(m) }

// Descriptors returns the numbers of the receiving and the sending socket.
func (s *Socket) Descriptors() (in, out int) { return s.recv.fd, s.send.fd }

// Close closes both sockets; what is still queued is lost.
func (s *Socket) Close() {
	s.recv.close()
	unix.Close(s.send.fd)
}
