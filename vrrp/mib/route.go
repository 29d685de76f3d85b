package mib

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
)

// route is one with whether it is in the kernel.
type route struct {
	*config.Route
	set bool
}

func (l *look) routes() []snmp.Node {
	var rows []snmp.Row[route]
	var hops []snmp.Row[config.NextHop]
	add := func(n uint32, all []*config.Route, set []bool) {
		for i, r := range all {
			rows = append(rows, snmp.Row[route]{Index: []uint32{n, uint32(i + 1)}, Data: route{r, isSet(set, i)}})
			hops = append(hops, snmp.Numbered(r.NextHops, n, uint32(i+1))...)
		}
	}
	add(0, l.Config.VRRP.StaticRoutes, l.Routes)
	for i := range l.Instances {
		add(uint32(i+1), l.Instances[i].Config.Routes, l.Instances[i].Routes)
	}
	return []snmp.Node{
		snmp.Table(root.Append(7, 1), rows, l.routeColumns()),
		snmp.Table(root.Append(11, 1), hops, append([]snmp.Column[config.NextHop]{
			{ID: 2, Value: func(h config.NextHop) snmp.Value { return snmp.Family(h.Via) }},
			{ID: 3, Value: func(h config.NextHop) snmp.Value { return present(h.Via) }},
			{ID: 4, Value: func(h config.NextHop) snmp.Value {
				if h.Interface == "" {
					return snmp.Value{}
				}
				return agentx.Int(l.index(h.Interface))
			}},
			{ID: 5, Value: func(h config.NextHop) snmp.Value { return snmp.Given(h.Interface) }},
			{ID: 6, Value: func(h config.NextHop) snmp.Value { return agentx.Gauge(uint32(h.Weight)) }},
			{ID: 7, Value: func(h config.NextHop) snmp.Value { return agentx.Truth(h.OnLink) }},
			{ID: 8, Value: func(h config.NextHop) snmp.Value { return positive(h.Realms & 0xffff) }},
			{ID: 9, Value: func(h config.NextHop) snmp.Value { return positive(h.Realms >> 16) }},
		}, encapColumns(10, func(h config.NextHop) *config.Encap { return h.Encap })...)),
	}
}

// isSet reports whether a route or rule is in the kernel. Before the start and
// after the end none is.
func isSet(set []bool, i int) bool { return i < len(set) && set[i] }

func positive(n uint32) snmp.Value {
	if n == 0 {
		return snmp.Value{}
	}
	return agentx.Gauge(n)
}

func (l *look) routeColumns() []snmp.Column[route] {
	all := []snmp.Column[route]{
		{ID: 2, Value: func(r route) snmp.Value { return agentx.Truth(r.Family == 4) }},
		{ID: 3, Value: func(r route) snmp.Value { return present(r.Dst.Addr()) }},
		{ID: 4, Value: func(r route) snmp.Value { return agentx.Gauge(uint32(max(r.Dst.Bits(), 0))) }},
		{ID: 5, Value: func(r route) snmp.Value { return present(r.Via) }},
		{ID: 7, Value: func(r route) snmp.Value { return present(r.Source) }},
		{ID: 8, Value: func(r route) snmp.Value { return agentx.Gauge(r.Priority) }},
		{ID: 9, Value: func(r route) snmp.Value { return scope(r.Scope) }},
		{ID: 10, Value: func(r route) snmp.Value {
			if len(r.NextHops) > 0 {
				return agentx.Int(2)
			}
			return agentx.Int(map[uint8]int{1: 1, 6: 3, 4: 4, 5: 5, 3: 6, 7: 7, 8: 8, 9: 9, 10: 10, 11: 11}[r.Type]) // by RTN_*
		}},
		{ID: 11, Value: func(r route) snmp.Value {
			if r.Interface == "" {
				return snmp.Value{}
			}
			return agentx.Int(l.index(r.Interface))
		}},
		{ID: 12, Value: func(r route) snmp.Value { return snmp.Given(r.Interface) }},
		{ID: 13, Value: func(r route) snmp.Value { return table(r.Table) }},
		{ID: 14, Value: func(r route) snmp.Value { return agentx.Truth(r.set) }},
		{ID: 15, Value: func(r route) snmp.Value { return present(r.From.Addr()) }},
		{ID: 16, Value: func(r route) snmp.Value { return bits(r.From) }},
		{ID: 17, Value: func(r route) snmp.Value { return positive(uint32(r.TOS)) }},
		{ID: 18, Value: func(r route) snmp.Value { return protocol(r.Protocol, r.NoTrack) }},
		{ID: 19, Value: func(r route) snmp.Value { return agentx.Truth(r.Features.Value&1 != 0) }}, // RTAX_FEATURE_ECN
		{ID: 20, Value: func(r route) snmp.Value { return agentx.Truth(r.QuickACK.Set) }},
		{ID: 21, Value: func(r route) snmp.Value {
			if !r.ExpiresSet {
				return snmp.Value{}
			}
			return agentx.Int(int(r.Expires))
		}},
	}
	metric := func(id uint32, lock bool, of func(route) config.Metric) {
		all = append(all, snmp.Column[route]{ID: id, Value: func(r route) snmp.Value {
			if m := of(r); m.Set {
				return agentx.Gauge(m.Value)
			}
			return snmp.Value{}
		}})
		if lock {
			all = append(all, snmp.Column[route]{ID: id + 1, Value: func(r route) snmp.Value {
				if m := of(r); m.Set {
					return agentx.Truth(m.Lock)
				}
				return snmp.Value{}
			}})
		}
	}
	metric(22, true, func(r route) config.Metric { return r.MTU })
	metric(24, false, func(r route) config.Metric { return r.HopLimit })
	metric(25, true, func(r route) config.Metric { return r.AdvMSS })
	metric(27, true, func(r route) config.Metric { return r.RTT })
	metric(29, true, func(r route) config.Metric { return r.RTTVar })
	metric(31, true, func(r route) config.Metric { return r.Reordering })
	metric(33, false, func(r route) config.Metric { return r.Window })
	metric(34, true, func(r route) config.Metric { return r.CWND })
	metric(36, true, func(r route) config.Metric { return r.SSThresh })
	metric(38, true, func(r route) config.Metric { return r.RTOMin })
	metric(40, false, func(r route) config.Metric { return r.InitCWND })
	metric(41, false, func(r route) config.Metric { return r.InitRWND })
	all = append(all,
		snmp.Column[route]{ID: 42, Value: func(r route) snmp.Value { return snmp.Given(r.CongCtl) }},
		snmp.Column[route]{ID: 43, Value: preference},
		snmp.Column[route]{ID: 44, Value: func(r route) snmp.Value { return positive(r.Realms & 0xffff) }},
		snmp.Column[route]{ID: 45, Value: func(r route) snmp.Value { return positive(r.Realms >> 16) }})
	all = append(all, encapColumns(46, func(r route) *config.Encap { return r.Encap })...)
	return append(all, snmp.Column[route]{ID: 55, Value: func(r route) snmp.Value {
		return when(r.FastOpenNoCookie.Set, agentx.Truth(r.FastOpenNoCookie.Value != 0))
	}})
}

