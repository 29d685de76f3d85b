package config

import (
	"net/netip"
	"time"
)

// Protocol is an IP protocol number.
type Protocol uint8

// The protocols of virtual servers.
const (
	ProtocolNone Protocol = 0
	ProtocolTCP  Protocol = 6
	ProtocolUDP  Protocol = 17
	ProtocolSCTP Protocol = 132
)

// String returns the word that names and messages use.
func (p Protocol) String() string {
	switch p {
	case ProtocolTCP:
		return "tcp"
	case ProtocolUDP:
		return "udp"
	case ProtocolSCTP:
		return "sctp"
	}
	return "none"
}

// SynchronisesBoth reports whether the health-check process runs IPVS's
// synchronisation daemons, in both roles; else lvs_sync_daemon, if it is there,
// names an instance, whose process does it (04-lvs-checkers section 12.3).
func (c *Config) SynchronisesBoth() bool {
	d := c.Global.LVSSyncDaemon
	return d != nil && d.Instance == "" && c.HasLVS
}

// SSL is the SSL block.
type SSL struct{ Password, CA, Certificate, Key string }

// GroupEntry is one line of a virtual_server_group.
type GroupEntry struct {
	FWMark      uint32
	IsFWMark    bool
	Family      int        // of a fwmark; 0: not given
	First, Last netip.Addr // equal for a single address
	Port        uint16     // 0: any
	IsMask      bool       // written as address/length
	IsRange     bool
}

// Same reports whether two entries are one to a reload (04-lvs-checkers section
// 10).
func (e GroupEntry) Same(o GroupEntry) bool {
	if e.IsFWMark || o.IsFWMark {
		return e.IsFWMark == o.IsFWMark && e.FWMark == o.FWMark
	}
	return e.First == o.First && e.Last == o.Last && e.Port == o.Port
}

// VirtualServerGroup is a virtual_server_group.
type VirtualServerGroup struct {
	Name    string
	Entries []GroupEntry
}

// Forwarding is a forwarding method.
type Forwarding uint8

// The forwarding methods, with the kernel's numbers.
const (
	ForwardNAT Forwarding = 0
	ForwardTUN Forwarding = 2
	ForwardDR  Forwarding = 3
)

// TunnelType is the encapsulation of ForwardTUN, with the kernel's numbers.
type TunnelType uint8

// The tunnel types.
const (
	TunnelIPIP TunnelType = iota
	TunnelGUE
	TunnelGRE
)

// TunnelChecksum is the checksum option of a tunnel, with the kernel's flags.
type TunnelChecksum uint8

// The checksum options.
const (
	TunnelNoChecksum TunnelChecksum = iota
	TunnelChecksumOn
	TunnelRemoteChecksum
)

// Method is lvs_method with its tunnel options.
type Method struct {
	Forwarding Forwarding
	Tunnel     TunnelType
	Port       uint16
	Checksum   TunnelChecksum
}

// VirtualServer is a virtual_server after validation.
type VirtualServer struct {
	// Exactly one of Addr, IsFWMark and Group says what it serves.
	Addr       netip.Addr
	Port       uint16
	FWMark     uint32
	IsFWMark   bool
	Group      string
	GroupIndex int // position among the virtual servers of the group, from 0
	Family     int // 4, 6, or 0: both (group)
	Protocol   Protocol

	Scheduler string
	// Flags of the scheduler: bits 1, 2 and 4 are flag-1, flag-2, flag-3.
	SchedulerFlags     uint8
	OnePacket          bool
	Persistent         bool
	PersistenceTimeout uint32 // seconds
	// Granularity is the IPv4 netmask or, for IPv6, the prefix length.
	GranularityMask   netip.Addr
	GranularityLength uint8
	PersistenceEngine string
	Method            Method
	Weight            int64 // of real servers that have none

	Timing
	HASuspend            bool
	Alpha, Omega         bool
	InhibitOnFailure     bool
	Quorum, Hysteresis   uint32
	QuorumUp, QuorumDown *Script
	SMTPAlert            bool
	VirtualHost          string
	SNMPName             string
	SorryServer          *SorryServer
	RealServers          []*RealServer
}

// MarkFamily is the family of a mark of its group: that of the mark, else its
// own, else IPv4 (04-lvs-checkers section 5).
func (v *VirtualServer) MarkFamily(e GroupEntry) int {
	switch {
	case e.Family != 0:
		return e.Family
	case v.Family != 0:
		return v.Family
	}
	return 4
}

// Timing is what a virtual or real server hands on to its checkers. (They have
// it already; the data dump shows where it comes from.)
type Timing struct {
	DelayLoop        time.Duration
	ConnectTimeout   time.Duration
	Retry            Given[uint32]
	DelayBeforeRetry Given[time.Duration]
	Warmup           Given[time.Duration]
}

