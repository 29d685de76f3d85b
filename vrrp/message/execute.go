package message

// Lines about carrying out what the state machine decides (03-vrrp sections 3
// and 10 to 14).
const (
	SocketMulticast = "VRRP sockpool: [ifindex(%3d), family(IPv%d), proto(%d), fd(%d,%d) multicast, address(%s)]"
	SocketUnicast   = "VRRP sockpool: [ifindex(%3d), family(IPv%d), proto(%d), fd(%d,%d) , unicast, address(%s)]"
	RawSocketDenied = "cant open raw socket. errno=%d"
	SocketError     = "VRRP sockpool: cannot open sockets on %s: %v"

	ReceiveError     = "recvmsg(%d) returned %d (%s)"
	ReceiveEmpty     = "recvmsg(%d) returned data length 0"
	ReceiveTruncated = "recvmsg(%d) message truncated from %d to %d bytes"
	ControlTruncated = "recvmsg(%d), control message truncated from 64 to %d bytes"
	UnknownVRIDFrom  = "Unknown VRID(%d) received on interface(%s) from %s. ignoring..."

	SendError      = "(%s): send advert error %d (%s)"
	SendErrorPeer  = "(%s) Cant send advert to %s (%s)"
	AnnounceError  = "Error %d (%s) sending gratuitous ARP on %s for %s"
	AnnounceError6 = "Error %d (%s) sending ndisc unsolicited neighbour advert on %s for %s"

	SettingVIPs    = "(%s) setting VIPs."
	SettingEVIPs   = "(%s) setting E-VIPs."
	SettingRoutes  = "(%s) setting Virtual Routes"
	SettingRules   = "(%s) setting Virtual Rules"
	RemovingVIPs   = "(%s) removing VIPs."
	RemovingEVIPs  = "(%s) removing E-VIPs."
	RemovingRoutes = "(%s) removing Virtual Routes"
	RemovingRules  = "(%s) removing Virtual Rules"
	NoLongerExist  = "(%s) %s, no longer exist"
	StaticGone     = "%s, no longer exist"
	NetlinkError   = "Netlink: error: %s(%d), type=%s(%d), seq=%d, pid=0"
	NetlinkFailure = "Netlink: %v"

	QueueingARP = "(%s) Sending/queueing gratuitous ARPs on %s for %s"
	QueueingNA  = "(%s) Sending/queueing Unsolicited Neighbour Adverts on %s for %s"
	SendingARP  = "Sending gratuitous ARP on %s for %s"
	SendingNA   = "Sending unsolicited Neighbour Advert on %s for %s"
	SourceARP   = "%s: sending gratuitous ARP for %s"
	SourceNA    = "%s: sending gratuitous NA for %s"

	NetlinkReflector = "Registering Kernel netlink reflector"
	NetlinkCommands  = "Registering Kernel netlink command channel"
	Channel          = "Registering gratuitous %s shared channel"
	ChannelError     = "Error %d while registering gratuitous %s shared channel"

	AssignedAddress   = "Assigned address %s for interface %s"
	DeassignedAddress = "Deassigned address %s from interface %s"
	AddressAdded      = "Netlink reflector reports IP %s added to %s"
	AddressRemoved    = "Netlink reflector reports IP %s removed from %s"
	LinkUp            = "Netlink reports %s up"
	LinkDown          = "Netlink reports %s down"
	LinkAdded         = "Interface %s added"
	LinkDeleted       = "Interface %s deleted"
	LinkRenamed       = "Interface name has changed from %s to %s"
	LinkMAC           = "(%s) MAC %s changed from %s to %s"
	RestoringAddress  = "Restoring deleted static address %s set"
	RestoringRoute    = "Restoring deleted static route %s"

	DelayingStartup    = "Delaying startup for %g seconds"
	DelayingFurther    = "Delaying startup for a further %g seconds"
	ReducedDelayPassed = "Reduced delayed start passed"
	DelayCompleted     = "Delayed start completed"

	Debounce    = "%s: Adding flags change from 0x%x to 0x%x delay by %d"
	DelayLimit  = "%s: lower advert_int reducing interface %s debounce timer(s)"
	Linkbeat    = "Using MII-BMSR/ETHTOOL NIC polling thread(s)..."
	LinkbeatOff = "Turning off linkbeat for %s since netlink works for vmacs/ipvlans"
	BeatUp      = "Linkbeat reports %s up"
	BeatDown    = "Linkbeat reports %s down"

	VMACFound     = "(%s) Found matching interface %s"
	VMACCreated   = "(%s): Success creating VMAC interface %s"
	VMACConflict  = "(%s) Removing old VMAC interface %s due to conflicting interface"
	VMACUpdate    = "(%s) Update old VMAC interface %s due to wrong MAC/mode "
	VMACUpdated   = "(%s): Success updating VMAC interface %s"
	VMACForeign   = "VMAC %s conflicts with existing interface"
	VMACRemoved   = "(%s) Success removing VMAC interface %s"
	VMACVRF       = "vmac: Success changing VRF of VMAC interface %s for vrrp_instance %s"
	IPVLANCreated = "(%s): Success creating ipvlan interface %s"
	IPVLANFailed  = "(%s): Unable to create ipvlan interface %s"
	SysctlSet     = "NOTICE: setting sysctl %s from %s to %s"
	SysctlReset   = "NOTICE: resetting sysctl %s to %s"

	FirewallNFTables    = "use_vmac or no_accept/strict specified, but no firewall configured - using nftables"
	FirewallIPTablesNFT = "Not using iptables since iptables uses nf_tables - please update configuration"
	FirewallNoIPTables  = "Using nftables since no iptables command found - please update configuration"
	FirewallOld         = "Deleting old %s %s table"
	FirewallRepair      = "nftables table %s has been changed by somebody else - restoring it"
	SettingDrop         = "(%s) setting firewall drop rule"
	RemovingDrop        = "(%s) removing firewall drop rule"

	PrintingStats        = "Printing VRRP stats for process(%d) on signal"
	PrintingClearedStats = "Printing and clearing VRRP stats for process(%d) on signal"
	PrintingData         = "Printing VRRP data for process(%d) on signal"
	DumpFileError        = "Can't open dump file %s (%d: %s)"
	StatsFileError       = "Can't open %s (%d: %s)"

	PrintingDataOnRequest  = "Printing VRRP data on DBus request"
	PrintingStatsOnRequest = "Printing VRRP stats on DBus request"
	ClearingStatsOnRequest = "Printing and clearing VRRP stats on DBus request"
	SendingOnRequest       = "Sending garps on %s on DBus request"

	NoLocalIGMPSwitch = "kernel does not support /proc/sys/net/ipv4/igmp_link_local_mcast_reports"
)

