package ipvs

// This file is what moby/ipvs cannot do, over the generic netlink of
// vishvananda/netlink. moby/ipvs sends destinations without address family (so
// an IPv6 server in an IPv4 service is impossible) and without tunnel type,
// port and flags; reads weights as 16 bits, counters as 32 bits and services
// without their persistence engine; and has no synchronisation daemons.
// Everything that has to do with those is here; kernel.go chooses.
//
// Numbers are those of linux/ip_vs.h. Integers are in the machine's byte
// order, addresses and ports (but not the daemons' port) in network order.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

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

// The kernel works on a request within the sending of it, so that the answer is
// there at once or never. answerLimit only has to be longer than this process
// may be kept from reading it. silenceLimit is that of the one command that is
// known to get no answer at times.
const (
	answerLimit  = 5 * time.Second
	silenceLimit = 250 * time.Millisecond
)

var errShort = errors.New("a netlink attribute is too short")

// generic sends requests to the IPVS family and reads the answers.
type generic struct {
	family  uint16
	sockets map[int]*nl.SocketHandle
}

// wait sets how long an answer may take.
func (g *generic) wait(limit time.Duration) error {
	tv := unix.NsecToTimeval(limit.Nanoseconds())
	socket := g.sockets[unix.NETLINK_GENERIC].Socket
	return errors.Join(socket.SetSendTimeout(&tv), socket.SetReceiveTimeout(&tv))
}

// request sends one command and waits for its end. A kernel that refuses gives
// its error number.
func (g *generic) request(command uint8, flags int, attributes ...*nl.RtAttr) ([][]byte, error) {
	r := nl.NewNetlinkRequest(int(g.family), unix.NLM_F_ACK|flags)
	r.Sockets = g.sockets
	r.AddData(&nl.Genlmsg{Command: command, Version: 1})
	for _, a := range attributes {
		r.AddData(a)
	}
	return r.Execute(unix.NETLINK_GENERIC, g.family)
}

// dump asks for all of something, again when the table changed meanwhile.
func (g *generic) dump(command uint8, attributes ...*nl.RtAttr) (answers [][]byte, err error) {
	for range 5 {
		answers, err = g.request(command, unix.NLM_F_DUMP, attributes...)
		if !errors.Is(err, nl.ErrDumpInterrupted) {
			break
		}
	}
	return answers, err
}

func (g *generic) info() error {
	_, err := g.request(cmdGetInfo, 0)
	return err
}

func (g *generic) services() ([]Service, error) {
	answers, err := g.dump(cmdGetService)
	if err != nil {
		return nil, err
	}
	services := make([]Service, 0, len(answers))
	for _, answer := range answers {
		s, _, err := unpackService(answer)
		if err != nil {
			return nil, err
		}
		services = append(services, s)
	}
	slices.SortFunc(services, func(a, b Service) int { return compareKeys(a.Key, b.Key) })
	return services, nil
}

func (g *generic) destinations(key ServiceKey) ([]Destination, []DestinationStatistics, error) {
	answers, err := g.dump(cmdGetDest, packServiceKey(key))
	if err != nil {
		return nil, nil, err
	}
	destinations := make([]Destination, 0, len(answers))
	statistics := make([]DestinationStatistics, 0, len(answers))
	for _, answer := range answers {
		d, s, err := unpackDestination(answer, key.Family)
		if err != nil {
			return nil, nil, err
		}
		destinations = append(destinations, d)
		statistics = append(statistics, s)
	}
	slices.SortFunc(destinations, func(a, b Destination) int { return compareDestinations(a.Key, b.Key) })
	slices.SortFunc(statistics, func(a, b DestinationStatistics) int { return compareDestinations(a.Key, b.Key) })
	return destinations, statistics, nil
}

func (g *generic) statistics(key ServiceKey) (Statistics, error) {
	answers, err := g.request(cmdGetService, 0, packServiceKey(key))
	if err != nil {
		return Statistics{}, err
	}
	if len(answers) != 1 {
		return Statistics{}, fmt.Errorf("%d answers for one service", len(answers))
	}
	_, counters, err := unpackService(answers[0])
	if err != nil {
		return Statistics{}, err
	}
	_, destinations, err := g.destinations(key)
	return Statistics{Counters: counters, Destinations: destinations}, err
}

