package vrrp

import (
	"errors"
	"reflect"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/network"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
)

// linkIndex is the index of a link, 0 without one of that name.
func (s *service) linkIndex(name string) int {
	l, _ := s.view.Link(name)
	return l.Index
}

func (r *router) addRoutes() {
	if len(r.conf.Routes) > 0 {
		r.detail(message.SettingRoutes, r.conf.Name)
	}
	for i, route := range r.conf.Routes {
		if !r.routes[i] {
			r.routes[i] = r.added(r.host.AddRoute(route, r.linkIndex))
		}
	}
}

func (r *router) removeRoutes(why fsm.Why) {
	if len(r.conf.Routes) > 0 {
		r.detail(message.RemovingRoutes, r.conf.Name)
	}
	for i, route := range r.conf.Routes {
		if r.routes[i] || why == fsm.AtStart {
			r.routes[i] = false
			r.delRoute(route, why == fsm.AtStart)
		}
	}
}

func (r *router) addRules() {
	if len(r.conf.Rules) > 0 {
		r.detail(message.SettingRules, r.conf.Name)
	}
	for i, rule := range r.conf.Rules {
		if !r.rules[i] {
			r.rules[i] = r.added(r.host.AddRule(rule))
		}
	}
}

func (r *router) removeRules(why fsm.Why) {
	if len(r.conf.Rules) > 0 {
		r.detail(message.RemovingRules, r.conf.Name)
	}
	for i, rule := range r.conf.Rules {
		if r.rules[i] || why == fsm.AtStart {
			r.rules[i] = false
			r.delRule(rule, why == fsm.AtStart)
		}
	}
}

// added logs why a route or rule is not there, and reports whether it is.
func (s *service) added(err error) bool {
	if err == nil || errors.Is(err, unix.EEXIST) {
		return true
	}
	s.refused(err)
	return false
}

// delRoute deletes a route. Quiet says that it need not exist.
func (s *service) delRoute(route *config.Route, quiet bool) {
	id := network.RouteIDOf(route, s.linkIndex)
	s.removals[id]++
	if err := s.host.DelRoute(route, s.linkIndex); err != nil {
		s.expected(id)
		if !quiet || !errors.Is(err, unix.ESRCH) {
			s.refused(err)
		}
	}
}

func (s *service) delRule(rule *config.Rule, quiet bool) {
	id := network.RuleIDOf(rule)
	s.removals[id]++
	if err := s.host.DelRule(rule); err != nil {
		s.expected(id)
		if !quiet || !errors.Is(err, unix.ENOENT) {
			s.refused(err)
		}
	}
}

// expected reports whether a removal is our own doing, and forgets it.
func (s *service) expected(id any) bool {
	n := s.removals[id]
	switch {
	case n == 0:
		return false
	case n == 1:
		delete(s.removals, id)
	default:
		s.removals[id]--
	}
	return true
}

// routeGone is the kernel's word that a route has been deleted (10.4, 10.6).
func (s *service) routeGone(gone network.RouteID) {
	for id := range s.removals {
		if wish, ok := id.(network.RouteID); ok && gone.Matches(wish) && s.expected(id) {
			return
		}
	}
	for _, r := range s.routers {
		for i, route := range r.conf.Routes {
			if r.routes[i] && gone.Matches(network.RouteIDOf(route, s.linkIndex)) {
				r.routes[i] = false
				if !route.NoTrack {
					s.addressLost(r)
				}
				return
			}
		}
	}
	s.statics.routeGone(s, gone)
}

// ruleGone is the kernel's word that a rule has been deleted.
func (s *service) ruleGone(gone network.RuleID) {
	if s.expected(gone) {
		return
	}
	for _, r := range s.routers {
		for i, rule := range r.conf.Rules {
			if r.rules[i] && network.RuleIDOf(rule) == gone {
				r.rules[i] = false
				if !rule.NoTrack {
					s.addressLost(r)
				}
				return
			}
		}
	}
	s.statics.ruleGone(gone)
}

// compareRoutes takes over what did not change of routes and rules, and deletes
// what is not wanted any more.
func (r *router) compareRoutes(old *router) {
	carry(old.conf.Routes, r.conf.Routes, old.routes, r.routes, func(o *config.Route) {
		r.detail(message.NoLongerExist, r.conf.Name, "route "+describeRoute(o))
		r.delRoute(o, false)
	})
	carry(old.conf.Rules, r.conf.Rules, old.rules, r.rules, func(o *config.Rule) {
		r.detail(message.NoLongerExist, r.conf.Name, "rule "+describeRule(o))
		r.delRule(o, false)
	})
}

// carry marks as set what is set of the old list and equal in the new one, and
// gives drop the rest.
func carry[T any](old, now []*T, wasSet, isSet []bool, drop func(*T)) {
	for i, o := range old {
		if !wasSet[i] {
			continue
		}
		wasSet[i] = false
		kept := false
		for j, n := range now {
			if kept = !isSet[j] && reflect.DeepEqual(o, n); kept {
				isSet[j] = true
				break
			}
		}
		if !kept {
			drop(o)
		}
	}
}
