package packet

import (
	"encoding/binary"
	"net/netip"
)

// sum adds the 16-bit words of b to a running one's complement sum (RFC 1071).
func sum(s uint32, b []byte) uint32 {
	for len(b) >= 2 {
		s += uint32(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s
}

// fold ends a sum.
func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}

// pseudoHeader is the sum of the IPv4 pseudo header of version 3 (RFC 5798
// section 5.2.8): addresses, protocol 112, length of the PDU.
func pseudoHeader(source, destination netip.Addr, length int) uint32 {
	s, d := source.As4(), destination.As4()
	return sum(sum(uint32(ProtocolVRRP+length), s[:]), d[:])
}

// Checksum4 is the checksum of a PDU over IPv4. Its checksum field counts as
// zero. Version 2, or an unset source, means no pseudo header.
func Checksum4(pdu []byte, source, destination netip.Addr) uint16 {
	var s uint32
	if pdu[0]>>4 != 2 && source.Is4() {
		s = pseudoHeader(source, destination, len(pdu))
	}
	return fold(sum(sum(s, pdu[:6]), pdu[8:]))
}
