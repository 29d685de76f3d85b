package packet

import (
	"encoding/binary"
	"fmt"

	"keepalived/core/bfd/message"
)

// Size is the length in octets of a control packet without authentication.
const Size = 24

const version = 1

// State is the state of a session, with its number on the wire.
type State uint8

// The states (RFC 5880 section 4.1).
const (
	AdminDown State = iota
	Down
	Init
	Up
)

// String returns the state's word.
func (s State) String() string { return [...]string{"AdminDown", "Down", "Init", "Up"}[s] }

// Diagnostic is the reason for the last change of a session's state, with its
// number on the wire.
type Diagnostic uint8

// The diagnostics (RFC 5880 section 4.1).
const (
	NoDiagnostic Diagnostic = iota
	TimeExpired
	EchoFailed
	NeighborDown
	ForwardingPlaneReset
	PathDown
	ConcatenatedPathDown
	AdministrativelyDown
	ReverseConcatenatedPathDown
	diagnostics
)

// String returns what the diagnostic means.
func (d Diagnostic) String() string {
	if d >= diagnostics {
		return "Unknown"
	}
	return [...]string{
		"No Diagnostic", "Control Detection Time Expired", "Echo Function Failed", "Neighbor Signaled Session Down",
		"Forwarding Plane Reset", "Path Down", "Concatenated Path Down", "Administratively Down",
		"Reverse Concatenated Path Down",
	}[d]
}

// Control is a BFD control packet. Intervals are in microseconds.
type Control struct {
	Diagnostic        Diagnostic
	State             State
	Poll, Final       bool
	Independent       bool // of the control plane
	Authenticated     bool
	Demand            bool
	Multipoint        bool
	Multiplier        uint8
	MyDiscriminator   uint32
	YourDiscriminator uint32
	DesiredMinTX      uint32
	RequiredMinRX     uint32
	RequiredMinEchoRX uint32
}

// flags are the bits of the second octet after the state, highest first.
func (c *Control) flags() [6]*bool {
	return [...]*bool{&c.Poll, &c.Final, &c.Independent, &c.Authenticated, &c.Demand, &c.Multipoint}
}

// Append appends the packet as it goes out: version 1, no authentication
// section.
func (c *Control) Append(b []byte) []byte {
	second := byte(c.State) << 6
	for i, flag := range c.flags() {
		if *flag {
			second |= 0x20 >> i
		}
	}
	b = append(b, version<<5|byte(c.Diagnostic), second, c.Multiplier, Size)
	for _, v := range [...]uint32{c.MyDiscriminator, c.YourDiscriminator, c.DesiredMinTX, c.RequiredMinRX, c.RequiredMinEchoRX} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// Decode reads a datagram's payload. Why is the log line about one that has to
// be discarded, empty for a good one. The order of the checks is that of
// 03-vrrp section 17.3.
func Decode(b []byte) (c Control, why string) {
	// RFC 5880 6.8.6: "If the Length field is less than the minimum correct
	// value (24 if the A bit is clear, or 26 if the A bit is set), the packet
	// MUST be discarded." (An authenticated packet is discarded anyway.)
	if len(b) < Size {
		return c, fmt.Sprintf(message.TooSmall, len(b))
	}
	// "If the Length field is greater than the payload of the encapsulating
	// protocol, the packet MUST be discarded." The C daemon discards what is
	// shorter too.
	if int(b[3]) != len(b) {
		return c, fmt.Sprintf(message.SizeMismatch, b[3], len(b))
	}
	// "If the version number is not correct (1), the packet MUST be
	// discarded."
	if b[0]>>5 != version {
		return c, fmt.Sprintf(message.Version, b[0]>>5)
	}
	c.read(b)
	return c, c.fault()
}

func (c *Control) read(b []byte) {
	c.Diagnostic, c.State, c.Multiplier = Diagnostic(b[0]&0x1f), State(b[1]>>6), b[2]
	for i, flag := range c.flags() {
		*flag = b[1]&(0x20>>i) != 0
	}
	for i, v := range [...]*uint32{&c.MyDiscriminator, &c.YourDiscriminator, &c.DesiredMinTX, &c.RequiredMinRX, &c.RequiredMinEchoRX} {
		*v = binary.BigEndian.Uint32(b[4+4*i:])
	}
}

// fault says why the packet has to be discarded.
func (c *Control) fault() string {
	switch {
	// RFC 5880 6.8.6: "If the Detect Mult field is zero, the packet MUST be
	// discarded."
	case c.Multiplier == 0:
		return message.ZeroMultiplier
	// "If the Multipoint (M) bit is nonzero, the packet MUST be discarded."
	case c.Multipoint:
		return message.Multipoint
	// "If the My Discriminator field is zero, the packet MUST be discarded."
	case c.MyDiscriminator == 0:
		return message.ZeroMine
	// "If the Your Discriminator field is zero and the State field is not
	// Down or AdminDown, the packet MUST be discarded."
	case c.YourDiscriminator == 0 && c.State != Down && c.State != AdminDown:
		return message.ZeroYours
	// RFC 5880 6.5: "A BFD Control packet MUST NOT have both the Poll (P) and
	// Final (F) bits set." 17.3 discards such.
	case c.Poll && c.Final:
		return message.PollAndFinal
	// 17.3: diagnostics from 9 on are not assigned to a receiver of this
	// version.
	case c.Diagnostic >= diagnostics:
		return fmt.Sprintf(message.BadDiagnostic, uint8(c.Diagnostic))
	}
	return ""
}
