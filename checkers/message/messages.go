package message

// Start, reload and stop (sections 1, 10, 11, 12).
const (
	InitIPVS           = "Initializing ipvs"
	ReinitIPVS         = "Reinitializing ipvs"
	CannotInitIPVS     = "IPVS: Can't initialize ipvs: %s"
	Activating         = "Activating healthchecker for service %s for VS %s"
	Deactivating       = "Deactivating healthchecker for service %s for VS %s"
	Suspending         = "Suspending healthchecker for service %s for VS %s"
	ActivatingBFD      = "Activating BFD healthchecker"
	ShuttingDown       = "Shutting down service %s from VS %s"
	ShuttingDownInhib  = "Shutting down (inhibited) service %s from VS %s"
	RemovingVS         = "Removing Virtual Server %s"
	RemovingVSGroup    = "Removing Virtual Server Group [%s]"
	NoLongerExists     = "service %s no longer exist"
	RemovingRS         = "Removing service %s from VS %s"
	RemovingRSInhib    = "Removing (inhibited) service %s from VS %s"
	GroupEntryGone     = "VS [%s] in group %s no longer exists"
	GroupEntryAdded    = "VS [%s] added into group %s"
	NotServed          = "No virtual server is served until a reload finds IPVS"
	GetTimeoutsFailed  = "Failed to get IPVS timeouts"
	SetTimeoutsFailed  = "Failed to set ipvs timeouts"
	PrintingData       = "Printing checker data for process(%d) on signal"
	DumpFailed         = "Can't open dump file %s (%d: %s)"
	KernelReflector    = "Registering Kernel netlink reflector"
	KernelCommand      = "Registering Kernel netlink command channel"
	AddressAdded       = "Netlink reflector reports IP %s added"
	AddressRemoved     = "Netlink reflector reports IP %s removed"
	AddressWatchFailed = "Unable to watch the addresses of this host: %s"
	NoProbe            = "%s of %s for VS %s cannot be run"
	GroupOverlap       = "VS [%s] in group %s overlaps with an earlier group, which keeps what they share"
	TableTaken         = "nftables_ipvs: table %s is that of VRRP - using %s"
	FirewallRepair     = "nftables table %s has been changed by somebody else - restoring it"
	OpenFiles          = "Set open file limit to %d:%d."
	OpenFilesFailed    = "Set open file limit to %d:%d failed - errno %d"
)

// State of real and virtual servers (section 6).
const (
	AddingRS         = "Adding service %s to VS %s"
	EnablingRS       = "Enabling service %s of VS %s"
	DisablingRS      = "Disabling service %s of VS %s"
	GainedQuorum     = "Gained quorum %d+%d=%d <= %d for VS %s"
	LostQuorum       = "Lost quorum %d-%d=%d > %d for VS %s"
	StartQuorumDown  = "Starting with quorum down %d-%d=%d > %d for VS %s"
	AddingSorry      = "Adding sorry server %s to VS %s"
	EnablingSorry    = "Enabling sorry server %s to VS %s"
	RemovingSorry    = "Removing sorry server %s from VS %s"
	DisablingSorry   = "Disabling sorry server %s from VS %s"
	AddingAlive      = "Adding alive servers to the pool for VS %s"
	RemovingAlive    = "Removing alive servers from the pool for VS %s"
	ChangingActive   = "Changing weight from %d to %d for active service %s of VS %s"
	ChangingInactive = "Changing weight from %d to %d for inactive service %s of VS %s"
)

