package mib

import (
	"net/netip"
	"time"

	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
	"keepalived/core/status"
)

// base is the index of the interface below an instance, 0 without one.
func (l *look) base(in instance) uint32 { return uint32(l.index(in.Config.Interface)) }

func family(in instance) uint32 {
	if in.Config.Family == 4 {
		return 1
	}
	return 2
}

// mac is the virtual one of an instance that has one, else the interface's.
func (l *look) mac(in instance) snmp.Value {
	if k := l.links[in.Link]; k != nil {
		return agentx.Octets(k.MAC)
	}
	return agentx.Octets(nil)
}

func operation(in instance) snmp.Value {
	return agentx.Int(map[status.State]int{status.Init: 1, status.Fault: 1, status.Backup: 2, status.Master: 3}[in.State])
}

// rfc2787 is VRRP-MIB: the version 2 instances.
func (l *look) rfc2787() []snmp.Node {
	var rows, addresses []snmp.Row[instance]
	for i := range l.Instances {
		in := &l.Instances[i]
		if in.Config.Version != 2 || in.Config.Family != 4 {
			continue
		}
		index := []uint32{l.base(in), uint32(in.Config.VRID)}
		rows = append(rows, snmp.Row[instance]{Index: index, Data: in})
		for _, a := range in.VIPs {
			addresses = append(addresses, snmp.Row[instance]{Index: withAddress(index, a.Config.Prefix.Addr()), Data: in})
		}
	}
	return []snmp.Node{
		snmp.Scalar(v2.Append(1, 1), agentx.Int(2)),
		snmp.Scalar(v2.Append(1, 2), agentx.Truth(l.Config.Global.SNMP.Traps)),
		snmp.Table(v2.Append(1, 3, 1), rows, []snmp.Column[instance]{
			{ID: 2, Value: l.mac},
			{ID: 3, Value: operation},
			{ID: 4, Value: one},
			{ID: 5, Value: func(in instance) snmp.Value { return agentx.Int(int(in.Base)) }},
			{ID: 6, Value: func(in instance) snmp.Value { return agentx.Int(len(in.VIPs)) }},
			{ID: 7, Value: func(in instance) snmp.Value { return agentx.IP(in.Master) }},
			{ID: 8, Value: func(in instance) snmp.Value { return agentx.IP(in.Source) }},
			{ID: 9, Value: func(in instance) snmp.Value { return agentx.Int(int(in.Config.AuthType) + 1) }},
			{ID: 11, Value: func(in instance) snmp.Value { return agentx.Int(int(in.Config.AdvertInt / time.Second)) }},
			{ID: 12, Value: func(in instance) snmp.Value { return agentx.Truth(!in.NoPreempt) }},
			{ID: 13, Value: func(in instance) snmp.Value { return l.moment(in.Up) }},
			{ID: 14, Value: one},
			{ID: 15, Value: one},
		}),
		snmp.Table(v2.Append(1, 4, 1), addresses, []snmp.Column[instance]{{ID: 2, Value: one}}),
		snmp.Scalar(v2.Append(2, 1), agentx.Count32(l.Errors.Checksum)),
		snmp.Scalar(v2.Append(2, 2), agentx.Count32(l.Errors.Version)),
		snmp.Scalar(v2.Append(2, 3), agentx.Count32(0)),
		snmp.Table(v2.Append(2, 4, 1), rows, []snmp.Column[instance]{
			counter(1, agentx.Count32, func(c *status.Counters) uint64 { return c.BecameMaster }),
			counter(2, agentx.Count32, func(c *status.Counters) uint64 { return c.AdvertReceived }),
			counter(3, agentx.Count32, func(c *status.Counters) uint64 { return c.AdvertInterval }),
			counter(4, agentx.Count32, func(c *status.Counters) uint64 { return c.AuthFailure }),
			counter(5, agentx.Count32, func(c *status.Counters) uint64 { return c.TTL }),
			counter(6, agentx.Count32, func(c *status.Counters) uint64 { return c.PriorityZeroReceived }),
			counter(7, agentx.Count32, func(c *status.Counters) uint64 { return c.PriorityZeroSent }),
			counter(8, agentx.Count32, func(c *status.Counters) uint64 { return c.InvalidType }),
			counter(9, agentx.Count32, func(c *status.Counters) uint64 { return c.AddressList }),
			counter(10, agentx.Count32, func(c *status.Counters) uint64 { return c.AuthInvalidType }),
			counter(11, agentx.Count32, func(c *status.Counters) uint64 { return c.AuthMismatch }),
			counter(12, agentx.Count32, func(c *status.Counters) uint64 { return c.PacketLength }),
		}),
	}
}

func one(instance) snmp.Value { return agentx.Int(1) }

func counter(id uint32, show func(uint64) snmp.Value, of func(*status.Counters) uint64) snmp.Column[instance] {
	return snmp.Column[instance]{ID: id, Value: func(in instance) snmp.Value { return show(of(&in.Counters)) }}
}

