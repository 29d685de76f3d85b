package checkers

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"

	"keepalived/checkers/machine"
	"keepalived/checkers/message"
	"keepalived/core/config"
	"keepalived/ipvs"
)

// placement is where a virtual server is in the kernel's table: one service,
// or one for every address and mark of its group.
type placement struct {
	vs       *machine.VirtualServer
	entries  []config.GroupEntry // of its group
	keys     []ipvs.ServiceKey
	services map[ipvs.ServiceKey]bool
	// destinations are those that the machine has asked for.
	destinations map[netip.AddrPort]machine.Destination
}

func newPlacement(v *machine.VirtualServer) *placement {
	return &placement{vs: v, services: map[ipvs.ServiceKey]bool{}, destinations: map[netip.AddrPort]machine.Destination{}}
}

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
// programmed: its own, or of its group the addresses, then the marks.
func keysOf(c *config.VirtualServer, entries []config.GroupEntry) []ipvs.ServiceKey {
	switch {
	case c.IsFWMark:
		return []ipvs.ServiceKey{ipvs.FWMarkKey(c.Family, c.FWMark)}
	case c.Group == "":
		return []ipvs.ServiceKey{ipvs.AddressKey(c.Protocol, c.Addr, c.Port)}
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
			keys = append(keys, ipvs.FWMarkKey(markFamily(c, e), e.FWMark))
		}
	}
	return keys
}

// markFamily is the family of a mark of a group: its own, that of the virtual
// server, else IPv4 (section 5).
func markFamily(c *config.VirtualServer, e config.GroupEntry) int {
	switch {
	case e.Family != 0:
		return e.Family
	case c.Family != 0:
		return c.Family
	}
	return 4
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

// entryName is how the lines about group entries name one.
func entryName(c *config.VirtualServer, e config.GroupEntry, added bool) string {
	switch {
	case e.IsFWMark && added:
		return fmt.Sprintf("FWM %d", e.FWMark)
	case e.IsFWMark:
		return fmt.Sprint(e.FWMark)
	}
	name := machine.ServerName(e.First, c.Protocol, e.Port)
	if e.First != e.Last {
		name += "-" + e.Last.String()
	}
	return name
}

// sameEntry compares what section 10 compares.
func sameEntry(a, b config.GroupEntry) bool {
	if a.IsFWMark || b.IsFWMark {
		return a.IsFWMark == b.IsFWMark && a.FWMark == b.FWMark
	}
	return a.First == b.First && a.Last == b.Last && a.Port == b.Port
}

// place makes the services of a virtual server as configured, tells of group
// entries that have come and gone, and takes the servers along.
func (s *Service) place(v *machine.VirtualServer) {
	p := s.placements[v]
	first := p == nil
	if first {
		p = newPlacement(v)
		s.placements[v] = p
	}
	c := v.Config
	entries := s.groups[c.Group]
	keys := keysOf(c, entries)
	now := make(map[ipvs.ServiceKey]bool, len(keys))
	for _, k := range keys {
		now[k] = true
	}
	if !first {
		for _, e := range p.entries {
			if !slices.ContainsFunc(entries, func(o config.GroupEntry) bool { return sameEntry(e, o) }) {
				s.logf(message.GroupEntryGone, entryName(c, e, false), c.Group)
			}
		}
	}
	for _, k := range p.keys {
		if !now[k] {
			s.table.deleteService(v, k)
		}
	}
	for _, k := range keys {
		s.table.setService(v, serviceOf(c, k))
		if !p.services[k] {
			for _, d := range p.list() {
				_ = s.table.setDestination(v, k, destinationOf(d, k))
			}
		}
	}
	if !first {
		for _, e := range entries {
			if !slices.ContainsFunc(p.entries, func(o config.GroupEntry) bool { return sameEntry(e, o) }) {
				s.logf(message.GroupEntryAdded, entryName(c, e, true), c.Group)
			}
		}
	}
	p.entries, p.keys, p.services = entries, keys, now
}

// unplace removes a virtual server from the table.
func (s *Service) unplace(v *machine.VirtualServer) {
	p := s.placements[v]
	if p == nil {
		return
	}
	for _, k := range p.keys {
		s.table.deleteService(v, k)
	}
	delete(s.placements, v)
}

// list are the destinations in a fixed order.
func (p *placement) list() []machine.Destination {
	out := make([]machine.Destination, 0, len(p.destinations))
	for _, d := range p.destinations {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b machine.Destination) int {
		return netip.AddrPortFrom(a.Addr, a.Port).Compare(netip.AddrPortFrom(b.Addr, b.Port))
	})
	return out
}

// setDestination puts a server into every service of a virtual server. It
// fails when one refuses it.
func (s *Service) setDestination(v *machine.VirtualServer, d machine.Destination) error {
	p := s.placements[v]
	id := netip.AddrPortFrom(d.Addr, d.Port)
	old, had := p.destinations[id]
	p.destinations[id] = d
	var failed error
	for _, k := range p.keys {
		want := destinationOf(d, k)
		if had && destinationOf(old, k).Key != want.Key {
			_ = s.table.deleteDestination(v, k, destinationOf(old, k).Key)
		}
		if err := s.table.setDestination(v, k, want); err != nil {
			failed = err
		}
	}
	return failed
}

// deleteDestination takes a server out of every service of a virtual server.
func (s *Service) deleteDestination(v *machine.VirtualServer, d machine.Destination) error {
	p := s.placements[v]
	var failed error
	for _, k := range p.keys {
		if err := s.table.deleteDestination(v, k, destinationOf(d, k).Key); err != nil {
			failed = err
		}
	}
	if failed == nil {
		delete(p.destinations, netip.AddrPortFrom(d.Addr, d.Port))
	}
	return failed
}
