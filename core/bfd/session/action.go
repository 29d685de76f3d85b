package session

import (
	"net/netip"
	"time"

	"keepalived/core/bfd/packet"
)

// Datagram is what was received on a BFD port.
type Datagram struct {
	Data        []byte
	Source      netip.AddrPort
	Destination netip.Addr // invalid: unknown
	HopLimit    int        // -1: unknown
	Multihop    bool       // on the port of RFC 5883
}

// Action is something to be carried out.
type Action interface{ action() }

// Send sends a packet to the neighbour.
type Send struct {
	*Session
	Packet packet.Control
}

// SetTimer says when [Machine.Deadline] is to be called next, with a zero time
// that it need not be.
type SetTimer struct {
	*Session
	At time.Time
}

// Report tells those who follow the session that it has become Up, or is Up no
// more. That the neighbour has taken it down on purpose (AdminDown) is not
// told.
type Report struct {
	*Session
	Up bool
}

// Log writes a line.
type Log struct {
	Line   string
	Detail bool // with -D alone
}

func (Send) action()     {}
func (SetTimer) action() {}
func (Report) action()   {}
func (Log) action()      {}
