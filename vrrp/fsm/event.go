package fsm

import (
	"net/netip"

	"keepalived/vrrp/packet"
)

// Event is what happened to one instance.
type Event interface{ event() }

// Deadline says that the time last given by [SetTimer] has come. A Deadline
// that comes early is answered with the SetTimer again, and nothing else.
type Deadline struct{}

// Packet is a datagram for the instance that [packet.Endpoint.Check] judged,
// accepted or rejected. An instance that does not listen ([Instance.Listens])
// needs none: it must then not be given to Check either.
type Packet struct{ Result *packet.Result }

// Status is what is known about a tracked object.
type Status uint8

// The statuses. Unknown is a script without a result yet; an unweighted one
// keeps the instance in FAULT silently until it has one.
const (
	Unknown Status = iota
	Down           // interface down, script failing, quorum not reached, BFD not Up
	Up
)

// Tracked is a new status of a tracked object, or a new value of a tracked
// file. Before [Machine.Start] it is the first status.
type Tracked struct {
	Key    Key
	Status Status // not used for a file
	Value  int64  // of a file
}

// Source is the address from which adverts are sent, zero when the interface
// has none: then the instance goes to FAULT, unless the source is configured
// and not tracked.
type Source struct{ Addr netip.Addr }

// AddressLost says that somebody else deleted a virtual address, route or rule
// of the instance that is not no_track (row M9).
type AddressLost struct{}

// SetPriority changes the configured priority (SNMP).
type SetPriority struct{ Priority uint8 }

// SetPreempt switches preemption on or off (SNMP).
type SetPreempt struct{ Preempt bool }

func (SetPreempt) event()  {}
func (Deadline) event()    {}
func (Packet) event()      {}
func (Tracked) event()     {}
func (Source) event()      {}
func (AddressLost) event() {}
func (SetPriority) event() {}
