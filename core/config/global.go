package config

import (
	"net/netip"
	"time"
)

// Scheduling is how a process asks to be scheduled (02-runtime section 10.3).
type Scheduling struct {
	Priority     int // nice value
	PrioritySet  bool
	RTPriority   int    // 0: not real-time
	RlimitRTTime uint32 // microseconds, default 10000
	CPUAffinity  []int
	NoSwap       bool
}

// SyncDaemon is lvs_sync_daemon.
type SyncDaemon struct {
	Interface string
	Instance  string // empty: both roles, run by the checker process
	ID        int    // -1: the VRID of Instance, else 0
	MaxLen    uint16 // 0: the kernel's default, also below
	Port      uint16
	TTL       uint8
	Group     netip.Addr
}

// FlushOnStop is lvs_flush_on_stop.
type FlushOnStop uint8

// The values of lvs_flush_on_stop.
const (
	FlushOnStopOff FlushOnStop = iota
	FlushOnStopAll
	FlushOnStopVS
)

// ReceiveBufferPolicy is one word of vrrp_rx_bufs_policy.
type ReceiveBufferPolicy struct {
	MTU, Advert bool
	Size        uint32
}

// Global is global_defs.
type Global struct {
	// Processes.
	ProcessName, VRRPProcessName, CheckerProcessName, BFDProcessName string
	VRRPScheduling, CheckerScheduling, BFDScheduling                 Scheduling
	MaxAutoPriority                                                  int  // 0 and -1 (said to be disabled): never
	MaxAutoPrioritySet                                               bool // the keyword was given
	MinAutoPriorityDelay                                             time.Duration
	Umask                                                            uint32
	UmaskSet                                                         bool
	RandomSeed                                                       uint32
	RandomSeedSet                                                    bool
	DataUseInstance                                                  bool
	JSONVersion                                                      int
	StateDumpFile, StatsDumpFile, JSONDumpFile                       string
	TmpConfigDirectory, ConfigSaveDir                                string

	// Start, stop and reload.
	StartupScript, ShutdownScript               *Script
	StartupScriptTimeout, ShutdownScriptTimeout time.Duration
	ReloadCheckConfig                           bool
	ReloadCheckConfigFile                       string
	ReloadTimeFile                              string
	ReloadRepeat                                bool
	ReloadFile                                  string // "-": the default name

	// Identity and mail.
	RouterID              string
	NotificationEmails    []string
	NotificationEmailFrom string
	SMTPServer            netip.AddrPort
	SMTPHeloName          string
	SMTPConnectTimeout    time.Duration
	NoEmailFaults         bool
	NoCheckerEmails       bool
	SMTPAlertChecker      bool

	// Scripts.
	UseSymlinkPaths      bool
	EnableScriptSecurity bool

	// Notification.
	NotifyFIFO, VRRPNotifyFIFO, LVSNotifyFIFO *FIFO
	FIFOWriteVRRPStatesOnReload               bool

	// VRRP.
	DynamicInterfaces                                                              bool
	AllowIfChanges                                                                 bool
	DefaultInterface                                                               string
	DisableLocalIGMP                                                               bool
	MulticastGroup4                                                                netip.Addr
	MulticastGroup6                                                                netip.Addr
	GARPInterval                                                                   time.Duration
	GNAInterval                                                                    time.Duration
	GARPLowerPrioDelay                                                             time.Duration
	GARPLowerPrioRepeat                                                            uint32
	CheckUnicastSrc                                                                bool
	RxBufsPolicy                                                                   ReceiveBufferPolicy
	RxBufsMultiplier                                                               uint32
	StartupDelay                                                                   time.Duration
	DelayAfterBoot                                                                 time.Duration
	LogUnknownVRIDs                                                                bool
	VMACPrefix                                                                     string
	VMACAddrPrefix                                                                 string
	NetlinkCmdRcvBufs, NetlinkMonitorRcvBufs, ProcessMonitorRcvBufs                uint32
	NetlinkCmdRcvBufsForce, NetlinkMonitorRcvBufsForce, ProcessMonitorRcvBufsForce bool
	IproutePaths                                                                   [2]string // etc, usr

	// Firewall.
	Firewall Firewall

	// LVS.
	LVSTimeouts                                              LVSTimeouts
	LVSFlush                                                 bool
	LVSFlushOnStop                                           FlushOnStop
	LVSSyncDaemon                                            *SyncDaemon
	CheckerLogAllFailures                                    bool
	RSInitNotifies                                           bool
	LVSNetlinkCmdRcvBufs, LVSNetlinkMonitorRcvBufs           uint32
	LVSNetlinkCmdRcvBufsForce, LVSNetlinkMonitorRcvBufsForce bool

	// Observers.
	SNMP SNMP
	DBus DBus

	Defaults Defaults
}

// Defaults are the values of global_defs that the parser has handed on to the
// blocks that say nothing themselves: what observers show of them.
type Defaults struct {
	InstanceDefaults
	GARPMasterDelay         time.Duration
	GARPMasterRepeat        uint32
	GARPMasterRefresh       time.Duration
	GARPMasterRefreshRepeat uint32
	// GARPLowerPrioDelayGiven and GARPLowerPrioRepeatGiven tell whether
	// these two have values of their own.
	GARPLowerPrioDelayGiven, GARPLowerPrioRepeatGiven bool
	SMTPAlert, SMTPAlertVRRP, SMTPAlertChecker        Given[bool]
	ScriptUID, ScriptGID                              uint32
	EmailFromGiven                                    bool
	ScriptUserKnown                                   bool // there is a default owner of scripts
}

// InstanceDefaults are those of vrrp_instance and vrrp_sync_group that are
// values of their own, and not derived from others.
type InstanceDefaults struct {
	Strict                bool
	Version               int // 2 or 3
	SkipCheckAdvAddr      bool
	V3ChecksumAsV2        bool
	LowerPrioNoAdvert     bool
	HigherPrioSendAdvert  bool
	OwnerIgnoreAdverts    bool
	NotifyPriorityChanges bool
	DownTimerAdverts      int
	GARPExtraIf           time.Duration // 0: off
	GARPExtraIfAll        bool
}

// LVSTimeouts is lvs_timeouts, in seconds; 0 keeps the kernel's value.
type LVSTimeouts struct{ TCP, TCPFin, UDP uint32 }

// Firewall is the choice and naming of firewall objects.
type Firewall struct {
	NFTables                string // table; empty: not configured
	NFTablesPriority        int
	NFTablesIfindex         bool
	NFTablesCounters        bool
	NFTablesIPVS            string
	NFTablesIPVSPriority    int
	NFTablesIPVSStartFWMark uint32
	IPTables                bool
	IPTablesIn, IPTablesOut string
	IPSets                  bool
	IPSetNames              [6]string // v4, v6, v6 with interface, igmp, mld, nd
}

// SNMP is what the SNMP sub-agent serves.
type SNMP struct {
	Socket                             string
	Traps, VRRP, Checker, RFCv2, RFCv3 bool
	VSStatsInterval, RSStatsInterval   time.Duration
}

// DBus is the D-Bus service.
type DBus struct {
	Enabled         bool
	ServiceName     string
	NoInterfaceName string
}