// TCP_CHECK, UDP_CHECK and PING_CHECK (8.1, 8.2, 8.7).
const (
	TCPSuccess       = "TCP connection to %s success."
	TCPFailedAttempt = "TCP connection to %s failed."
	TCPTimeout       = "TCP connection to %s timeout."
	TCPFailed        = "TCP_CHECK on service %s failed."
	TCPFailedRetries = "TCP_CHECK on service %s failed after %d retries."
	TCPNoSocket      = "TCP connect fail to create socket. Rescheduling."
	TCPBindFailed    = "TCP socket bind failed. Rescheduling."

	UDPSuccess       = "UDP connection to %s success."
	UDPFailedAttempt = "UDP connection to %s failed."
	UDPMismatch      = "UDP check to %s reply data mismatch."
	UDPFailed        = "UDP_CHECK on service %s failed."
	UDPFailedRetries = "UDP_CHECK on service %s failed after %d retries."
	UDPNoSocket      = "UDP connect fail to create socket. Rescheduling."
	UDPBindFailed    = "bind failed. errno: %d, error: %s"
	UDPConnectError  = "UDP connect error %d - %s"
	UDPSendError     = "UDP send error %d - %s"

	PingSuccess       = "ICMP connection to %s success."
	PingTimeout       = "ICMP connection to address %s timeout."
	PingFailedAttempt = "ICMP connection to %s of %s failed."
	PingFailed        = "ICMP CHECK on service %s failed."
	PingFailedRetries = "ICMP CHECK on service %s of %s failed after %d retries."
	PingNoSocket      = "ICMP connect fail to create socket. Rescheduling."
	Ping6NoSocket     = "ICMPv6 connect fail to create socket. Rescheduling."
	PingSendFailed    = "send ICMP packet fail"
	Ping6SendFailed   = "send ICMPv6 packet fail - errno %d"
	PingReceiveError  = "recv ICMP packet error"
	Ping6ReceiveError = "recv ICMPv6 packet error"
	PingShort         = "Error, got short ICMP packet, %d bytes"
	PingType          = "Got ICMP packet with type 0x%x"
	PingSequence      = "Ping reply expected seq no %d, received %d"
	PingRange         = "Warning: %s being expanded from %d %d to 0 %d"
)

// Sockets of every checker (7.5).
const (
	FwmarkError  = "Error setting fwmark %d to socket: %s"
	DeviceError  = "Checker can't bind to device %s: %s"
	BindError    = "Checker bind failed: %s"
	ConnectError = "socket connect error %d - %s"
)

// HTTP_GET and SSL_GET (8.3). The texts of failures stand before
// " server <rs>."; genhash prints them alone.
const (
	WebSuccess           = "Remote Web server %s succeed on service."
	WebStepSuccess       = "%s success to %s url(%s)"
	WebAttempt           = "%s server %s."
	HTTPFailed           = "HTTP_CHECK on service %s failed."
	HTTPFailedRetries    = "HTTP_CHECK on service %s failed after %d retries."
	SSLFailed            = "SSL_CHECK on service %s failed."
	SSLFailedRetries     = "SSL_CHECK on service %s failed after %d retries."
	WebNoSocket          = "WEB connection fail to create socket. Rescheduling."
	WebBindFailed        = "WEB socket bind failed. Rescheduling"
	ContentLength        = "http_check for RS %s VS %s url %s%s: content_length (%d) does not match received bytes (%d)"
	WebStatusKind        = "HTTP status code"
	WebDigestKind        = "MD5 digest"
	WebRegexKind         = "Regex match"
	WebTimeoutConnecting = "Timeout connecting"
	WebConnectionFailed  = "Connection failed"
	WebUnreachable       = "HTTP/SSL_CHECK - network unreachable"
	WebTLSError          = "SSL handshake/communication error connecting to"
	WebCannotSend        = "Cannot send get request to"
	WebTimeoutRead       = "Timeout WEB read"
	WebTimeoutHTTPRead   = "Timeout HTTP read"
	WebTimeoutSSLRead    = "Timeout SSL read"
	WebReadError         = "Read error with"
	WebTLSReadError      = "SSL read error from"
	WebNoData            = "Read, no data received from "
	WebStatusError       = "HTTP status code error to"
	WebDigestError       = "MD5 digest error to"
	WebRegexFailed       = "Regex match failed"
	WebTLSProtocolError  = "SSL error '%s'"
)

