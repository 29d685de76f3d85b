package ipvs

// The numbers of linux/ip_vs.h. Integers are in the machine's byte order,
// addresses and ports (but not the daemons' port) in network order.

// Commands.
const (
	cmdGetService = 4
	cmdNewDest    = 5
	cmdSetDest    = 6
	cmdDelDest    = 7
	cmdGetDest    = 8
	cmdNewDaemon  = 9
	cmdDelDaemon  = 10
	cmdGetDaemon  = 11
	cmdGetInfo    = 15
)

// Attributes of a command.
const (
	attrService = 1
	attrDest    = 2
	attrDaemon  = 3
)

// Attributes of a service.
const (
	svcFamily    = 1
	svcProtocol  = 2
	svcAddr      = 3
	svcPort      = 4
	svcFWMark    = 5
	svcScheduler = 6
	svcFlags     = 7
	svcTimeout   = 8
	svcNetmask   = 9
	svcStats     = 10
	svcPEName    = 11
	svcStats64   = 12
)

// Attributes of a destination.
const (
	destAddr        = 1
	destPort        = 2
	destMethod      = 3
	destWeight      = 4
	destUpper       = 5
	destLower       = 6
	destActive      = 7
	destInactive    = 8
	destPersistent  = 9
	destStats       = 10
	destFamily      = 11
	destStats64     = 12
	destTunnelType  = 13
	destTunnelPort  = 14
	destTunnelFlags = 15
	destMethodMask  = 7
)

// Attributes of a synchronisation daemon.
const (
	daemonState     = 1
	daemonInterface = 2
	daemonSyncID    = 3
	daemonMaxLen    = 4
	daemonGroup     = 5
	daemonGroup6    = 6
	daemonPort      = 7
	daemonTTL       = 8
)
