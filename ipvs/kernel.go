package ipvs

import (
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"syscall"
	"time"

	moby "github.com/moby/ipvs"
	"github.com/sirupsen/logrus"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// Options say which table to open.
type Options struct {
	// NetNS is the path of the network namespace of the table; empty: that of
	// the calling thread. See NamespacePath.
	NetNS string
	// ReceiveBuffer is the size of the socket's receive buffer in octets (0:
	// the system's), which ForceReceiveBuffer sets beyond net.core.rmem_max.
	ReceiveBuffer      uint32
	ForceReceiveBuffer bool
}

// OptionsOf are the options that a configuration asks for.
func OptionsOf(c *config.Config) Options {
	return Options{
		NetNS: NamespacePath(c), ReceiveBuffer: c.Global.LVSNetlinkCmdRcvBufs,
		ForceReceiveBuffer: c.Global.LVSNetlinkCmdRcvBufsForce,
	}
}

// NamespacePath is the network namespace that net_namespace_ipvs names, for
// Options.NetNS: empty without the keyword, that of process 1 with an empty
// name (chapter 02 section 10).
func NamespacePath(c *config.Config) string {
	switch {
	case !c.NetNamespaceIPVSSet:
		return ""
	case c.NetNamespaceIPVS == "":
		return "/proc/1/ns/net"
	}
	return filepath.Join("/var/run/netns", c.NetNamespaceIPVS)
}

// kernel is the Client of the running kernel.
type kernel struct {
	services *moby.Handle // services, flush, timeouts
	generic  generic      // everything else, see generic.go
}

// Open opens the table of the running kernel. Asking for the IPVS family makes
// the kernel load its module; where it does not, modprobe is run. The error
// holds the error number of the last attempt (see ErrnoText); ENOENT means
// that the kernel has no IPVS.
func Open(o Options) (Client, error) {
	// moby/ipvs runs modprobe at its first use, loaded or not, and tells
	// standard error about a failure through this global logger. A failure
	// that matters shows below.
	logrus.SetOutput(io.Discard)
	autoload()
	services, err := moby.New(o.NetNS)
	if err != nil {
		return nil, fmt.Errorf("ipvs: open %s: %w", o.NetNS, err)
	}
	g, err := openGeneric(o)
	if err != nil {
		services.Close()
		return nil, fmt.Errorf("ipvs: open: %w", err)
	}
	return &kernel{services: services, generic: g}, nil
}

// autoload asks for the family, which is what makes the kernel load ip_vs. If
// that fails, moby.New runs modprobe, and openGeneric asks again.
func autoload() { _, _ = netlink.GenlFamilyGet("IPVS") }

// openGeneric opens the socket for generic.go in the namespace.
func openGeneric(o Options) (generic, error) {
	family, err := netlink.GenlFamilyGet("IPVS")
	if err != nil {
		return generic{}, err
	}
	ns := netns.None()
	if o.NetNS != "" {
		if ns, err = netns.GetFromPath(o.NetNS); err != nil {
			return generic{}, err
		}
		defer ns.Close()
	}
	socket, err := nl.GetNetlinkSocketAt(ns, netns.None(), unix.NETLINK_GENERIC)
	if err != nil {
		return generic{}, err
	}
	g := generic{family: family.ID, sockets: map[int]*nl.SocketHandle{unix.NETLINK_GENERIC: {Socket: socket}}}
	err = g.wait(answerLimit)
	if err == nil && o.ReceiveBuffer != 0 {
		err = socket.SetReceiveBufferSize(int(o.ReceiveBuffer), o.ForceReceiveBuffer)
	}
	if err == nil {
		err = g.info()
	}
	if err != nil {
		socket.Close()
		return generic{}, err
	}
	return g, nil
}

func (k *kernel) Close() error {
	k.services.Close()
	k.generic.sockets[unix.NETLINK_GENERIC].Close()
	return nil
}

// mobyService is a service as moby/ipvs knows it.
func mobyService(s Service) *moby.Service {
	s = s.normal()
	m := &moby.Service{
		AddressFamily: kernelFamily(s.Key.Family),
		Protocol:      uint16(s.Key.Protocol),
		Port:          s.Key.Port,
		FWMark:        s.Key.FWMark,
		SchedName:     s.Scheduler,
		Flags:         uint32(s.Flags),
		Timeout:       s.Timeout,
		Netmask:       s.Netmask,
		PEName:        s.PersistenceEngine,
	}
	if s.Key.FWMark == 0 {
		m.Address = net.IP(s.Key.Addr.AsSlice())
	}
	if s.Key.Family == 4 {
		m.Netmask = swapNetmask(s.Netmask)
	}
	return m
}

func (k *kernel) AddService(s Service) error {
	return refused(CommandAdd, s.Key.String(), k.services.NewService(mobyService(s)))
}

func (k *kernel) SetService(s Service) error {
	return refused(CommandEdit, s.Key.String(), k.services.UpdateService(mobyService(s)))
}

func (k *kernel) DelService(key ServiceKey) error {
	return refused(CommandDel, key.String(), k.services.DelService(mobyService(Service{Key: key})))
}

func (k *kernel) AddDestination(service ServiceKey, d Destination) error {
	return refused(CommandAddDest, pair(service, d.Key), k.generic.addDestination(service, d))
}

func (k *kernel) SetDestination(service ServiceKey, d Destination) error {
	return refused(CommandEditDest, pair(service, d.Key), k.generic.setDestination(service, d))
}

func (k *kernel) DelDestination(service ServiceKey, key DestinationKey) error {
	return refused(CommandDelDest, pair(service, key), k.generic.deleteDestination(service, key))
}

func (k *kernel) Flush() error {
	return refused(CommandFlush, "", k.services.Flush())
}

func (k *kernel) Services() ([]Service, error) {
	services, err := k.generic.services()
	return services, unread("services", err)
}

func (k *kernel) Destinations(service ServiceKey) ([]Destination, error) {
	destinations, _, err := k.generic.destinations(service)
	return destinations, unread("destinations of "+service.String(), err)
}

func (k *kernel) Counters(service ServiceKey) (Counters, error) {
	c, err := k.generic.counters(service)
	return c, unread("counters of "+service.String(), err)
}

func (k *kernel) Statistics(service ServiceKey) (Statistics, error) {
	s, err := k.generic.statistics(service)
	return s, unread("statistics of "+service.String(), err)
}

func (k *kernel) Timeouts() (Timeouts, error) {
	c, err := k.services.GetConfig()
	if err != nil {
		return Timeouts{}, unread("timeouts", err)
	}
	return Timeouts{
		TCP:    uint32(c.TimeoutTCP / time.Second),
		TCPFin: uint32(c.TimeoutTCPFin / time.Second),
		UDP:    uint32(c.TimeoutUDP / time.Second),
	}, nil
}

func (k *kernel) SetTimeouts(t Timeouts) error {
	return refused(CommandSetTimeout, "", k.services.SetConfig(&moby.Config{
		TimeoutTCP:    time.Duration(t.TCP) * time.Second,
		TimeoutTCPFin: time.Duration(t.TCPFin) * time.Second,
		TimeoutUDP:    time.Duration(t.UDP) * time.Second,
	}))
}

func (k *kernel) StartDaemon(d Daemon) error {
	return refused(CommandStartDaemon, "", k.generic.startDaemon(d))
}

func (k *kernel) StopDaemon(d Daemon) error {
	return refused(CommandStopDaemon, "", k.generic.stopDaemon(d))
}

func (k *kernel) Daemons() ([]Daemon, error) {
	daemons, err := k.generic.daemons()
	return daemons, unread("synchronisation daemons", err)
}

// pair is how errors name a destination in its service.
func pair(service ServiceKey, d DestinationKey) string { return service.String() + " -> " + d.String() }

// unread is the error of a question to the kernel, with the error number
// translated as for commands.
func unread(what string, err error) error {
	if err == nil {
		return nil
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		err = translate(errno)
	}
	return fmt.Errorf("ipvs: read %s: %w", what, err)
}