func (g *generic) destinationCommand(command uint8, key ServiceKey, d Destination) error {
	_, err := g.request(command, 0, packServiceKey(key), packDestination(d))
	return err
}

func (g *generic) startDaemon(d Daemon) error {
	_, err := g.request(cmdNewDaemon, 0, packDaemon(d, true))
	return err
}

// stopDaemon stops a daemon. When its thread had no time to begin, the kernel
// stops it but has EINTR as the result, which netlink answers with silence
// (seen on 6.1): the list of daemons tells then.
func (g *generic) stopDaemon(d Daemon) error {
	if err := g.wait(silenceLimit); err != nil {
		return err
	}
	_, err := g.request(cmdDelDaemon, 0, packDaemon(d, false))
	if err := g.wait(answerLimit); err != nil {
		return err
	}
	if !errors.Is(err, unix.EAGAIN) {
		return err
	}
	left, listErr := g.daemons()
	if listErr != nil {
		return listErr
	}
	if slices.ContainsFunc(left, func(l Daemon) bool { return l.Role == d.Role }) {
		return err
	}
	return nil
}

func (g *generic) daemons() ([]Daemon, error) {
	answers, err := g.dump(cmdGetDaemon)
	if err != nil {
		return nil, err
	}
	daemons := make([]Daemon, 0, len(answers))
	for _, answer := range answers {
		d, err := unpackDaemon(answer)
		if err != nil {
			return nil, err
		}
		daemons = append(daemons, d)
	}
	slices.SortFunc(daemons, func(a, b Daemon) int { return int(a.Role) - int(b.Role) })
	return daemons, nil
}

// networkPort is a port as the kernel wants it.
func networkPort(port uint16) []byte { return binary.BigEndian.AppendUint16(nil, port) }

// kernelAddr is an address in the 16 octets that the kernel has for it.
func kernelAddr(addr netip.Addr) []byte {
	b := make([]byte, 16)
	copy(b, addr.AsSlice())
	return b
}

func kernelFamily(family int) uint16 {
	if family == 6 {
		return unix.AF_INET6
	}
	return unix.AF_INET
}

// packServiceKey is the SERVICE attribute of a command about a service or its
// destinations: the kernel looks at the key alone then.
func packServiceKey(k ServiceKey) *nl.RtAttr {
	a := nl.NewRtAttr(unix.NLA_F_NESTED|attrService, nil)
	a.AddRtAttr(svcFamily, nl.Uint16Attr(kernelFamily(k.Family)))
	if k.FWMark != 0 {
		a.AddRtAttr(svcFWMark, nl.Uint32Attr(k.FWMark))
		return a
	}
	a.AddRtAttr(svcProtocol, nl.Uint16Attr(uint16(k.Protocol)))
	a.AddRtAttr(svcAddr, kernelAddr(k.Addr))
	a.AddRtAttr(svcPort, networkPort(k.Port))
	return a
}

// packDestination is the DEST attribute, in the order of chapter 04 section 5.
func packDestination(d Destination) *nl.RtAttr {
	d = d.normal()
	a := nl.NewRtAttr(unix.NLA_F_NESTED|attrDest, nil)
	a.AddRtAttr(destFamily, nl.Uint16Attr(kernelFamily(familyOf(d.Key.Addr))))
	a.AddRtAttr(destAddr, kernelAddr(d.Key.Addr))
	a.AddRtAttr(destPort, networkPort(d.Key.Port))
	a.AddRtAttr(destMethod, nl.Uint32Attr(uint32(d.Method.Forwarding)))
	a.AddRtAttr(destWeight, nl.Uint32Attr(d.Weight))
	if d.Method.Forwarding == config.ForwardTUN {
		a.AddRtAttr(destTunnelType, nl.Uint8Attr(uint8(d.Method.Tunnel)))
		if d.Method.Tunnel == config.TunnelGUE {
			a.AddRtAttr(destTunnelPort, networkPort(d.Method.Port))
		}
		if d.Method.Tunnel != config.TunnelIPIP {
			a.AddRtAttr(destTunnelFlags, nl.Uint16Attr(uint16(d.Method.Checksum)))
		}
	}
	a.AddRtAttr(destUpper, nl.Uint32Attr(d.Upper))
	a.AddRtAttr(destLower, nl.Uint32Attr(d.Lower))
	return a
}

