package status

import (
	"fmt"
	"math/bits"
	"net/netip"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// routeType is the word of a type of routes other than unicast.
func routeType(t uint8) string {
	return map[uint8]string{
		unix.RTN_LOCAL: "local", unix.RTN_BROADCAST: "broadcast", unix.RTN_ANYCAST: "anycast", unix.RTN_MULTICAST: "multicast",
		unix.RTN_BLACKHOLE: "blackhole", unix.RTN_UNREACHABLE: "unreachable", unix.RTN_PROHIBIT: "prohibit",
		unix.RTN_THROW: "throw", unix.RTN_NAT: "nat", unix.RTN_XRESOLVE: "xresolve",
	}[t]
}

// Route describes a route in the words of 05-observability section 3.2.
func Route(r *config.Route) string {
	var w words
	w.add("%s", [...]string{config.RoutePrepend: "prepend", config.RouteAdd: "add", config.RouteAppend: "append"}[r.Insert])
	if t := routeType(r.Type); t != "" {
		w.add("%s", t)
	}
	if r.Dst.IsValid() {
		w.add("%s", bare(r.Dst))
	} else {
		w.add("default")
	}
	w.prefix("from", r.From)
	if r.Source.IsValid() {
		w.add("src %s", r.Source)
	}
	if r.TOS != 0 {
		w.add("tos %d", r.TOS)
	}
	w.encap(r.Encap)
	w.hop(r.Via, r.Interface)
	if r.Table != unix.RT_TABLE_MAIN && r.Table != unix.RT_TABLE_UNSPEC {
		w.add("table %d", r.Table)
	}
	if !r.NoTrack || r.Protocol != unix.RTPROT_KEEPALIVED {
		w.add("proto %d", r.Protocol)
	}
	if r.ScopeSet {
		w.add("scope %d", r.Scope)
	}
	if r.PrioritySet {
		w.add("metric %d", r.Priority)
	}
	w.flag("onlink", r.OnLink)
	w.realms(r.Realms)
	if r.ExpiresSet {
		w.add("expires %dsec", r.Expires)
	}
	w.metrics(r)
	for _, n := range r.NextHops {
		w.add("nexthop")
		w.hop(n.Via, n.Interface)
		if n.Weight > 0 {
			w.add("weight %d", n.Weight)
		}
		w.flag("onlink", n.OnLink)
		w.realms(n.Realms)
		w.encap(n.Encap)
	}
	w.flag("no_track", r.NoTrack)
	w.given("track_group", r.TrackGroup)
	return w.String()
}

func (w *words) prefix(word string, p netip.Prefix) {
	if p.IsValid() {
		w.add("%s %s", word, bare(p))
	}
}

func (w *words) hop(via netip.Addr, link string) {
	if via.IsValid() {
		w.add("via %s %s", pick(via.Is4(), "inet", "inet6"), via)
	}
	w.given("dev", link)
}

func (w *words) realms(r uint32) {
	switch from, to := r>>16, r&0xffff; {
	case from != 0:
		w.add("realms %d/%d", from, to)
	case to != 0:
		w.add("realm %d", to)
	}
}

// metrics writes what goes into RTA_METRICS, and two options in between, as
// the C daemon mixes them.
func (w *words) metrics(r *config.Route) {
	if r.CongCtl != "" {
		w.add("congctl %s%s", r.CongCtl, pick(r.CongCtlLock, "lock ", "")) // sic
	}
	w.span("rtt", r.RTT, 8) // eighths and quarters of a millisecond
	w.span("rttvar", r.RTTVar, 4)
	w.span("rto_min", r.RTOMin, 1)
	w.flag("features ecn", r.Features.Set)
	for _, m := range []struct {
		word   string
		metric config.Metric
	}{
		{"mtu", r.MTU}, {"window", r.Window}, {"ssthresh", r.SSThresh}, {"cwnd", r.CWND}, {"advmss", r.AdvMSS},
		{"reordering", r.Reordering}, {"hoplimit", r.HopLimit}, {"initcwnd", r.InitCWND}, {"initrwnd", r.InitRWND},
		{"quickack", r.QuickACK},
	} {
		w.metric(m.word, m.metric)
	}
	if r.PrefSet {
		w.add("pref %s", map[uint8]string{0: "medium", 1: "high", 3: "low"}[r.Pref]) // RFC 4191 section 2.1
	}
	w.metric("fastopen_no_cookie", r.FastOpenNoCookie)
	if r.TTLPropagateSet {
		w.add("ttl-propagate %s", enabled(r.TTLPropagate))
	}
}

func (w *words) metric(word string, m config.Metric) {
	if m.Set {
		w.add("%s %s%d", word, pick(m.Lock, "lock ", ""), m.Value)
	}
}

// span writes a time that is counted in parts of a millisecond.
func (w *words) span(word string, m config.Metric, parts float64) {
	if !m.Set {
		return
	}
	v, unit := float64(m.Value)/parts, "ms"
	if v >= 1000 {
		v, unit = v/1000, "s"
	}
	w.add("%s %s%s%s", word, pick(m.Lock, "lock ", ""), general(v), unit)
}

// encap writes a light-weight tunnel. Labels and locators are the numbers
// that stand in the packets, as the C daemon shows them.
func (w *words) encap(e *config.Encap) {
	if e == nil {
		return
	}
	w.add("encap %s", e.Type)
	switch e.Type {
	case "mpls":
		text := ""
		for i, label := range e.Labels {
			entry := label << 12 // RFC 3032 section 2.1
			if i == len(e.Labels)-1 {
				entry |= 1 << 8
			}
			text += fmt.Sprintf("%s%x", pick(i > 0, "/", ""), entry)
		}
		w.add("%s", text)
	case "ila":
		w.add("%d", bits.ReverseBytes64(e.Locator))
	default:
		w.tunnel(e)
	}
}

func (w *words) tunnel(e *config.Encap) {
	if e.ID != 0 {
		w.add("id %d", e.ID)
	}
	if e.Dst.IsValid() {
		w.add("dst %s", e.Dst)
	}
	if e.Src.IsValid() {
		w.add("src %s", e.Src)
	}
	tos, ttl := "tos", "ttl"
	if e.Type == "ip6" {
		tos, ttl = "tc", "hoplimit"
	}
	if e.TOS != 0 {
		w.add("%s %d", tos, e.TOS)
	}
	if e.TTL != 0 {
		w.add("%s %d", ttl, e.TTL)
	}
	if e.Flags != 0 {
		w.add("flags 0x%x", e.Flags)
	}
}

// Rule describes a rule in the words of 05-observability section 3.2.
func Rule(r *config.Rule) string {
	var w words
	w.flag("inet6", r.Family == 6 && !r.From.IsValid() && !r.To.IsValid())
	w.flag("not", r.Invert)
	if r.From.IsValid() {
		w.prefix("from", r.From)
	} else {
		w.add("from all")
	}
	w.prefix("to", r.To)
	w.add("priority %d tos 0x%x", r.Priority, r.TOS)
	if r.FWMarkSet || r.FWMaskSet {
		w.add("fwmark 0x%x", r.FWMark)
		if r.FWMaskSet && r.FWMask != 1<<32-1 {
			fmt.Fprintf(&w, "/0x%x", r.FWMask)
		}
	}
	w.given("iif", r.IIF)
	w.given("oif", r.OIF)
	w.suppressors(r)
	w.flag("l3mdev", r.L3MDev)
	if !r.NoTrack || r.Protocol != unix.RTPROT_KEEPALIVED {
		w.add("protocol %d", r.Protocol)
	}
	if r.IPProto != 0 {
		w.add("ipproto %d", r.IPProto)
	}
	w.ports("sport", r.SrcPort)
	w.ports("dport", r.DstPort)
	if r.Realms != 0 {
		w.add("realms %d/%d", r.Realms>>16, r.Realms&0xffff)
	}
	w.action(r)
	w.flag("no_track", r.NoTrack)
	w.given("track_group", r.TrackGroup)
	return w.String()
}

func (w *words) suppressors(r *config.Rule) {
	if r.SuppressPrefixLen >= 0 {
		w.add("suppress_prefixlen %d", r.SuppressPrefixLen)
	}
	if r.SuppressIfGroupSet {
		w.add("suppress_ifgroup %d", r.SuppressIfGroup)
	}
	if r.TunnelID != 0 {
		w.add("tunnel-id %d", r.TunnelID)
	}
	if r.UIDSet {
		w.add("uidrange %d-%d", r.UIDFirst, r.UIDLast)
	}
}

func (w *words) ports(word string, p *config.PortRange) {
	if p != nil {
		w.add("%s %d-%d", word, p.First, p.Last)
	}
}

func (w *words) action(r *config.Rule) {
	switch r.Action {
	case unix.FR_ACT_TO_TBL:
		w.add("lookup %d", r.Table)
	case unix.FR_ACT_GOTO:
		w.add("goto %d", r.Goto)
	case unix.FR_ACT_NOP:
		w.add("nop")
	case unix.FR_ACT_BLACKHOLE:
		w.add("type blackhole")
	case unix.FR_ACT_UNREACHABLE:
		w.add("type unreachable")
	case unix.FR_ACT_PROHIBIT:
		w.add("type prohibit")
	}
}
