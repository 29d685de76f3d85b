package message

// Lines about datagrams that are discarded (17.3). All are for -D.
const (
	TooSmall       = "Packet is too small: %d bytes"
	SizeMismatch   = "Packet size mismatch: length field: %d bytes, buffer size: %d bytes"
	Version        = "Packet is of unsupported version: %d"
	ZeroMultiplier = "Packet 'detection multiplier' field is zero"
	Multipoint     = "Packet has 'multipoint' flag"
	ZeroMine       = "Packet 'my discriminator' field is zero"
	ZeroYours      = "Packet 'your discriminator' field is zero and 'state' field is not Down or AdminDown"
	PollAndFinal   = "Packet has both poll and final  flags set"
	BadDiagnostic  = "Packet has invalid 'diag' field: %d"
	Bogus          = "Discarding bogus packet from %s"
	HopLimit       = "Packet ttl(%d) < %d - discarding"
	NoSession      = "Discarding packet from %s (session is not found - your discriminator field is 0x%08x)"
	Authentication = "Discarding packet from %s (auth bit is set, but no authentication  is in use)"
)

// Lines about sessions (17.4 and 17.5).
const (
	Entering     = "(%s) Entering %s state"
	EnteringDown = "(%s) Entering %s state (Local diagnostic - %s, Remote diagnostic - %s)"
	Expired      = "(%s) Expired after %d ms (%d usec overdue)"
	Polling      = "(%s) Starting poll sequence"                              // with -D
	Parameters   = "(%s) ---------------< Session parameters >--------------" // with -D
	Columns      = "              min_tx  min_rx  tx_intv  mult  detect_time" // with -D
	Local        = "     local %9d %7d %8d %5d %12d"                          // with -D
	Remote       = "     remote %8d %7d %8d %5d %12d"                         // with -D
	Detection    = "     Detection time is %d us (was %d us)"
)

// Lines about sockets.
const (
	ListenError   = "%s() error %d (%s)"
	NoListener    = "Unable to open listening socket"
	OutputError   = "(%s) %s() error (%s)"
	NoOutput      = "(%s) Unable to open output socket, disabling instance"
	SendError     = "sendto() error (%s)"
	SendErrorName = "(%s) Error sending packet"
)

// Lines about the process.
const (
	PrintingData   = "Printing BFD data for process(%d) on signal"
	DumpFailed     = "Can't open dump file %s (%d: %s)"
	ReloadFinished = "Reload finished in %d usec"
)

// Lines that the C daemon has no counterpart of.
const (
	NoHopLimit      = "Packet without ttl - discarding"
	Disabled        = "(%s) Discarding packet from %s (session is in AdminDown state)"
	ReceiveError    = "recvmsg() error %d (%s)"
	DatagramsMissed = "%d packets dropped, more than could be handled"
)
