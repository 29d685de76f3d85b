package network

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"

	"net"
)

const testProtocol = 112

// datagram4 is an IPv4 datagram with a header as IP_HDRINCL wants it.
func datagram4(src, dst netip.Addr, ttl uint8, payload []byte) []byte {
	b := make([]byte, 20, 20+len(payload))
	b[0], b[1] = 0x45, 0xC0
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(payload)))
	binary.BigEndian.PutUint16(b[4:], 1)
	b[8], b[9] = ttl, testProtocol
	copy(b[12:], src.AsSlice())
	copy(b[16:], dst.AsSlice())
	return append(b, payload...)
}

// queue is the reading end of either kind of socket.
type queue interface {
	Next(*Datagram) bool
	Len() int
	Dropped() uint64
}

// next waits for a datagram, or for none if it has to.
func next(t *testing.T, q queue, ready <-chan struct{}) Datagram {
	t.Helper()
	var d Datagram
	select {
	case <-ready:
	case <-time.After(5 * time.Second):
		t.Fatal("nothing received")
	}
	if !q.Next(&d) {
		t.Fatal("ready, but nothing queued")
	}
	return d
}

func signal() (chan struct{}, func()) {
	c := make(chan struct{}, 1000)
	return c, func() { c <- struct{}{} }
}

var (
	addr1, addr2   = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	addr61, addr62 = netip.MustParseAddr("fe80::1"), netip.MustParseAddr("fe80::2")
	group4, group6 = netip.MustParseAddr("224.0.0.18"), netip.MustParseAddr("ff02::12")
	payload        = []byte{0x31, 0x33, 0x64, 0x01, 0, 100, 0, 0, 0xc0, 0, 2, 100}
)

// openOther opens a socket in the second namespace of withPair.
func openOther(t *testing.T, in func(func()), spec SocketSpec, ready func()) *Socket {
	t.Helper()
	var s *Socket
	in(func() {
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		l, _ := findName(t, h, "eth0")
		if spec.Interface != 0 {
			spec.Interface = l.Index
		}
		if s, err = h.OpenSocket(spec, SocketOptions{}, ready); err != nil {
			t.Fatal(err)
		}
	})
	return s
}

func TestSockets(t *testing.T) {
	cases := []struct {
		name       string
		send, recv SocketSpec
		message    Message
		hopLimit   int // of IPv6
	}{
		{"IPv4 multicast", SocketSpec{Family: 4, Group: group4, Interface: 1}, SocketSpec{Family: 4, Group: group4, Interface: 1},
			Message{Data: datagram4(addr1, group4, 255, payload), Destination: group4}, 0},
		{"IPv4 unicast", SocketSpec{Family: 4, Local: addr1, Interface: 1}, SocketSpec{Family: 4, Local: addr2, Interface: 1},
			Message{Data: datagram4(addr1, addr2, 64, payload), Destination: addr2}, 0},
		{"IPv4 unicast without interface", SocketSpec{Family: 4, Local: addr1}, SocketSpec{Family: 4, Local: addr2},
			Message{Data: datagram4(addr1, addr2, 64, payload), Destination: addr2}, 0},
		{"IPv6 multicast", SocketSpec{Family: 6, Group: group6, Interface: 1}, SocketSpec{Family: 6, Group: group6, Interface: 1},
			Message{Data: bytes.Clone(payload), Destination: group6, Source: addr61}, 255},
		{"IPv6 unicast", SocketSpec{Family: 6, Local: addr61, Interface: 1}, SocketSpec{Family: 6, Local: addr62, Interface: 1},
			Message{Data: bytes.Clone(payload), Destination: addr62, Source: addr61}, 64},
		{"IPv6 unicast with hop limit", SocketSpec{Family: 6, Local: addr61, Interface: 1}, SocketSpec{Family: 6, Local: addr62, Interface: 1},
			Message{Data: bytes.Clone(payload), Destination: addr62, Source: addr61, HopLimit: 33}, 33},
	}
	withPair(t, func(in func(func())) {
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		l, _ := findName(t, h, "eth0")
		for _, c := range cases {
			c.send.Protocol, c.recv.Protocol = testProtocol, testProtocol
			if c.send.Interface != 0 {
				c.send.Interface = l.Index
			}
			ready, wake := signal()
			recv := openOther(t, in, c.recv, wake)
			send, err := h.OpenSocket(c.send, SocketOptions{}, func() {})
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if err := send.Send(&c.message); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			d := next(t, recv, ready)
			if d.Source != c.message.Source && d.Source != addr1 {
				t.Errorf("%s: source %v", c.name, d.Source)
			}
			if c.send.Family == 6 && (d.HopLimit != c.hopLimit || d.Destination != c.message.Destination) {
				t.Errorf("%s: destination %v, hop limit %d", c.name, d.Destination, d.HopLimit)
			}
			if got, want := len(d.Data), len(c.message.Data); got != want {
				t.Errorf("%s: %d octets, want %d", c.name, got, want)
			}
			if c.send.Family == 6 {
				m := Message{Data: d.Data, Source: d.Source, Destination: d.Destination}
				if checksum6(&m, testProtocol) != 0 {
					t.Errorf("%s: the kernel did not fill in the checksum: % x", c.name, d.Data)
				}
			} else if d.Data[1] != 0xC0 || d.Data[8] != c.message.Data[8] || d.Data[10] == 0 && d.Data[11] == 0 {
				t.Errorf("%s: header % x", c.name, d.Data[:20])
			}
			send.Close()
			recv.Close()
		}
	})
}

