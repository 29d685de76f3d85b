package network

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Segment is a wire that joins links of fakes. What one of them sends, the
// others receive at once.
type Segment struct {
	mu     sync.Mutex
	ports  []port
	frames []Frame
}

type port struct {
	fake *Fake
	link int
}

// Frame is something that was sent over a segment.
type Frame struct {
	At   time.Time
	Host *Fake // nil: injected
	Link string
	MAC  string // of the sender; empty: injected
	// Announced is the address of a gratuitous ARP or an unsolicited NA.
	Announced netip.Addr
	// Message is what was sent otherwise.
	Message Message
}

// Attach joins a link to the segment.
func (s *Segment) Attach(f *Fake, name string) {
	f.mu.Lock()
	l := f.byName(name)
	l.segment = s
	p := port{f, l.Index}
	f.mu.Unlock()
	s.mu.Lock()
	s.ports = append(s.ports, p)
	s.mu.Unlock()
}

// Frames returns what has been sent so far.
func (s *Segment) Frames() []Frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.frames)
}

// Inject sends a hand-made datagram of a host that is not there.
func (s *Segment) Inject(m Message, protocol int) { s.carry(&Frame{Message: m}, 0, protocol) }

func (s *Segment) record(f *Frame) []port {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames = append(s.frames, *f)
	return slices.Clone(s.ports)
}

// carry takes a frame from the link of an index, or of one that is on top of
// it, to all others.
func (s *Segment) carry(frame *Frame, index, protocol int) {
	frame.At = time.Now()
	frame.Message.Data = slices.Clone(frame.Message.Data)
	for _, p := range s.record(frame) {
		if p.fake != frame.Host || p.link != index {
			p.fake.arrive(p.link, &frame.Message, protocol)
		}
	}
}

// wire is the link that is attached to the segment: the link itself or the one
// below.
func (f *Fake) wire(l *fakeLink) *fakeLink {
	if below := f.byIndex(l.Parent); l.segment == nil && below != nil {
		return below
	}
	return l
}

