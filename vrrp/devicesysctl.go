package vrrp

import (
	"strconv"
	"strings"

	"keepalived/vrrp/message"
)

// setDeviceSysctls sets what the kernel has to know about a device, and about
// the interface below it (12.5).
func (s *service) setDeviceSysctls(d *device) {
	switch {
	case d.ipvlan && d.family == 4:
		s.setSysctl("net/ipv6/conf/"+d.name+"/disable_ipv6", "1")
		return
	case d.ipvlan:
		return
	case d.family == 6:
		s.setSysctl("net/ipv4/conf/"+d.name+"/arp_ignore", "1")
		s.setSysctl("net/ipv6/conf/"+d.name+"/disable_ipv6", "0")
		return
	}
	for _, key := range []string{"arp_ignore", "arp_filter"} {
		s.setSysctl("net/ipv4/conf/"+d.base+"/"+key, "1")
	}
	for _, p := range [][2]string{{"arp_ignore", "1"}, {"accept_local", "1"}, {"promote_secondaries", "1"}} {
		s.setSysctl("net/ipv4/conf/"+d.name+"/"+p[0], p[1])
	}
	s.freeReversePath()
	s.setSysctl("net/ipv4/conf/"+d.name+"/rp_filter", "0")
	mute := map[bool]string{false: "1", true: "0"}[d.bilingual]
	s.setSysctl("net/ipv6/conf/"+d.name+"/disable_ipv6", mute)
}

// setSysctl sets a parameter for as long as its interface lives. One that a
// kernel without IPv6 does not have is nobody's loss.
func (s *service) setSysctl(key, value string) {
	old, err := s.host.Sysctl(key)
	if _, known := s.originals[key]; err == nil && !known {
		s.originals[key] = old
	}
	if err != nil || old == value {
		return
	}
	if err := s.host.SetSysctl(key, value); err != nil {
		s.info("%v", err)
	}
}

// freeReversePath makes it possible that a VMAC has no reverse path filter: the
// kernel takes the larger one of "all" and the interface's own. What "all" said
// is written to the interfaces instead, and put back at the end.
func (s *service) freeReversePath() {
	key := func(name string) string { return "net/ipv4/conf/" + name + "/rp_filter" }
	all, err := s.host.Sysctl(key("all"))
	if err != nil || all == "0" {
		return
	}
	names := []string{"default"}
	for _, l := range s.view.Links() {
		if s.deviceNamed(l.Name) == nil {
			names = append(names, l.Name)
		}
	}
	for _, name := range names {
		if own, err := s.host.Sysctl(key(name)); err == nil && less(own, all) {
			if name == "default" {
				s.notice(key(name), own, all)
			} else {
				s.sysctl(key(name), own, all)
			}
		}
	}
	s.notice(key("all"), all, "0")
}

func less(a, b string) bool {
	x, _ := strconv.Atoi(a)
	y, _ := strconv.Atoi(b)
	return x < y
}

// notice sets a parameter until the end of the process, and says so.
func (s *service) notice(key, old, value string) {
	s.info(message.SysctlSet, strings.ReplaceAll(key, "/", "."), old, value)
	if s.sysctl(key, old, value) {
		s.restore[len(s.restore)-1].say = true
	}
}

// restoreSysctls puts back what the process has changed, latest first.
func (s *service) restoreSysctls() {
	for i := len(s.restore) - 1; i >= 0; i-- {
		r := s.restore[i]
		if r.say {
			s.info(message.SysctlReset, strings.ReplaceAll(r.key, "/", "."), r.value)
		}
		if err := s.host.SetSysctl(r.key, r.value); err != nil {
			s.info("%v", err)
		}
	}
	s.restore = nil
}
