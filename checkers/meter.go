package checkers

import (
	"sync"
	"time"

	"keepalived/checkers/machine"
	"keepalived/core/config"
	"keepalived/core/status"
	"keepalived/ipvs"
)

// meter reads the kernel's counters for observers, each at most once in an
// interval (05-observability section 8.2). It has a client of its own: the
// kernel takes its time for thousands of servers, and the loop must not wait.
// So the loop never calls it.
type meter struct {
	open func(*config.Config) (ipvs.Client, error)

	mu       sync.Mutex
	client   ipvs.Client // nil until a counter is asked for
	services map[*config.VirtualServer]read[ipvs.Counters]
	servers  map[*config.VirtualServer]read[[]ipvs.DestinationStatistics] // the last one is the sorry server's
}

// read is what was read once.
type read[T any] struct {
	at    time.Time
	value T
}

func newMeter(open func(*config.Config) (ipvs.Client, error)) *meter {
	m := &meter{open: open}
	m.forget()
	return m
}

func (m *meter) forget() {
	m.services = map[*config.VirtualServer]read[ipvs.Counters]{}
	m.servers = map[*config.VirtualServer]read[[]ipvs.DestinationStatistics]{}
}

// close frees the client.
func (m *meter) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.client != nil {
		_ = m.client.Close()
		m.client = nil
	}
	m.forget()
}

// kernel is the client; nil when there is no table to read.
func (g gauge) kernel() ipvs.Client {
	m := g.meter
	if m.client == nil {
		client, err := m.open(g.of.Config)
		if err != nil {
			return nil // whoever asks sees counters that stand still
		}
		m.client = client
	}
	return m.client
}

// gauge is the meter at one snapshot.
type gauge struct {
	*meter
	of   *status.Checkers
	keys [][]ipvs.ServiceKey // of each virtual server
}

// trim forgets the virtual servers of before a reload.
func (g gauge) trim() {
	if len(g.services) > len(g.of.VirtualServers) || len(g.servers) > len(g.of.VirtualServers) {
		g.forget()
	}
}

// Service implements mib.Statistics. What the kernel does not tell is 0.
func (g gauge) Service(v int) ipvs.Counters {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.of.VirtualServers[v].Config
	old, known := g.services[c]
	now := time.Now()
	if known && now.Sub(old.at) < g.of.Config.Global.SNMP.VSStatsInterval {
		return old.value
	}
	var sum ipvs.Counters
	if k := g.kernel(); k != nil {
		for _, key := range g.keys[v] {
			if s, err := k.Counters(key); err == nil {
				sum.Add(s)
			}
		}
	}
	g.services[c] = read[ipvs.Counters]{now, sum}
	g.trim()
	return sum
}

// Server implements mib.Statistics.
func (g gauge) Server(v, place int) ipvs.DestinationStatistics {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.of.VirtualServers[v].Config
	old, known := g.servers[c]
	now := time.Now()
	if !known || now.Sub(old.at) >= g.of.Config.Global.SNMP.RSStatsInterval {
		old = read[[]ipvs.DestinationStatistics]{now, g.readServers(c, g.keys[v])}
		g.servers[c] = old
		g.trim()
	}
	if place < 0 {
		place = len(old.value) - 1
	}
	return old.value[place]
}

// readServers reads the counters of all servers of a virtual server, over all
// its services.
func (g gauge) readServers(c *config.VirtualServer, keys []ipvs.ServiceKey) []ipvs.DestinationStatistics {
	servers := make([]machine.Destination, 0, len(c.RealServers)+1)
	for _, r := range c.RealServers {
		servers = append(servers, machine.Destination{Addr: r.Addr, Port: r.Port, Method: r.Method})
	}
	if s := c.SorryServer; s != nil {
		servers = append(servers, machine.Destination{Addr: s.Addr, Port: s.Port, Method: s.Method})
	}
	sums := make([]ipvs.DestinationStatistics, len(servers))
	k := g.kernel()
	if k == nil {
		return sums
	}
	for _, key := range keys {
		s, err := k.Statistics(key)
		if err != nil {
			continue
		}
		found := make(map[ipvs.DestinationKey]*ipvs.DestinationStatistics, len(s.Destinations))
		for i := range s.Destinations {
			found[s.Destinations[i].Key] = &s.Destinations[i]
		}
		for i, d := range servers {
			if f := found[destinationOf(d, key).Key]; f != nil {
				sums[i].Add(*f)
			}
		}
	}
	return sums
}