// SMTP_CHECK (8.4): what follows "SMTP_CHECK ".
const (
	SMTPSuccess        = "Remote SMTP server %s succeed on service."
	SMTPLine           = "SMTP_CHECK %s"
	SMTPTimeoutConnect = "Connection timeout to server %s"
	SMTPCouldNot       = "Could not connect to server %s"
	SMTPUnreachable    = "Network unreachable for server %s - real server %s"
	SMTPReadTimeout    = "Read timeout from server %s"
	SMTPReadFailure    = "Read failure from server %s"
	SMTPWriteTimeout   = "Write timeout to server %s"
	SMTPWriteFailure   = "Write failure to server %s"
	SMTPBadBanner      = "Bad greeting banner from server %s"
	SMTPBadHelo        = "Bad HELO response from server %s"
	SMTPOverflow       = "SMTP_CHECK Buffer overflow reading from server %s. Increase SMTP_BUFF_MAX in check_smtp.h"
	SMTPNoSocket       = "SMTP_CHECK connection fail to create socket. Rescheduling."
	SMTPBindFailed     = "SMTP_CHECK socket bind failed. Rescheduling."
)

// DNS_CHECK (8.5).
const (
	DNSLine           = "DNS_CHECK (%s) %s"
	DNSLineRetries    = "DNS_CHECK (%s) %s after %d retries"
	DNSReadTimeout    = "read timeout from socket"
	DNSReadFailed     = "failed to read socket; errno %d (%s)"
	DNSReplyError     = "read error occurred. (rcode = %d)"
	DNSWriteTimeout   = "write timeout to socket."
	DNSWriteFailed    = "failed to write socket."
	DNSConnectTimeout = "connection timeout."
	DNSConnectFailure = "connection failure."
	DNSUnreachable    = "network unreachable for %s"
	DNSNoSocket       = "failed to create socket. Rescheduling."
	DNSBindFailed     = "UDP socket bind failed. Rescheduling."
)

// MISC_CHECK (8.6), FILE_CHECK (8.8), BFD_CHECK (8.9).
const (
	Misc      = "Misc check for [%s VS %s] by [%s] %s%s%s."
	FileFault = "(%s): tracked file %s now FAULT state"
	FileOK    = "(%s): tracked file %s leaving FAULT state"
	BFDEvent  = "Received BFD event: instance %s is in state %s (delivered in %d usec)" // with -D
	BFDUp     = "BFD check of [%s] RS(%s) is UP"
	BFDDown   = "BFD check of [%s] RS(%s) is DOWN"
)

// Bodies of mails (9.3).
const (
	MailTCPUp         = "=> TCP CHECK succeed on service <="
	MailTCPDown       = "=> TCP CHECK failed on service <="
	MailUDPUp         = "=> UDP CHECK succeed on service <="
	MailUDPDown       = "=> UDP CHECK failed on service <="
	MailPingUp        = "=> ICMP CHECK succeed on service <="
	MailPingDown      = "=> ICMP CHECK failed on service <="
	MailUp            = "=> CHECK succeed on service <="
	MailWebDown       = "=> CHECK failed on service : HTTP/SSL request failed <="
	MailSMTPDown      = "=> CHECK failed on service : %s <="
	MailDNSUp         = "=> DNS_CHECK: succeed on service <="
	MailDNSDown       = "=> DNS_CHECK: failed on service <="
	MailMisc          = "=> MISC CHECK %s on service <="
	MailBFDUp         = "=> BFD CHECK %s succeeded on service <="
	MailBFDDown       = "=> BFD CHECK %s failed on service <="
	MailGained        = "=> Gained quorum %d+%d=%d <= %d <="
	MailLost          = "=> Lost quorum %d+%d=%d <= %d <="
	MailStartUp       = "=> Starting with quorum up %d+%d=%d <= %d <="
	MailStartDown     = "=> Starting with quorum down %d+%d=%d <= %d <="
	MailShuttingDown  = "=> Shutting down <="
	MailRemoving      = "=> Removing <="
	MailRealServer    = "Realserver %s of virtual server %s - %s"
	MailVirtualServer = "Virtualserver %s - %s"
)
