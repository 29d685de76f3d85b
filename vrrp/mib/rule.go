package mib

import (
	"net/netip"

	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
	"keepalived/core/status"
)

// rule is one with whether it is there: those of an instance are while it is
// MASTER.
type rule struct {
	*config.Rule
	set bool
}

func (l *look) rules() snmp.Node {
	var rows []snmp.Row[rule]
	add := func(n uint32, all []*config.Rule, set bool) {
		for i, r := range all {
			rows = append(rows, snmp.Row[rule]{Index: []uint32{n, uint32(i + 1)}, Data: rule{r, set}})
		}
	}
	add(0, l.Config.VRRP.StaticRules, true)
	for i := range l.Instances {
		add(uint32(i+1), l.Instances[i].Config.Rules, l.Instances[i].State == status.Master)
	}
	const lookUp = 1 // FR_ACT_TO_TBL
	when := func(yes bool, v snmp.Value) snmp.Value {
		if !yes {
			return snmp.Value{}
		}
		return v
	}
	return snmp.Table(root.Append(8, 1), rows, []snmp.Column[rule]{
		{ID: 2, Value: func(r rule) snmp.Value {
			return agentx.Text(map[[2]bool]string{{true, false}: "from", {false, true}: "to", {true, true}: "both"}[[2]bool{r.From.IsValid(), r.To.IsValid()}])
		}},
		{ID: 3, Value: func(r rule) snmp.Value { return when(r.either().IsValid(), snmp.Family(r.either().Addr())) }},
		{ID: 4, Value: func(r rule) snmp.Value { return present(r.either().Addr()) }},
		{ID: 5, Value: func(r rule) snmp.Value { return bits(r.either()) }},
		{ID: 6, Value: func(r rule) snmp.Value { return when(r.Action == lookUp, table(r.Table)) }},
		{ID: 7, Value: func(r rule) snmp.Value { return agentx.Truth(r.set) }},
		{ID: 8, Value: func(r rule) snmp.Value { return agentx.Truth(r.Invert) }},
		{ID: 9, Value: func(r rule) snmp.Value { return when(r.To.IsValid(), snmp.Family(r.To.Addr())) }},
		{ID: 10, Value: func(r rule) snmp.Value { return present(r.To.Addr()) }},
		{ID: 11, Value: func(r rule) snmp.Value { return bits(r.To) }},
		{ID: 12, Value: func(r rule) snmp.Value { return when(r.From.IsValid(), snmp.Family(r.From.Addr())) }},
		{ID: 13, Value: func(r rule) snmp.Value { return present(r.From.Addr()) }},
		{ID: 14, Value: func(r rule) snmp.Value { return bits(r.From) }},
		{ID: 15, Value: func(r rule) snmp.Value { return agentx.Gauge(uint32(r.TOS)) }},
		{ID: 16, Value: func(r rule) snmp.Value { return when(r.FWMarkSet, agentx.Gauge(r.FWMark)) }},
		{ID: 17, Value: func(r rule) snmp.Value { return when(r.FWMaskSet, agentx.Gauge(r.FWMask)) }},
		{ID: 18, Value: func(r rule) snmp.Value { return positive(r.Realms & 0xffff) }},
		{ID: 19, Value: func(r rule) snmp.Value { return positive(r.Realms >> 16) }},
		{ID: 20, Value: func(r rule) snmp.Value { return snmp.Given(r.IIF) }},
		{ID: 21, Value: func(r rule) snmp.Value { return snmp.Given(r.OIF) }},
		{ID: 22, Value: func(r rule) snmp.Value { return positive(r.Goto) }},
		{ID: 23, Value: func(r rule) snmp.Value { return agentx.Int(int(r.Action)) }},
		{ID: 24, Value: func(r rule) snmp.Value { return when(r.Action == lookUp, table(r.Table)) }},
		{ID: 25, Value: func(r rule) snmp.Value { return positive(r.Priority) }},
		{ID: 26, Value: func(r rule) snmp.Value {
			return when(r.SuppressPrefixLen >= 0, agentx.Gauge(uint32(r.SuppressPrefixLen)))
		}},
		{ID: 28, Value: func(r rule) snmp.Value { return when(r.TunnelID != 0, agentx.Gauge(uint32(r.TunnelID>>32))) }},
		{ID: 29, Value: func(r rule) snmp.Value { return when(r.TunnelID != 0, agentx.Gauge(uint32(r.TunnelID))) }},
		{ID: 30, Value: func(r rule) snmp.Value { return when(r.UIDSet, agentx.Gauge(r.UIDFirst)) }},
		{ID: 31, Value: func(r rule) snmp.Value { return when(r.UIDSet, agentx.Gauge(r.UIDLast)) }},
		{ID: 32, Value: func(r rule) snmp.Value { return when(r.L3MDev, agentx.Int(1)) }},
	})
}

// either is the address that the obsolete columns show.
func (r rule) either() netip.Prefix {
	if r.To.IsValid() {
		return r.To
	}
	return r.From
}
