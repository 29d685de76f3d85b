package ipvs

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"keepalived/core/config"
)

// Virtual is a service with its destinations.
type Virtual struct {
	Service      Service
	Destinations []Destination
}

// List reads the whole table of a client, sorted by key.
func List(c Client) ([]Virtual, error) {
	services, err := c.Services()
	if err != nil {
		return nil, err
	}
	table := make([]Virtual, len(services))
	for i, s := range services {
		destinations, err := c.Destinations(s.Key)
		if err != nil {
			return nil, err
		}
		table[i] = Virtual{s, destinations}
	}
	return table, nil
}

// Save writes a table as `ipvsadm -Sn` does, whatever its order. (ipvsadm
// compares addresses and marks by the sign of a 32-bit difference. That orders
// everything that lies within half of the number space; where there is no such
// order, ipvsadm's depends on the kernel's hash seed.) Thresholds do not
// appear, as in ipvsadm.
func Save(table []Virtual) string {
	table = slices.Clone(table)
	slices.SortStableFunc(table, func(a, b Virtual) int { return compareSaved(a.Service.Key, b.Service.Key) })
	var out strings.Builder
	for _, v := range table {
		out.WriteString("-A " + saveService(v.Service.normal()) + "\n")
		destinations := slices.Clone(v.Destinations)
		slices.SortStableFunc(destinations, func(a, b Destination) int {
			return compareSaved(AddressKey(0, a.Key.Addr, a.Key.Port), AddressKey(0, b.Key.Addr, b.Key.Port))
		})
		for _, d := range destinations {
			out.WriteString("-a " + saveDestination(v.Service.Key, d.normal()) + "\n")
		}
	}
	return out.String()
}

// compareSaved is ipvsadm's order of services.
func compareSaved(a, b ServiceKey) int {
	if c := differ(a.FWMark, b.FWMark); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Family, b.Family); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Protocol, b.Protocol); c != 0 {
		return c
	}
	if a.Addr.IsValid() && b.Addr.IsValid() {
		x, y := a.Addr.AsSlice(), b.Addr.AsSlice()
		for i := 0; i < min(len(x), len(y)); i += 4 {
			if c := differ(binary.BigEndian.Uint32(x[i:]), binary.BigEndian.Uint32(y[i:])); c != 0 {
				return c
			}
		}
	}
	return cmp.Compare(a.Port, b.Port)
}

// differ is the sign of a 32-bit difference.
func differ(a, b uint32) int { return cmp.Compare(int32(a-b), 0) }

// saveKey is how ipvsadm names a service. It prints marks as signed numbers.
func saveKey(k ServiceKey) string {
	switch {
	case k.FWMark != 0 && k.Family == 6:
		return fmt.Sprintf("-f %d -6", int32(k.FWMark))
	case k.FWMark != 0:
		return fmt.Sprintf("-f %d", int32(k.FWMark))
	}
	option := "-t"
	switch k.Protocol {
	case config.ProtocolNone:
		option = "--xxx-service" // ipvsadm's word for mark 0, which no option makes
	case config.ProtocolUDP:
		option = "-u"
	case config.ProtocolSCTP:
		option = "--sctp-service"
	}
	return option + " " + netip.AddrPortFrom(k.Addr, k.Port).String()
}

func saveService(s Service) string {
	out := saveKey(s.Key) + " -s " + s.Scheduler
	if s.Flags&FlagPersistent != 0 {
		out += fmt.Sprintf(" -p %d", s.Timeout)
		if s.Netmask != wholeAddress(s.Key.Family) {
			out += " -M " + saveNetmask(s)
		}
	}
	if s.PersistenceEngine != "" {
		out += " --pe " + s.PersistenceEngine
	}
	if s.Flags&FlagOnePacket != 0 {
		out += " -o"
	}
	if names := schedulerFlags(s); len(names) > 0 {
		out += " -b " + strings.Join(names, ",")
	}
	return out
}

func saveNetmask(s Service) string {
	if s.Key.Family == 6 {
		return fmt.Sprint(s.Netmask)
	}
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, s.Netmask))).String()
}

// schedulerFlags are the names of the scheduler flags that are set. sh and mh
// give two of them names of their own, and no name to the third.
func schedulerFlags(s Service) []string {
	names := []string{"flag-1", "flag-2", "flag-3"}
	if s.Scheduler == "sh" || s.Scheduler == "mh" {
		names = []string{s.Scheduler + "-fallback", s.Scheduler + "-port"}
	}
	var set []string
	for i, name := range names {
		if s.Flags&(FlagScheduler1<<i) != 0 {
			set = append(set, name)
		}
	}
	return set
}

func saveDestination(service ServiceKey, d Destination) string {
	method := "-m"
	switch d.Method.Forwarding {
	case config.ForwardTUN:
		method = "-i"
	case config.ForwardDR:
		method = "-g"
	}
	out := fmt.Sprintf("%s -r %s %s -w %d", saveKey(service), netip.AddrPortFrom(d.Key.Addr, d.Key.Port), method, d.Weight)
	if d.Method.Forwarding != config.ForwardTUN {
		return out
	}
	checksum := [...]string{"--tun-nocsum", "--tun-csum", "--tun-remcsum"}[d.Method.Checksum]
	switch d.Method.Tunnel {
	case config.TunnelGUE:
		out += fmt.Sprintf(" --tun-type gue --tun-port %d %s", d.Method.Port, checksum)
	case config.TunnelGRE:
		out += " --tun-type gre " + checksum
	default:
		out += " --tun-type ipip"
	}
	return out
}
