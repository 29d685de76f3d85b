package reader

import (
	"net/netip"
	"strings"
)

// Address reads an address as inet_pton(3) does: no zone, no leading zero.
func Address(word string) (a netip.Addr, ok bool) {
	a, err := netip.ParseAddr(word)
	return a, err == nil && a.Zone() == ""
}

// SocketAddress reads the address of a socket. A length or the end of a range
// behind it is cut off without a word, as in the C daemon.
func SocketAddress(word string) (a netip.Addr, ok bool) {
	for i := range len(word) {
		if word[i] == '/' || word[i] == '-' {
			return Address(word[:i])
		}
	}
	return Address(word)
}

// AnyIPv4 reads an IPv4 address in the forms of inet_aton(3): one to four
// numbers, in the base that their prefix names, the last of which fills what
// is left of the 32 bits.
func AnyIPv4(word string) (a netip.Addr, ok bool) {
	parts := strings.Split(word, ".")
	if len(parts) > 4 {
		return a, false
	}
	var value uint64
	for i, part := range parts {
		bits := 8
		if i == len(parts)-1 {
			bits = 32 - 8*i
		}
		v, digits, rest, wide := leading(part, 0)
		if digits == 0 || rest != "" || wide || v>>bits != 0 {
			return a, false
		}
		value = value<<bits | v
	}
	return netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)}), true
}
