package mib

import (
	"net/netip"

	"keepalived/core/config"
	"keepalived/core/version"
)

// globalTables are KEEPALIVED-MIB::global. The node of mail lies in the middle
// of the others, and its table in the middle of that.
func globalTables(c *config.Config) []table {
	g := &c.Global
	node := func(first, last uint32, value func(column uint32) Value, at ...uint32) table {
		return scalar(table{at: below(keepalived, at...), columns: last, value: func(column uint32, _ OID) Value {
			if column < first {
				return Value{}
			}
			return value(column)
		}})
	}
	process := func(column uint32) Value { return process(c, column) }
	mail := func(column uint32) Value { return mail(g, column) }
	// The C daemon 2.4.3 shows no address here.
	addresses := single(table{at: below(keepalived, 1, 3, 5, 1), columns: 2, value: func(column uint32, row OID) Value {
		if column != 2 {
			return Value{}
		}
		return text(g.NotificationEmails[row[0]-1])
	}}, len(g.NotificationEmails))
	return []table{node(1, 2, process, 1), node(1, 4, mail, 1, 3), addresses, node(6, 10, mail, 1, 3), node(4, 12, process, 1)}
}

func process(c *config.Config, column uint32) Value {
	g := &c.Global
	switch column {
	case 1:
		return text(version.String)
	case 2:
		return text(g.RouterID)
	case 4:
		return truth(g.SNMP.Traps)
	case 5:
		return truth(!c.LinkbeatUsePolling)
	case 6:
		return truth(g.LVSFlush)
	case 7: // 64-bit statistics
		return truth(true)
	case 8:
		return text(c.NetNamespace)
	case 9:
		return truth(g.DBus.Enabled)
	case 10:
		return truth(g.DynamicInterfaces)
	case 11:
		return integer(map[config.FlushOnStop]int64{config.FlushOnStopAll: 1, config.FlushOnStopOff: 2, config.FlushOnStopVS: 3}[g.LVSFlushOnStop])
	case 12:
		return truth(g.Defaults.V3ChecksumAsV2)
	}
	return Value{}
}

func mail(g *config.Global, column uint32) Value {
	server := g.SMTPServer
	switch column {
	case 1:
		return family(config.Family(server.Addr()))
	case 2:
		if !server.IsValid() {
			return address(netip.IPv4Unspecified())
		}
		return address(server.Addr())
	case 3:
		if !server.IsValid() {
			return gauge(0)
		}
		return seconds(g.SMTPConnectTimeout)
	case 4:
		if server.IsValid() || g.Defaults.EmailFromGiven {
			return given(g.NotificationEmailFrom)
		}
	case 6:
		return gauge(uint64(server.Port()))
	case 7:
		return truth(!g.NoEmailFaults)
	case 8:
		return setting(g.Defaults.SMTPAlert)
	case 9:
		return setting(g.Defaults.SMTPAlertVRRP)
	case 10:
		return setting(g.Defaults.SMTPAlertChecker)
	}
	return Value{}
}

// setting is on, off, or not given.
func setting(s config.Given[bool]) Value {
	if !s.Set {
		return integer(3)
	}
	return truth(s.Value)
}
