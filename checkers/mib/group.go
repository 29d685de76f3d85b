package mib

import (
	"slices"

	"keepalived/core/config"
	"keepalived/core/status"
)

// groupTable is virtualServerGroupTable.
func groupTable(c *status.Checkers) table {
	groups := c.Config.LVS.Groups
	return single(table{at: below(root, 1, 1), columns: 2, value: func(column uint32, row OID) Value {
		if column != 2 {
			return Value{}
		}
		return text(groups[row[0]-1].Name)
	}}, len(groups))
}

// memberTable is virtualServerGroupMemberTable. Marks come before addresses.
func memberTable(c *status.Checkers) table {
	groups := c.Config.LVS.Groups
	return double(table{at: below(root, 2, 1), columns: 8, value: func(column uint32, row OID) Value {
		return member(column, entry(groups[row[0]-1], int(row[1])))
	}}, len(groups), func(g int) int { return len(groups[g-1].Entries) })
}

// entry is an entry of a group by its number.
func entry(g *config.VirtualServerGroup, number int) config.GroupEntry {
	sorted := slices.Clone(g.Entries)
	slices.SortStableFunc(sorted, func(a, b config.GroupEntry) int {
		switch {
		case a.IsFWMark == b.IsFWMark:
			return 0
		case a.IsFWMark:
			return -1
		}
		return 1
	})
	return sorted[number-1]
}

func member(column uint32, e config.GroupEntry) Value {
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
