package packet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"keepalived/core/config"
)

// The protocol numbers.
const (
	ProtocolVRRP = 112
	ProtocolAH   = 51
)

// TypeAdvertisement is the only packet type (RFC 3768 section 5.3.2).
const TypeAdvertisement = 1

const (
	headerLen   = 8 // of a VRRP PDU, both versions
	authDataLen = 8 // version 2 over IPv4
)

// Advert is one VRRP PDU.
type Advert struct {
	Version  uint8
	Type     uint8
	VRID     uint8
	Priority uint8
	Count    uint8           // number of addresses
	AuthType config.AuthType // version 2
	// MaxAdvertInt is in seconds for version 2, in centiseconds (12 bits)
	// for version 3.
	MaxAdvertInt uint16
	Checksum     uint16
	AuthData     [authDataLen]byte // version 2 over IPv4
	// Addresses are Count addresses of 4 or 16 octets.
	Addresses []byte
	// Family is 4 or 6.
	Family int
}

// Interval is the advertisement interval.
func (a *Advert) Interval() time.Duration {
	if a.Version == 3 {
		return time.Duration(a.MaxAdvertInt) * 10 * time.Millisecond
	}
	return time.Duration(a.MaxAdvertInt) * time.Second
}

// Address returns the virtual address at an index below Count.
func (a *Advert) Address(i int) netip.Addr {
	n := addressLen(a.Family)
	addr, _ := netip.AddrFromSlice(a.Addresses[i*n : i*n+n])
	return addr
}

// Contains reports whether the advert lists a virtual address.
func (a *Advert) Contains(addr netip.Addr) bool {
	for i := range int(a.Count) {
		if a.Address(i) == addr {
			return true
		}
	}
	return false
}

func addressLen(family int) int {
	if family == 4 {
		return 4
	}
	return 16
}

// pduLen is the length of a PDU: version 2 over IPv4 always ends with
// authentication data, version 2 over IPv6 never has them.
func pduLen(family int, version uint8, count int) int {
	n := headerLen + count*addressLen(family)
	if version == 2 && family == 4 {
		n += authDataLen
	}
	return n
}

// ErrTruncated is what Decode says of a PDU that ends before its time.
var ErrTruncated = errors.New("vrrp packet: truncated")

// Decode reads a PDU. The addresses of the advert stay in pdu; octets behind
// the PDU are not looked at. It checks nothing but the length: an unknown
// version is read as 3.
func Decode(family int, pdu []byte) (Advert, error) {
	if len(pdu) < headerLen {
		return Advert{}, ErrTruncated
	}
	a := Advert{
		Version:  pdu[0] >> 4,
		Type:     pdu[0] & 15,
		VRID:     pdu[1],
		Priority: pdu[2],
		Count:    pdu[3],
		Checksum: binary.BigEndian.Uint16(pdu[6:]),
		Family:   family,
	}
	if a.Version == 2 {
		a.AuthType, a.MaxAdvertInt = config.AuthType(pdu[4]), uint16(pdu[5])
	} else {
		a.MaxAdvertInt = binary.BigEndian.Uint16(pdu[4:]) & 0xfff
	}
	end := headerLen + int(a.Count)*addressLen(family)
	if len(pdu) < pduLen(family, a.Version, int(a.Count)) {
		return Advert{}, fmt.Errorf("%w: %d octets, %d addresses", ErrTruncated, len(pdu), a.Count)
	}
	a.Addresses = pdu[headerLen:end:end]
	if a.Version == 2 && family == 4 {
		copy(a.AuthData[:], pdu[end:])
	}
	return a, nil
}

// Append appends the PDU to b, with the advert's own Checksum field.
func (a *Advert) Append(b []byte) []byte {
	b = append(b, a.Version<<4|a.Type, a.VRID, a.Priority, a.Count)
	if a.Version == 2 {
		b = append(b, byte(a.AuthType), byte(a.MaxAdvertInt))
	} else {
		b = binary.BigEndian.AppendUint16(b, a.MaxAdvertInt&0xfff)
	}
	b = binary.BigEndian.AppendUint16(b, a.Checksum)
	b = append(b, a.Addresses...)
	if a.Version == 2 && a.Family == 4 {
		b = append(b, a.AuthData[:]...)
	}
	return b
}
