package packet

import (
	"encoding/binary"
	"net/netip"
	"time"
)

const ipHeaderLen = 20

// Begin starts the next advert: it gets its identification and sequence
// numbers, which all its unicast copies share. Now is the real-time clock,
// source the address that it will come from.
func (e *Endpoint) Begin(now time.Time, priority uint8, source netip.Addr) {
	e.source = source
	if e.ident++; e.ident == 0 {
		e.ident = 1
	}
	e.advert.Priority = priority
	e.advert.Checksum = 0
	e.pdu = e.advert.Append(e.pdu[:0])
	e.pduLen = len(e.pdu)
	if e.ah != nil {
		e.ah.next()
	}
	if e.ext != nil && e.ext.sends {
		e.pdu = e.ext.append(e.pdu, e.in, now, source)
	}
}

// Append appends the copy of the advert that goes to a destination.
//
// Over IPv4 it starts with the IP header, whose checksum is left to the kernel
// (section 4.1). Over IPv6 it is the PDU, whose checksum is left to the kernel
// (IPV6_CHECKSUM at offset 6).
func (e *Endpoint) Append(b []byte, destination netip.Addr) []byte {
	if e.in.Family != 4 {
		return append(b, e.pdu...)
	}
	start := len(b)
	b = e.appendIPHeader(b, destination)
	ah := len(b)
	if e.ah != nil {
		b = e.ah.append(b, e.source)
	}
	pdu := len(b)
	b = append(b, e.pdu...)
	binary.BigEndian.PutUint16(b[pdu+6:], e.checksum(b[pdu:pdu+e.pduLen], e.source, destination))
	if e.ah != nil {
		icv := e.ah.icv(b[start:], b[ah:pdu], b[pdu:], e.multicast())
		copy(b[ah+ahICVOffset:], icv[:])
	}
	return b
}

func (e *Endpoint) appendIPHeader(b []byte, destination netip.Addr) []byte {
	length := ipHeaderLen + len(e.pdu)
	if e.ah != nil {
		length += ahLen
	}
	ttl := uint8(255)
	if e.in.Unicast && e.in.UnicastTTL >= 0 {
		ttl = uint8(e.in.UnicastTTL)
	}
	b = append(b, 0x45, 0xc0) // precedence internetwork control
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	b = binary.BigEndian.AppendUint16(b, e.ident)
	b = append(b, 0, 0, ttl, uint8(e.Protocol()), 0, 0)
	s, d := e.source.As4(), destination.As4()
	b = append(b, s[:]...)
	return append(b, d[:]...)
}

// checksum is the checksum of a PDU as this endpoint sends it (section 4.9).
func (e *Endpoint) checksum(pdu []byte, source, destination netip.Addr) uint16 {
	switch {
	case e.asV2:
		return Checksum4(pdu, netip.Addr{}, netip.Addr{})
	case e.oldSum && e.in.Unicast:
		return Checksum4(pdu, source, e.sumGroup)
	}
	return Checksum4(pdu, source, destination)
}
