package network

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// SocketSpec is what distinguishes one pair of raw sockets from another; equal
// specifications can share a pair.
type SocketSpec struct {
	Family   int // 4 or 6
	Protocol int // IP protocol number
	// Interface is the index of the link to send and receive on; 0: any.
	Interface int
	// VRF is the index of the VRF device to which Interface belongs, or
	// without Interface the one to send and receive in.
	VRF int
	// Group is the multicast group to join on Interface. Without it the
	// pair is for unicast.
	Group netip.Addr
	// Local is the address to which a unicast pair is bound, whether or
	// not the host has it.
	Local netip.Addr
}

// Unicast reports whether the pair is for unicast.
func (s *SocketSpec) Unicast() bool { return !s.Group.IsValid() }

// SocketOptions are the adjustable parts of a pair.
type SocketOptions struct {
	ReceiveBuffer int // SO_RCVBUF in octets; 0: the system's default
	MaxDatagram   int // longest datagram to be read; 0: DefaultMaxDatagram
}

// DefaultMaxDatagram is the usual MTU.
const DefaultMaxDatagram = 1500

// trafficClass is the IP precedence "internetwork control".
const trafficClass = 0xC0

// Message is a datagram to be sent.
type Message struct {
	// Data begins with the IPv4 header for IPv4, of which the kernel fills
	// in the checksum. For IPv6 it is the payload, in which the kernel
	// fills in the checksum at offset 6.
	Data        []byte
	Destination netip.Addr
	// Source is the IPv6 source address; unset: the kernel's choice.
	Source netip.Addr
	// HopLimit is the IPv6 hop limit of unicast; 0: the kernel's default.
	HopLimit int
}

// sender is the sending half of a pair. It allocates nothing per message.
type sender struct {
	fd        int
	spec      SocketSpec
	sa4       unix.SockaddrInet4
	sa6       unix.SockaddrInet6
	oob       []byte // room for source and hop limit
	multicast bool
}

func openSender(spec SocketSpec, bind []string) (*sender, error) {
	domain := unix.AF_INET
	if spec.Family == 6 {
		domain = unix.AF_INET6
	}
	fd, err := unix.Socket(domain, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, spec.Protocol)
	if err != nil {
		return nil, fmt.Errorf("send socket: %w", err)
	}
	s := &sender{fd: fd, spec: spec, multicast: !spec.Unicast()}
	s.oob = make([]byte, unix.CmsgSpace(unix.SizeofInet6Pktinfo)+unix.CmsgSpace(4))
	if err := s.configure(bind); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("send socket: %w", err)
	}
	return s, nil
}