// A sending socket receives nothing: neither what the network sends to the
// group, nor what it has sent itself.
func TestSendSocketIsDeaf(t *testing.T) {
	withPair(t, func(in func(func())) {
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		l, _ := findName(t, h, "eth0")
		spec := SocketSpec{Family: 4, Protocol: testProtocol, Group: group4, Interface: l.Index}
		ready, wake := signal()
		s, err := h.OpenSocket(spec, SocketOptions{}, wake)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		other := openOther(t, in, spec, func() {})
		defer other.Close()
		if err := s.Send(&Message{Data: datagram4(addr1, group4, 255, []byte("mine")), Destination: group4}); err != nil {
			t.Fatal(err)
		}
		if err := other.Send(&Message{Data: datagram4(addr2, group4, 255, []byte("other")), Destination: group4}); err != nil {
			t.Fatal(err)
		}
		if d := next(t, s, ready); string(d.Data[20:]) != "other" {
			t.Errorf("received %q", d.Data[20:])
		}
		_, out := s.Descriptors()
		if _, _, err := unix.Recvfrom(out, make([]byte, 100), unix.MSG_DONTWAIT); !errors.Is(err, unix.EAGAIN) {
			t.Errorf("the send socket has something to read: %v", err)
		}
	})
}

func TestTruncated(t *testing.T) {
	withPair(t, func(in func(func())) {
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		l, _ := findName(t, h, "eth0")
		spec := SocketSpec{Family: 4, Protocol: testProtocol, Group: group4, Interface: l.Index}
		ready, wake := signal()
		s, err := h.OpenSocket(spec, SocketOptions{MaxDatagram: 100}, wake)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		other := openOther(t, in, spec, func() {})
		defer other.Close()
		if err := other.Send(&Message{Data: datagram4(addr2, group4, 255, make([]byte, 300)), Destination: group4}); err != nil {
			t.Fatal(err)
		}
		if d := next(t, s, ready); d.Truncated != 320 || len(d.Data) != 0 {
			t.Errorf("truncated %d, %d octets", d.Truncated, len(d.Data))
		}
	})
}

// A unicast pair can be opened for an address that the host does not have.
func TestForeignLocalAddress(t *testing.T) {
	withPair(t, func(func(func())) {
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		l, _ := findName(t, h, "eth0")
		for _, spec := range []SocketSpec{
			{Family: 4, Protocol: testProtocol, Local: netip.MustParseAddr("192.0.2.99"), Interface: l.Index},
			{Family: 6, Protocol: testProtocol, Local: netip.MustParseAddr("2001:db8::99"), Interface: l.Index},
		} {
			s, err := h.OpenSocket(spec, SocketOptions{}, func() {})
			if err != nil {
				t.Errorf("%v: %v", spec.Local, err)
				continue
			}
			s.Close()
		}
	})
}

// The link's own error reaches the reader once, and the socket works again
// afterwards.
func TestLinkDownAndUp(t *testing.T) {
	withPair(t, func(in func(func())) {
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		l, _ := findName(t, h, "eth0")
		spec := SocketSpec{Family: 4, Protocol: testProtocol, Group: group4, Interface: l.Index}
		ready, wake := signal()
		s, err := h.OpenSocket(spec, SocketOptions{}, wake)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		other := openOther(t, in, spec, func() {})
		defer other.Close()
		ip(t, "link set eth0 down")
		if err := s.Send(&Message{Data: datagram4(addr1, group4, 255, payload), Destination: group4}); !errors.Is(err, unix.ENETUNREACH) {
			t.Errorf("send on a link that is down: %v", err)
		}
		ip(t, "link set eth0 up")
		if err := other.Send(&Message{Data: datagram4(addr2, group4, 255, []byte("back")), Destination: group4}); err != nil {
			t.Fatal(err)
		}
		for {
			d := next(t, s, ready)
			for {
				if d.Err == nil && string(d.Data[20:]) == "back" {
					return
				}
				if !s.Next(&d) {
					break
				}
			}
		}
	})
}

