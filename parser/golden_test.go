package parser

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"keepalived/parser/internal/host"
)

// goldenExceptions are the cases in which we differ from version 2.4.3 on
// purpose; each expects what exceptionVerdict says.
var goldenExceptions = map[string]string{
	"250-echo-multiline-comment-line-inside.conf":    "a comment does not end a multi-line definition (2.2.7 and the manual); in all processes alike",
	"251-echo-multiline-trailing-comment.conf":       "a comment does not swallow the backslash of a multi-line definition (2.2.7 and the manual)",
	"280-echo-seq-in-definition.conf":                "a definition may produce a ~SEQ line (2.2.7 and the manual)",
	"281-echo-at-from-definition.conf":               "a definition may produce a line with @ID (2.2.7 and the manual)",
	"283-echo-definition-created-by-definition.conf": "a definition may produce a definition (2.2.7 and the manual)",
	"231-bfd-family-mix.conf":                        "the C daemon shows the source address in the place of the neighbour's",
	"299-bfd-without-name.conf":                      "the C daemon dies with SIGSEGV; we report the missing parameter",
}

// exceptionVerdicts are what we say in these cases; where there is none it is
// the verdict of 2.2.7.
var exceptionVerdicts = map[string]verdict{
	"250-echo-multiline-comment-line-inside.conf": {status: 5, messages: []string{
		"(Line 5) Unknown keyword 'one'", "(Line 5) Unknown keyword 'two'",
		"(250-echo-multiline-comment-line-inside.conf: Line 5) Unknown keyword 'one'",
		"(250-echo-multiline-comment-line-inside.conf: Line 5) Unknown keyword 'two'",
	}},
	"231-bfd-family-mix.conf": {status: 5, messages: []string{
		"(231-bfd-family-mix.conf: Line 4) Configuration error: BFD instance b1 source address fd00::1 and neighbor address 192.0.2.9 are not of the same family, disabling instance",
	}},
	"299-bfd-without-name.conf": {status: 2, messages: []string{
		"(299-bfd-without-name.conf: Line 1) *** Configuration line starting `bfd_instance` is missing a parameter after keyword `bfd_instance` at word position 2",
	}},
}

// verdict is what a configuration test says.
type verdict struct {
	status   int
	messages []string // the first distinct ones
	more     int      // how many distinct ones follow; -1: these are all
}

// golden is a row of verdicts.tsv.
type golden struct {
	file     string
	args     []string
	old, new verdict // of 2.2.7 and 2.4.3
}

func readGolden(t *testing.T) []golden {
	t.Helper()
	data, err := os.ReadFile("verdicts.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var rows []golden
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n")[1:] {
		f := strings.Split(line, "\t")
		for len(f) < 6 {
			f = append(f, "")
		}
		if f[5] == "=" {
			f[5] = f[4]
		}
		rows = append(rows, golden{
			file: f[0], args: strings.Fields(f[1]),
			old: parseVerdict(t, f[2], f[4]), new: parseVerdict(t, f[3], f[5]),
		})
	}
	return rows
}

func parseVerdict(t *testing.T, status, messages string) verdict {
	t.Helper()
	n, err := strconv.Atoi(status)
	if err != nil {
		t.Fatal(err)
	}
	v := verdict{status: n, more: -1}
	if messages == "" {
		return v
	}
	for _, m := range strings.Split(messages, " || ") {
		if rest, ok := strings.CutPrefix(m, "...(+"); ok {
			if v.more, err = strconv.Atoi(strings.TrimSuffix(rest, ")")); err != nil {
				t.Fatal(err)
			}
			break
		}
		v.messages = append(v.messages, m)
	}
	return v
}

// longest is how many messages verdicts.tsv has when it does not say how many
// more there are.
const longest = 12

// recorded is how much of a message verdicts.tsv has.
const recorded = 300

// match says what is different, empty when nothing is.
func (v verdict) match(r *Result) string {
	var got []string
	for _, d := range r.Diagnostics {
		message := d.Message[:min(len(d.Message), recorded)]
		if !d.LogOnly && !slices.Contains(got, message) {
			got = append(got, message)
		}
	}
	more := -1
	if len(v.messages) == longest {
		got = got[:min(len(got), longest)]
	} else if v.more >= 0 && len(got) > len(v.messages) {
		got, more = got[:len(v.messages)], len(got)-len(v.messages)
	}
	switch {
	case r.TestStatus() != v.status:
		return fmt.Sprintf("status %d, want %d; messages:\n%s", r.TestStatus(), v.status, strings.Join(got, "\n"))
	case !slices.Equal(got, v.messages):
		return fmt.Sprintf("messages:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(v.messages, "\n"))
	case more != v.more:
		return fmt.Sprintf("%d more distinct messages, want %d", more, v.more)
	}
	return ""
}

// TestGolden compares a configuration test of every example of the
// specification with what version 2.4.3 of the C daemon says.
func TestGolden(t *testing.T) {
	t.Chdir("testdata/golden")
	for _, g := range readGolden(t) {
		t.Run(strings.TrimSuffix(g.file, ".conf"), func(t *testing.T) {
			o := Options{Path: g.file, Test: true, Host: host.Golden()}
			if len(g.args) == 2 && g.args[0] == "-i" {
				o.ConfigID = g.args[1]
			}
			want := g.new
			if _, ok := goldenExceptions[g.file]; ok {
				want = g.old
				if v, ok := exceptionVerdicts[g.file]; ok {
					v.more = -1
					want = v
				}
			}
			if diff := want.match(Load(o)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