// packDaemon is the DAEMON attribute: all of a daemon to start it, the state
// and the sync id to stop it.
func packDaemon(d Daemon, start bool) *nl.RtAttr {
	a := nl.NewRtAttr(unix.NLA_F_NESTED|attrDaemon, nil)
	a.AddRtAttr(daemonState, nl.Uint32Attr(uint32(d.Role)))
	if !start {
		a.AddRtAttr(daemonSyncID, nl.Uint32Attr(d.ID))
		return a
	}
	a.AddRtAttr(daemonInterface, nl.ZeroTerminated(d.Interface))
	a.AddRtAttr(daemonSyncID, nl.Uint32Attr(d.ID))
	if d.MaxLen != 0 {
		a.AddRtAttr(daemonMaxLen, nl.Uint16Attr(d.MaxLen))
	}
	if d.Port != 0 {
		a.AddRtAttr(daemonPort, nl.Uint16Attr(d.Port))
	}
	if d.TTL != 0 {
		a.AddRtAttr(daemonTTL, nl.Uint8Attr(d.TTL))
	}
	switch {
	case d.Group.Is4():
		a.AddRtAttr(daemonGroup, d.Group.AsSlice())
	case d.Group.Is6():
		a.AddRtAttr(daemonGroup6, d.Group.AsSlice())
	}
	return a
}

// attributes are the values of one level of netlink attributes by type.
type attributes map[uint16][]byte

// unpack reads one level of attributes. (nl.ParseRouteAttr panics on a last
// attribute whose padding is missing.)
func unpack(data []byte) (attributes, error) {
	a := attributes{}
	for len(data) >= unix.NLA_HDRLEN {
		length := int(binary.NativeEndian.Uint16(data))
		if length < unix.NLA_HDRLEN || length > len(data) {
			return nil, errShort
		}
		a[binary.NativeEndian.Uint16(data[2:])&nl.NLA_TYPE_MASK] = data[unix.NLA_HDRLEN:length]
		padded := (length + unix.NLA_ALIGNTO - 1) &^ (unix.NLA_ALIGNTO - 1)
		data = data[min(padded, len(data)):]
	}
	return a, nil
}

// unpackAnswer reads the attributes below one attribute of an answer.
func unpackAnswer(answer []byte, attribute uint16) (attributes, error) {
	if len(answer) < nl.SizeofGenlmsg {
		return nil, errShort
	}
	outer, err := unpack(answer[nl.SizeofGenlmsg:])
	if err != nil {
		return nil, err
	}
	return unpack(outer[attribute])
}

// number reads an unsigned integer of any width in the machine's order; 0 when
// it is absent.
func (a attributes) number(attribute uint16) uint64 {
	switch v := a[attribute]; len(v) {
	case 1:
		return uint64(v[0])
	case 2:
		return uint64(binary.NativeEndian.Uint16(v))
	case 4:
		return uint64(binary.NativeEndian.Uint32(v))
	case 8:
		return binary.NativeEndian.Uint64(v)
	}
	return 0
}

func (a attributes) port(attribute uint16) uint16 {
	if v := a[attribute]; len(v) >= 2 {
		return binary.BigEndian.Uint16(v)
	}
	return 0
}

func (a attributes) addr(attribute uint16, family int) (netip.Addr, error) {
	size := 4
	if family == 6 {
		size = 16
	}
	v := a[attribute]
	if len(v) < size {
		return netip.Addr{}, errShort
	}
	addr, _ := netip.AddrFromSlice(v[:size])
	return addr, nil
}

func (a attributes) family(attribute uint16) int {
	if a.number(attribute) == unix.AF_INET6 {
		return 6
	}
	return 4
}

// unpackService reads a service of a dump.
func unpackService(answer []byte) (Service, Counters, error) {
	a, err := unpackAnswer(answer, attrService)
	if err != nil {
		return Service{}, Counters{}, fmt.Errorf("service: %w", err)
	}
	key := ServiceKey{Family: a.family(svcFamily), FWMark: uint32(a.number(svcFWMark))}
	if key.FWMark == 0 {
		key.Protocol = config.Protocol(a.number(svcProtocol))
		key.Port = a.port(svcPort)
		if key.Addr, err = a.addr(svcAddr, key.Family); err != nil {
			return Service{}, Counters{}, fmt.Errorf("service: %w", err)
		}
	}
	s := Service{
		Key:               key,
		Scheduler:         nl.BytesToString(terminated(a[svcScheduler])),
		Timeout:           uint32(a.number(svcTimeout)),
		Netmask:           uint32(a.number(svcNetmask)),
		PersistenceEngine: nl.BytesToString(terminated(a[svcPEName])),
	}
	if flags := a[svcFlags]; len(flags) >= 4 {
		// The flags come with a mask behind them.
		s.Flags = Flags(binary.NativeEndian.Uint32(flags)) &^ flagHashed
	}
	if key.Family == 4 {
		s.Netmask = swapNetmask(s.Netmask)
	}
	counters, err := unpackCounters(a[svcStats64], a[svcStats])
	return s, counters, err
}