// configure sets the options of 03-vrrp section 3.1.
func (s *sender) configure(bind []string) error {
	o := options{fd: s.fd}
	// Nothing is ever read from it, so nothing may queue in it.
	o.setInt("SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, 0)
	o.dropAll()
	if s.spec.Family == 4 {
		o.setInt("IP_MULTICAST_ALL", unix.IPPROTO_IP, unix.IP_MULTICAST_ALL, 0)
		o.setInt("IP_HDRINCL", unix.IPPROTO_IP, unix.IP_HDRINCL, 1)
	} else {
		o.setInt("IPV6_MULTICAST_ALL", unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_ALL, 0)
		o.setInt("IPV6_CHECKSUM", unix.IPPROTO_RAW, unix.IPV6_CHECKSUM, checksumOffset)
	}
	if len(bind) > 0 {
		o.bindToDevice(bind[len(bind)-1])
	}
	if s.multicast && s.spec.Family == 4 {
		o.set("IP_MULTICAST_IF", unix.SetsockoptIPMreqn(s.fd, unix.IPPROTO_IP, unix.IP_MULTICAST_IF, &unix.IPMreqn{Ifindex: int32(s.spec.Interface)}))
		o.setInt("IP_MULTICAST_LOOP", unix.IPPROTO_IP, unix.IP_MULTICAST_LOOP, 0)
	}
	if s.multicast && s.spec.Family == 6 {
		o.setInt("IPV6_MULTICAST_HOPS", unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_HOPS, 255)
		o.setInt("IPV6_MULTICAST_IF", unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_IF, s.spec.Interface)
		o.setInt("IPV6_MULTICAST_LOOP", unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_LOOP, 0)
	}
	if s.spec.Family == 4 {
		o.setInt("IP_TOS", unix.IPPROTO_IP, unix.IP_TOS, trafficClass)
	} else {
		o.setInt("IPV6_TCLASS", unix.IPPROTO_IPV6, unix.IPV6_TCLASS, trafficClass)
	}
	return o.err
}

// checksumOffset is where the payload has its checksum.
const checksumOffset = 6

func (s *sender) send(m *Message) error {
	flags := 0
	if s.multicast {
		flags = unix.MSG_DONTROUTE
	}
	if s.spec.Family == 4 {
		s.sa4.Addr = m.Destination.As4()
		return unix.Sendto(s.fd, m.Data, flags, &s.sa4)
	}
	s.sa6.Addr = m.Destination.As16()
	s.sa6.ZoneId = 0
	if m.Destination.IsLinkLocalUnicast() || m.Destination.IsMulticast() {
		s.sa6.ZoneId = uint32(s.spec.Interface)
	}
	_, err := unix.SendmsgN(s.fd, m.Data, s.ancillary(m), &s.sa6, flags)
	return err
}

// ancillary writes the control messages of an IPv6 datagram (RFC 3542
// sections 6.2 and 6.3).
func (s *sender) ancillary(m *Message) []byte {
	n := 0
	if m.Source.IsValid() {
		info := (*unix.Inet6Pktinfo)(s.control(&n, unix.IPV6_PKTINFO, unix.SizeofInet6Pktinfo))
		info.Addr = m.Source.As16()
		info.Ifindex = uint32(s.spec.Interface)
	}
	if m.HopLimit > 0 {
		*(*int32)(s.control(&n, unix.IPV6_HOPLIMIT, 4)) = int32(m.HopLimit)
	}
	return s.oob[:n]
}

// control begins a control message at *n, and returns the place of its data.
func (s *sender) control(n *int, kind int32, size int) unsafe.Pointer {
	h := (*unix.Cmsghdr)(unsafe.Pointer(&s.oob[*n]))
	h.Level, h.Type = unix.IPPROTO_IPV6, kind
	h.SetLen(unix.CmsgLen(size))
	data := unsafe.Pointer(&s.oob[*n+unix.CmsgLen(0)])
	*n += unix.CmsgSpace(size)
	return data
}

// options sets socket options and keeps the first error.
type options struct {
	fd  int
	err error
}

func (o *options) set(name string, err error) {
	if err != nil && o.err == nil {
		o.err = fmt.Errorf("%s: %w", name, err)
	}
}

func (o *options) setInt(name string, level, option, value int) {
	o.set(name, unix.SetsockoptInt(o.fd, level, option, value))
}

func (o *options) bindToDevice(name string) {
	o.set("SO_BINDTODEVICE "+name, unix.BindToDevice(o.fd, name))
}

// dropAll attaches a filter that keeps nothing.
func (o *options) dropAll() {
	drop := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: 0}
	o.set("SO_ATTACH_FILTER", unix.SetsockoptSockFprog(o.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &drop}))
}

// addrOf makes an address of the octets of a socket address.
func addrOf(sa unix.Sockaddr) netip.Addr {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrFrom4(sa.Addr)
	case *unix.SockaddrInet6:
		return netip.AddrFrom16(sa.Addr)
	}
	return netip.Addr{}
}

// controlInt reads the integer of a control message.
func controlInt(b []byte) int {
	if len(b) < 4 {
		return -1
	}
	return int(int32(binary.NativeEndian.Uint32(b)))
}
