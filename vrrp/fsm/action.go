package fsm

import (
	"time"

	"keepalived/core/notify"
)

// Action is one thing to do. Actions are carried out in the order of the
// slice, all before the machine's next step.
type Action interface{ action() }

// Log writes one line. Detail lines are shown with -D only.
type Log struct {
	Line   string
	Detail bool
}

// SendAdvert sends one advert to the group or to every peer. Errors of sending
// do not concern the machine.
type SendAdvert struct {
	Instance *Instance
	Priority uint8 // 0: releasing
}

// SetTimer arms the instance's only timer, whatever it was before. The zero
// Deadline stops it.
type SetTimer struct {
	Instance *Instance
	Deadline time.Time
}

// Why tells apart the moments at which addresses are set or removed; the log
// lines of 03-vrrp sections 7.4 step 7, 7.11 step 4 and 10.1 are the
// executor's.
type Why uint8

// The moments.
const (
	Transition Why = iota // became or left MASTER
	AtStart               // 10.3: left over from an earlier run
	AtReload              // rows I8, I9, I12: compared and corrected
	AtStop
)

// AddVIPs makes present, in this order: firewall entries, virtual addresses,
// excluded addresses, routes, rules.
type AddVIPs struct {
	Instance *Instance
	Why      Why
}

// RemoveVIPs makes absent, in this order: rules, routes, queued gratuitous
// ARPs and NAs, addresses, excluded addresses, firewall entries.
type RemoveVIPs struct {
	Instance *Instance
	Why      Why
}

// Announce sends a burst of gratuitous ARPs or unsolicited NAs for all virtual
// addresses, and a second one when Again has passed, if that is not zero.
// Refresh starts the timers of garp_master_refresh and garp_extra_if (03-vrrp
// sections 11.2 and 11.4).
type Announce struct {
	Instance *Instance
	Repeat   uint32
	Again    time.Duration
	Refresh  bool
}

// AnnounceSource sends one gratuitous ARP or NA for the own source address on
// the base interface (unicast, leaving FAULT).
type AnnounceSource struct{ Instance *Instance }

// Notify sends the notification of an instance.
type Notify struct {
	Instance *Instance
	State    notify.State
	Priority int
}

// NotifyGroup sends the notification of a sync group.
type NotifyGroup struct {
	Group *Group
	State notify.State
}

// SyncDaemon gives the IPVS sync daemon of the instance its role.
type SyncDaemon struct {
	Instance *Instance
	Master   bool
}

// Sequence keeps the AH sequence number of the packet endpoint (03-vrrp
// section 5.2).
type Sequence struct {
	Instance *Instance
	Op       SequenceOp
}

// SequenceOp is what to do with the AH sequence number.
type SequenceOp uint8

// The operations.
const (
	SequenceRestart   SequenceOp = iota // becoming MASTER: from 0 if it had wrapped
	SequenceFollow                      // answering a lower advert: received + 1
	SequenceUnwrapped                   // the wrap flag is cleared
)

// LimitDelays keeps the debounce delays of the instance's interface below what
// the interval that has just been learned from the master allows (03-vrrp section
// 12.4).
type LimitDelays struct{ Instance *Instance }

func (Log) action()            {}
func (SendAdvert) action()     {}
func (SetTimer) action()       {}
func (AddVIPs) action()        {}
func (RemoveVIPs) action()     {}
func (Announce) action()       {}
func (AnnounceSource) action() {}
func (Notify) action()         {}
func (NotifyGroup) action()    {}
func (SyncDaemon) action()     {}
func (Sequence) action()       {}
func (LimitDelays) action()    {}