// A storm fills the queue and is counted; nothing waits for the reader.
func TestInbox(t *testing.T) {
	woken := 0
	q := &Inbox{ready: func() { woken++ }}
	d := Datagram{Data: []byte{0, 0}}
	for i := range queueLength + 50 {
		binary.BigEndian.PutUint16(d.Data, uint16(i))
		q.Put(&d)
	}
	if woken != 1 || q.Dropped() != 50 || q.Len() != queueLength {
		t.Errorf("woken %d, dropped %d, queued %d", woken, q.Dropped(), q.Len())
	}
	var got Datagram
	for i := range queueLength {
		if !q.Next(&got) || binary.BigEndian.Uint16(got.Data) != uint16(i) {
			t.Fatalf("datagram %d: % x", i, got.Data)
		}
	}
	if q.Next(&got) {
		t.Error("there is one more")
	}
	q.Put(&d)
	if woken != 2 {
		t.Error("not woken again")
	}
	if n := testing.AllocsPerRun(100, func() { q.Put(&d); q.Next(&got) }); n > 0 {
		t.Errorf("%v allocations for each datagram", n)
	}
}

func TestSendAllocatesNothing(t *testing.T) {
	withPair(t, func(func(func())) {
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		l, _ := findName(t, h, "eth0")
		for _, c := range []struct {
			spec SocketSpec
			m    Message
		}{
			{SocketSpec{Family: 4, Group: group4}, Message{Data: datagram4(addr1, group4, 255, payload), Destination: group4}},
			{SocketSpec{Family: 6, Group: group6}, Message{Data: bytes.Clone(payload), Destination: group6, Source: addr61}},
		} {
			c.spec.Interface, c.spec.Protocol = l.Index, testProtocol
			s, err := h.OpenSocket(c.spec, SocketOptions{}, func() {})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			n := testing.AllocsPerRun(100, func() {
				if err := s.Send(&c.m); err != nil {
					t.Fatal(err)
				}
			})
			if n > 0 {
				t.Errorf("IPv%d: %v allocations", c.spec.Family, n)
			}
		}
	})
}

// The frames are those of 03-vrrp section 11.1, octet by octet, as a neighbour
// sees them.
func TestAnnounce(t *testing.T) {
	withPair(t, func(in func(func())) {
		var conn *packet.Conn
		in(func() {
			ifi, err := net.InterfaceByName("eth0")
			if err != nil {
				t.Fatal(err)
			}
			if conn, err = packet.Listen(ifi, packet.Raw, unix.ETH_P_ALL, nil); err != nil {
				t.Fatal(err)
			}
		})
		defer conn.Close()
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		l, _ := findName(t, h, "eth0")
		for _, c := range []struct{ addr, want string }{
			{"192.0.2.100", "ffffffffffff0200000000010806" + "0001080006040001" + "020000000001c0000264" + "ffffffffffffc0000264"},
			{"2001:db8::1", "33330000000102000000000186dd" + "6000000000203aff" + "20010db8000000000000000000000001" +
				"ff020000000000000000000000000001" + "8800" + "f92a" + "20000000" + "20010db8000000000000000000000001" + "0201020000000001"},
		} {
			if err := h.Announce(&l, netip.MustParseAddr(c.addr)); err != nil {
				t.Fatal(err)
			}
			if got := readFrom(t, conn, l.MAC); hex.EncodeToString(got) != c.want {
				t.Errorf("%s:\n got %x\nwant %s", c.addr, got, c.want)
			}
		}
	})
}

// readFrom returns the next frame of ARP or a neighbour advertisement from a
// MAC.
func readFrom(t *testing.T, conn *packet.Conn, mac net.HardwareAddr) []byte {
	t.Helper()
	b := make([]byte, 2000)
	if err := conn.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		n, _, err := conn.ReadFrom(b)
		if err != nil {
			t.Fatal(err)
		}
		isARP, isNA := n > 14 && b[12] == 8 && b[13] == 6, n > 54 && b[12] == 0x86 && b[54] == 136
		if bytes.Equal(b[6:12], mac) && (isARP || isNA) {
			return b[:n]
		}
	}
}

func TestAnnounceOnLinkThatIsDown(t *testing.T) {
	withPair(t, func(func(func())) {
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		l, _ := findName(t, h, "eth0")
		ip(t, "link set eth0 down")
		if err := h.Announce(&l, addr1); !errors.Is(err, unix.ENETDOWN) {
			t.Errorf("got %v", err)
		}
		ip(t, "link set eth0 up")
		if err := h.Announce(&l, addr1); err != nil {
			t.Errorf("after the link came up: %v", err)
		}
	})
}
