package effective

import (
	"net/netip"
	"slices"

	"keepalived/core/config"
)

// ports are what stands behind real_server and sorry_server. A port that does
// not fit is corrected (04-lvs-checkers section 4, step 11), but servers are
// compared, and checkers take the port, as it is written. So it must be
// written in a way that these come out again.
type ports struct {
	sorry uint16
	real  []uint16
}

// writtenPorts finds the ports of a virtual server.
func writtenPorts(v *server) ports {
	sorry := []uint16{0}
	if s := v.SorryServer; s != nil {
		nat := s.Method.Forwarding == config.ForwardNAT
		sorry = alternatives(v, s.Port, nat, false)
		for _, rs := range v.RealServers {
			if !nat && v.Group == "" && s.Addr == rs.Addr {
				all, _ := candidates(v, rs, rs.Port)
				sorry = append(sorry, all...)
			}
		}
	}
	for _, port := range sorry {
		if p, ok := assign(v, port); ok {
			return p
		}
	}
	p, _ := assign(v, sorry[0])
	return p
}

// alternatives are the ports that are corrected to one, the best first.
func alternatives(v *server, port uint16, nat, real bool) []uint16 {
	all := []uint16{port}
	switch {
	case v.Group != "":
	case nat:
		if real && !v.IsFWMark && port == v.Port {
			all = append(all, 0)
		}
	default:
		for n := range min(len(v.RealServers)+2, 1<<16) {
			all = append(all, uint16(n))
		}
	}
	return all
}

// assign gives each real server the first port that makes it different from
// the others, and from the sorry server if that is to be so. Those with the
// least choice choose first.
func assign(v *server, sorry uint16) (p ports, ok bool) {
	p, ok = ports{sorry: sorry, real: make([]uint16, len(v.RealServers))}, true
	used, same := make(map[netip.AddrPort]bool), false
	for choice := range 3 {
		for i, rs := range v.RealServers {
			all, rank := candidates(v, rs, sorry)
			if rank != choice {
				continue
			}
			port, found := choose(v, rs, all, sorry, used, same)
			ok = ok && found
			used[netip.AddrPortFrom(rs.Addr, port)] = true
			same = same || v.SorryServer != nil && v.SorryServer.Addr == rs.Addr && port == sorry
			p.real[i] = port
		}
	}
	return p, ok && (v.SorryServer == nil || v.SorryServer.DuplicatesRS == same)
}

// candidates are the ports that a real server may be written with, and how
// much choice that is.
func candidates(v *server, rs *config.RealServer, sorry uint16) (all []uint16, rank int) {
	if port, told := checked(rs); told {
		return []uint16{port}, 0
	}
	nat := rs.Method.Forwarding == config.ForwardNAT
	all = alternatives(v, rs.Port, nat, true)
	if nat || v.Group != "" {
		return all, 1
	}
	return append(all, sorry), 2
}

// choose takes one of the candidates. With same a real server has been found
// already that is the sorry server's double.
func choose(v *server, rs *config.RealServer, candidates []uint16, sorry uint16, used map[netip.AddrPort]bool, same bool) (port uint16, ok bool) {
	s := v.SorryServer
	other := s != nil && s.Addr == rs.Addr // it must not be the double
	double := other && s.DuplicatesRS && s.Inhibit == rs.InhibitOnFailure
	if double && !same && slices.Contains(candidates, sorry) && !used[netip.AddrPortFrom(rs.Addr, sorry)] {
		return sorry, true
	}
	for _, port := range candidates {
		if !used[netip.AddrPortFrom(rs.Addr, port)] && (!other || double || port != sorry) {
			return port, true
		}
	}
	return candidates[0], false
}

// checked is the port of a checker that cannot have another one.
func checked(rs *config.RealServer) (port uint16, ok bool) {
	for _, c := range rs.Checkers {
		if c.Target.Port == 0 || !connects(c.Kind) {
			return c.Target.Port, true
		}
	}
	return 0, false
}
