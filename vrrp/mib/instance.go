package mib

import (
	"net/netip"
	"time"

	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
	"keepalived/core/status"
)

type instance = *status.Instance

func (l *look) instances() snmp.Node {
	var all []instance
	for i := range l.Instances {
		all = append(all, &l.Instances[i])
	}
	n := func(id uint32, of func(*config.Notify) *config.Script) snmp.Column[instance] {
		return snmp.Column[instance]{ID: id, Value: func(in instance) snmp.Value { return command(of(&in.Config.Notify)) }}
	}
	return snmp.Table(root.Append(3, 1), snmp.Numbered(all), []snmp.Column[instance]{
		{ID: 2, Value: func(in instance) snmp.Value { return agentx.Text(in.Config.Name) }},
		{ID: 3, Value: func(in instance) snmp.Value { return agentx.Gauge(uint32(in.Config.VRID)) }},
		{ID: 4, Value: func(in instance) snmp.Value { return agentx.Int(int(in.State)) }},
		{ID: 5, Value: func(in instance) snmp.Value { return initial(in.Config) }},
		{ID: 6, Value: func(in instance) snmp.Value { return agentx.Int(int(in.Wanted)) }},
		{ID: 7, Value: func(in instance) snmp.Value { return agentx.Int(int(in.Base)) }},
		{ID: 8, Value: func(in instance) snmp.Value { return agentx.Int(int(in.Effective)) }},
		{ID: 9, Value: func(in instance) snmp.Value { return agentx.Truth(in.State == status.Master) }},
		{ID: 10, Value: func(in instance) snmp.Value { return snmp.Given(in.Link) }},
		{ID: 11, Value: func(in instance) snmp.Value { return agentx.Truth(tracksLinks(in.Config)) }},
		{ID: 12, Value: func(in instance) snmp.Value { return agentx.Gauge(uint32(in.Config.AdvertInt / unit(in.Config))) }},
		{ID: 13, Value: func(in instance) snmp.Value { return agentx.Truth(!in.NoPreempt) }},
		{ID: 14, Value: func(in instance) snmp.Value { return seconds(in.Config.PreemptDelay) }},
		{ID: 15, Value: func(in instance) snmp.Value { return agentx.Int(int(in.Config.AuthType)) }},
		{ID: 16, Value: func(in instance) snmp.Value { return agentx.Truth(l.synchronises(in)) }},
		{ID: 17, Value: func(in instance) snmp.Value {
			if !l.synchronises(in) {
				return snmp.Value{}
			}
			return agentx.Text(l.Config.Global.LVSSyncDaemon.Interface)
		}},
		{ID: 18, Value: func(in instance) snmp.Value { return snmp.Given(in.Group) }},
		{ID: 19, Value: func(in instance) snmp.Value { return seconds(in.Config.GARPMasterDelay) }},
		{ID: 20, Value: func(in instance) snmp.Value { return agentx.Truth(in.Config.Notify.SMTPAlert) }},
		{ID: 21, Value: func(in instance) snmp.Value { return agentx.Truth(notifies(&in.Config.Notify)) }},
		n(22, func(n *config.Notify) *config.Script { return n.Master }),
		n(23, func(n *config.Notify) *config.Script { return n.Backup }),
		n(24, func(n *config.Notify) *config.Script { return n.Fault }),
		n(25, func(n *config.Notify) *config.Script { return n.Stop }),
		n(26, func(n *config.Notify) *config.Script { return n.Any }),
		{ID: 27, Value: func(in instance) snmp.Value {
			if in.Config.Version == 2 {
				return agentx.Int(0)
			}
			return agentx.Truth(in.Config.Accept)
		}},
		{ID: 28, Value: func(in instance) snmp.Value { return agentx.Truth(in.Config.PromoteSecondaries) }},
		{ID: 29, Value: func(in instance) snmp.Value { return agentx.Truth(in.Config.LinkbeatUsePolling) }},
		{ID: 30, Value: func(in instance) snmp.Value { return agentx.Int(in.Config.Version) }},
		n(31, func(n *config.Notify) *config.Script { return n.MasterRxLowerPri }),
		n(32, func(n *config.Notify) *config.Script { return n.Deleted }),
		{ID: 33, Value: func(in instance) snmp.Value { return agentx.Truth(in.Config.Notify.SendDeleted) }},
		{ID: 34, Value: func(in instance) snmp.Value { return multicast(in.Config, snmp.Family) }},
		{ID: 35, Value: func(in instance) snmp.Value { return multicast(in.Config, agentx.Address) }},
		{ID: 36, Value: func(in instance) snmp.Value { return agentx.Truth(in.Config.V3ChecksumAsV2) }},
	})
}

// initial is the state that the configuration asks for.
func initial(c *config.Instance) snmp.Value {
	if c.InitialState == config.StateMaster {
		return agentx.Int(int(status.Master))
	}
	return agentx.Int(int(status.Backup))
}

func unit(c *config.Instance) time.Duration {
	if c.Version == 3 {
		return 10 * time.Millisecond
	}
	return time.Second
}

func tracksLinks(c *config.Instance) bool {
	for _, t := range c.Tracking.Interfaces {
		if !t.OfGroup {
			return true
		}
	}
	return false
}

func (l *look) synchronises(in instance) bool {
	d := l.Config.Global.LVSSyncDaemon
	return d != nil && d.Instance == in.Config.Name
}

func multicast(c *config.Instance, show func(netip.Addr) snmp.Value) snmp.Value {
	if c.Unicast || !c.MulticastGroup.IsValid() {
		return snmp.Value{}
	}
	return show(c.MulticastGroup)
}

// InstanceOf returns the instance and the column that a name of the instance
// table means; nil if it means none.
func InstanceOf(v *status.VRRP, name snmp.OID) (in *status.Instance, column uint32) {
	entry := root.Append(3, 1)
	if !name.Under(entry) || len(name) != len(entry)+2 {
		return nil, 0
	}
	if row := name[len(entry)+1]; row > 0 && uint64(row) <= uint64(len(v.Instances)) {
		return &v.Instances[row-1], name[len(entry)]
	}
	return nil, 0
}
