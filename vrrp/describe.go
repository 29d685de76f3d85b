package vrrp

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/network"
)

// words collects the words of a description.
type words struct{ strings.Builder }

func (w *words) add(format string, args ...any) {
	if w.Len() > 0 {
		w.WriteByte(' ')
	}
	fmt.Fprintf(w, format, args...)
}

func (w *words) flag(word string, on bool) {
	if on {
		w.add("%s", word)
	}
}

// bare is a prefix without its length when that says nothing.
func bare(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// describeAddress writes an address as the C daemon's dumps do.
func describeAddress(a *config.Address, link string) string {
	var w words
	w.add("%s", bare(a.Prefix))
	if a.Peer.IsValid() {
		w.add("peer %s/%d", a.Peer, a.Prefix.Bits())
	}
	if a.Broadcast.IsValid() {
		w.add("brd %s", a.Broadcast)
	}
	w.add("dev %s scope %s", link, network.ScopeName(a.Scope))
	if a.Label != "" {
		w.add("label %s", a.Label)
	}
	w.flag("no_track", a.NoTrack)
	if a.TrackGroup != "" {
		w.add("track_group %s", a.TrackGroup)
	}
	if a.Family() == 6 {
		switch {
		case a.PreferredLifetime == 0:
			w.add("deprecated")
		case a.PreferredLifetime == config.Forever && !a.Prefix.IsSingleIP():
			w.add("preferred_lft forever")
		case a.PreferredLifetime != config.Forever:
			w.add("preferred_lft %d", a.PreferredLifetime)
		}
	}
	w.flag("home", a.Home)
	w.flag("-nodad", a.NoDAD)
	w.flag("mngtmpaddr", a.ManageTempAddr)
	w.flag("noprefixroute", a.NoPrefixRoute)
	w.flag("autojoin", a.AutoJoin)
	return w.String()
}

// routeTypes are the words of route types other than unicast.
var routeTypes = map[uint8]string{
	unix.RTN_LOCAL: "local", unix.RTN_BROADCAST: "broadcast", unix.RTN_ANYCAST: "anycast", unix.RTN_MULTICAST: "multicast",
	unix.RTN_BLACKHOLE: "blackhole", unix.RTN_UNREACHABLE: "unreachable", unix.RTN_PROHIBIT: "prohibit",
	unix.RTN_THROW: "throw", unix.RTN_NAT: "nat",
}

// describeRoute writes what distinguishes a route from others, in the words of
// the C daemon's dumps.
func describeRoute(r *config.Route) string {
	var w words
	w.add("%s", [...]string{config.RoutePrepend: "prepend", config.RouteAdd: "add", config.RouteAppend: "append"}[r.Insert])
	if word := routeTypes[r.Type]; word != "" {
		w.add("%s", word)
	}
	if r.Dst.IsValid() && r.Dst.Bits() > 0 {
		w.add("%s", bare(r.Dst))
	} else {
		w.add("default")
	}
	if r.From.IsValid() {
		w.add("from %s", bare(r.From))
	}
	describeHop(&w, r.Via, r.Interface)
	w.flag("onlink", r.OnLink)
	if !r.NoTrack || r.Protocol != unix.RTPROT_KEEPALIVED {
		w.add("proto %d", r.Protocol)
	}
	if r.Source.IsValid() {
		w.add("src %s", r.Source)
	}
	if r.Table != unix.RT_TABLE_MAIN {
		w.add("table %d", r.Table)
	}
	if r.PrioritySet {
		w.add("metric %d", r.Priority)
	}
	for _, n := range r.NextHops {
		w.add("nexthop")
		describeHop(&w, n.Via, n.Interface)
		w.add("weight %d", n.Weight)
	}
	w.flag("no_track", r.NoTrack)
	if r.TrackGroup != "" {
		w.add("track_group %s", r.TrackGroup)
	}
	return w.String()
}

func describeHop(w *words, via netip.Addr, link string) {
	if via.IsValid() {
		w.add("via %s %s", map[bool]string{true: "inet", false: "inet6"}[via.Is4()], via)
	}
	if link != "" {
		w.add("dev %s", link)
	}
}

// describeRule writes what distinguishes a rule from others.
func describeRule(r *config.Rule) string {
	var w words
	w.flag("not", r.Invert)
	if r.From.IsValid() {
		w.add("from %s", bare(r.From))
	} else {
		w.add("from all")
	}
	if r.To.IsValid() {
		w.add("to %s", bare(r.To))
	}
	w.add("priority %d tos 0x%x", r.Priority, r.TOS)
	if r.FWMarkSet {
		w.add("fwmark 0x%x", r.FWMark)
		if r.FWMaskSet {
			fmt.Fprintf(&w, "/0x%x", r.FWMask)
		}
	}
	if r.IIF != "" {
		w.add("iif %s", r.IIF)
	}
	if r.OIF != "" {
		w.add("oif %s", r.OIF)
	}
	if !r.NoTrack {
		w.add("protocol %d", r.Protocol)
	}
	describeAction(&w, r)
	w.flag("no_track", r.NoTrack)
	return w.String()
}

func describeAction(w *words, r *config.Rule) {
	switch r.Action {
	case unix.FR_ACT_TO_TBL:
		w.flag("l3mdev", r.L3MDev)
		if !r.L3MDev {
			w.add("lookup %d", r.Table)
		}
	case unix.FR_ACT_GOTO:
		w.add("goto %d", r.Goto)
	case unix.FR_ACT_NOP:
		w.add("nop")
	case unix.FR_ACT_BLACKHOLE:
		w.add("blackhole")
	case unix.FR_ACT_UNREACHABLE:
		w.add("unreachable")
	case unix.FR_ACT_PROHIBIT:
		w.add("prohibit")
	}
}
