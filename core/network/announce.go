package network

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/mdlayher/arp"
	"github.com/mdlayher/ethernet"
	"github.com/mdlayher/ndp"
	"golang.org/x/sys/unix"
)

// openFrames opens the socket that sends whole frames on any link. It listens to
// nothing. (One for each link would be slow to close: the kernel waits until no
// packet can be on its way to it any more.)
func openFrames() (int, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, fmt.Errorf("packet socket: %w", err)
	}
	return fd, nil
}

// sendFrame puts one frame on a link without waiting: a full queue is an error.
func (h *Host) sendFrame(link int, frame []byte) error {
	if err := h.CanAnnounce(); err != nil {
		return err
	}
	sa := unix.SockaddrLinklayer{Ifindex: link, Halen: 6}
	return unix.Sendto(h.frames, frame, unix.MSG_DONTWAIT, &sa)
}

// CanAnnounce returns why no address can be announced, nil if it can:
// os.ErrPermission without CAP_NET_RAW.
func (h *Host) CanAnnounce() error {
	if h.frames >= 0 {
		return nil
	}
	fd, err := openFrames()
	if err == nil {
		h.frames = fd
	}
	return err
}

// Announce tells the neighbours on a link that an address is at the link's
// MAC: with a gratuitous ARP for IPv4 (RFC 5227 section 3), with an
// unsolicited neighbour advertisement for IPv6 (RFC 4861 section 7.2.6).
func (h *Host) Announce(l *Link, addr netip.Addr) error {
	var frame []byte
	var err error
	if addr.Is4() {
		frame, err = garpFrame(l.MAC, addr)
	} else {
		frame, err = adFrame(l.MAC, addr, h.forwarding(l.Name))
	}
	if err != nil {
		return fmt.Errorf("announce %s on %s: %w", addr, l.Name, err)
	}
	if err := h.sendFrame(l.Index, frame); err != nil {
		return fmt.Errorf("announce %s on %s: %w", addr, l.Name, err)
	}
	return nil
}

// garpFrame makes the frame of 03-vrrp section 11.1. Unlike the one of the arp
// package's client it is a request, with the broadcast address as target.
func garpFrame(mac net.HardwareAddr, addr netip.Addr) ([]byte, error) {
	p, err := arp.NewPacket(arp.OperationRequest, mac, addr, ethernet.Broadcast, addr)
	if err != nil {
		return nil, err
	}
	payload, err := p.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return frame(ethernet.Broadcast, mac, ethernet.EtherTypeARP, payload), nil
}

const (
	ipv6HeaderLen = 40
	protoICMPv6   = 58
	maxHopLimit   = 255 // RFC 4861 section 7.1.2: others are discarded
)

var allNodes = netip.MustParseAddr("ff02::1")

func adFrame(mac net.HardwareAddr, addr netip.Addr, router bool) ([]byte, error) {
	body, err := ndp.MarshalMessageChecksum(&ndp.NeighborAdvertisement{
		Router:        router,
		Override:      true,
		TargetAddress: addr,
		Options:       []ndp.Option{&ndp.LinkLayerAddress{Direction: ndp.Target, Addr: mac}},
	}, addr, allNodes)
	if err != nil {
		return nil, err
	}
	ip := make([]byte, ipv6HeaderLen, ipv6HeaderLen+len(body))
	ip[0] = 6 << 4
	ip[4], ip[5] = byte(len(body)>>8), byte(len(body))
	ip[6], ip[7] = protoICMPv6, maxHopLimit
	copy(ip[8:24], addr.AsSlice())
	copy(ip[24:40], allNodes.AsSlice())
	// RFC 2464 section 7.
	group := net.HardwareAddr{0x33, 0x33, 0, 0, 0, 1}
	return frame(group, mac, ethernet.EtherTypeIPv6, append(ip, body...)), nil
}

// frame is not padded to the minimum length: that is the driver's work.
func frame(dst, src net.HardwareAddr, kind ethernet.EtherType, payload []byte) []byte {
	f := make([]byte, 0, 14+len(payload))
	f = append(f, dst...)
	f = append(f, src...)
	f = append(f, byte(kind>>8), byte(kind))
	return append(f, payload...)
}

// forwardingAge is how long a value of the forwarding sysctl is believed.
const forwardingAge = 5 * time.Second

// forwarding is the remembered sysctl net.ipv6.conf.IF.forwarding.
type forwarding struct {
	on   bool
	read time.Time
}

func (h *Host) forwarding(name string) bool {
	f, ok := h.neighbours[name]
	if !ok || time.Since(f.read) >= forwardingAge {
		v, err := h.Sysctl("net/ipv6/conf/" + name + "/forwarding")
		f = forwarding{on: err == nil && v != "0", read: time.Now()}
		h.neighbours[name] = f
	}
	return f.on
}