// arrive gives a datagram to the sockets of a link that want it.
func (f *Fake) arrive(index int, m *Message, protocol int) {
	d := Datagram{Data: m.Data, Source: m.Source, HopLimit: -1}
	family := 4
	if m.Destination.Is6() {
		family = 6
		d.Destination, d.HopLimit = m.Destination, m.HopLimit
		if checksum6(m, protocol) != 0 {
			return // the kernel drops it
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.byIndex(index)
	if l == nil || !l.Up() {
		return
	}
	reached := func(index int) bool { // the link, and what is on top of it
		o := f.byIndex(index)
		return index == l.Index || o != nil && o.Parent == l.Index && o.Up() && m.Destination.IsMulticast()
	}
	if !m.Destination.IsMulticast() && !slices.ContainsFunc(l.addresses, func(a Address) bool { return a.Prefix.Addr() == m.Destination }) {
		return
	}
	for _, s := range f.sockets {
		if s.spec.Family != family || s.spec.Protocol != protocol || (s.spec.Interface != 0 && !reached(s.spec.Interface)) {
			continue
		}
		if m.Destination == s.spec.Group || s.spec.Unicast() && (!s.spec.Local.IsValid() || s.spec.Local == m.Destination) {
			s.Put(&d)
		}
	}
}

// FakeSocket is a pair of sockets of a Fake.
type FakeSocket struct {
	Inbox
	fake    *Fake
	spec    SocketSpec
	in, out int
}

// OpenSocket opens a pair.
func (f *Fake) OpenSocket(spec SocketSpec, _ SocketOptions, ready func()) (*FakeSocket, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if spec.Interface != 0 && f.byIndex(spec.Interface) == nil {
		return nil, fmt.Errorf("interface %d: %w", spec.Interface, unix.ENODEV)
	}
	s := &FakeSocket{Inbox: Inbox{ready: ready}, fake: f, spec: spec, in: f.nextFD, out: f.nextFD + 1}
	f.nextFD += 2
	f.sockets = append(f.sockets, s)
	return s, nil
}

// Send sends a datagram, on the link of the socket or on the one whose network
// has the destination.
func (s *FakeSocket) Send(m *Message) error {
	f := s.fake
	f.mu.Lock()
	l := f.byIndex(s.spec.Interface)
	if s.spec.Interface == 0 {
		l = f.towards(m.Destination)
	}
	switch {
	case l == nil && s.spec.Interface != 0:
		f.mu.Unlock()
		return unix.ENODEV
	case l == nil || !l.Up():
		f.mu.Unlock()
		return unix.ENETUNREACH
	}
	n := *m
	n.Data = slices.Clone(m.Data)
	if n.Destination.Is6() {
		f.complete6(l, &n, s.spec)
	}
	wire, frame := f.wire(l), Frame{Host: f, Link: l.Name, MAC: l.MAC.String(), Message: n}
	segment, index := wire.segment, wire.Index
	f.mu.Unlock()
	if segment != nil {
		segment.carry(&frame, index, s.spec.Protocol)
	}
	return nil
}

// complete6 does what the kernel does to an IPv6 datagram.
func (f *Fake) complete6(l *fakeLink, m *Message, spec SocketSpec) {
	switch {
	case !spec.Unicast():
		m.HopLimit = maxHopLimit
	case m.HopLimit == 0:
		m.HopLimit = 64
	}
	if !m.Source.IsValid() {
		for _, a := range l.addresses {
			if a.Prefix.Addr().Is6() {
				m.Source = a.Prefix.Addr()
			}
		}
	}
	binary.BigEndian.PutUint16(m.Data[checksumOffset:], 0)
	binary.BigEndian.PutUint16(m.Data[checksumOffset:], checksum6(m, spec.Protocol))
}

// checksum6 is the Internet checksum over pseudo header and payload (RFC 8200
// section 8.1): 0 when the payload carries the right one.
func checksum6(m *Message, protocol int) uint16 {
	src, dst := m.Source.As16(), m.Destination.As16()
	sum := uint32(protocol) + uint32(len(m.Data))
	for _, b := range [][]byte{src[:], dst[:], m.Data} {
		for i := 0; i+1 < len(b); i += 2 {
			sum += uint32(binary.BigEndian.Uint16(b[i:]))
		}
		if len(b)%2 == 1 {
			sum += uint32(b[len(b)-1]) << 8
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// towards returns the link whose network has an address.
func (f *Fake) towards(dst netip.Addr) *fakeLink {
	for _, l := range f.links {
		for _, a := range l.addresses {
			if a.Prefix.Contains(dst) {
				return l
			}
		}
	}
	return nil
}

// Descriptors returns numbers as a kernel would.
func (s *FakeSocket) Descriptors() (in, out int) { return s.in, s.out }

// Close closes the pair.
func (s *FakeSocket) Close() {
	s.fake.mu.Lock()
	defer s.fake.mu.Unlock()
	s.fake.sockets = slices.DeleteFunc(s.fake.sockets, func(o *FakeSocket) bool { return o == s })
}

// CanAnnounce finds no obstacle.
func (f *Fake) CanAnnounce() error { return nil }

// Announce sends a gratuitous ARP or an unsolicited NA.
func (f *Fake) Announce(l *Link, addr netip.Addr) error {
	f.mu.Lock()
	own := f.byIndex(l.Index)
	switch {
	case own == nil:
		f.mu.Unlock()
		return unix.ENODEV
	case !own.Up():
		f.mu.Unlock()
		return unix.ENETDOWN
	}
	segment, frame := f.wire(own).segment, Frame{At: time.Now(), Host: f, Link: own.Name, MAC: own.MAC.String(), Announced: addr}
	f.mu.Unlock()
	if segment != nil {
		segment.record(&frame)
	}
	return nil
}
