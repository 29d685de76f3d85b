package main

import (
	"slices"
	"strings"
	"testing"

	"keepalived/parser/keyword"
)

// TestArguments: every keyword has an empty word for an argument once, and no
// case is another one.
func TestArguments(t *testing.T) {
	table := keyword.New()
	l := newArguments(table)
	empty := make(map[string]bool)
	for i, c := range l.cases {
		if c.number != uint64(i) || slices.Contains(c.lines, "@") {
			t.Fatalf("case %d of %s: %q", i, c.seed, c.text())
		}
		name, _, _ := strings.Cut(c.seed, " value")
		name, _, _ = strings.Cut(name, " name")
		if strings.Contains(c.text(), `""`) {
			empty[name] = true
		}
	}
	for _, row := range table.All() {
		if full := strings.TrimPrefix(row.Path+"/"+row.Name, "/"); !newer(&row) && row.Shape <= keyword.Lines && !empty[full] {
			t.Error("not tried with an empty word:", full)
		}
	}
}

func TestDisfigured(t *testing.T) {
	all := disfigured("k", "a b")
	for _, want := range []string{`k "" b`, `k "" a b`, `k a ""`, `k a "" b`, `k a b ""`} {
		if !slices.Contains(all, want) {
			t.Errorf("not made: %s", want)
		}
	}
	if n := 5*len(odd) + 2*len(oddNumbers); len(all) != n {
		t.Errorf("%d, want %d", len(all), n)
	}
}
