package checkers

import (
	"encoding/binary"

	"keepalived/checkers/machine"
	"keepalived/core/config"
	"keepalived/ipvs"
)

// serviceOf is the service of a virtual server under a key.
func serviceOf(c *config.VirtualServer, key ipvs.ServiceKey) ipvs.Service {
	s := ipvs.Service{
		Key: key, Scheduler: c.Scheduler,
		Flags: ipvs.Flags(c.SchedulerFlags) << 3,
	}
	if c.OnePacket {
		s.Flags |= ipvs.FlagOnePacket
	}
	if !c.Persistent {
		return s
	}
	s.Flags |= ipvs.FlagPersistent
	s.Timeout = c.PersistenceTimeout
	s.PersistenceEngine = c.PersistenceEngine
	switch {
	case key.Family == 6:
		s.Netmask = uint32(c.GranularityLength)
	case c.GranularityMask.Is4():
		a := c.GranularityMask.As4()
		s.Netmask = binary.BigEndian.Uint32(a[:])
	}
	return s
}

// keysOf are the services of a virtual server, in the order in which they are
// programmed: its own; or those of the mark that the packet filter gives to its
// group, unless that is 0; or of its group the addresses, then the marks.
func keysOf(c *config.VirtualServer, entries []config.GroupEntry, mark uint32) []ipvs.ServiceKey {
	switch {
	case c.IsFWMark:
		return []ipvs.ServiceKey{ipvs.FWMarkKey(c.Family, c.FWMark)}
	case c.Group == "":
		return []ipvs.ServiceKey{ipvs.AddressKey(c.Protocol, c.Addr, c.Port)}
	case mark != 0:
		return keysByMark(entries, mark)
	}
	var keys []ipvs.ServiceKey
	for _, e := range entries {
		if e.IsFWMark {
			continue
		}
		for a := e.First; a.IsValid() && a.Compare(e.Last) <= 0; a = a.Next() {
			keys = append(keys, ipvs.AddressKey(c.Protocol, a, e.Port))
		}
	}
	for _, e := range entries {
		if e.IsFWMark {
			keys = append(keys, ipvs.FWMarkKey(c.MarkFamily(e), e.FWMark))
		}
	}
	return keys
}

// destinationOf is a server under a service. NAT has the server's own port,
// the other methods that of the service.
func destinationOf(d machine.Destination, key ipvs.ServiceKey) ipvs.Destination {
	port := d.Port
	if d.Method.Forwarding != config.ForwardNAT {
		port = key.Port
	}
	return ipvs.Destination{
		Key: ipvs.DestinationKey{Addr: d.Addr.Unmap().WithZone(""), Port: port}, Method: d.Method,
		Weight: ipvs.Weight(d.Weight), Upper: d.Upper, Lower: d.Lower,
	}
}
