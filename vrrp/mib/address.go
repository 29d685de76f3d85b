package mib

import (
	"net/netip"

	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
	"keepalived/core/status"
)

type address struct {
	*status.Address
	advertised bool
}

func (l *look) addresses() snmp.Node {
	rows := snmp.Numbered(withRole(nil, l.Statics, false), 0)
	for i := range l.Instances {
		in := &l.Instances[i]
		rows = append(rows, snmp.Numbered(withRole(withRole(nil, in.VIPs, true), in.Excluded, false), uint32(i+1))...)
	}
	return snmp.Table(root.Append(6, 1), rows, []snmp.Column[address]{
		{ID: 2, Value: func(a address) snmp.Value { return snmp.Family(a.Config.Prefix.Addr()) }},
		{ID: 3, Value: func(a address) snmp.Value { return agentx.Address(a.Config.Prefix.Addr()) }},
		{ID: 4, Value: func(a address) snmp.Value {
			switch {
			case a.Config.Family() != 4:
				return snmp.Value{}
			case a.Config.Broadcast.IsValid():
				return agentx.Address(a.Config.Broadcast)
			}
			return agentx.Address(netip.IPv4Unspecified())
		}},
		{ID: 5, Value: func(a address) snmp.Value { return agentx.Gauge(uint32(a.Config.Prefix.Bits())) }},
		{ID: 6, Value: func(a address) snmp.Value { return scope(a.Config.Scope) }},
		{ID: 7, Value: func(a address) snmp.Value { return agentx.Int(l.index(a.Link)) }},
		{ID: 8, Value: func(a address) snmp.Value { return snmp.Given(a.Link) }},
		{ID: 9, Value: func(a address) snmp.Value { return snmp.Given(a.Config.Label) }},
		{ID: 10, Value: func(a address) snmp.Value { return agentx.Truth(a.Set) }},
		{ID: 11, Value: func(a address) snmp.Value { return agentx.Truth(a.advertised) }},
		{ID: 12, Value: func(a address) snmp.Value { return present(a.Config.Peer) }},
	})
}

func withRole(to []address, all []status.Address, advertised bool) []address {
	for i := range all {
		to = append(to, address{&all[i], advertised})
	}
	return to
}

func present(a netip.Addr) snmp.Value {
	if !a.IsValid() {
		return snmp.Value{}
	}
	return agentx.Address(a)
}

// scope maps the kernel's scopes.
func scope(s uint8) snmp.Value {
	return agentx.Int(map[uint8]int{0: 14, 200: 5, 253: 2, 254: 1, 255: 0}[s])
}

// route is one with whether it is there: those of an instance are while it is
// MASTER.
type route struct {
	*config.Route
	set bool
}

func (l *look) routes() []snmp.Node {
	var rows []snmp.Row[route]
	var hops []snmp.Row[config.NextHop]
	add := func(n uint32, all []*config.Route, set bool) {
		for i, r := range all {
			rows = append(rows, snmp.Row[route]{Index: []uint32{n, uint32(i + 1)}, Data: route{r, set}})
			hops = append(hops, snmp.Numbered(r.NextHops, n, uint32(i+1))...)
		}
	}
	add(0, l.Config.VRRP.StaticRoutes, true)
	for i := range l.Instances {
		add(uint32(i+1), l.Instances[i].Config.Routes, l.Instances[i].State == status.Master)
	}
	return []snmp.Node{
		snmp.Table(root.Append(7, 1), rows, l.routeColumns()),
		snmp.Table(root.Append(11, 1), hops, []snmp.Column[config.NextHop]{
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
		}),
	}
}

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
		{ID: 18, Value: func(r route) snmp.Value { return agentx.Int(int(r.Protocol) + 1) }},
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
	return append(all,
		snmp.Column[route]{ID: 42, Value: func(r route) snmp.Value { return snmp.Given(r.CongCtl) }},
		snmp.Column[route]{ID: 44, Value: func(r route) snmp.Value { return positive(r.Realms & 0xffff) }},
		snmp.Column[route]{ID: 45, Value: func(r route) snmp.Value { return positive(r.Realms >> 16) }})
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
