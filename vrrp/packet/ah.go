package packet

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"hash"
	"net/netip"
)

// The authentication header of version 2 (03-vrrp section 5.2; RFC 2402, RFC
// 2403).
const (
	ahLen        = 24
	ahICVOffset  = 12
	ahICVLen     = 12
	ahLastNumber = 0xfffffffd
)

// ahState is the one counter that an instance has for sending and receiving.
type ahState struct {
	sequence uint32
	wrapped  bool
	mac      hash.Hash
	header   [ipHeaderLen]byte
	ahHeader [ahLen]byte
	digest   [md5.Size]byte
}

func newAH(key [8]byte) *ahState { return &ahState{mac: hmac.New(md5.New, key[:])} }

// next gives an advert its number. At the end of the numbers it stands still:
// peers then drop the adverts, until the next mastership starts anew.
func (a *ahState) next() {
	if a.sequence > ahLastNumber {
		a.wrapped = true
		return
	}
	a.sequence++
}

// append appends the header without its ICV. The SPI follows the source
// address. (The C daemon keeps the SPI of the first source address, so that
// all peers reject its adverts after a change of address.)
func (a *ahState) append(b []byte, source netip.Addr) []byte {
	s := source.As4()
	b = append(b, ProtocolVRRP, 4, 0, 0)
	b = append(b, s[:]...)
	b = binary.BigEndian.AppendUint32(b, a.sequence)
	return append(b, make([]byte, ahICVLen)...)
}

// icv is the integrity check value: HMAC-MD5-96 over the IP header with its
// mutable fields cleared, the AH with an ICV of zero, and the PDU. The TTL
// counts as 255 for multicast and as 0 for unicast.
func (a *ahState) icv(ip, ah, pdu []byte, multicast bool) [ahICVLen]byte {
	copy(a.header[:], ip)
	a.header[1], a.header[6], a.header[7], a.header[10], a.header[11] = 0, 0, 0, 0, 0
	a.header[8] = 0
	if multicast {
		a.header[8] = 255
	}
	copy(a.ahHeader[:], ah)
	clear(a.ahHeader[ahICVOffset:])
	a.mac.Reset()
	a.mac.Write(a.header[:])
	a.mac.Write(a.ahHeader[:])
	a.mac.Write(pdu)
	return [ahICVLen]byte(a.mac.Sum(a.digest[:0])[:ahICVLen])
}

// check judges the AH of a datagram (6.2 #6d) and remembers its number.
func (a *ahState) check(ip, ah, pdu []byte, multicast bool) Finding {
	if ah[0] != ProtocolVRRP {
		return Finding{Kind: AHNotVRRP, Got: int(ah[0])}
	}
	icv := a.icv(ip, ah, pdu, multicast)
	if !hmac.Equal(icv[:], ah[ahICVOffset:]) {
		return Finding{Kind: AHInvalid}
	}
	if source, spi := ip[12:16], ah[4:8]; string(source) != string(spi) {
		return Finding{
			Kind: AHWrongSPI,
			Got:  int(binary.NativeEndian.Uint32(source)),
			Want: int(binary.NativeEndian.Uint32(spi)),
		}
	}
	sequence := binary.BigEndian.Uint32(ah[8:])
	if sequence <= a.sequence {
		return Finding{Kind: AHReplayed, Got: int(sequence), Want: int(a.sequence)}
	}
	a.sequence = sequence
	return Finding{}
}

// RestartSequence starts the AH numbers anew if they had come to their end:
// the instance becomes MASTER.
func (e *Endpoint) RestartSequence() {
	if e.ah != nil && e.ah.wrapped {
		e.ah.sequence, e.ah.wrapped = 0, false
	}
}

// FollowSequence leaves one number out, so that the peers accept the answer to
// a datagram that was just accepted.
func (e *Endpoint) FollowSequence() {
	if e.ah != nil && e.ah.sequence <= ahLastNumber {
		e.ah.sequence++
	}
}

// UnwrapSequence forgets that the AH numbers had come to their end.
func (e *Endpoint) UnwrapSequence() {
	if e.ah != nil {
		e.ah.wrapped = false
	}
}
