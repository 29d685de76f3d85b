package mib

import (
	"slices"

	"keepalived/core/snmp/agentx"
	"keepalived/core/snmp/subagent"
	"keepalived/core/status"
	"keepalived/ipvs"
)

// keepalived is KEEPALIVED-MIB, root is check in it.
var (
	keepalived = OID{1, 3, 6, 1, 4, 1, 9586, 100, 5}
	root       = below(keepalived, 3)
)

func below(o OID, more ...uint32) OID { return o.Append(more...) }

// Subtrees are the parts that a Tree has, with their descriptions.
func Subtrees() []subagent.Subtree {
	return []subagent.Subtree{
		{Root: below(keepalived, 1), Description: "The MIB module for Keepalived"},
		{Root: root, Description: "The MIB module for Healthchecker"},
	}
}

// OID is the name of an object.
type OID = agentx.OID

// Statistics are the kernel's counters. Virtual servers are meant by their place
// in the snapshot, from 0 on.
type Statistics interface {
	// Service are those of a virtual server, over all its services.
	Service(v int) ipvs.Counters
	// Server are those of a real server by its place, or of the sorry server at
	// place -1.
	Server(v, place int) ipvs.DestinationStatistics
}

// Tree finds the objects of a snapshot.
type Tree struct{ tables []table }

// New is the tree of a snapshot.
func New(c *status.Checkers, s Statistics) Tree {
	return Tree{append(globalTables(c.Config),
		groupTable(c), memberTable(c), virtualServerTable(c, s), realServerTable(c, s), daemonScalars(c), timeoutScalars(c),
	)}
}

// Get is the value of an object, the zero Value when there is none of this name.
func (t Tree) Get(name OID) Value {
	for _, b := range t.tables {
		if n := len(b.at); len(name) > n && name.Under(b.at) {
			if v := b.get(name[n], name[n+1:]); v.Present() {
				return v
			}
		}
	}
	return Value{}
}

// Next is the first object behind a name; the zero OID if there is none.
func (t Tree) Next(name OID) (OID, Value) {
	for _, b := range t.tables {
		n := min(len(name), len(b.at))
		switch order := slices.Compare(name[:n], b.at[:n]); {
		case order > 0:
			continue
		case order < 0 || len(name) <= len(b.at):
			if found, v := b.next(0, nil); found != nil {
				return found, v
			}
		default:
			if found, v := b.next(name[n], name[n+1:]); found != nil {
				return found, v
			}
		}
	}
	return nil, Value{}
}

// table is a table, or a node with scalars, which is taken for a table with one
// row of the index 0.
type table struct {
	at      OID
	columns uint32                             // the highest one
	value   func(column uint32, row OID) Value // of a row that there is
	has     func(row OID) bool                 // whether there is such a row
	after   func(row OID) OID                  // the first row behind it; nil: none
}

func (b *table) get(column uint32, row OID) Value {
	if column == 0 || column > b.columns || !b.has(row) {
		return Value{}
	}
	return b.value(column, row)
}

// next goes through a table column by column.
func (b *table) next(column uint32, row OID) (OID, Value) {
	if column == 0 {
		column, row = 1, nil
	}
	for ; column <= b.columns; column, row = column+1, nil {
		for row = b.after(row); row != nil; row = b.after(row) {
			if v := b.value(column, row); v.Present() {
				return slices.Concat(b.at, OID{column}, row), v
			}
		}
	}
	return nil, Value{}
}

// scalar is the row of a node with scalars.
func scalar(t table) table {
	t.has = func(row OID) bool { return len(row) == 1 && row[0] == 0 }
	t.after = func(row OID) OID {
		if len(row) == 0 {
			return OID{0}
		}
		return nil
	}
	return t
}

// single numbers rows from 1 to n.
func single(t table, n int) table {
	t.has = func(row OID) bool { return len(row) == 1 && row[0] >= 1 && uint64(row[0]) <= uint64(n) }
	t.after = func(row OID) OID {
		next := uint64(1)
		if len(row) > 0 {
			next = uint64(row[0]) + 1
		}
		if next > uint64(n) {
			return nil
		}
		return OID{uint32(next)}
	}
	return t
}

// double numbers rows by two numbers, of which the second one goes from 1 to
// what count says for the first one.
func double(t table, n int, count func(first int) int) table {
	t.has = func(row OID) bool {
		return len(row) == 2 && row[0] >= 1 && uint64(row[0]) <= uint64(n) && row[1] >= 1 && uint64(row[1]) <= uint64(count(int(row[0])))
	}
	t.after = func(row OID) OID {
		first, second := uint64(1), uint64(1)
		if len(row) > 0 && row[0] > 0 {
			first = uint64(row[0])
			if len(row) > 1 {
				second = uint64(row[1]) + 1
			}
		}
		for ; first <= uint64(n); first, second = first+1, 1 {
			if second <= uint64(count(int(first))) {
				return OID{uint32(first), uint32(second)}
			}
		}
		return nil
	}
	return t
}
