package packet

import "net/netip"

// Kind is what a datagram was found to be or to have.
type Kind uint8

// The findings. Those up to the first note make the datagram be rejected; they
// stand in the order in which they are looked for (03-vrrp section 6.2).
const (
	Fine Kind = iota // nothing to say

	// Ignored before the checks.
	WrongCast // R8, IPv6: multicast on a unicast instance or the reverse

	// Rejections.
	UnexpectedAH           // 1
	MissingAH              // 1
	TooLong                // 2
	TooShort               // 2
	WrongTTL               // 3
	WrongVersion           // 4
	TrailerMissing         // 5, 5.4.5 #0
	TrailerMalformed       // #1
	TrailerStale           // #2
	TrailerUnknownKey      // #3
	TrailerInvalid         // #4
	TrailerReplayed        // #5
	InvalidAuthType        // 6a
	WrongAuthType          // 6b
	WrongPassword          // 6c
	AHNotVRRP              // 6d, next header: silent
	AHWrongSPI             // 6d
	AHReplayed             // 6d
	AHInvalid              // 6d
	IntervalMismatch       // 6e, version 2
	WrongType              // 7
	WrongIPLength          // 8
	WrongChecksum          // 10
	WrongDestination       // 11
	IgnoredByOwner         // 12
	TTLOutOfRange          // 16a
	SourceNotPeer          // 16b
	SourceNotPeerExtension // 5.4.5: unicast and extension, as 16b

	// Notes: the datagram is accepted all the same.
	ClockSkew          // 5.4.5, more than half of the window
	IntervalDiffers    // 9, version 3
	OldChecksumAdopted // 4.9
	WrongCount         // 14
	MissingAddress     // 15
)

// Rejects reports whether a datagram with this finding has no further effect.
func (k Kind) Rejects() bool { return k != Fine && k < ClockSkew }

// Finding is one thing that was found. Got and Want are the two numbers of
// its message (of TTLOutOfRange, Want is the lower limit × 256 + the upper one),
// Addr the virtual address of MissingAddress.
type Finding struct {
	Kind      Kind
	Got, Want int
	Addr      netip.Addr
}
