package vrrp

import (
	"keepalived/core/config"
	"keepalived/parser/reader"
)

func (r *Room) addressHandlers() reader.Handlers {
	return reader.Handlers{
		"vrrp_instance/virtual_ipaddress":          {Line: r.virtualAddress},
		"vrrp_instance/virtual_ipaddress_excluded": {Line: r.excludedAddress},
		"vrrp_instance/virtual_routes":             {Line: r.virtualRoute},
		"vrrp_instance/virtual_rules":              {Line: r.virtualRule},
		"static_ipaddress":                         {Line: r.staticAddress},
		"static_routes":                            {Line: r.staticRoute},
		"static_rules":                             {Line: r.staticRule},
	}
}

func (r *Room) virtualAddress(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	a, err := r.context(p).Address(s.Words, false)
	missing(p, err)
	if a == nil {
		return
	}
	if v.Family != 0 && a.Family() != v.Family {
		p.General(msgAddressFamily, v.Name, s.Word(0))
		return
	}
	v.fix(a.Family())
	if r.newAddress(p, a, "", false) {
		v.VIPs = append(v.VIPs, keepAddress(p, a))
	}
}

func (r *Room) excludedAddress(p *reader.Pass, s *reader.Statement) {
	a, err := r.context(p).Address(s.Words, false)
	missing(p, err)
	if a != nil && r.newAddress(p, a, "Excluded ", true) {
		r.instance.ExcludedVIPs = append(r.instance.ExcludedVIPs, keepAddress(p, a))
	}
}

// newAddress reports an address that the instance already has on the same
// interface.
func (r *Room) newAddress(p *reader.Pass, a *config.Address, what string, excluded bool) bool {
	key := vipKey{a.Prefix.Addr(), a.Interface}
	if key.dev == "" {
		key.dev = r.instance.Interface
	}
	switch was, known := r.vips[key]; {
	case !known:
		r.vips[key] = excluded
		return true
	case was:
		p.General(msgDuplicatesExcluded, r.instance.Name, what, a.Prefix.Addr())
	default:
		p.General(msgDuplicatesVIP, r.instance.Name, what, a.Prefix.Addr())
	}
	return false
}

// keepAddress makes the words of an address independent of the file.
func keepAddress(p *reader.Pass, a *config.Address) *config.Address {
	p.Made(a, nil)
	a.Interface, a.Label, a.TrackGroup = p.Keep(a.Interface), p.Keep(a.Label), p.Keep(a.TrackGroup)
	return a
}

func keepRoute(p *reader.Pass, route *config.Route) *config.Route {
	p.Made(route, nil)
	route.Interface, route.VRF = p.Keep(route.Interface), p.Keep(route.VRF)
	route.CongCtl, route.TrackGroup = p.Keep(route.CongCtl), p.Keep(route.TrackGroup)
	for i := range route.NextHops {
		route.NextHops[i].Interface = p.Keep(route.NextHops[i].Interface)
	}
	return route
}

func keepRule(p *reader.Pass, rule *config.Rule) *config.Rule {
	p.Made(rule, nil)
	rule.IIF, rule.OIF, rule.TrackGroup = p.Keep(rule.IIF), p.Keep(rule.OIF), p.Keep(rule.TrackGroup)
	return rule
}

func (r *Room) virtualRoute(p *reader.Pass, s *reader.Statement) {
	route, err := r.context(p).Route(s.Words, false)
	missing(p, err)
	if route != nil {
		r.instance.Routes = append(r.instance.Routes, keepRoute(p, route))
	}
}

func (r *Room) virtualRule(p *reader.Pass, s *reader.Statement) {
	rule, err := r.context(p).Rule(s.Words, false, &r.numbering)
	missing(p, err)
	if rule != nil {
		r.instance.Rules = append(r.instance.Rules, keepRule(p, rule))
	}
}

// staticAddress reads a line of static_ipaddress. An address without an
// interface goes to the default interface.
func (r *Room) staticAddress(p *reader.Pass, s *reader.Statement) {
	a, err := r.context(p).Address(s.Words, true)
	missing(p, err)
	if a == nil {
		return
	}
	if a.Interface == "" {
		name := p.Config.Global.DefaultInterface
		if _, ok := r.link(p, name); !ok {
			p.Report(config.ClassFatal, msgStaticInterface, s.Word(0))
			r.context(p).BadInterface = true
			return
		}
		a.Interface = name
	}
	p.Config.VRRP.StaticAddresses = append(p.Config.VRRP.StaticAddresses, keepAddress(p, a))
}

func (r *Room) staticRoute(p *reader.Pass, s *reader.Statement) {
	route, err := r.context(p).Route(s.Words, true)
	missing(p, err)
	if route != nil {
		p.Config.VRRP.StaticRoutes = append(p.Config.VRRP.StaticRoutes, keepRoute(p, route))
	}
}

func (r *Room) staticRule(p *reader.Pass, s *reader.Statement) {
	rule, err := r.context(p).Rule(s.Words, true, &r.numbering)
	missing(p, err)
	if rule != nil {
		p.Config.VRRP.StaticRules = append(p.Config.VRRP.StaticRules, keepRule(p, rule))
	}
}