// terminated makes sure that a C string ends.
func terminated(b []byte) []byte { return append(slices.Clone(b), 0) }

// swapNetmask converts between an IPv4 netmask as a number and the kernel's,
// which has the octets in network order.
func swapNetmask(mask uint32) uint32 {
	return binary.BigEndian.Uint32(binary.NativeEndian.AppendUint32(nil, mask))
}

// unpackDestination reads a destination of a dump. Kernels before 3.18 do not
// tell its family: it is that of the service then.
func unpackDestination(answer []byte, serviceFamily int) (Destination, DestinationStatistics, error) {
	var d Destination
	var s DestinationStatistics
	a, err := unpackAnswer(answer, attrDest)
	if err != nil {
		return d, s, fmt.Errorf("destination: %w", err)
	}
	family := serviceFamily
	if _, told := a[destFamily]; told {
		family = a.family(destFamily)
	}
	d.Key.Port = a.port(destPort)
	if d.Key.Addr, err = a.addr(destAddr, family); err != nil {
		return d, s, fmt.Errorf("destination: %w", err)
	}
	d.Method = config.Method{
		Forwarding: config.Forwarding(a.number(destMethod) & destMethodMask),
		Tunnel:     config.TunnelType(a.number(destTunnelType)),
		Port:       a.port(destTunnelPort),
		Checksum:   config.TunnelChecksum(a.number(destTunnelFlags)),
	}
	d.Weight = uint32(a.number(destWeight))
	d.Upper, d.Lower = uint32(a.number(destUpper)), uint32(a.number(destLower))
	s = DestinationStatistics{
		Key:        d.Key,
		Active:     uint32(a.number(destActive)),
		Inactive:   uint32(a.number(destInactive)),
		Persistent: uint32(a.number(destPersistent)),
	}
	s.Counters, err = unpackCounters(a[destStats64], a[destStats])
	return d.normal(), s, err
}

// unpackCounters reads the 64-bit counters, or those of 32 bits of kernels
// before 4.1. The attributes have the same numbers in both.
func unpackCounters(stats64, stats []byte) (Counters, error) {
	if stats64 == nil {
		stats64 = stats
	}
	a, err := unpack(stats64)
	if err != nil {
		return Counters{}, fmt.Errorf("counters: %w", err)
	}
	return Counters{
		Connections: a.number(1),
		PacketsIn:   a.number(2), PacketsOut: a.number(3),
		BytesIn: a.number(4), BytesOut: a.number(5),
		ConnectionRate: a.number(6),
		PacketRateIn:   a.number(7), PacketRateOut: a.number(8),
		ByteRateIn: a.number(9), ByteRateOut: a.number(10),
	}, nil
}

// unpackDaemon reads a synchronisation daemon of a dump.
func unpackDaemon(answer []byte) (Daemon, error) {
	a, err := unpackAnswer(answer, attrDaemon)
	if err != nil {
		return Daemon{}, fmt.Errorf("synchronisation daemon: %w", err)
	}
	d := Daemon{
		Role:      Role(a.number(daemonState)),
		Interface: nl.BytesToString(terminated(a[daemonInterface])),
		ID:        uint32(a.number(daemonSyncID)),
		MaxLen:    uint16(a.number(daemonMaxLen)),
		Port:      uint16(a.number(daemonPort)),
		TTL:       uint8(a.number(daemonTTL)),
	}
	for attribute, family := range map[uint16]int{daemonGroup: 4, daemonGroup6: 6} {
		if _, told := a[attribute]; told {
			if d.Group, err = a.addr(attribute, family); err != nil {
				return Daemon{}, fmt.Errorf("synchronisation daemon: %w", err)
			}
		}
	}
	return d, nil
}
