package status

import (
	"net/netip"
	"time"

	"keepalived/core/config"
)

// VRRP is what the VRRP process is and has at one moment. It is a value: it may
// be rendered while the process goes on.
type VRRP struct {
	Config    *config.Config
	Lanes     []Lane
	Statics   []Address // static addresses
	Routes    []bool    // which of the static ones are in the kernel
	Rules     []bool    // likewise
	Instances []Instance
	Sockets   []Socket
	Groups    []Group
	Scripts   []Script
	Files     []File
	Processes []Process
	BFDs      []BFD
	Links     []Link
	// Errors are those of all instances since the process began. Clearing the
	// statistics leaves them as they are.
	Errors Errors
}

// Errors are datagrams that no instance can be blamed for.
type Errors struct{ Checksum, Version uint64 }

// State is the state of an instance or of a sync group, by the numbers of
// 05-observability section 7.2.
type State uint8

// The states.
const (
	Init    State = 0
	Backup  State = 1
	Master  State = 2
	Fault   State = 3
	Deleted State = 97
	Stopped State = 98
)

// String returns the word of a state.
func (s State) String() string {
	if s <= Fault {
		return [...]string{"INIT", "BACKUP", "MASTER", "FAULT"}[s]
	}
	return "unknown"
}

// Lane is what spaces the gratuitous ARPs and neighbour advertisements of some
// interfaces.
type Lane struct {
	ARPInterval, NAInterval time.Duration
	NextARP, NextNA         time.Time // zero: none was sent
	Interfaces              []string
}

// Address is an address that the process sets.
type Address struct {
	Config  *config.Address
	Link    string // on which it is; empty: none
	Base    string // the interface below an interface that is the process's own
	Absent  bool   // the interface does not exist
	Set     bool
	NFTable bool // it is in a set of the firewall
}

// Instance is a virtual router.
type Instance struct {
	Config *config.Instance
	Group  string // its sync group; empty without one

	State, Wanted  State
	Master         netip.Addr // the last one heard
	MasterPriority uint8
	MasterInterval time.Duration
	Rogue          Rogue
	LoggedOnce     uint32 // rate-limit flags
	Faults         Faults
	LastTransition time.Time
	Deadline       time.Time // zero: none
	Period         time.Duration
	LastAdvert     time.Time // zero: none

	Base, Effective uint8 // priorities
	NoPreempt       bool
	Up              time.Time // since when it is in neither INIT nor FAULT; else zero
	ProtocolError   int       // the last one (RFC 6527), 0 without
	Reason          int       // for which it became MASTER (RFC 6527); 0 if it is not
	Total           int

	Link       string // the interface that it works on, which may be its own
	LinkIndex  int
	OwnLinkUp  bool // its own interface is there and up
	Source     netip.Addr
	Duplicated bool // unicast, and another instance of its interface has the VRID
	OldSums    bool // it has found a peer that needs old checksums

	VIPs, Excluded []Address
	Routes, Rules  []bool // which of the configured ones are in the kernel
	HasSockets     bool
	In, Out        int // descriptors, -1 for none

	Counters Counters
	Cleared  time.Time // when somebody set the counters back; zero: never
}

// Rogue is how an owner deals with another owner.
type Rogue struct {
	Count    int
	Timer    bool // it awaits the other's silence
	Interval time.Duration
}

// Faults are the reasons for which an instance is in FAULT.
type Faults struct {
	Config, Trackers, Waiting               int // Waiting: scripts without a result
	LinkDown, BaseDown, Duplicate, NoSource bool
}

// Counters are the statistics of an instance (03-vrrp section 16.1).
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

// Socket is a pair of sockets.
type Socket struct {
	In, Out       int // descriptors, -1 for none
	Link, VRF     string
	Family        int
	AH            bool
	Local         netip.Addr // unicast only
	ReceiveBuffer int
	Members       []Member // by VRID
}

// Member is an instance that uses a socket.
type Member struct {
	Name string
	VRID uint8
}

// Group is a sync group.
type Group struct {
	Config          *config.SyncGroup
	State           State
	Members         []string
	Faulty, Waiting int // members
}

// Script is a tracked script.
type Script struct {
	Config *config.TrackScript
	Result int // 0 to rise+fall-1
	Init   string
	Run    string // what its command does
}

// File is a tracked file.
type File struct {
	Config *config.TrackFile
	Value  int64
}

// Process is a tracked process.
type Process struct {
	Config                    *config.TrackProcess
	Running                   uint32
	Quorum                    bool
	ForkTimer, TerminateTimer bool // running
}

// BFD is a tracked BFD session.
type BFD struct {
	Config *config.TrackBFD
	Up     bool
}

// Link is a network interface.
type Link struct {
	Name                    string
	Index                   int          // 0: it does not exist
	IPv4, IPv6              []netip.Addr // usable as sources; the first is the one in use
	MAC                     []byte
	Flags                   uint32 // IFF_*
	HardwareType            uint16 // ARPHRD_*
	MTU                     int
	Group                   uint32
	MasterDown              bool
	SeenUp                  bool
	UpDelay, DownDelay      time.Duration
	DelayRunning            bool
	Kind                    string // "vmac" or "ipvlan"; empty for others
	Mode                    string // of these
	Base                    *Link  // below it
	Ours                    bool   // made by this process
	Changeable              bool   // it may come back as one of another kind
	Polling                 string // line about link polling; empty: netlink
	VRFTable                uint32 // of a VRF
	VRF                     string // to which it belongs
	ARPInterval, NAInterval time.Duration
	// ARPIgnore, ARPFilter and RPFilter are what sysctls were before the process
	// set them; empty: it has not.
	ARPIgnore, ARPFilter, RPFilter string
	Promoted                       int // what promote_secondaries was before the process set it
	Promoters                      int // instances that want it set
	Forwarding                     bool
	ForwardingRead                 time.Time // zero: never
}
