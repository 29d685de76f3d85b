package golden

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// Entry is one line of a timeline: what happened, seen by whom.
type Entry struct {
	At   time.Duration
	Who  string // "A" and "B": log of a daemon; "##": the tester; "NET", "NET1": the wire; "FIFO"
	Text string
}

// Timeline returns the timeline of a recording.
func Timeline(t testing.TB, name string) []Entry {
	t.Helper()
	_, text, ok := strings.Cut(string(Read(t, name, "notes.md")), "## Timeline")
	if !ok {
		t.Fatalf("%s: no timeline", name)
	}
	var all []Entry
	fences := 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			if fences++; fences == 2 {
				break
			}
			continue
		}
		f := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(f) != 3 {
			continue
		}
		s, err := strconv.ParseFloat(f[0], 64)
		if err != nil {
			continue // a further line of what the tester printed
		}
		all = append(all, Entry{time.Duration(s * 1e9).Round(time.Millisecond), f[1], f[2]})
	}
	return all
}
