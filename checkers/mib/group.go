package mib

import (
	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/status"
)

// groupTable is virtualServerGroupTable.
func groupTable(c *status.Checkers) snmp.Node {
	return snmp.Table(root.Append(1, 1), snmp.Numbered(c.Config.LVS.Groups), []snmp.Column[*config.VirtualServerGroup]{
		{ID: 2, Value: func(g *config.VirtualServerGroup) Value { return text(g.Name) }},
	})
}

// memberTable is virtualServerGroupMemberTable. Marks come before addresses.
func memberTable(c *status.Checkers) snmp.Node {
	var rows []snmp.Row[config.GroupEntry]
	for i, g := range c.Config.LVS.Groups {
		var marks, addresses []config.GroupEntry
		for _, e := range g.Entries {
			if e.IsFWMark {
				marks = append(marks, e)
			} else {
				addresses = append(addresses, e)
			}
		}
		rows = append(rows, snmp.Numbered(append(marks, addresses...), uint32(i+1))...)
	}
	return snmp.Table(root.Append(2, 1), rows, columns(8, member))
}

func member(e config.GroupEntry, column uint32) Value {
	isRange := !e.IsFWMark && e.First != e.Last
	switch {
	case column == 2 && e.IsFWMark:
		return integer(1)
	case column == 2 && isRange:
		return integer(3)
	case column == 2:
		return integer(2)
	case column == 3 && e.IsFWMark:
		return gauge(uint64(e.FWMark))
	case e.IsFWMark:
		return Value{}
	case column == 4:
		return family(config.Family(e.First))
	case column == 5 && !isRange, column == 6 && isRange:
		return address(e.First)
	case column == 7 && isRange:
		return address(e.Last)
	case column == 8:
		return gauge(uint64(e.Port))
	}
	return Value{}
}
