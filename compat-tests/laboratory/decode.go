package laboratory

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// String describes a packet in one line without its time:
//
//	r1 vrrp v2 192.0.2.1 > 224.0.0.18 vrid 51 prio 100 int 1s auth 0 ttl 255 [192.0.2.100]
//	r1 garp request 192.0.2.100 is-at 02:00:00:00:01:01
//	r1 arp request 192.0.2.9 tell 192.0.2.1
//	r1 bfd 192.0.2.1 > 192.0.2.2 port 3784 Up diag 0 flags P mult 4 tx 100000 rx 100000 ttl 255
//	r1 na fd00::100 is-at 02:00:00:00:01:01 flags override
//
// A wrong checksum or length is added at the end, and the sender's MAC when it is
// a virtual one (from 00:00:5e:00:01:33). The decoder is deliberately
// not the daemon's own codec: it has to judge it.
func (p Packet) String() string {
	return p.Node + " " + describe(p.Frame) + virtual(p.Frame)
}

// virtual names the sender's MAC if it is a virtual router's (RFC 9568 section 7.3).
func virtual(frame []byte) string {
	if len(frame) < 12 || !bytes.HasPrefix(frame[6:], []byte{0, 0, 0x5e, 0}) {
		return ""
	}
	return " from " + net.HardwareAddr(frame[6:12]).String()
}

func describe(frame []byte) string {
	if len(frame) < 14 {
		return fmt.Sprintf("short frame %x", frame)
	}
	body := frame[14:]
	switch binary.BigEndian.Uint16(frame[12:]) {
	case 0x0806:
		return describeARP(body)
	case 0x0800:
		return describeIPv4(body)
	case 0x86dd:
		return describeIPv6(body)
	}
	return fmt.Sprintf("frame %x", frame)
}

func describeARP(b []byte) string {
	if len(b) < 28 {
		return "arp short"
	}
	kind := "request"
	if binary.BigEndian.Uint16(b[6:]) == 2 {
		kind = "reply"
	}
	sender, _ := netip.AddrFromSlice(b[14:18])
	target, _ := netip.AddrFromSlice(b[24:28])
	if sender == target {
		return fmt.Sprintf("garp %s %s is-at %s", kind, sender, net.HardwareAddr(b[8:14]))
	}
	if kind == "reply" {
		return fmt.Sprintf("arp reply %s is-at %s", sender, net.HardwareAddr(b[8:14]))
	}
	return fmt.Sprintf("arp request %s tell %s", target, sender)
}

func describeIPv4(b []byte) string {
	if len(b) < 20 {
		return "ip short"
	}
	header := int(b[0]&15) * 4
	total := int(binary.BigEndian.Uint16(b[2:]))
	if header < 20 || len(b) < header || total < header || len(b) < total {
		return "ip malformed"
	}
	source, _ := netip.AddrFromSlice(b[12:16])
	destination, _ := netip.AddrFromSlice(b[16:20])
	payload, protocol, prefix := b[header:total], b[9], ""
	if protocol == 51 && len(payload) >= 24 {
		prefix, payload, protocol = "ah ", payload[24:], 112
	}
	if protocol == 17 && len(payload) >= 8 {
		return describeBFD(payload, source, destination, int(b[8]))
	}
	if protocol != 112 {
		return fmt.Sprintf("ip proto %d %s > %s", protocol, source, destination)
	}
	return prefix + describeVRRP(payload, source, destination, int(b[8]))
}

func describeIPv6(b []byte) string {
	if len(b) < 40 || len(b) < 40+int(binary.BigEndian.Uint16(b[4:])) {
		return "ip6 malformed"
	}
	source, _ := netip.AddrFromSlice(b[8:24])
	destination, _ := netip.AddrFromSlice(b[24:40])
	payload := b[40 : 40+int(binary.BigEndian.Uint16(b[4:]))]
	switch {
	case b[6] == 112:
		return describeVRRP(payload, source, destination, int(b[7]))
	case b[6] == 17 && len(payload) >= 8:
		return describeBFD(payload, source, destination, int(b[7]))
	case b[6] == 58 && len(payload) >= 24 && payload[0] == 136:
		return describeNA(payload)
	case b[6] == 58 && len(payload) > 0:
		return fmt.Sprintf("icmp6 type %d %s > %s", payload[0], source, destination)
	}
	return fmt.Sprintf("ip6 proto %d %s > %s", b[6], source, destination)
}

