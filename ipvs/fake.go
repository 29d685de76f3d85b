package ipvs

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// Fake is a Client with a table in memory. It refuses what the kernel refuses,
// with the same error numbers, except for what only a real network can know:
// the broadcast addresses of interfaces, and which link-local addresses are its
// own. Reading it costs no error. The zero Fake is not usable; see NewFake.
type Fake struct {
	// Schedulers and Engines are those that the "kernel" has.
	Schedulers, Engines []string
	// Interfaces are those that exist for StartDaemon; nil: all.
	Interfaces []string

	services map[ServiceKey]*fakeService
	timeouts Timeouts
	daemons  map[Role]Daemon
	commands []string
	failures map[Command][]syscall.Errno
}

type fakeService struct {
	Service
	counters     Counters
	destinations map[DestinationKey]*fakeDestination
}

type fakeDestination struct {
	Destination
	counters Counters
}

// NewFake makes an empty table of a kernel with every scheduler and
// persistence engine, and the kernel's timeouts.
func NewFake() *Fake {
	return &Fake{
		Schedulers: []string{"rr", "wrr", "lc", "wlc", "lblc", "sh", "mh", "dh", "fo", "ovf", "lblcr", "sed", "nq", "twos"},
		Engines:    []string{"sip"},
		services:   map[ServiceKey]*fakeService{},
		timeouts:   Timeouts{TCP: 900, TCPFin: 120, UDP: 300},
		daemons:    map[Role]Daemon{},
		failures:   map[Command][]syscall.Errno{},
	}
}

// String is the table as `ipvsadm -Sn` prints it.
func (f *Fake) String() string {
	table, _ := List(f) // a Fake can always be read
	return Save(table)
}

// Log returns the commands since the last call, also the refused ones, as
// arguments of ipvsadm (`-A -t 10.0.0.1:80 -s rr`).
func (f *Fake) Log() []string {
	commands := f.commands
	f.commands = nil
	return commands
}

// Fail lets the next command of this kind fail with the error number, without
// effect. Several calls are for several commands.
func (f *Fake) Fail(command Command, errno syscall.Errno) {
	f.failures[command] = append(f.failures[command], errno)
}

// Count adds traffic to a destination and its service.
func (f *Fake) Count(service ServiceKey, destination DestinationKey, connections, packets, octets uint64) {
	s := f.services[service]
	for _, c := range []*Counters{&s.counters, &s.destinations[destination].counters} {
		c.Connections += connections
		c.PacketsIn += packets
		c.BytesIn += octets
	}
}

// do runs a command: it logs it, fails it if that was wished, and makes the
// error of what the kernel would answer.
func (f *Fake) do(command Command, line, object string, run func() syscall.Errno) error {
	f.commands = append(f.commands, line)
	var errno syscall.Errno
	if waiting := f.failures[command]; len(waiting) > 0 {
		errno, f.failures[command] = waiting[0], waiting[1:]
	} else {
		errno = run()
	}
	if errno == 0 {
		return nil
	}
	return refused(command, object, errno)
}

// AddService implements Client.
func (f *Fake) AddService(s Service) error {
	s = s.normal()
	return f.do(CommandAdd, "-A "+saveService(s), s.Key.String(), func() syscall.Errno {
		if f.services[s.Key] != nil {
			return unix.EEXIST
		}
		if errno := f.checkService(s); errno != 0 {
			return errno
		}
		f.services[s.Key] = &fakeService{Service: s, destinations: map[DestinationKey]*fakeDestination{}}
		return 0
	})
}

// SetService implements Client.
func (f *Fake) SetService(s Service) error {
	s = s.normal()
	return f.do(CommandEdit, "-E "+saveService(s), s.Key.String(), func() syscall.Errno {
		old := f.services[s.Key]
		if old == nil {
			return unix.ESRCH
		}
		if errno := f.checkService(s); errno != 0 {
			return errno
		}
		old.Service = s
		return 0
	})
}

// checkService is what the kernel looks at in a service.
func (f *Fake) checkService(s Service) syscall.Errno {
	switch {
	case !slices.Contains(f.Schedulers, s.Scheduler):
		return unix.ENOENT
	case s.PersistenceEngine != "" && !slices.Contains(f.Engines, s.PersistenceEngine):
		return unix.ENOENT
	case s.Key.Family == 6 && s.Netmask > 128:
		return unix.EINVAL
	}
	return 0
}