// protocol is the kernel's number plus one. That of what is not tracked is
// absent unless it is configured.
func protocol(number uint8, untracked bool) snmp.Value {
	return when(!untracked || number != unix.RTPROT_KEEPALIVED, agentx.Int(int(number)+1))
}

// preference tells RFC 4191's two bits: low, medium, high.
func preference(r route) snmp.Value {
	return when(r.PrefSet, agentx.Int(map[uint8]int{3: 1, 0: 2, 1: 3}[r.Pref]))
}

// encapColumns are the nine columns about a light-weight tunnel, from first on.
func encapColumns[R any](first uint32, of func(R) *config.Encap) []snmp.Column[R] {
	var all []snmp.Column[R]
	for i, value := range []func(*config.Encap) snmp.Value{
		func(e *config.Encap) snmp.Value {
			return agentx.Int(map[string]int{"mpls": 1, "ip": 2, "ila": 3, "ip6": 4}[e.Type])
		},
		func(e *config.Encap) snmp.Value { return when(e.Type == "mpls", labels(e.Labels)) },
		func(e *config.Encap) snmp.Value { return when(e.ID != 0, agentx.Count64(e.ID)) },
		func(e *config.Encap) snmp.Value { return present(e.Dst) },
		func(e *config.Encap) snmp.Value { return present(e.Src) },
		func(e *config.Encap) snmp.Value { return positive(uint32(e.TOS)) },
		func(e *config.Encap) snmp.Value { return positive(uint32(e.TTL)) },
		func(e *config.Encap) snmp.Value { return positive(uint32(e.Flags)) },
		func(e *config.Encap) snmp.Value { return when(e.Type == "ila", agentx.Count64(e.Locator)) },
	} {
		all = append(all, snmp.Column[R]{ID: first + uint32(i), Value: func(r R) snmp.Value {
			if e := of(r); e != nil {
				return value(e)
			}
			return snmp.Value{}
		}})
	}
	return all
}

// labels are written as ip-route(8) does.
func labels(all []uint32) snmp.Value {
	var words []string
	for _, label := range all {
		words = append(words, strconv.FormatUint(uint64(label), 10))
	}
	return agentx.Text(strings.Join(words, "/"))
}

// when is the value under a condition.
func when(yes bool, v snmp.Value) snmp.Value {
	if !yes {
		return snmp.Value{}
	}
	return v
}

func table(n uint32) snmp.Value {
	if n == 0 {
		n = 254 // main
	}
	return agentx.Gauge(n)
}

func bits(p netip.Prefix) snmp.Value {
	if !p.IsValid() {
		return snmp.Value{}
	}
	return agentx.Gauge(uint32(p.Bits()))
}