// Lines that the C daemon has no counterpart of.
const (
	NotAvailable        = "(%s) %s is not available in this build yet - ignored"
	FirewallNotIPTables = "Using nftables instead of vrrp_iptables - please update configuration"
	VMACFailed          = "(%s): Unable to create VMAC interface %s"
	DatagramsDropped    = "VRRP sockpool: %d datagrams on %s dropped, more than could be handled"
)

// SNMP (05-observability sections 8.4 and 8.5).
const (
	SendingTrap        = "(%s) Sending SNMP notification"
	SendingGroupTrap   = "VRRP_Group(%s): Sending SNMP notification"
	SendingNewMaster   = "(%s) Sending SNMP notification vrrpTrapNewMaster"
	SendingNewMasterV3 = "(%s) Sending SNMP notification vrrpv3NotifyNewMaster, reason %d"
	SendingAuthFailure = "(%s) Sending SNMP notification vrrpTrapAuthFailure"
	SendingProtoError  = "(%s) Sending SNMP notification vrrpTrapProtoError"
	PriorityFromSNMP   = "(%s) base priority changed from %d to %d via SNMP."
	PreemptFromSNMP    = "(%s) preemption enabled with SNMP"
	NoPreemptFromSNMP  = "(%s) preemption disabled with SNMP"
)
