package source

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestPlain: the short way of most lines comes to the same as the long one, which
// a line with a condition goes.
func TestPlain(t *testing.T) {
	words := rapid.SampledFrom([]string{
		"global_defs", "include_check", "-read", "+match", "include", "includer /missing", "notification_email", "word",
		"{", "}", " ", "\t", "$X", "~SEQ", `\`,
	})
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Map(rapid.SliceOfN(words, 1, 4), func(w []string) string { return strings.Join(w, " ") }), 1, 12).Draw(t, "lines")
		read := func(before string) (string, checks) {
			r := Open(Options{Path: "/c", ConfigID: "here"}, memory{"/c": before + strings.Join(lines, "\n"+before) + "\n"})
			return render(r), r.checks
		}
		short, shortChecks := read("")
		long, longChecks := read("@^elsewhere ")
		if short != long || shortChecks != longChecks {
			t.Fatalf("got %v\n%swant %v\n%s", shortChecks, short, longChecks, long)
		}
	})
}
