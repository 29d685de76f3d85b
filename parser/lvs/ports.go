package lvs

import (
	"fmt"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// validatePorts makes the ports of the servers fit the service: only NAT can
// change them (04-lvs-checkers section 4, step 11).
func (r *Room) validatePorts(p *reader.Pass, v *virtualServer) {
	if v.byGroup {
		r.groupPorts(p, v)
		return
	}
	for _, rs := range v.real {
		nat := rs.Method.Forwarding == config.ForwardNAT
		switch {
		case nat || rs.Port == 0:
			if rs.Port == 0 && !v.IsFWMark {
				rs.Port = v.Port
			}
		case v.IsFWMark:
			p.About(pathReal, rs.head)
			p.General(msgMarkPort, v.name(), rs.name(v))
			rs.Port = 0
		case rs.Port != v.Port:
			p.About(pathReal, rs.head)
			p.General(msgPorts, v.name(), rs.name(v))
			rs.Port = v.Port
		}
	}
	p.About(pathServer, v.head)
	s := v.sorry
	switch {
	case s == nil || s.Method.Forwarding == config.ForwardNAT:
	case v.IsFWMark && s.Port != 0:
		p.General(msgSorryPort, v.name())
		s.Port = 0
	case !v.IsFWMark && s.Port != v.Port:
		if s.Port != 0 {
			p.General(msgSorryPorts, v.name())
		}
		s.Port = v.Port
	}
}

// groupPorts only warns: the entries of a group may have different ports.
func (r *Room) groupPorts(p *reader.Pass, v *virtualServer) {
	g := r.groups[v.Group]
	f := familiesOf(g)
	if f.marks {
		for _, rs := range v.real {
			if rs.Method.Forwarding != config.ForwardNAT && rs.Port != 0 {
				p.General(msgMarkPortIgnored, v.name(), rs.name(v))
			}
		}
		if s := v.sorry; s != nil && s.Method.Forwarding != config.ForwardNAT && s.Port != 0 {
			p.General(msgMarkSorryIgnored, v.name())
		}
	}
	if !f.addresses {
		return
	}
	for i := range g.Entries {
		e := &g.Entries[i]
		if e.IsFWMark {
			continue
		}
		if p.Full() {
			return // there is nothing but warnings below
		}
		for _, rs := range v.real {
			if rs.Method.Forwarding != config.ForwardNAT && rs.Port != 0 && rs.Port != e.Port {
				p.General(msgGroupPorts, v.name(), entryName(e), rs.name(v))
			}
		}
		if s := v.sorry; s != nil && s.Method.Forwarding != config.ForwardNAT && s.Port != 0 && s.Port != e.Port {
			p.General(msgSorryPortIgnored, v.name())
		}
	}
}

// entryName is the name of a group's entry in messages.
func entryName(e *config.GroupEntry) string {
	if e.First != e.Last {
		return fmt.Sprintf("%s-%s,%d", e.First, e.Last, e.Port)
	}
	return fmt.Sprintf("%s,%d", e.First, e.Port)
}
