package snmp

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"keepalived/core/snmp/agentx"
)

// object is one that a view must have.
type object struct {
	name  OID
	value int
}

// sample draws a view, and lists its objects.
func sample(t *rapid.T) (*View, []object) {
	root := agentx.ParseOID("1.3.6.1.4.1")
	small := rapid.Uint32Range(0, 3)
	var nodes []Node
	var all []object
	next := 0
	for i := range rapid.Uint32Range(0, 4).Draw(t, "nodes") {
		id := root.Append(2 * i)
		if rapid.Bool().Draw(t, "scalar") {
			next++
			all = append(all, object{id.Append(0), next})
			nodes = append(nodes, Scalar(id, agentx.Int(next)))
			continue
		}
		var rows []Row[uint32]
		indexes := rapid.SliceOfNDistinct(rapid.SliceOfN(small, 1, 3), 0, 5, func(i []uint32) string { return OID(i).String() })
		for n, index := range indexes.Draw(t, "rows") {
			rows = append(rows, Row[uint32]{index, uint32(n)})
		}
		var columns []Column[uint32]
		for id := range uint32(4) {
			hidden := rapid.Uint32Range(0, 5).Draw(t, "hidden row")
			base := next
			next += 10
			columns = append(columns, Column[uint32]{id + 1, func(row uint32) Value {
				if row == hidden {
					return Value{}
				}
				return agentx.Int(base + int(row))
			}})
			for _, r := range rows {
				if r.Data != hidden {
					all = append(all, object{append(root.Append(2*i, id+1), r.Index...), base + int(r.Data)})
				}
			}
		}
		nodes = append(nodes, Table(id, rows, columns))
	}
	slices.SortFunc(all, func(a, b object) int { return a.name.Compare(b.name) })
	slices.Reverse(nodes)
	return NewView(nodes...), all
}

// Get finds each object and no other, and Next what follows a name in the order
// of names, whether the name is an object or not.
func TestView(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, all := sample(t)
		for _, o := range all {
			if got := v.Get(o.name); int(got.Int()) != o.value {
				t.Fatalf("%v is %v, not %d", o.name, got, o.value)
			}
		}
		start := agentx.ParseOID("1.3.6.1.4.1").Append(rapid.SliceOfN(rapid.Uint32Range(0, 9), 0, 5).Draw(t, "start")...)
		include := rapid.Bool().Draw(t, "include")
		i, found := slices.BinarySearchFunc(all, start, func(o object, name OID) int { return o.name.Compare(name) })
		if got := v.Get(start); got.Present() != found {
			t.Fatalf("%v is %v", start, got)
		}
		if found && !include {
			i++
		}
		switch name, value := v.Next(agentx.Range{Start: start, Include: include}); {
		case i == len(all):
			if name != nil {
				t.Fatalf("%v is behind the last object", name)
			}
		case name.Compare(all[i].name) != 0 || int(value.Int()) != all[i].value:
			t.Fatalf("%v follows %v, not %v", name, start, all[i].name)
		}
	})
}
