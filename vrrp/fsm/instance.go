package fsm

import (
	"net/netip"
	"time"

	"keepalived/core/config"
)

// State is the state of an instance or of a group.
type State uint8

// The states, with the numbers of 03-vrrp section 1.
const (
	Init State = iota
	Backup
	Master
	Faulty
)

// String returns the state's word.
func (s State) String() string { return [...]string{"INIT", "BACKUP", "MASTER", "FAULT"}[s] }

// Kind is a kind of tracked object.
type Kind uint8

// The kinds, in the order in which their reasons for FAULT are logged at start.
const (
	Interface Kind = iota
	File
	Process
	BFD
	Script
)

// Key names a tracked object.
type Key struct {
	Kind Kind
	Name string
}

// Tracker is a tracked object with what it does to an instance (03-vrrp
// section 8.1). Weight 0 means FAULT when down.
type Tracker struct {
	Key
	Weight  int
	Reverse bool

	status   Status
	value    int64
	reloaded bool // nobody waits for its first result
}

// Instance is one virtual router. Its fields may be read at any time on the
// loop (dumps, observers); only the machine writes them.
type Instance struct {
	Config *config.Instance
	Index  int    // in the machine
	Group  *Group // nil outside of one

	State, Wanted State
	Trackers      []Tracker
	Source        netip.Addr

	Total          int   // base + contributions
	Effective      uint8 // what adverts carry
	Master         netip.Addr
	MasterPriority uint8
	MasterInterval time.Duration // M of 7.1
	Period         time.Duration // D of 7.1
	LastTransition time.Time
	LastAdvert     time.Time
	PreemptAt      time.Time // end of a running preempt delay, else zero
	LoggedOnce     uint32    // rate-limit flags of 6.4
	Counters       Counters
	NoPreempt      bool      // the configured one, unless an observer has set another
	Up             time.Time // since when it is in neither INIT nor FAULT; else zero
	Heard          Heard     // what it heard last, for the reason of becoming MASTER

	alone        [1]*Instance // the instance itself
	base         uint8        // configured priority
	deadline     time.Time    // zero: none
	armed        time.Time    // what the executor's timer is set to
	rearm        bool         // set it again, whatever it is set to
	notified     bool         // since start or reload (9.5)
	atOnce       bool         // row I5: the first deadline is that of an owner
	quiet        bool         // row B4: MASTER without having said so
	sourceNeeded bool         // no source address is a fault
	sourceLost   bool
	rogue
}

// Heard is what the last advert of another router was.
type Heard uint8

// The adverts.
const (
	HeardMaster Heard = iota // of the master, or none
	HeardLower               // of a lower priority
	HeardZero                // of a master that leaves
)

// Reason is why the instance has become MASTER, by vrrpv3StatisticsNewMasterReason
// (RFC 6527): 0 if it is not, 1 the master has left, 2 it has preempted, 3 the
// master has fallen silent.
func (in *Instance) Reason() int {
	if in.State != Master {
		return 0
	}
	if in.Config.Owner() && in.Heard == HeardMaster {
		return 2
	}
	return map[Heard]int{HeardZero: 1, HeardLower: 2, HeardMaster: 3}[in.Heard]
}

// Base is the priority before what is tracked changes it: the configured one,
// unless an observer has set another.
func (in *Instance) Base() uint8 { return in.base }

// Counters are the statistics of an instance (03-vrrp section 16.1). They stay
// over a reload.
type Counters struct {
	AdvertReceived, AdvertSent              uint64
	BecameMaster, ReleasedMaster            uint64
	PacketLength, TTL, InvalidType          uint64
	AdvertInterval, AddressList             uint64
	Checksum, Version, VRID                 uint64
	AuthInvalidType, AuthMismatch           uint64
	AuthFailure                             uint64
	ExtMissing, ExtMalformed, ExtUnknownKey uint64
	ExtInvalidHMAC, ExtStale, ExtReplay     uint64
	PriorityZeroReceived, PriorityZeroSent  uint64
}

// Group is one sync group.
type Group struct {
	Config  *config.SyncGroup
	Index   int // in the machine
	State   State
	Members []*Instance // in configuration order
}
