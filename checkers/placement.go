package checkers

import (
	"keepalived/checkers/machine"
	"keepalived/core/config"
	"keepalived/ipvs"
)

// placement is where the virtual servers are in the kernel's table.
type placement struct {
	// keys are the services of a virtual server: one, or one for every address
	// and mark of its group.
	keys map[*machine.VirtualServer][]ipvs.ServiceKey
	// contended are the services in which two servers would have the same
	// entry, with the virtual servers that they are of: several share a group,
	// or the servers of one differ in a port alone that their method does not
	// use. The first who wants the entry decides about it.
	contended map[ipvs.ServiceKey][]*machine.VirtualServer
}

func newPlacement(vss []*machine.VirtualServer, groups map[string][]config.GroupEntry, marks map[marking]uint32) placement {
	p := placement{keys: map[*machine.VirtualServer][]ipvs.ServiceKey{}, contended: map[ipvs.ServiceKey][]*machine.VirtualServer{}}
	claims := map[ipvs.ServiceKey][]*machine.VirtualServer{}
	for _, v := range vss {
		p.keys[v] = keysOf(v.Config, groups[v.Config.Group], marks[marking{v.Config.Group, v.Config.Protocol}])
		for _, key := range p.keys[v] {
			claims[key] = append(claims[key], v)
		}
	}
	for key, by := range claims {
		if contended(key, by) {
			p.contended[key] = by
		}
	}
	return p
}

// contended reports whether two servers would have the same entry.
func contended(key ipvs.ServiceKey, vss []*machine.VirtualServer) bool {
	seen := map[ipvs.DestinationKey]bool{}
	again := func(d machine.Destination) bool {
		k := destinationOf(d, key).Key
		was := seen[k]
		seen[k] = true
		return was
	}
	for _, v := range vss {
		for _, r := range v.Config.RealServers {
			if again(machine.Destination{Addr: r.Addr, Port: r.Port, Method: r.Method}) {
				return true
			}
		}
		if ss := v.Config.SorryServer; ss != nil && !ss.DuplicatesRS && again(machine.Destination{Addr: ss.Addr, Port: ss.Port, Method: ss.Method}) {
			return true
		}
	}
	return false
}

// desired is the whole table as the states of the virtual servers want it.
func (p placement) desired(vss []*machine.VirtualServer) (out []ipvs.Virtual) {
	for _, v := range vss {
		wanted := v.Wanted()
		for _, key := range p.keys[v] {
			service := ipvs.Virtual{Service: serviceOf(v.Config, key)}
			for _, e := range wanted {
				if e.Present {
					service.Destinations = append(service.Destinations, destinationOf(e.Destination, key))
				}
			}
			out = append(out, service)
		}
	}
	return out
}

// entry is what a service shall have in the place of a server that one of its
// virtual servers wants to be there as d says, or not to be there.
func (p placement) entry(key ipvs.ServiceKey, v *machine.VirtualServer, d machine.Destination, there bool) (want ipvs.Destination, present bool) {
	want = destinationOf(d, key)
	for _, u := range p.contended[key] {
		for i, e := range u.Wanted() {
			if u == v && isServer(u.Config, i, d) {
				e = machine.Entry{Present: there, Destination: d}
			}
			if other := destinationOf(e.Destination, key); e.Present && other.Key == want.Key {
				return other, true
			}
		}
	}
	return want, there && p.contended[key] == nil
}

// isServer reports whether a destination is that of the server that
// VirtualServer.Wanted has at a place.
func isServer(c *config.VirtualServer, place int, d machine.Destination) bool {
	if place < len(c.RealServers) {
		r := c.RealServers[place]
		return r.Addr == d.Addr && r.Port == d.Port
	}
	return c.SorryServer.Addr == d.Addr && c.SorryServer.Port == d.Port
}

// program makes the kernel's table as wanted, which needs it not where it is so
// already, and has the packet filter mark what is for it.
func (s *service) program() {
	s.prepareMarks()
	s.placement = newPlacement(s.vss, s.groups, s.marks.of)
	if s.table != nil {
		s.must(s.table.Apply(s.placement.desired(s.vss)))
	}
	s.setMarks()
}

// setEntry makes a server of a virtual server be in the table with new values
// or not be there, in every service of the virtual server. It reports whether
// the kernel has refused that somewhere.
func (s *service) setEntry(v *machine.VirtualServer, d machine.Destination, there bool) (refused bool) {
	for _, key := range s.placement.keys[v] {
		var err error
		if want, present := s.placement.entry(key, v, d, there); present {
			err = s.table.SetDestination(key, want)
		} else {
			err = s.table.DeleteDestination(key, want.Key)
		}
		s.must(err)
		refused = refused || !ipvs.Harmless(err)
	}
	return refused
}