// DelService implements Client.
func (f *Fake) DelService(key ServiceKey) error {
	return f.do(CommandDel, "-D "+saveKey(key), key.String(), func() syscall.Errno {
		if f.services[key] == nil {
			return unix.ESRCH
		}
		delete(f.services, key)
		return 0
	})
}

// AddDestination implements Client.
func (f *Fake) AddDestination(service ServiceKey, d Destination) error {
	d = d.normal()
	return f.do(CommandAddDest, "-a "+commandDestination(service, d), pair(service, d.Key), func() syscall.Errno {
		s := f.services[service]
		if s == nil {
			return unix.ESRCH
		}
		if errno := f.checkDestination(s, d); errno != 0 {
			return errno
		}
		if s.destinations[d.Key] != nil {
			return unix.EEXIST
		}
		if !isServer(d.Key.Addr) {
			return unix.EINVAL
		}
		s.destinations[d.Key] = &fakeDestination{Destination: d}
		return 0
	})
}

// SetDestination implements Client.
func (f *Fake) SetDestination(service ServiceKey, d Destination) error {
	d = d.normal()
	return f.do(CommandEditDest, "-e "+commandDestination(service, d), pair(service, d.Key), func() syscall.Errno {
		s := f.services[service]
		if s == nil {
			return unix.ESRCH
		}
		if errno := f.checkDestination(s, d); errno != 0 {
			return errno
		}
		if s.destinations[d.Key] == nil {
			return unix.ENOENT
		}
		s.destinations[d.Key].Destination = d
		return 0
	})
}

// checkDestination is what the kernel looks at in a destination before it
// looks for it. A server of the other family needs a tunnel, and cannot be
// told to a synchronisation daemon.
func (f *Fake) checkDestination(s *fakeService, d Destination) syscall.Errno {
	mixed := familyOf(d.Key.Addr) != s.Key.Family
	switch {
	case mixed && (d.Method.Forwarding != config.ForwardTUN || len(f.daemons) > 0):
		return unix.EINVAL
	case d.Weight > MaxWeight, d.Lower > d.Upper:
		return unix.ERANGE
	case d.Method.Tunnel == config.TunnelGUE && d.Method.Port == 0:
		return unix.EINVAL
	}
	return 0
}

// isServer says whether the kernel takes an address for that of a server.
func isServer(addr netip.Addr) bool {
	if addr.IsUnspecified() || addr.IsMulticast() || addr.Is4In6() {
		return false
	}
	if addr.Is4() {
		return addr != netip.AddrFrom4([4]byte{255, 255, 255, 255})
	}
	return !addr.IsLinkLocalUnicast()
}

// DelDestination implements Client.
func (f *Fake) DelDestination(service ServiceKey, key DestinationKey) error {
	line := "-d " + saveKey(service) + " -r " + netip.AddrPortFrom(key.Addr, key.Port).String()
	return f.do(CommandDelDest, line, pair(service, key), func() syscall.Errno {
		s := f.services[service]
		if s == nil {
			return unix.ESRCH
		}
		if s.destinations[key] == nil {
			return unix.ENOENT
		}
		delete(s.destinations, key)
		return 0
	})
}

// Flush implements Client.
func (f *Fake) Flush() error {
	return f.do(CommandFlush, "-C", "", func() syscall.Errno {
		clear(f.services)
		return 0
	})
}

// Services implements Client.
func (f *Fake) Services() ([]Service, error) {
	var services []Service
	for _, s := range f.services {
		services = append(services, s.Service)
	}
	slices.SortFunc(services, func(a, b Service) int { return compareKeys(a.Key, b.Key) })
	return services, nil
}

// Destinations implements Client.
func (f *Fake) Destinations(service ServiceKey) ([]Destination, error) {
	s := f.services[service]
	if s == nil {
		return nil, nil
	}
	destinations := make([]Destination, 0, len(s.destinations))
	for _, key := range slices.SortedFunc(maps.Keys(s.destinations), compareDestinations) {
		destinations = append(destinations, s.destinations[key].Destination)
	}
	return destinations, nil
}

// Counters implements Client.
func (f *Fake) Counters(service ServiceKey) (Counters, error) {
	s := f.services[service]
	if s == nil {
		return Counters{}, unread("counters of "+service.String(), unix.ESRCH)
	}
	return s.counters, nil
}