// Given is a value that may not be given.
type Given[T any] struct {
	Set   bool
	Value T
}

// SorryServer is sorry_server.
type SorryServer struct {
	Addr    netip.Addr
	Port    uint16
	Method  Method
	Inhibit bool
	// DuplicatesRS is set when a real server has the same address and port.
	DuplicatesRS bool
}

// RealServer is a real_server after validation and inheritance.
type RealServer struct {
	Addr                           netip.Addr
	Port                           uint16
	Weight                         int64
	Method                         Method
	UpperThreshold, LowerThreshold uint32
	Timing
	InhibitOnFailure     bool
	Alpha                bool
	NotifyUp, NotifyDown *Script
	SMTPAlert            bool
	VirtualHost          string
	SNMPName             string
	Checkers             []*Checker
	// Unchecked is set when its only checkers were alpha and refused: nobody
	// would ever find it well, so it does not enter the service.
	Unchecked bool
}

// CheckerKind says which block a checker was.
type CheckerKind uint8

// The checkers.
const (
	CheckTCP CheckerKind = iota
	CheckHTTP
	CheckSSL
	CheckSMTP
	CheckDNS
	CheckMisc
	CheckUDP
	CheckPing
	CheckFile
	CheckBFD
)

// String returns the name of the block.
func (k CheckerKind) String() string {
	return [...]string{"TCP_CHECK", "HTTP_GET", "SSL_GET", "SMTP_CHECK", "DNS_CHECK", "MISC_CHECK", "UDP_CHECK", "PING_CHECK", "FILE_CHECK", "BFD_CHECK"}[k]
}

// Target is where and how a network checker connects.
type Target struct {
	Addr          netip.Addr
	Port          uint16
	BindAddr      netip.Addr // zero: none
	BindPort      uint16
	BindInterface string
	Timeout       time.Duration
	FWMark        uint32
}

// Checker is one health check of a real server, with every inherited value.
type Checker struct {
	Kind             CheckerKind
	Target           Target
	DelayLoop        time.Duration
	Warmup           time.Duration
	Retry            uint32
	DelayBeforeRetry time.Duration
	Alpha            bool
	LogAllFailures   bool

	// The one of Kind is set; the others are nil.
	HTTP *HTTPCheck // CheckHTTP and CheckSSL
	SMTP *SMTPCheck
	DNS  *DNSCheck
	Misc *MiscCheck
	UDP  *UDPCheck
	File *FileCheck
	BFD  *BFDCheck
}

// StatusRange is an inclusive range of HTTP status codes.
type StatusRange struct{ First, Last uint16 }

// HTTPCheck is HTTP_GET or SSL_GET.
type HTTPCheck struct {
	URLs         []HTTPURL
	VirtualHost  string
	Version      string // "1.0", "1.0C" or "1.1"
	SNI          bool
	FastRecovery bool
	TLSCompliant bool
}

// HTTPURL is one url block.
type HTTPURL struct {
	Path         string
	Digest       []byte // 16 octets, or empty
	VirtualHost  string
	StatusCodes  []StatusRange // default 200-299 when empty
	Regex        *Regex
	TLSCompliant bool
}

// Regex is the pattern that the body of a reply must, or must not, match.
type Regex struct {
	Pattern              string
	Options              []string
	NoMatch              bool
	MinOffset            uint32
	MaxOffset            uint32
	MaxOffsetSet         bool
	StackStart, StackMax uint32
}

// SMTPCheck is SMTP_CHECK.
type SMTPCheck struct{ HeloName string }

// DNSCheck is DNS_CHECK.
type DNSCheck struct {
	Type     string // "SOA", "A", ...
	TypeCode uint16
	Name     string
}

// MiscCheck is MISC_CHECK.
type MiscCheck struct {
	Script  *Script
	Timeout time.Duration
	Dynamic bool
}

// UDPCheck is UDP_CHECK.
type UDPCheck struct {
	Payload            []byte
	PayloadSet         bool
	RequireReply       bool
	Reply, ReplyMask   []byte
	MinReply, MaxReply int
}

// FileCheck is FILE_CHECK.
type FileCheck struct {
	TrackFile string
	Weight    int64
	Reverse   bool
}

// BFDCheck is BFD_CHECK.
type BFDCheck struct{ Name string }

// BFDInstance is a bfd_instance.
type BFDInstance struct {
	Name                 string
	Neighbor             netip.Addr
	Source               netip.Addr
	MinRX, MinTX, IdleTX time.Duration
	Multiplier           uint8
	Passive              bool
	TTL                  int
	MaxHops              int // -1: any
	Multihop             bool
	VRRP, Checker        bool // which processes are told of its state
}
