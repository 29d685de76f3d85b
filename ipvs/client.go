package ipvs

import "net/netip"

// Client changes and reads one IPVS table, that of one network namespace.
//
// Every command that the kernel refuses returns an [*Error]; see [Harmless]
// for the refusals that the C daemon takes for success.
type Client interface {
	// AddService adds a service without destinations. EEXIST: it is there
	// already (and stays as it is). ENOENT: the kernel has no such scheduler or
	// persistence engine.
	AddService(Service) error
	// SetService changes everything but the key of a service, and leaves its
	// destinations, connections and counters. ENOENT: no such service,
	// scheduler or persistence engine.
	SetService(Service) error
	// DelService removes a service with all its destinations. ENOENT: no such
	// service.
	DelService(ServiceKey) error

	// AddDestination adds a server to a service. EEXIST: it is there already
	// (and stays as it is). ENOENT: no such service.
	AddDestination(ServiceKey, Destination) error
	// SetDestination changes everything but the key of a server, and leaves
	// its connections and counters. ENOENT: no such service or server.
	SetDestination(ServiceKey, Destination) error
	// DelDestination removes a server. ENOENT: no such service or server.
	DelDestination(ServiceKey, DestinationKey) error

	// Flush removes every service, whoever made it.
	Flush() error

	// Services lists all services of the table, sorted by key.
	Services() ([]Service, error)
	// Destinations lists the servers of a service, sorted by key. A service
	// that is not there has none.
	Destinations(ServiceKey) ([]Destination, error)
	// Counters reads the counters of a service alone. ENOENT: no such service.
	Counters(ServiceKey) (Counters, error)
	// Statistics reads the counters of a service and of its servers. ENOENT: no
	// such service.
	Statistics(ServiceKey) (Statistics, error)

	// Timeouts reads the connection timeouts of the table.
	Timeouts() (Timeouts, error)
	// SetTimeouts sets the timeouts that are not 0.
	SetTimeouts(Timeouts) error

	// StartDaemon starts the connection synchronisation of one role. EEXIST: it
	// runs already.
	StartDaemon(Daemon) error
	// StopDaemon stops it; only the role and the sync id are looked at. ENOENT:
	// it does not run.
	StopDaemon(Daemon) error
	// Daemons lists the running synchronisation daemons, master first.
	Daemons() ([]Daemon, error)

	// Close frees the client. The table stays as it is.
	Close() error
}

// Timeouts are the connection timeouts of a table in seconds.
type Timeouts struct{ TCP, TCPFin, UDP uint32 }

// Role is what a synchronisation daemon does, with the kernel's numbers.
type Role uint32

// The roles of a synchronisation daemon.
const (
	Master Role = 1 // sends its connections
	Backup Role = 2 // receives them
)

// String returns "master" or "backup".
func (r Role) String() string {
	if r == Master {
		return "master"
	}
	return "backup"
}

// Daemon is a connection synchronisation daemon in the kernel. Of the fields
// after ID, 0 (or the zero Addr) stands for the kernel's default: the
// interface's MTU, port 8848, ttl 1, group 224.0.0.81.
type Daemon struct {
	Role      Role
	Interface string
	ID        uint32 // the sync id, 0..255
	MaxLen    uint16 // octets of a message
	Port      uint16
	TTL       uint8
	Group     netip.Addr
}

// Counters are what has passed a service or a destination, and the present
// rates per second.
type Counters struct {
	Connections           uint64
	PacketsIn, PacketsOut uint64
	BytesIn, BytesOut     uint64

	ConnectionRate              uint64 // 1/s, as the others
	PacketRateIn, PacketRateOut uint64
	ByteRateIn, ByteRateOut     uint64
}

// Add adds the counters of something else.
func (c *Counters) Add(o Counters) {
	c.Connections += o.Connections
	c.PacketsIn += o.PacketsIn
	c.PacketsOut += o.PacketsOut
	c.BytesIn += o.BytesIn
	c.BytesOut += o.BytesOut
	c.ConnectionRate += o.ConnectionRate
	c.PacketRateIn += o.PacketRateIn
	c.PacketRateOut += o.PacketRateOut
	c.ByteRateIn += o.ByteRateIn
	c.ByteRateOut += o.ByteRateOut
}

// Statistics are the counters of a service and of its destinations.
type Statistics struct {
	Counters     Counters
	Destinations []DestinationStatistics // sorted by key
}

// DestinationStatistics are the counters of one destination and the
// connections that it has now.
type DestinationStatistics struct {
	Key                          DestinationKey
	Counters                     Counters
	Active, Inactive, Persistent uint32
}

// Add adds the counters and connections of something else.
func (d *DestinationStatistics) Add(o DestinationStatistics) {
	d.Counters.Add(o.Counters)
	d.Active += o.Active
	d.Inactive += o.Inactive
	d.Persistent += o.Persistent
}
