package mib

import (
	"net/netip"

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
