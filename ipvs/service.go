package ipvs

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"

	"keepalived/core/config"
)

// Flags are the flags of a service, with the kernel's numbers.
type Flags uint32

// The flags of a service. The scheduler flags mean what the scheduler makes of
// them: for sh and mh the first is "fallback" and the second "port".
const (
	FlagPersistent Flags = 0x01
	FlagOnePacket  Flags = 0x04
	FlagScheduler1 Flags = 0x08
	FlagScheduler2 Flags = 0x10
	FlagScheduler3 Flags = 0x20

	// flagHashed is the kernel's own mark on every service in its table. It is
	// neither sent nor shown.
	flagHashed Flags = 0x02
)

// ServiceKey names a service in the table: a protocol, address and port, or a
// firewall mark. It is comparable.
type ServiceKey struct {
	Family   int             // 4 or 6
	Protocol config.Protocol // ProtocolNone for a firewall mark
	Addr     netip.Addr      // the zero Addr for a firewall mark; never an IPv4-mapped IPv6 address
	Port     uint16          // 0: every port (the kernel wants persistence then)
	FWMark   uint32          // 0: not a firewall mark
}

// AddressKey is the key of the service at an address. Its family is that of
// the address.
func AddressKey(protocol config.Protocol, addr netip.Addr, port uint16) ServiceKey {
	addr = addr.Unmap().WithZone("")
	return ServiceKey{Family: familyOf(addr), Protocol: protocol, Addr: addr, Port: port}
}

// FWMarkKey is the key of the service for packets of a family (4 or 6) that
// carry a firewall mark. Mark 0 is none to the kernel: it takes such a service
// for one of no protocol, which no packet is of.
func FWMarkKey(family int, mark uint32) ServiceKey {
	k := ServiceKey{Family: family, FWMark: mark}
	switch {
	case mark != 0:
	case family == 6:
		k.Addr = netip.IPv6Unspecified()
	default:
		k.Addr = netip.IPv4Unspecified()
	}
	return k
}

// String is how the C daemon writes the service in IPVS errors:
// `10.0.0.100:tcp:80`, `Fwm 3`, `Fwm 3 inet6`.
func (k ServiceKey) String() string {
	if k.Protocol != config.ProtocolNone {
		return fmt.Sprintf("%s:%s:%d", k.Addr, k.Protocol, k.Port)
	}
	if k.Family == 6 {
		return fmt.Sprintf("Fwm %d inet6", k.FWMark)
	}
	return fmt.Sprintf("Fwm %d", k.FWMark)
}

// Service is one virtual service.
type Service struct {
	Key       ServiceKey
	Scheduler string
	Flags     Flags
	// Timeout is the persistence timeout in seconds; it means something only
	// with FlagPersistent.
	Timeout uint32
	// Netmask is the persistence granularity: for IPv4 the mask as a number
	// (0xffffff00 is 255.255.255.0), for IPv6 the prefix length. 0 stands for
	// the whole address.
	Netmask uint32
	// PersistenceEngine is "sip" or empty.
	PersistenceEngine string
}

// normal returns the service as the kernel would show it: a mark without
// address, the default netmask filled in, the kernel's own flag gone.
func (s Service) normal() Service {
	if s.Key.FWMark != 0 {
		s.Key = FWMarkKey(s.Key.Family, s.Key.FWMark)
	}
	if s.Netmask == 0 {
		s.Netmask = wholeAddress(s.Key.Family)
	}
	s.Flags &^= flagHashed
	return s
}

// wholeAddress is the netmask that keeps every bit of an address.
func wholeAddress(family int) uint32 {
	if family == 6 {
		return 128
	}
	return 0xffffffff
}

// DestinationKey names a destination within its service. It is comparable.
type DestinationKey struct {
	Addr netip.Addr // never an IPv4-mapped IPv6 address
	Port uint16
}

// String is how the C daemon writes the destination in IPVS errors:
// `10.1.1.1:8001`.
func (k DestinationKey) String() string {
	return k.Addr.String() + ":" + strconv.Itoa(int(k.Port))
}

// MaxWeight is the greatest weight that the kernel takes.
const MaxWeight = 1<<31 - 1

// Weight clamps an effective weight to what the kernel takes (chapter 04
// section 5).
func Weight(effective int64) uint32 {
	return uint32(min(max(effective, 0), MaxWeight))
}

// Destination is one server of a service.
type Destination struct {
	Key    DestinationKey
	Method config.Method
	Weight uint32 // 0..MaxWeight; see Weight
	// Upper and Lower are the connection thresholds; 0: none.
	Upper, Lower uint32
}

// normal returns the destination as the kernel would show it: tunnel options
// only where they mean something.
func (d Destination) normal() Destination {
	if d.Method.Forwarding != config.ForwardTUN {
		d.Method = config.Method{Forwarding: d.Method.Forwarding}
	}
	if d.Method.Tunnel != config.TunnelGUE {
		d.Method.Port = 0
	}
	if d.Method.Tunnel == config.TunnelIPIP {
		d.Method.Checksum = config.TunnelNoChecksum
	}
	return d
}

// familyOf is 4 or 6.
func familyOf(addr netip.Addr) int {
	if addr.Is4() {
		return 4
	}
	return 6
}

// compareKeys orders services: addresses before marks, then by family,
// protocol, address and port.
func compareKeys(a, b ServiceKey) int {
	return cmp.Or(
		cmp.Compare(a.FWMark, b.FWMark),
		cmp.Compare(a.Family, b.Family),
		cmp.Compare(a.Protocol, b.Protocol),
		a.Addr.Compare(b.Addr),
		cmp.Compare(a.Port, b.Port),
	)
}

// compareDestinations orders destinations by address and port.
func compareDestinations(a, b DestinationKey) int {
	return cmp.Or(a.Addr.Compare(b.Addr), cmp.Compare(a.Port, b.Port))
}
