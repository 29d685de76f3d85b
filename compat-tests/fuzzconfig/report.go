package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A cluster is the questions whose answers differ in the same way.
type cluster struct {
	signature string
	count     int
	statuses  int // how many of them have different exit statuses
	example   mutant
	verdict   verdict // of the example, the smallest one
}

// A tally is what came out of a run.
type tally struct {
	compared, statuses, messages int
	excluded                     map[string][]mutant
	rows                         map[int]int
	clusters                     map[string]*cluster
	died                         int // ours
}

func newTally() *tally {
	return &tally{excluded: make(map[string][]mutant), rows: make(map[int]int), clusters: make(map[string]*cluster)}
}

// add counts a verdict.
func (t *tally) add(m mutant, v verdict) {
	if v.excluded != "" {
		t.excluded[v.excluded] = append(t.excluded[v.excluded], m)
		return
	}
	t.compared++
	for _, r := range v.rows {
		t.rows[r]++
	}
	if v.status {
		t.statuses++
	}
	if v.messages {
		t.messages++
	}
	if strings.HasPrefix(v.signature, died) {
		t.died++
	}
	if v.signature == "" {
		return
	}
	c := t.clusters[v.signature]
	if c == nil {
		c = &cluster{signature: v.signature, example: m, verdict: v}
		t.clusters[v.signature] = c
	}
	c.count++
	if !v.status {
		c.statuses++
	}
	if len(m.lines) < len(c.example.lines) || len(m.lines) == len(c.example.lines) && m.number < c.example.number {
		c.example, c.verdict = m, v
	}
}

// sorted returns the clusters, those with different exit statuses and the
// largest first.
func (t *tally) sorted() []*cluster {
	var all []*cluster
	for _, c := range t.clusters {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *cluster) int {
		return cmp.Or(-cmp.Compare(a.statuses, b.statuses), -cmp.Compare(a.count, b.count), strings.Compare(a.signature, b.signature))
	})
	return all
}

func share(n, of int) float64 { return 100 * float64(n) / float64(max(1, of)) }

// summary prints the shares and what was left out.
func (t *tally) summary(w io.Writer) {
	fmt.Fprintf(w, "compared %d, equal exit statuses %d (%.2f %%), equal messages %d (%.2f %%)\n",
		t.compared, t.statuses, share(t.statuses, t.compared), t.messages, share(t.messages, t.compared))
	for _, reason := range sortedKeys(t.excluded) {
		all := t.excluded[reason]
		fmt.Fprintf(w, "not compared %d: %s (%s)\n", len(all), reason, all[0].seed)
	}
	for i, r := range table {
		fmt.Fprintf(w, "row %2d needed %4d times: %s\n", i, t.rows[i], r.reason)
	}
}

func sortedKeys(m map[string][]mutant) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// write leaves a text file with every cluster, and its example as a
// configuration, in a directory.
func (t *tally) write(dir string) error {
	var b strings.Builder
	t.summary(&b)
	for i, c := range t.sorted() {
		name := fmt.Sprintf("%03d.conf", i+1)
		fmt.Fprintf(&b, "\n%s: %d times, %d with different exit statuses; mutant %d of %s\n  %s\n", name, c.count, c.statuses, c.example.number, c.example.seed, c.signature)
		common := 0
		for t, o := c.verdict.theirs.messages, c.verdict.ours.messages; common < min(len(t), len(o)) && t[common] == o[common]; {
			common++
		}
		for _, side := range []struct {
			name string
			answer
		}{{"theirs", c.verdict.theirs}, {"ours", c.verdict.ours}} {
			fmt.Fprintf(&b, "  %s: %d\n", side.name, side.status)
			from := max(0, min(common-1, len(side.messages)))
			for _, m := range side.messages[from:min(len(side.messages), from+6)] {
				fmt.Fprintf(&b, "    %s\n", m)
			}
		}
		for _, line := range c.example.lines[:min(len(c.example.lines), 30)] {
			fmt.Fprintf(&b, "  | %s\n", line)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(c.example.text()), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "report.txt"), []byte(b.String()), 0o644)
}
