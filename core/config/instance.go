package config

import (
	"net/netip"
	"time"
)

// AuthType is the authentication type of a VRRPv2 packet.
type AuthType uint8

// The authentication types (RFC 2338 section 5.3.6).
const (
	AuthNone AuthType = 0
	AuthPass AuthType = 1
	AuthAH   AuthType = 2
)

// HMACMode is auth_hmac mode.
type HMACMode uint8

// The modes of auth_hmac.
const (
	HMACEnforce HMACMode = iota
	HMACPermissive
	HMACReceiveOnly
)

// HMACKey is one key of auth_hmac.
type HMACKey struct {
	ID     uint8
	Secret []byte
}

// AuthHMAC is the auth_hmac block (03-vrrp section 5.4).
type AuthHMAC struct {
	Keys       []HMACKey
	ActiveKey  uint8
	TimeWindow time.Duration
	Monotonic  bool
	Mode       HMACMode
}

// UnicastPeer is one line of unicast_peer.
type UnicastPeer struct {
	Addr           netip.Addr
	MinTTL, MaxTTL uint8
	TTLGiven       bool
}

// ChecksumCompat is old_unicast_checksum.
type ChecksumCompat uint8

// The values of old_unicast_checksum.
const (
	ChecksumCompatAuto ChecksumCompat = iota
	ChecksumCompatNever
	ChecksumCompatOld
)

// VMAC is use_vmac.
type VMAC struct {
	Name          string // as it will be created
	NameGiven     bool
	MAC           [6]byte
	Group         uint32
	GroupSet      bool
	NetlinkNotify bool
}

// IPVLAN is use_ipvlan.
type IPVLAN struct {
	Name      string
	NameGiven bool
	Address   netip.Prefix
	Mode      string // "bridge", "private" or "vepa"
	Group     uint32
	GroupSet  bool
}

// InitialState is what an instance wants to be.
type InitialState uint8

// The initial states.
const (
	StateBackup InitialState = iota
	StateMaster
)

// Notify is the set of scripts of an instance or a sync group.
type Notify struct {
	Master, Backup, Fault, Stop, Deleted, Any, MasterRxLowerPri *Script
	// SendDeleted reports a removed instance as DELETED instead of FAULT.
	SendDeleted bool
	// SMTPAlert sends a mail for each change of state.
	SMTPAlert bool
	// PriorityChanges writes changes of priority to the FIFOs.
	PriorityChanges bool
}

// Tracking is what an instance or a sync group watches.
type Tracking struct {
	Interfaces []Tracked
	Scripts    []Tracked
	Files      []Tracked
	Processes  []Tracked
	BFDs       []Tracked
}

// Instance is a vrrp_instance after completion (01-configuration section 11).
type Instance struct {
	Name      string
	Interface string // configured interface; empty for unicast without one
	VRF       string
	VRID      uint8
	Version   int // 2 or 3
	Family    int // 4 or 6
	Priority  uint8
	// InitialState is what the instance asks for; State is what its sync group
	// lets it have.
	InitialState     InitialState
	State            InitialState
	AdvertInt        time.Duration
	DownTimerAdverts int // default 3
	Strict           bool
	Accept           bool
	NoPreempt        bool
	PreemptDelay     time.Duration
	// ConfigFault is the reason for which the instance stays in FAULT, as
	// it is logged; empty without one.
	ConfigFault string

	// Packets.
	Source               netip.Addr // mcast_src_ip or unicast_src_ip; zero: the interface's
	TrackSource          bool
	MulticastGroup       netip.Addr
	Unicast              bool // has peers
	UnicastPeers         []UnicastPeer
	UnicastTTL           int // -1: the kernel's default (IPv6)
	UnicastFaultNoPeer   bool
	CheckUnicastSrc      bool
	ChecksumCompat       ChecksumCompat
	V3ChecksumAsV2       bool
	AuthType             AuthType
	AuthPass             [8]byte
	HMAC                 *AuthHMAC
	SkipCheckAdvAddr     bool
	LowerPrioNoAdvert    bool
	HigherPrioSendAdvert bool
	OwnerIgnoreAdverts   bool
	TimerExpiredBackup   int // 0: off, else the priority
	ThreadTimerExpired   int
	KernelRxBufSize      uint32

	// Addresses.
	VIPs               []*Address
	ExcludedVIPs       []*Address
	Routes             []*Route
	Rules              []*Rule
	NoVirtualIPAddress bool
	PromoteSecondaries bool

	// Interfaces.
	VMAC               *VMAC
	VMACXmitBase       bool
	UseVMACAddr        bool
	IPVLAN             *IPVLAN
	DontTrackPrimary   bool
	LinkbeatUsePolling bool

	// Gratuitous ARP and unsolicited NA.
	GARPMasterDelay         time.Duration
	GARPMasterRepeat        uint32
	GARPMasterRefresh       time.Duration
	GARPMasterRefreshRepeat uint32
	GARPLowerPrioDelay      time.Duration
	GARPLowerPrioRepeat     uint32
	GARPExtraIf             time.Duration
	GARPExtraIfAll          bool

	Tracking Tracking
	Notify   Notify
	Debug    int
}

// Owner reports whether the instance owns its addresses (priority 255).
func (i *Instance) Owner() bool { return i.Priority == 255 }

// DelayLimit is the longest that a change of the interface may be held back while
// a master sends at an interval: less than the time after which another router
// takes over (03-vrrp section 12.4). It is in whole microseconds, as dumps show it.
func (i *Instance) DelayLimit(interval time.Duration) time.Duration {
	return max(0, time.Duration(i.DownTimerAdverts-1)*interval-(interval/256).Truncate(time.Microsecond))
}

// Key is what two configurations of the same virtual router have in common
// (03-vrrp section 14.5). The name is not part of it.
type Key struct {
	VRID        uint8
	Family      int
	Interface   string
	Unicast     bool
	Source      netip.Addr // unicast only
	Group       netip.Addr // multicast only
	VMAC        bool
	UseVMACAddr bool
}

// Key returns the identity of the instance for a reload.
func (i *Instance) Key() Key {
	k := Key{VRID: i.VRID, Family: i.Family, Interface: i.Interface, Unicast: i.Unicast}
	if i.Unicast {
		k.Source = i.Source
		return k
	}
	k.Group, k.VMAC, k.UseVMACAddr = i.MulticastGroup, i.VMAC != nil || i.IPVLAN != nil, i.UseVMACAddr
	return k
}

// SyncGroup is a vrrp_sync_group.
type SyncGroup struct {
	Name      string
	Instances []string
	// State is the state in which the group starts.
	State          InitialState
	Tracking       Tracking // already added to every member; kept for the dump
	Notify         Notify
	GlobalTracking bool
	TrackingWeight bool
}