func withAddress(index []uint32, a netip.Addr) []uint32 {
	all := append([]uint32(nil), index...)
	for _, b := range a.AsSlice() {
		all = append(all, uint32(b))
	}
	return all
}

// moment is a time by the clock of the agent; 0 for one that has not come.
func (l *look) moment(t time.Time) snmp.Value {
	if t.IsZero() {
		return agentx.Ticks(0)
	}
	return agentx.Ticks(uint64(max(t.Sub(l.born), 0) / (10 * time.Millisecond)))
}

// rfc6527 is VRRPV3-MIB. As in the reference builds it has the version 2
// instances too.
func (l *look) rfc6527() []snmp.Node {
	var rows, addresses []snmp.Row[instance]
	for i := range l.Instances {
		in := &l.Instances[i]
		index := []uint32{l.base(in), uint32(in.Config.VRID), family(in)}
		rows = append(rows, snmp.Row[instance]{Index: index, Data: in})
		for _, a := range in.VIPs {
			addresses = append(addresses, snmp.Row[instance]{Index: withAddress(index, a.Config.Prefix.Addr()), Data: in})
		}
	}
	return []snmp.Node{
		snmp.Table(v3.Append(1, 1, 1, 1), rows, []snmp.Column[instance]{
			{ID: 3, Value: func(in instance) snmp.Value {
				if in.State == status.Master {
					return own(in.Config, in.Source)
				}
				return own(in.Config, in.Master)
			}},
			{ID: 4, Value: func(in instance) snmp.Value { return own(in.Config, in.Source) }},
			{ID: 5, Value: l.mac},
			{ID: 6, Value: operation},
			{ID: 7, Value: func(in instance) snmp.Value { return agentx.Gauge(uint32(in.Base)) }},
			{ID: 8, Value: func(in instance) snmp.Value { return agentx.Int(len(in.VIPs)) }},
			{ID: 9, Value: func(in instance) snmp.Value { return agentx.Int(int(in.Config.AdvertInt / (10 * time.Millisecond))) }},
			{ID: 10, Value: func(in instance) snmp.Value { return agentx.Truth(!in.NoPreempt) }},
			{ID: 11, Value: func(in instance) snmp.Value { return agentx.Truth(in.Config.Accept) }},
			{ID: 12, Value: func(in instance) snmp.Value {
				if in.Up.IsZero() {
					return agentx.Ticks(0)
				}
				return agentx.Ticks(uint64(time.Since(in.Up) / (10 * time.Millisecond)))
			}},
			{ID: 13, Value: one},
		}),
		snmp.Table(v3.Append(1, 1, 2, 1), addresses, []snmp.Column[instance]{{ID: 2, Value: one}}),
		snmp.Scalar(v3.Append(1, 2, 1), agentx.Count64(l.Errors.Checksum)),
		snmp.Scalar(v3.Append(1, 2, 2), agentx.Count64(l.Errors.Version)),
		snmp.Scalar(v3.Append(1, 2, 3), agentx.Count64(0)),
		snmp.Scalar(v3.Append(1, 2, 4), agentx.Ticks(0)),
		snmp.Table(v3.Append(1, 2, 5, 1), rows, []snmp.Column[instance]{
			counter(1, agentx.Count32, func(c *status.Counters) uint64 { return c.BecameMaster }),
			{ID: 2, Value: func(in instance) snmp.Value { return agentx.Int(in.Reason) }},
			counter(3, agentx.Count64, func(c *status.Counters) uint64 { return c.AdvertReceived }),
			counter(4, agentx.Count64, func(c *status.Counters) uint64 { return c.AdvertInterval }),
			counter(5, agentx.Count64, func(c *status.Counters) uint64 { return c.TTL }),
			{ID: 6, Value: func(in instance) snmp.Value { return agentx.Int(in.ProtocolError) }},
			counter(7, agentx.Count64, func(c *status.Counters) uint64 { return c.PriorityZeroReceived }),
			counter(8, agentx.Count64, func(c *status.Counters) uint64 { return c.PriorityZeroSent }),
			counter(9, agentx.Count64, func(c *status.Counters) uint64 { return c.InvalidType }),
			counter(10, agentx.Count64, func(c *status.Counters) uint64 { return c.AddressList }),
			counter(11, agentx.Count64, func(c *status.Counters) uint64 { return c.PacketLength }),
			{ID: 12, Value: func(in instance) snmp.Value { return l.moment(in.Cleared) }},
			{ID: 13, Value: func(in instance) snmp.Value { return agentx.Gauge(uint32(in.Config.AdvertInt.Milliseconds())) }},
		}),
	}
}

// own is an address of an instance's family, zeros for none.
func own(c *config.Instance, a netip.Addr) snmp.Value {
	if !a.IsValid() {
		a = netip.IPv4Unspecified()
		if c.Family == 6 {
			a = netip.IPv6Unspecified()
		}
	}
	return agentx.Address(a)
}
