package main

import (
	"slices"
	"strings"
	"testing"

	"keepalived/parser/keyword"
)

// TestLanguage: every keyword and every option is tried, and each case is made
// once, in the same place every time.
func TestLanguage(t *testing.T) {
	table := keyword.New()
	l, again := newLanguage(table), newLanguage(table)
	if len(l.cases) < 50_000 || len(l.cases) != len(again.cases) {
		t.Fatal(len(l.cases), "cases, then", len(again.cases))
	}
	tried := make(map[string]bool)
	for i, c := range l.cases {
		if c.number != uint64(i) || c.text() != again.cases[i].text() {
			t.Fatalf("case %d is not the same again", i)
		}
		if slices.Contains(c.lines, "@") {
			t.Errorf("case %d of %s: nothing in its place", i, c.seed)
		}
		name, _, _ := strings.Cut(c.seed, " value")
		tried[name] = true
		name, _, _ = strings.Cut(c.seed, " shape")
		tried[name] = true
	}
	for _, row := range table.All() {
		full := strings.TrimPrefix(row.Path+"/"+row.Name, "/")
		if !newer(&row) && row.Shape <= keyword.Lines && !tried[full] {
			t.Error("not tried:", full)
		}
		if !newer(&row) && row.Shape == keyword.Word && !strings.ContainsAny(row.Name, " <[(") && !tried[row.Path+" "+row.Name] {
			t.Error("option not tried:", row.Path, row.Name)
		}
	}
}

// TestChoose: runs of other numbers begin with other cases, and all runs have
// all of them in the end.
func TestChoose(t *testing.T) {
	const n = 1000
	l := &language{cases: make([]mutant, n)}
	for i := range l.cases {
		l.cases[i].number = uint64(i)
	}
	first := l.choose(1, 0, 10)
	if slices.EqualFunc(first, l.choose(2, 0, 10), func(a, b mutant) bool { return a.number == b.number }) {
		t.Error("two runs begin alike")
	}
	if next := l.choose(1, 5, 10); next[0].number != first[5].number {
		t.Error("the sixth case is another one when the run begins with it")
	}
	seen := make(map[uint64]bool)
	for _, c := range l.choose(3, 0, n+5) {
		seen[c.number] = true
	}
	if uint64(len(seen)) != n {
		t.Errorf("%d of %d cases in a run of all", len(seen), n)
	}
}

// TestNeighbours: what is a unit of the last digit away.
func TestNeighbours(t *testing.T) {
	for number, want := range map[string]string{
		"1": "0 1 2", "-254": "-255 -254 -253", "0.000001": "0.000000 0.000001 0.000002", "40.95": "40.94 40.95 40.96", "0.0": "-0.1 0.0 0.1", "18446744073709551615": "18446744073709551614 18446744073709551615 18446744073709551616",
	} {
		if got := strings.Join(neighbours(number), " "); got != want {
			t.Errorf("%s: %s, want %s", number, got, want)
		}
	}
	if got := strings.Join(edges("0..2^32-1 s"), " "); got != "-1 0 1 4294967294 4294967295 4294967296" {
		t.Error(got)
	}
}
