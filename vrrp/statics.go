package vrrp

import (
	"reflect"
	"slices"

	"keepalived/core/config"
	"keepalived/core/network"
	"keepalived/vrrp/message"
)

// statics are the static addresses, routes and rules (10.5), with what of them
// is set.
type statics struct {
	addresses []*config.Address
	routes    []*config.Route
	rules     []*config.Rule
	// set are the addresses that this process has added; the kernel tells of
	// them later.
	set map[network.AddressID]bool
}

// applyStatics goes over from what was set to what the configuration wants,
// by difference.
func (s *service) applyStatics(old statics, cfg *config.Config) {
	want := statics{cfg.VRRP.StaticAddresses, cfg.VRRP.StaticRoutes, cfg.VRRP.StaticRules, map[network.AddressID]bool{}}
	for _, a := range want.addresses {
		w := s.wishOn(a, a.Interface)
		want.set[w.ID()] = old.set[w.ID()]
	}
	s.statics = want
	for _, r := range absent(old.rules, want.rules) {
		s.delRule(r, false)
	}
	for _, r := range absent(old.routes, want.routes) {
		s.delRoute(r, false)
	}
	gone := absent(old.addresses, want.addresses)
	for _, a := range gone {
		if !s.stopped {
			s.detail(message.StaticGone, addressText(a, a.Interface))
		}
		s.delAddress(s.wishOn(a, a.Interface))
	}
	for _, a := range absent(want.addresses, old.addresses) {
		s.setStatic(s.wishOn(a, a.Interface))
	}
	if len(gone) > 0 && !s.stopped {
		s.replaceStatics()
	}
	for _, r := range absent(want.routes, old.routes) {
		s.added(s.host.AddRoute(r, s.linkIndex))
	}
	for _, r := range absent(want.rules, old.rules) {
		s.added(s.host.AddRule(r))
	}
}

func (s *service) setStatic(w network.Address) { s.statics.set[w.ID()] = s.addAddress(w) }

// absent lists what is in a and not in b. Most often both are nearly the same,
// so that the search begins behind what was found last.
func absent[T any](a, b []T) []T {
	var list []T
	next := 0
	for _, x := range a {
		same := func(y T) bool { return reflect.DeepEqual(x, y) }
		i := slices.IndexFunc(b[next:], same)
		if i >= 0 {
			next += i + 1
		} else if i = slices.IndexFunc(b[:next], same); i >= 0 {
			next = i + 1
		} else {
			list = append(list, x)
		}
	}
	return list
}

// removeStatics removes all of them, at the end of the process.
func (s *service) removeStatics() { s.applyStatics(s.statics, new(config.Config)) }

// replaceStatics puts back those addresses that went with another one: a primary
// address takes the others of its network with it.
func (s *service) replaceStatics() {
	now, err := s.host.Addresses()
	if err != nil {
		return
	}
	for _, a := range s.statics.addresses {
		w := s.wishOn(a, a.Interface)
		if s.statics.set[w.ID()] && !slices.ContainsFunc(now, func(n network.Address) bool { return n.ID() == w.ID() }) {
			s.setStatic(w)
		}
	}
}

// restoreStatics puts back what vanished while an interface was down.
func (s *service) restoreStatics(link string) {
	for _, a := range s.statics.addresses {
		if w := s.wishOn(a, a.Interface); a.Interface == link && !s.view.Has(w.ID()) {
			s.setStatic(w)
		}
	}
	for _, r := range s.statics.routes {
		if r.Interface == link || slices.ContainsFunc(r.NextHops, func(h config.NextHop) bool { return h.Interface == link }) {
			s.added(s.host.ReplaceRoute(r, s.linkIndex))
		}
	}
}

// addressGone puts a static address back that somebody deleted, if a group
// watches it and its interface can have it.
func (st *statics) addressGone(s *service, gone *network.Address) {
	if st.set[gone.ID()] && !s.exists(gone.ID()) {
		delete(st.set, gone.ID())
	}
	for _, a := range st.addresses {
		w := s.wishOn(a, a.Interface)
		if a.TrackGroup == "" || w.ID() != gone.ID() {
			continue
		}
		if l, ok := s.view.Link(a.Interface); ok && l.Up() && !s.exists(w.ID()) {
			s.info(message.RestoringAddress, describeAddress(a, a.Interface))
			s.setStatic(w)
		}
	}
}

func (st *statics) routeGone(s *service, gone network.RouteID) {
	for _, r := range st.routes {
		if r.TrackGroup == "" || !gone.Matches(network.RouteIDOf(r, s.linkIndex)) {
			continue
		}
		if l, ok := s.view.Link(r.Interface); ok && l.Up() {
			s.info(message.RestoringRoute, describeRoute(r))
			s.added(s.host.AddRoute(r, s.linkIndex))
		}
	}
}
