package mib

import (
	"net/netip"
	"strconv"

	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
)

// rule is one with whether it is in the kernel.
type rule struct {
	*config.Rule
	set bool
}

func (l *look) rules() snmp.Node {
	var rows []snmp.Row[rule]
	add := func(n uint32, all []*config.Rule, set []bool) {
		for i, r := range all {
			rows = append(rows, snmp.Row[rule]{Index: []uint32{n, uint32(i + 1)}, Data: rule{r, isSet(set, i)}})
		}
	}
	add(0, l.Config.VRRP.StaticRules, l.Rules)
	for i := range l.Instances {
		add(uint32(i+1), l.Instances[i].Config.Rules, l.Instances[i].Rules)
	}
	const lookUp = 1 // FR_ACT_TO_TBL
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
		{ID: 27, Value: func(r rule) snmp.Value { return when(r.SuppressIfGroupSet, group(r.SuppressIfGroup)) }},
		{ID: 28, Value: func(r rule) snmp.Value { return when(r.TunnelID != 0, agentx.Gauge(uint32(r.TunnelID>>32))) }},
		{ID: 29, Value: func(r rule) snmp.Value { return when(r.TunnelID != 0, agentx.Gauge(uint32(r.TunnelID))) }},
		{ID: 30, Value: func(r rule) snmp.Value { return when(r.UIDSet, agentx.Gauge(r.UIDFirst)) }},
		{ID: 31, Value: func(r rule) snmp.Value { return when(r.UIDSet, agentx.Gauge(r.UIDLast)) }},
		{ID: 32, Value: func(r rule) snmp.Value { return when(r.L3MDev, agentx.Int(1)) }},
		{ID: 33, Value: func(r rule) snmp.Value { return protocol(r.Protocol, r.NoTrack) }},
		{ID: 34, Value: func(r rule) snmp.Value { return positive(uint32(r.IPProto)) }},
		{ID: 35, Value: func(r rule) snmp.Value { return port(r.SrcPort, first) }},
		{ID: 36, Value: func(r rule) snmp.Value { return port(r.SrcPort, last) }},
		{ID: 37, Value: func(r rule) snmp.Value { return port(r.DstPort, first) }},
		{ID: 38, Value: func(r rule) snmp.Value { return port(r.DstPort, last) }},
	})
}

// group is the name of a group of interfaces: all that this process knows of
// them is their numbers, and that 0 is for those that have been given none.
func group(n uint32) snmp.Value {
	if n == 0 {
		return agentx.Text("default")
	}
	return agentx.Text(strconv.FormatUint(uint64(n), 10))
}

func port(r *config.PortRange, which func(*config.PortRange) uint16) snmp.Value {
	if r == nil {
		return snmp.Value{}
	}
	return agentx.Gauge(uint32(which(r)))
}

func first(r *config.PortRange) uint16 { return r.First }
func last(r *config.PortRange) uint16  { return r.Last }

// either is the address that the obsolete columns show.
func (r rule) either() netip.Prefix {
	if r.To.IsValid() {
		return r.To
	}
	return r.From
}
