package network

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// Datagram is what was received, or what went wrong.
type Datagram struct {
	// Data begins with the IPv4 header for IPv4, and is the payload for
	// IPv6.
	Data []byte
	// Source and Destination are invalid when unknown; for IPv4 they are
	// in the header.
	Source, Destination netip.Addr
	HopLimit            int // of IPv6; -1 when unknown
	// Truncated is the real length of a datagram that was longer than the
	// longest one to be read; Data is then empty.
	Truncated int
	// ControlTruncated says that Destination and HopLimit did not fit.
	ControlTruncated bool
	// Err is the error of receiving, instead of a datagram.
	Err error
}

// queueLength is how many datagrams wait for the loop. A router with a hundred
// neighbours that all advertise at once fits.
const queueLength = 256

// Inbox is the bounded queue between a reader and a loop.
type Inbox struct {
	mu      sync.Mutex
	ring    []Datagram // grows up to queueLength, buffers are used again
	first   int
	used    int
	dropped uint64
	ready   func() // called when the first datagram comes into an empty queue
}

// NewInbox returns an empty queue. ready is called, on the goroutine that
// puts, when a datagram comes into the empty queue: until Next has returned
// false, it is not called again.
func NewInbox(ready func()) *Inbox { return &Inbox{ready: ready} }

// Put copies a datagram into the queue, or drops and counts it when the queue
// is full.
func (q *Inbox) Put(d *Datagram) {
	q.mu.Lock()
	if q.used == queueLength {
		q.dropped++
		q.mu.Unlock()
		return
	}
	if q.used == len(q.ring) {
		q.grow()
	}
	slot := &q.ring[(q.first+q.used)%len(q.ring)]
	data := append(slot.Data[:0], d.Data...)
	*slot = *d
	slot.Data = data
	q.used++
	wake := q.used == 1
	q.mu.Unlock()
	if wake {
		q.ready()
	}
}

func (q *Inbox) grow() {
	ring := make([]Datagram, min(max(2*len(q.ring), 8), queueLength))
	for i := range q.used {
		ring[i] = q.ring[(q.first+i)%len(q.ring)]
	}
	q.ring, q.first = ring, 0
}

// Next moves the oldest datagram into d, whose buffer it takes in exchange. It
// reports false when there is none.
func (q *Inbox) Next(d *Datagram) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.used == 0 {
		return false
	}
	slot := &q.ring[q.first]
	spare := d.Data
	*d = *slot
	*slot = Datagram{Data: spare[:0]}
	q.first = (q.first + 1) % len(q.ring)
	q.used--
	return true
}

// Len is the number of datagrams that wait.
func (q *Inbox) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.used
}

// Dropped is the number of datagrams for which there was no room.
func (q *Inbox) Dropped() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}

// receiver is the receiving half of a pair with its reader goroutine.
type receiver struct {
	fd      int
	file    *os.File
	family  int
	buf     []byte
	oob     []byte
	inbox   *Inbox
	stopped chan struct{}
}

// bindDevices are the devices to which a receiving socket is bound, before
// and after it gets its address: an address of an interface in a VRF can only
// be bound in the VRF (03-vrrp section 3.2).
func openReceiver(spec SocketSpec, o SocketOptions, bind []string, inbox *Inbox) (*receiver, error) {
	domain := unix.AF_INET
	if spec.Family == 6 {
		domain = unix.AF_INET6
	}
	fd, err := unix.Socket(domain, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, spec.Protocol)
	if err != nil {
		return nil, fmt.Errorf("receive socket: %w", err)
	}
	if err := configureReceiver(fd, spec, o, bind); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("receive socket: %w", err)
	}
	longest := o.MaxDatagram
	if longest == 0 {
		longest = DefaultMaxDatagram
	}
	r := &receiver{
		fd: fd, file: os.NewFile(uintptr(fd), "raw socket"), family: spec.Family,
		buf: make([]byte, longest), oob: make([]byte, 64), inbox: inbox, stopped: make(chan struct{}),
	}
	go r.run()
	return r, nil
}

