package network

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/mdlayher/arp"
	"github.com/mdlayher/ethernet"
	"github.com/mdlayher/ndp"
	"github.com/mdlayher/packet"
	"golang.org/x/sys/unix"
)

// announcer sends whole frames on one link.
type announcer struct {
	conn *packet.Conn
	raw  syscall.RawConn
	sa   unix.SockaddrLinklayer
}

// open returns the announcer of a link. It listens to no protocol: a packet
// connection of the arp package would queue all ARP traffic of the link.
func (h *Host) announcer(l *Link) (*announcer, error) {
	if a := h.announcers[l.Index]; a != nil {
		return a, nil
	}
	conn, err := packet.Listen(&net.Interface{Index: l.Index, Name: l.Name, HardwareAddr: l.MAC, MTU: l.MTU}, packet.Raw, 0, nil)
	if err != nil {
		return nil, fmt.Errorf("packet socket: %w", err)
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("packet socket: %w", err)
	}
	a := &announcer{conn: conn, raw: raw, sa: unix.SockaddrLinklayer{Ifindex: l.Index, Halen: 6}}
	h.announcers[l.Index] = a
	return a, nil
}

func (a *announcer) close() { a.conn.Close() }

// send puts one frame on the link without waiting: a full queue is an error.
func (a *announcer) send(frame []byte) error {
	var serr error
	err := a.raw.Write(func(fd uintptr) bool {
		serr = unix.Sendto(int(fd), frame, unix.MSG_DONTWAIT, &a.sa)
		return true
	})
	return errors.Join(err, serr)
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
	a, err := h.announcer(l)
	if err == nil {
		err = a.send(frame)
	}
	if err != nil {
		h.forget(l.Index)
		return fmt.Errorf("announce %s on %s: %w", addr, l.Name, err)
	}
	return nil
}

// forget drops the connection of a link; the next announcement opens another.
func (h *Host) forget(index int) {
	if a := h.announcers[index]; a != nil {
		a.close()
		delete(h.announcers, index)
	}
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
