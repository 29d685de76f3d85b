package config

import (
	"net/netip"
	"time"
)

// Forever is an address lifetime without end.
const Forever = 1<<32 - 1

// Address is a line of virtual_ipaddress, virtual_ipaddress_excluded or
// static_ipaddress, in the terms of ip-address(8).
type Address struct {
	Prefix    netip.Prefix
	Peer      netip.Addr // zero without one
	Broadcast netip.Addr // zero: none
	Interface string     // the one on which it is set; empty: the instance's own
	// DevGiven is set when the interface was written with "dev".
	DevGiven bool
	Scope    uint8
	Label    string
	// PreferredLifetime is in seconds, Forever without end.
	PreferredLifetime uint32
	// NoDAD is set by the word -nodad, which takes the kernel's nodad flag away
	// that IPv6 addresses otherwise get.
	Home, NoDAD, ManageTempAddr, NoPrefixRoute, AutoJoin bool
	NoTrack                                              bool
	UseVMAC                                              bool
	TrackGroup                                           string // static addresses only
}

// Family is 4 or 6.
func (a *Address) Family() int { return Family(a.Prefix.Addr()) }

// Family returns 4 or 6 for an address, 0 for the zero Addr.
func Family(a netip.Addr) int {
	switch {
	case a.Is4():
		return 4
	case a.Is6():
		return 6
	}
	return 0
}

// Encap is the light-weight tunnel of a route or of a next hop.
type Encap struct {
	Type     string // "ip", "ip6", "mpls", "ila"
	ID       uint64
	Dst, Src netip.Addr
	TOS      uint8
	TTL      uint8
	Flags    uint16
	Labels   []uint32 // mpls
	Locator  uint64   // ila
}

// NextHop is one leg of a multipath route.
type NextHop struct {
	Via       netip.Addr
	Interface string
	Weight    int // 1..256
	OnLink    bool
	Encap     *Encap
	Realms    uint32 // from << 16 | to
}

// Metric is one of the per-route metrics of RTA_METRICS.
type Metric struct {
	Value uint32
	Set   bool
	Lock  bool
}

// RouteInsert says where a route goes among equal ones.
type RouteInsert uint8

// The ways of inserting a route.
const (
	RoutePrepend RouteInsert = iota
	RouteAdd
	RouteAppend
)

// Route is a line of virtual_routes or static_routes, in the terms of
// ip-route(8).
type Route struct {
	Family                                                                                                                                   int // 4 or 6
	Dst                                                                                                                                      netip.Prefix
	Type                                                                                                                                     uint8      // RTN_*
	Source                                                                                                                                   netip.Addr // preferred source
	From                                                                                                                                     netip.Prefix
	Via                                                                                                                                      netip.Addr
	Interface                                                                                                                                string
	OnLink                                                                                                                                   bool
	TOS                                                                                                                                      uint8
	Table                                                                                                                                    uint32
	VRF                                                                                                                                      string
	Protocol                                                                                                                                 uint8 // default 18
	Scope                                                                                                                                    uint8
	ScopeSet                                                                                                                                 bool
	Priority                                                                                                                                 uint32 // metric
	PrioritySet                                                                                                                              bool
	Encap                                                                                                                                    *Encap
	Expires                                                                                                                                  uint32 // seconds
	ExpiresSet                                                                                                                               bool
	MTU, AdvMSS, RTT, RTTVar, RTOMin, Reordering, Window, CWND, SSThresh, InitCWND, InitRWND, HopLimit, QuickACK, FastOpenNoCookie, Features Metric
	CongCtl                                                                                                                                  string
	CongCtlLock                                                                                                                              bool
	Realms                                                                                                                                   uint32
	Pref                                                                                                                                     uint8 // RFC 4191 router preference
	PrefSet                                                                                                                                  bool
	TTLPropagate                                                                                                                             bool
	TTLPropagateSet                                                                                                                          bool
	Insert                                                                                                                                   RouteInsert
	NextHops                                                                                                                                 []NextHop
	NoTrack                                                                                                                                  bool
	TrackGroup                                                                                                                               string
}

// PortRange is an inclusive range of ports.
type PortRange struct{ First, Last uint16 }

// Rule is a line of virtual_rules or static_rules, in the terms of
// ip-rule(8).
type Rule struct {
	Family               int
	Action               uint8 // FR_ACT_*
	Invert               bool
	From, To             netip.Prefix // zero: any
	Table                uint32
	Priority             uint32
	TOS                  uint8
	FWMark, FWMask       uint32
	FWMarkSet, FWMaskSet bool
	Realms               uint32
	SuppressPrefixLen    int32 // -1: none
	SuppressIfGroup      uint32
	SuppressIfGroupSet   bool
	IIF, OIF             string
	TunnelID             uint64
	UIDFirst, UIDLast    uint32
	UIDSet               bool
	L3MDev               bool
	Protocol             uint8 // default 18
	IPProto              uint8
	SrcPort, DstPort     *PortRange
	Goto                 uint32
	NoTrack              bool
	TrackGroup           string
}

// GARPGroup is a garp_group: interfaces that share the spacing of their
// gratuitous ARPs and neighbour advertisements.
type GARPGroup struct {
	GARPInterval, GNAInterval time.Duration
	Interfaces                []string
}

// LinkbeatInterface is a line of linkbeat_interfaces.
type LinkbeatInterface struct {
	Interface string
	Method    string // "", "MII", "ETHTOOL" or "IOCTL"
}

// UpDownDelay is a line of interface_up_down_delays.
type UpDownDelay struct {
	Interface string
	Down, Up  time.Duration
}

// TrackGroup is a track_group: the instances that keep static entries alive.
type TrackGroup struct {
	Name      string
	Instances []string
}
