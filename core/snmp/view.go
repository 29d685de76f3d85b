package snmp

import (
	"slices"
	"sort"

	"keepalived/core/snmp/agentx"
)

// Value is what an object is; the zero Value is an object that is not there.
type Value = agentx.Value

// OID is an object identifier.
type OID = agentx.OID

// Keepalived is the root of KEEPALIVED-MIB.
var Keepalived = agentx.ParseOID("1.3.6.1.4.1.9586.100.5")

// Node is a part of a [View]: a scalar or a table.
type Node interface {
	// root is above all objects of the node, and of no other node.
	root() OID
	get(OID) Value // of an object below root
	// next returns the first object that is greater than the given one.
	next(OID) (OID, Value)
}

// Scalar returns the object id.0. It may be absent.
func Scalar(id OID, v Value) Node { return scalar{id, v} }

type scalar struct {
	id OID
	v  Value
}

func (s scalar) root() OID { return s.id }

func (s scalar) get(o OID) Value {
	if !s.v.Present() || o.Compare(s.name()) != 0 {
		return Value{Type: agentx.NoSuchInstance}
	}
	return s.v
}

func (s scalar) next(after OID) (OID, Value) {
	if name := s.name(); s.v.Present() && after.Compare(name) < 0 {
		return name, s.v
	}
	return nil, Value{}
}

func (s scalar) name() OID { return s.id.Append(0) }

// Row is a row of a table.
type Row[R any] struct {
	Index []uint32
	Data  R
}

// Column is a column of a table: its number, and what a row has there.
type Column[R any] struct {
	ID    uint32
	Value func(R) Value
}

// Numbered returns rows with the indexes 1, 2, 3 … behind the given ones.
func Numbered[R any](all []R, before ...uint32) []Row[R] {
	rows := make([]Row[R], len(all))
	for i, r := range all {
		rows[i] = Row[R]{append(slices.Clip(slices.Clone(before)), uint32(i+1)), r}
	}
	return rows
}

// Table returns a table. The entry is the identifier of its rows, below which
// the columns are. Of rows with equal indexes only the first is seen.
func Table[R any](entry OID, rows []Row[R], columns []Column[R]) Node {
	t := &table[R]{entry, slices.Clone(rows), columns}
	slices.SortStableFunc(t.rows, func(a, b Row[R]) int { return slices.Compare(a.Index, b.Index) })
	t.rows = slices.CompactFunc(t.rows, func(a, b Row[R]) bool { return slices.Equal(a.Index, b.Index) })
	if !slices.IsSortedFunc(columns, func(a, b Column[R]) int { return int(a.ID) - int(b.ID) }) {
		panic("snmp: columns of " + entry.String() + " are out of order")
	}
	return t
}

type table[R any] struct {
	entry   OID
	rows    []Row[R]    // by index
	columns []Column[R] // by number
}

func (t *table[R]) root() OID { return t.entry }

// column returns the place of the first column that has at least a number.
func (t *table[R]) column(id uint32) int {
	return sort.Search(len(t.columns), func(i int) bool { return t.columns[i].ID >= id })
}

// row returns the place of the first row that has at least an index.
func (t *table[R]) row(index []uint32) int {
	return sort.Search(len(t.rows), func(i int) bool { return slices.Compare(t.rows[i].Index, index) >= 0 })
}

func (t *table[R]) get(o OID) Value {
	o = o[len(t.entry):]
	if len(o) == 0 {
		return Value{Type: agentx.NoSuchObject}
	}
	c := t.column(o[0])
	if c == len(t.columns) || t.columns[c].ID != o[0] {
		return Value{Type: agentx.NoSuchObject}
	}
	if r := t.row(o[1:]); r < len(t.rows) && slices.Equal(t.rows[r].Index, o[1:]) {
		if v := t.columns[c].Value(t.rows[r].Data); v.Present() {
			return v
		}
	}
	return Value{Type: agentx.NoSuchInstance}
}

func (t *table[R]) next(after OID) (OID, Value) {
	if !after.Under(t.entry) && after.Compare(t.entry) > 0 {
		return nil, Value{}
	}
	c, r := 0, 0
	if after.Under(t.entry) && len(after) > len(t.entry) {
		rest := after[len(t.entry):]
		if c = t.column(rest[0]); c < len(t.columns) && t.columns[c].ID == rest[0] {
			r = t.row(rest[1:])
			if r < len(t.rows) && slices.Equal(t.rows[r].Index, rest[1:]) {
				r++
			}
		}
	}
	for ; c < len(t.columns); c, r = c+1, 0 {
		for ; r < len(t.rows); r++ {
			if v := t.columns[c].Value(t.rows[r].Data); v.Present() {
				return append(t.entry.Append(t.columns[c].ID), t.rows[r].Index...), v
			}
		}
	}
	return nil, Value{}
}

// View is all objects of a process at one moment.
type View struct{ nodes []Node } // by root

// NewView returns the view of some nodes, in any order.
func NewView(nodes ...Node) *View {
	slices.SortStableFunc(nodes, func(a, b Node) int { return a.root().Compare(b.root()) })
	return &View{nodes}
}

// Get returns the value of an object, or the exception noSuchObject or
// noSuchInstance.
func (v *View) Get(o OID) Value {
	// The node is the last one that is not behind the object.
	i := sort.Search(len(v.nodes), func(i int) bool { return v.nodes[i].root().Compare(o) > 0 })
	if i == 0 || !o.Under(v.nodes[i-1].root()) {
		return Value{Type: agentx.NoSuchObject}
	}
	return v.nodes[i-1].get(o)
}

// Next returns the first object in a range. There is none if the name is nil.
func (v *View) Next(r agentx.Range) (OID, Value) {
	if r.Include {
		if now := v.Get(r.Start); now.Present() {
			return r.Start, now
		}
	}
	i := sort.Search(len(v.nodes), func(i int) bool { return v.nodes[i].root().Compare(r.Start) > 0 })
	for i = max(i-1, 0); i < len(v.nodes); i++ {
		name, now := v.nodes[i].next(r.Start)
		switch {
		case name == nil:
		case len(r.End) > 0 && name.Compare(r.End) >= 0:
			return nil, Value{}
		default:
			return name, now
		}
	}
	return nil, Value{}
}