// Statistics implements Client.
func (f *Fake) Statistics(service ServiceKey) (Statistics, error) {
	s := f.services[service]
	if s == nil {
		return Statistics{}, unread("statistics of "+service.String(), unix.ESRCH)
	}
	statistics := Statistics{Counters: s.counters}
	for _, key := range slices.SortedFunc(maps.Keys(s.destinations), compareDestinations) {
		statistics.Destinations = append(statistics.Destinations, DestinationStatistics{Key: key, Counters: s.destinations[key].counters})
	}
	return statistics, nil
}

// Timeouts implements Client.
func (f *Fake) Timeouts() (Timeouts, error) { return f.timeouts, nil }

// SetTimeouts implements Client.
func (f *Fake) SetTimeouts(t Timeouts) error {
	return f.do(CommandSetTimeout, fmt.Sprintf("--set %d %d %d", t.TCP, t.TCPFin, t.UDP), "", func() syscall.Errno {
		f.timeouts = Timeouts{
			TCP:    cmp.Or(t.TCP, f.timeouts.TCP),
			TCPFin: cmp.Or(t.TCPFin, f.timeouts.TCPFin),
			UDP:    cmp.Or(t.UDP, f.timeouts.UDP),
		}
		return 0
	})
}

// StartDaemon implements Client.
func (f *Fake) StartDaemon(d Daemon) error {
	return f.do(CommandStartDaemon, saveDaemon("--start-daemon", d), "", func() syscall.Errno {
		_, runs := f.daemons[d.Role]
		switch {
		case d.Group.IsValid() && !d.Group.IsMulticast(), f.mixed():
			return unix.EINVAL
		case f.Interfaces != nil && !slices.Contains(f.Interfaces, d.Interface):
			return unix.ENODEV
		case runs:
			return unix.EEXIST
		}
		f.daemons[d.Role] = d.running()
		return 0
	})
}

// running is a daemon with the kernel's defaults in the place of what was not
// said, as the kernel shows it. The default length is that of an Ethernet
// frame without headers.
func (d Daemon) running() Daemon {
	d.Group = cmp.Or(d.Group, netip.AddrFrom4([4]byte{224, 0, 0, 81}))
	d.Port = cmp.Or(d.Port, 8848)
	d.TTL = cmp.Or(d.TTL, 1)
	if d.MaxLen == 0 {
		d.MaxLen = 1472
		if d.Group.Is6() {
			d.MaxLen = 1452
		}
	}
	if d.Role == Backup {
		d.MaxLen = max(d.MaxLen, 1024)
	}
	return d
}

// mixed says whether some server is of another family than its service.
func (f *Fake) mixed() bool {
	for _, s := range f.services {
		for key := range s.destinations {
			if familyOf(key.Addr) != s.Key.Family {
				return true
			}
		}
	}
	return false
}

// StopDaemon implements Client.
func (f *Fake) StopDaemon(d Daemon) error {
	return f.do(CommandStopDaemon, fmt.Sprintf("--stop-daemon %s", d.Role), "", func() syscall.Errno {
		if _, runs := f.daemons[d.Role]; !runs {
			return unix.ESRCH
		}
		delete(f.daemons, d.Role)
		return 0
	})
}

// Daemons implements Client.
func (f *Fake) Daemons() ([]Daemon, error) {
	daemons := []Daemon{}
	for _, role := range []Role{Master, Backup} {
		if d, runs := f.daemons[role]; runs {
			daemons = append(daemons, d)
		}
	}
	return daemons, nil
}

// Close implements Client.
func (f *Fake) Close() error { return nil }

// commandDestination writes the command for a destination, with the thresholds
// that ipvsadm takes but does not print.
func commandDestination(service ServiceKey, d Destination) string {
	out := saveDestination(service, d)
	if d.Upper != 0 || d.Lower != 0 {
		out += fmt.Sprintf(" -x %d -y %d", d.Upper, d.Lower)
	}
	return out
}

// saveDaemon writes the command that starts a daemon.
func saveDaemon(option string, d Daemon) string {
	out := []string{option, d.Role.String(), "--mcast-interface", d.Interface, "--syncid", fmt.Sprint(d.ID)}
	if d.MaxLen != 0 {
		out = append(out, "--sync-maxlen", fmt.Sprint(d.MaxLen))
	}
	if d.Group.IsValid() {
		out = append(out, "--mcast-group", d.Group.String())
	}
	if d.Port != 0 {
		out = append(out, "--mcast-port", fmt.Sprint(d.Port))
	}
	if d.TTL != 0 {
		out = append(out, "--mcast-ttl", fmt.Sprint(d.TTL))
	}
	return strings.Join(out, " ")
}