func describeNA(b []byte) string {
	var flags []string
	for i, name := range []string{"router", "solicited", "override"} {
		if b[4]&(0x80>>i) != 0 {
			flags = append(flags, name)
		}
	}
	target, _ := netip.AddrFromSlice(b[8:24])
	text := "na " + target.String()
	if len(b) >= 32 && b[24] == 2 {
		text += " is-at " + net.HardwareAddr(b[26:32]).String()
	}
	return text + " flags " + strings.Join(flags, ",")
}

// describeBFD reads a control packet (RFC 5880 section 4.1) with its UDP header.
// Discriminators are random; all that is said of them is which are missing.
func describeBFD(b []byte, source, destination netip.Addr, ttl int) string {
	text := fmt.Sprintf("bfd %s > %s port %d", source, destination, binary.BigEndian.Uint16(b[2:]))
	if b = b[8:]; len(b) != 24 || b[3] != 24 || b[0]>>5 != 1 {
		return text + fmt.Sprintf(" malformed %x", b)
	}
	flags := ""
	for i, name := range "PFCADM" {
		if b[1]&(0x20>>i) != 0 {
			flags += string(name)
		}
	}
	text += fmt.Sprintf(" %s diag %d", []string{"AdminDown", "Down", "Init", "Up"}[b[1]>>6], b[0]&31)
	if flags != "" {
		text += " flags " + flags
	}
	text += fmt.Sprintf(" mult %d tx %d rx %d ttl %d", b[2], binary.BigEndian.Uint32(b[12:]), binary.BigEndian.Uint32(b[16:]), ttl)
	if binary.BigEndian.Uint32(b[4:]) == 0 {
		text += " NO-DISCRIMINATOR"
	}
	if binary.BigEndian.Uint32(b[8:]) == 0 {
		text += " yours unknown"
	}
	return text
}

// describeVRRP reads both versions (RFC 3768 section 5.1, RFC 9568 section 5.1).
func describeVRRP(b []byte, source, destination netip.Addr, ttl int) string {
	if len(b) < 8 {
		return fmt.Sprintf("vrrp %s > %s short %x", source, destination, b)
	}
	version, size := b[0]>>4, len(source.AsSlice())
	var text strings.Builder
	fmt.Fprintf(&text, "vrrp v%d %s > %s vrid %d prio %d", version, source, destination, b[1], b[2])
	if version == 2 {
		fmt.Fprintf(&text, " int %ds auth %d", b[5], b[4])
	} else {
		fmt.Fprintf(&text, " int %dcs", binary.BigEndian.Uint16(b[4:])&0xfff)
	}
	fmt.Fprintf(&text, " ttl %d", ttl)
	rest := b[8:]
	var addresses []string
	for i := 0; i < int(b[3]) && len(rest) >= size; i++ {
		address, _ := netip.AddrFromSlice(rest[:size])
		addresses = append(addresses, address.String())
		rest = rest[size:]
	}
	fmt.Fprintf(&text, " [%s]", strings.Join(addresses, " "))
	if b[4] == 1 && version == 2 && len(rest) >= 8 {
		fmt.Fprintf(&text, " pass %q", strings.TrimRight(string(rest[:8]), "\x00"))
	}
	if len(addresses) != int(b[3]) {
		fmt.Fprintf(&text, " SHORT")
	}
	if checksum(b, pseudoHeader(version, len(b), source, destination)) != 0 {
		text.WriteString(" BAD-CHECKSUM")
	}
	return text.String()
}

// pseudoHeader is what a checksum covers besides the message: nothing for
// version 2 over IPv4, the addresses for everything else.
func pseudoHeader(version byte, length int, source, destination netip.Addr) []byte {
	switch {
	case source.Is4() && version == 2:
		return nil
	case source.Is4():
		header := append(source.AsSlice(), destination.AsSlice()...)
		return append(header, 0, 112, byte(length>>8), byte(length))
	}
	header := append(source.AsSlice(), destination.AsSlice()...)
	return append(header, 0, 0, byte(length>>8), byte(length), 0, 0, 0, 112)
}

// checksum is the Internet checksum (RFC 1071) over both parts.
func checksum(message, header []byte) uint16 {
	var sum uint32
	for _, part := range [][]byte{header, message} {
		for i := 0; i+1 < len(part); i += 2 {
			sum += uint32(binary.BigEndian.Uint16(part[i:]))
		}
		if len(part)%2 == 1 {
			sum += uint32(part[len(part)-1]) << 8
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
