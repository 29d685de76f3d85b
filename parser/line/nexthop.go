package line

import (
	"keepalived/core/config"
)

// legs reads the legs of a multipath route. A mistake loses that leg and the
// later ones; the route keeps those before it. A mistake in a tunnel loses the
// tunnel alone.
func (r *routeReader) legs(tree *routeLine) (bool, error) {
	if r.orSeen {
		r.General("Cannot specify nexthops with \"or\" route")
		r.General("Route has trailing nonsense - nexthop")
		return false, nil
	}
	for _, l := range tree.Legs {
		hop, resume, err := r.leg(l)
		if err != nil {
			return false, err
		}
		if hop == nil {
			return true, nil
		}
		r.r.NextHops = append(r.r.NextHops, *hop)
		if resume > 0 { // no option of a tunnel is one of a leg
			r.legNonsense(r.words[resume])
			return true, nil
		}
	}
	if len(tree.Rest) > 0 {
		r.legNonsense(tree.Rest[0].Text)
	}
	return true, nil
}

func (r *routeReader) legNonsense(word string) {
	r.General("Route has trailing nonsense after nexthops - %s", word)
}

// leg reads one leg; nil is one with a mistake. resume is the position of an
// option of a tunnel that is wrong, where the C daemon goes on, else 0.
func (r *routeReader) leg(l *routeLeg) (hop *config.NextHop, resume int, err error) {
	hop = &config.NextHop{Weight: 1}
	for _, o := range l.Options {
		at := o.Pos.Column - 1
		ok := true
		switch {
		case o.OnLink:
			hop.OnLink = true
		case o.Encap != nil:
			hop.Encap, resume, err = r.encap(o.Encap)
			if err != nil || resume > 0 {
				return hop, resume, err
			}
		case o.As != nil:
			if !o.As.To && o.As.Value == nil {
				return nil, 0, missing(r.words, at)
			}
			r.General("'as [to]' (nat) not supported")
			ok = false
		case o.Via != nil:
			if o.Via.Address == nil {
				if o.Via.Family != "" {
					at++
				}
				return nil, 0, missing(r.words, at)
			}
			ok = r.legVia(hop, o.Via)
		case o.Value == nil:
			return nil, 0, missing(r.words, at)
		default:
			ok = r.legOption(hop, o.Key, o.Value.Text)
		}
		if !ok {
			return nil, 0, nil
		}
	}
	return hop, 0, nil
}

func (r *routeReader) legVia(hop *config.NextHop, g *gateway) bool {
	if g.Family != "" && r.r.Family != 0 && (g.Family == "inet") != (r.r.Family == 4) {
		r.General("IPv4/6 mismatch for nexthop")
		return false
	}
	a, ok := r.address(g.Address.Text)
	if !ok {
		r.General("invalid nexthop address %s", g.Address.Text)
		return false
	}
	if r.r.Family == 0 {
		r.r.Family = config.Family(a)
	}
	if r.r.Family != config.Family(a) {
		r.General("Address family mismatch for next hop")
		return false
	}
	hop.Via = a
	return true
}

func (r *routeReader) legOption(hop *config.NextHop, key, value string) bool {
	switch key {
	case "dev":
		hop.Interface = value
		return r.interfaceKnown(value, "VROUTE nexthop")
	case "weight":
		v, ok := r.unsigned(value, 0, 256)
		switch {
		case !ok:
			r.General("Invalid weight %s specified for route", value)
		case v == 0:
			r.General("Invalid weight 0 specified for route")
		}
		hop.Weight = int(v)
		return ok && v > 0
	}
	v, ok := r.realms(value)
	switch {
	case !ok:
		r.General("Invalid realms %s for route", value)
	case r.r.Family == 6:
		r.General("realms are only supported for IPv4")
		ok = false
	default:
		hop.Realms = v
	}
	return ok
}
