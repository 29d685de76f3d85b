package mib

import (
	"net/netip"

	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
	"keepalived/core/snmp/session"
	"keepalived/core/status"
)

// Trap is a notification.
type Trap struct {
	Name  snmp.OID
	Binds []agentx.Bind
}

var states = map[notify.State]int{
	notify.Backup: 1, notify.Master: 2, notify.Fault: 3, notify.Stop: 5, notify.Deleted: 6,
}

// Changed is the notification of KEEPALIVED-MIB about an event; ok is false when
// none tells of it. The names of its values have no row (05-observability
// section 8.5).
func Changed(c *config.Config, e notify.Event) (t Trap, ok bool) {
	add := func(v snmp.Value, id ...uint32) {
		t.Binds = append(t.Binds, agentx.Bind{Name: root.Append(id...), Value: v})
	}
	switch e := e.(type) {
	case notify.InstanceState:
		state, known := states[e.State]
		if !known {
			return t, false
		}
		t.Name = root.Append(10, 0, 2)
		add(agentx.Text(e.Instance.Name), 3, 1, 2)
		add(agentx.Int(state), 3, 1, 4)
		add(initial(e.Instance), 3, 1, 5)
	case notify.GroupState:
		state, known := states[e.State]
		if !known {
			return t, false
		}
		t.Name = root.Append(10, 0, 1)
		add(agentx.Text(e.Group.Name), 1, 1, 2)
		add(agentx.Int(state), 1, 1, 3)
	default:
		return t, false
	}
	t.Binds = append(t.Binds, snmp.RouterID(c))
	return t, true
}

// NewMaster2787 is vrrpTrapNewMaster of an instance with its interface's index.
func NewMaster2787(c *config.Instance, index int, source netip.Addr) Trap {
	return Trap{v2.Append(0, 1), []agentx.Bind{
		{Name: v2.Append(1, 3, 1, 7, uint32(index), uint32(c.VRID)), Value: agentx.IP(source)},
	}}
}

// NewMaster6527 is vrrpv3NewMaster.
func NewMaster6527(c *config.Instance, index int, source netip.Addr, reason int) Trap {
	row := []uint32{uint32(index), uint32(c.VRID), family(&status.Instance{Config: c})}
	return Trap{v3.Append(0, 1), []agentx.Bind{
		{Name: v3.Append(1, 1, 1, 1, 3).Append(row...), Value: own(c, source)},
		{Name: v3.Append(1, 2, 5, 1, 2).Append(row...), Value: agentx.Int(reason)},
	}}
}

// AuthFailure2787 is vrrpTrapAuthFailure: 1 an invalid type, 2 another type, 3 a
// failure.
func AuthFailure2787(c *config.Instance, index int, source netip.Addr, kind int) Trap {
	return Trap{v2.Append(0, 2), []agentx.Bind{
		{Name: v2.Append(1, 5, uint32(index), uint32(c.VRID)), Value: agentx.IP(source)},
		{Name: v2.Append(1, 6, uint32(index), uint32(c.VRID)), Value: agentx.Int(kind)},
	}}
}

// ProtoError6527 is vrrpv3ProtoError: 1 TTL, 2 version, 3 checksum.
func ProtoError6527(c *config.Instance, index, kind int) Trap {
	return Trap{v3.Append(0, 2), []agentx.Bind{{
		Name:  v3.Append(1, 2, 5, 1, 6, uint32(index), uint32(c.VRID), family(&status.Instance{Config: c})),
		Value: agentx.Int(kind),
	}}}
}

// Subtrees of a configuration are what the process answers for. The global part
// is the checkers' where they show theirs.
func Subtrees(c *config.Config) (all []session.Subtree) {
	g := &c.Global.SNMP
	if !g.Checker || !c.HasLVS {
		all = append(all, session.Subtree{Root: snmp.Keepalived.Append(1), Description: "The MIB module for Keepalived"})
	}
	if g.VRRP {
		all = append(all, session.Subtree{Root: root, Description: "The MIB module for KEEPALIVED-VRRP"})
	}
	if g.RFCv2 {
		all = append(all, session.Subtree{Root: v2, Description: "The MIB module for VRRP"})
	}
	if g.RFCv3 {
		all = append(all, session.Subtree{Root: v3, Description: "The MIB module for VRRPV3"})
	}
	return all
}