// configureReceiver sets the options of 03-vrrp section 3.2 in its order.
func configureReceiver(fd int, spec SocketSpec, so SocketOptions, bind []string) error {
	o := options{fd: fd}
	if so.ReceiveBuffer > 0 {
		o.setInt("SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, so.ReceiveBuffer)
	}
	if len(bind) > 1 {
		o.bindToDevice(bind[0])
	}
	var sa unix.Sockaddr
	if spec.Family == 4 {
		sa = o.prepare4(spec)
	} else {
		sa = o.prepare6(spec)
	}
	o.set("bind", unix.Bind(fd, sa))
	if spec.Family == 6 {
		o.setInt("IPV6_RECVPKTINFO", unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1)
		o.setInt("IPV6_RECVHOPLIMIT", unix.IPPROTO_IPV6, unix.IPV6_RECVHOPLIMIT, 1)
	}
	if len(bind) > 0 {
		o.bindToDevice(bind[len(bind)-1])
	}
	if spec.Family == 6 {
		o.setInt("IPV6_CHECKSUM", unix.IPPROTO_RAW, unix.IPV6_CHECKSUM, checksumOffset)
	}
	return o.err
}

func (o *options) prepare4(spec SocketSpec) unix.Sockaddr {
	o.setInt("IP_MULTICAST_ALL", unix.IPPROTO_IP, unix.IP_MULTICAST_ALL, 0)
	if spec.Unicast() {
		o.setInt("IP_FREEBIND", unix.IPPROTO_IP, unix.IP_FREEBIND, 1)
		sa := &unix.SockaddrInet4{}
		if spec.Local.IsValid() {
			sa.Addr = spec.Local.As4()
		}
		return sa
	}
	group := spec.Group.As4()
	o.set("IP_ADD_MEMBERSHIP", unix.SetsockoptIPMreqn(o.fd, unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP,
		&unix.IPMreqn{Multiaddr: group, Ifindex: int32(spec.Interface)}))
	return &unix.SockaddrInet4{Addr: group}
}

func (o *options) prepare6(spec SocketSpec) unix.Sockaddr {
	o.setInt("IPV6_MULTICAST_ALL", unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_ALL, 0)
	if spec.Unicast() {
		o.setInt("IPV6_FREEBIND", unix.IPPROTO_IPV6, unix.IPV6_FREEBIND, 1)
		sa := &unix.SockaddrInet6{}
		if spec.Local.IsValid() {
			sa.Addr = spec.Local.As16()
		}
		if spec.Local.IsLinkLocalUnicast() {
			sa.ZoneId = uint32(spec.Interface)
		}
		return sa
	}
	group := spec.Group.As16()
	o.set("IPV6_JOIN_GROUP", unix.SetsockoptIPv6Mreq(o.fd, unix.IPPROTO_IPV6, unix.IPV6_JOIN_GROUP,
		&unix.IPv6Mreq{Multiaddr: group, Interface: uint32(spec.Interface)}))
	return &unix.SockaddrInet6{Addr: group, ZoneId: uint32(spec.Interface)}
}

// maxErrors is how many errors in a row the reader reports before it gives up.
const maxErrors = 10

func (r *receiver) run() {
	defer close(r.stopped)
	raw, err := r.file.SyscallConn()
	if err != nil {
		return
	}
	failures := 0
	for failures < maxErrors {
		var d Datagram
		err := raw.Read(func(uintptr) bool {
			d = r.receive()
			return !errors.Is(d.Err, unix.EAGAIN)
		})
		if err != nil {
			return // closed
		}
		if d.Err != nil {
			failures++
		} else {
			failures = 0
		}
		r.inbox.Put(&d)
	}
}

// receive reads one datagram into r.buf.
func (r *receiver) receive() Datagram {
	var n, oobn, flags int
	var from unix.Sockaddr
	err := unix.EINTR
	for range 10 {
		n, oobn, flags, from, err = recvmsg(r.fd, r.buf, r.oob)
		if err != unix.EINTR {
			break
		}
	}
	if err != 0 {
		return Datagram{Err: err}
	}
	d := Datagram{Source: addrOf(from), HopLimit: -1, ControlTruncated: flags&unix.MSG_CTRUNC != 0}
	if n > len(r.buf) {
		d.Truncated = n
		return d
	}
	d.Data = r.buf[:n]
	if r.family == 6 && !d.ControlTruncated {
		readControl(&d, r.oob[:oobn])
	}
	return d
}

func recvmsg(fd int, buf, oob []byte) (n, oobn, flags int, from unix.Sockaddr, errno unix.Errno) {
	n, oobn, flags, from, err := unix.Recvmsg(fd, buf, oob, unix.MSG_TRUNC)
	if err != nil && !errors.As(err, &errno) {
		errno = unix.EIO
	}
	return n, oobn, flags, from, errno
}

// readControl reads destination and hop limit (RFC 3542 section 6).
func readControl(d *Datagram, oob []byte) {
	msgs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return
	}
	for _, m := range msgs {
		if m.Header.Level != unix.IPPROTO_IPV6 {
			continue
		}
		switch m.Header.Type {
		case unix.IPV6_PKTINFO:
			if len(m.Data) >= unix.SizeofInet6Pktinfo {
				d.Destination = netip.AddrFrom16([16]byte(m.Data[:16]))
			}
		case unix.IPV6_HOPLIMIT:
			d.HopLimit = controlInt(m.Data)
		}
	}
}

func (r *receiver) close() {
	r.file.Close()
	<-r.stopped
}

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
