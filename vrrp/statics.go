package vrrp

import (
	"reflect"
	"slices"

	"golang.org/x/sys/unix"

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
	// routeSet and ruleSet say which routes and rules are in the kernel, as far as
	// this process knows: it is told of a deletion, and of a link that went down.
	routeSet, ruleSet []bool
}

// applyStatics goes over from what was set to what the configuration wants,
// by difference.
func (s *service) applyStatics(old statics, cfg *config.Config) {
	want := statics{addresses: cfg.VRRP.StaticAddresses, routes: cfg.VRRP.StaticRoutes, rules: cfg.VRRP.StaticRules, set: map[network.AddressID]bool{}}
	want.routeSet = keep(want.routes, old.routes, old.routeSet)
	want.ruleSet = keep(want.rules, old.rules, old.ruleSet)
	for _, a := range want.addresses {
		w := s.wishOn(a, a.Interface)
		want.set[w.ID()] = old.set[w.ID()]
	}
	s.statics = want
	for i, same := range pairs(old.rules, want.rules) {
		if same < 0 {
			s.delRule(old.rules[i], !old.ruleSet[i])
		}
	}
	for i, same := range pairs(old.routes, want.routes) {
		if same < 0 {
			s.delRoute(old.routes[i], !old.routeSet[i])
		}
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
	for i, r := range want.routes {
		if !want.routeSet[i] {
			want.routeSet[i] = s.added(s.host.AddRoute(r, s.linkIndex))
		}
	}
	for i, r := range want.rules {
		if !want.ruleSet[i] {
			want.ruleSet[i] = s.added(s.host.AddRule(r))
		}
	}
}

func (s *service) setStatic(w network.Address) { s.statics.set[w.ID()] = s.addAddress(w) }

// absent lists what is in a and not in b.
func absent[T any](a, b []T) []T {
	var list []T
	for i, same := range pairs(a, b) {
		if same < 0 {
			list = append(list, a[i])
		}
	}
	return list
}

// keep returns which of now are set: those that are equal to what was set.
func keep[T any](now, old []T, wasSet []bool) []bool {
	set := make([]bool, len(now))
	for i, same := range pairs(now, old) {
		set[i] = same >= 0 && wasSet[same]
	}
	return set
}

// pairs returns for each member of a the place of an equal one in b, -1 without
// one. Most often both are nearly the same, so that the search begins behind what
// was found last.
func pairs[T any](a, b []T) []int {
	places := make([]int, len(a))
	next := 0
	for n, x := range a {
		same := func(y T) bool { return reflect.DeepEqual(x, y) }
		i := slices.IndexFunc(b[next:], same)
		if i >= 0 {
			i += next
		} else {
			i = slices.IndexFunc(b[:next], same)
		}
		if places[n] = i; i >= 0 {
			next = i + 1
		}
	}
	return places
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
	for i, r := range s.statics.routes {
		if r.Interface == link || slices.ContainsFunc(r.NextHops, func(h config.NextHop) bool { return h.Interface == link }) {
			s.statics.routeSet[i] = s.added(s.host.ReplaceRoute(r, s.linkIndex))
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

// routeGone puts a static route back that somebody deleted, as addressGone does.
func (st *statics) routeGone(s *service, gone network.RouteID) {
	for i, r := range st.routes {
		if !gone.Matches(network.RouteIDOf(r, s.linkIndex)) {
			continue
		}
		st.routeSet[i] = false
		if l, ok := s.view.Link(r.Interface); ok && l.Up() && r.TrackGroup != "" {
			s.info(message.RestoringRoute, describeRoute(r))
			st.routeSet[i] = s.added(s.host.AddRoute(r, s.linkIndex))
		}
	}
}

func (st *statics) ruleGone(gone network.RuleID) {
	for i, r := range st.rules {
		if network.RuleIDOf(r) == gone {
			st.ruleSet[i] = false
		}
	}
}

// linkLost takes note that the kernel has deleted the routes of a link that is
// down or gone: of IPv4 ones it says nothing.
func (st *statics) linkLost(l *network.Link) {
	if l.Flags&unix.IFF_UP != 0 {
		return // only its carrier is lost
	}
	for i, r := range st.routes {
		if r.Interface == l.Name {
			st.routeSet[i] = false
		}
	}
}
