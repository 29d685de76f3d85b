package snmp

import (
	"net/netip"

	"keepalived/core/config"
	"keepalived/core/snmp/agentx"
	"keepalived/core/version"
)

// Global returns the objects that are not about VRRP or LVS (05-observability
// appendix A, K.1): the mail settings, and the switches of global_defs.
func Global(c *config.Config) []Node {
	g := &c.Global
	all := []Node{Table(global(3, 5, 1), Numbered(g.NotificationEmails), []Column[string]{{2, agentx.Text}})}
	for _, o := range []struct {
		id OID
		v  Value
	}{
		{global(1), agentx.Text(version.String)},
		{global(2), agentx.Text(g.RouterID)},
		{global(3, 1), Family(g.SMTPServer.Addr())},
		{global(3, 2), server(g.SMTPServer)},
		{global(3, 3), agentx.Gauge(timeout(g))},
		{global(3, 4), sender(g)},
		{global(3, 6), agentx.Gauge(uint32(g.SMTPServer.Port()))},
		{global(3, 7), agentx.Truth(!g.NoEmailFaults)},
		{global(3, 8), alert(g.Defaults.SMTPAlert)},
		{global(3, 9), alert(g.Defaults.SMTPAlertVRRP)},
		{global(3, 10), alert(g.Defaults.SMTPAlertChecker)},
		{global(4), agentx.Truth(g.SNMP.Traps)},
		{global(5), agentx.Truth(!c.LinkbeatUsePolling)}, // netlink, or polling
		{global(6), agentx.Truth(g.LVSFlush)},
		{global(7), agentx.Truth(true)},
		{global(8), agentx.Text(c.NetNamespace)},
		{global(9), agentx.Truth(g.DBus.Enabled)},
		{global(10), agentx.Truth(g.DynamicInterfaces)},
		{global(11), agentx.Int(map[config.FlushOnStop]int{config.FlushOnStopAll: 1, config.FlushOnStopOff: 2, config.FlushOnStopVS: 3}[g.LVSFlushOnStop])},
		{global(12), agentx.Truth(g.Defaults.V3ChecksumAsV2)},
	} {
		all = append(all, Scalar(o.id, o.v))
	}
	return all
}

func global(more ...uint32) OID { return Keepalived.Append(1).Append(more...) }

// RouterID is the last variable of every notification of KEEPALIVED-MIB.
func RouterID(c *config.Config) agentx.Bind {
	return agentx.Bind{Name: global(2, 0), Value: agentx.Text(c.Global.RouterID)}
}

// Given returns a text; an empty one is absent.
func Given(s string) Value {
	if s == "" {
		return Value{}
	}
	return agentx.Text(s)
}

// Family returns an InetAddressType: 1 for IPv4, 2 for everything else.
func Family(a netip.Addr) Value { return agentx.Truth(a.Is4()) }

func server(a netip.AddrPort) Value {
	if !a.IsValid() {
		return agentx.Octets(make([]byte, 4))
	}
	return agentx.Address(a.Addr())
}

// sender is there only if it is configured: the usual one is made from the host's
// name.
func sender(g *config.Global) Value {
	if !g.Defaults.EmailFromGiven {
		return Value{}
	}
	return agentx.Text(g.NotificationEmailFrom)
}

func timeout(g *config.Global) uint32 {
	if !g.SMTPServer.IsValid() {
		return 0
	}
	return uint32(g.SMTPConnectTimeout.Seconds())
}

func alert(a config.Given[bool]) Value {
	if !a.Set {
		return agentx.Int(3)
	}
	return agentx.Truth(a.Value)
}
