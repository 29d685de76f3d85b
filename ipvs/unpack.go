package ipvs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

var errShort = errors.New("a netlink attribute is too short")

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
