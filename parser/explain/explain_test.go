package explain

import (
	"bytes"
	"encoding/json"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"keepalived/core/config"
	"keepalived/parser"
	"keepalived/parser/internal/cases"
	"keepalived/parser/internal/host"
	"keepalived/parser/keyword"
	"keepalived/parser/source"
)

// explained tests a configuration and reports on it.
func explained(r *parser.Result, read func(string) (string, error)) *Report {
	return New(Input{
		Diagnostics: r.Diagnostics, Status: r.TestStatus(), Start: r.Status, Structural: r.Structural(),
		Strict: r.Config != nil && r.Config.Global.ReloadCheckConfig, Needs: r.Needs,
		Read: read, Interfaces: host.Golden().Links,
	})
}

// The cases are configurations with what is said about them, to people and to
// machines.
func TestCases(t *testing.T) {
	cases.Each(t, "testdata/*.txtar", 25, func(t *testing.T, c *cases.Case) {
		last := len(c.Files) - 2
		c.Unpack(c.Files[:last])
		report := explained(parser.Load(parser.Options{Path: "k.conf", Test: true, Host: host.Golden()}), source.Disk{}.Read)
		c.Compare(&c.Files[last], text(t, report))
		c.Compare(&c.Files[last+1], indented(t, report))
	})
}

func text(t testing.TB, r *Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.Text(&out, false); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// indented is the JSON with a line for each value.
func indented(t testing.TB, r *Report) string {
	t.Helper()
	var out, pretty bytes.Buffer
	if err := r.JSON(&out); err != nil {
		t.Fatal(err)
	}
	if bytes.Count(out.Bytes(), []byte("\n")) != 1 {
		t.Errorf("more than one line: %s", out.String())
	}
	if err := json.Indent(&pretty, out.Bytes(), "", " "); err != nil {
		t.Fatal(err)
	}
	return pretty.String()
}

// golden are the examples of the specification.
func golden(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("../testdata/golden/*.conf")
	if err != nil || len(names) < 300 {
		t.Fatalf("golden configurations: %d, %v", len(names), err)
	}
	return names
}

// complete checks that nothing is lost: the JSON has every message of every
// process, and each cause is one.
func complete(t testing.TB, r *parser.Result, report *Report) {
	t.Helper()
	var out bytes.Buffer
	if err := report.JSON(&out); err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	type said struct {
		position config.Position
		text     string
	}
	processes := make(map[string]string)
	for i, p := range back.Problems {
		key := withoutPrefix(p.Message)
		processes[key] += strings.Join(p.Processes, " ") + " "
		if c := p.Cause; c != nil && (*c < 0 || *c >= len(back.Problems) || *c == i || back.Problems[*c].Cause != nil) {
			t.Errorf("problem %d has the cause %d", i, *c)
		}
	}
	seen := make(map[said]bool)
	for _, d := range r.Diagnostics {
		if d.LogOnly {
			continue
		}
		text := withoutPrefix(d.Message)
		seen[said{d.Position, text}] = true
		// The encoder makes a sign of each broken byte.
		if text = string([]rune(text)); !strings.Contains(processes[text], d.Pass.String()) {
			t.Errorf("the report lacks %q of %s", d.Message, d.Pass)
		}
	}
	if len(back.Problems) != len(seen) {
		t.Errorf("%d problems, want %d", len(back.Problems), len(seen))
	}
}

// needs are the passes of a daemon.
func needs(p config.Pass, c *config.Config) bool {
	return p == config.PassChecker && c.HasLVS || p == config.PassVRRP && c.HasVRRP || p == config.PassBFD && c.HasBFD
}

// Every message is in the report, whether a daemon starts is true, and a number
// that is refused comes with the range that the table has.
func TestGoldenFiles(t *testing.T) {
	names := golden(t)
	table := keyword.New()
	t.Chdir("../testdata/golden")
	numbers := 0
	for _, name := range names {
		name = filepath.Base(name)
		r := parser.Load(parser.Options{Path: name, Test: true, Host: host.Golden()})
		started := parser.Load(parser.Options{Path: name, Host: host.Golden(), Runs: needs})
		if r.Status == parser.StatusConfig && !r.Needs(r.FatalPass) {
			r.Status = started.Status // as the test of the program does it
		}
		report := explained(r, source.Disk{}.Read)
		complete(t, r, report)
		text(t, report)
		if starts := started.Status == 0; report.Daemon.Starts != starts && !(r.Config != nil && r.Config.Global.ReloadCheckConfig) {
			t.Errorf("%s: starts %t, a daemon ends with %d", name, report.Daemon.Starts, started.Status)
		}
		for i, p := range report.Problems {
			if p.Class != className(config.ClassInvalidNumber) || p.Keyword == "" || p.Cause != nil {
				continue
			}
			slash := strings.LastIndexByte(p.Keyword, '/')
			row := table.Level(p.Keyword[:max(slash, 0)])[p.Keyword[slash+1:]]
			if row == nil {
				t.Errorf("%s:%d: no row for %s", name, p.Line, p.Keyword)
				continue
			}
			if row.Shape == keyword.Scalar && row.Range != "" && (p.Option == nil || p.Option.Range == "") {
				t.Errorf("%s:%d: %s without range", name, p.Line, p.Message)
			}
			told := slices.ContainsFunc(report.Problems, func(o Problem) bool { return o.Cause != nil && *o.Cause == i && o.Line == p.Line })
			if p.Meaning == "" && !told {
				t.Errorf("%s:%d: %s without meaning", name, p.Line, p.Message)
			}
			numbers++
		}
	}
	if numbers < 50 {
		t.Errorf("%d numbers only", numbers)
	}
}

// The table of facts speaks of messages that the parser can give.
func TestFactsAreOfMessages(t *testing.T) {
	known := make(map[string]bool)
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "../explain/") {
			continue
		}
		f, err := goparser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if s, err := strconv.Unquote(l.Value); err == nil {
					known[s] = true
				}
			}
			return true
		})
	}
	if len(known) < 1000 {
		t.Fatalf("%d texts only", len(known))
	}
	table := keyword.New()
	for template, f := range facts() {
		if !known[template] {
			t.Errorf("no message is %q", template)
		}
		for _, name := range append(f.about, f.at, f.drops) {
			if name != "" && !isKeyword(table, name) {
				t.Errorf("%q: no keyword %s", template, name)
			}
		}
		if n := len(new(templates).placeholders(template)); f.refers != "" && f.name >= n {
			t.Errorf("%q: no placeholder %d", template, f.name)
		}
	}
}

// placeholders are what a format has.
func (templates) placeholders(template string) []string { return pattern(template).SubexpNames()[1:] }

func isKeyword(table *keyword.Table, name string) bool {
	for _, k := range table.All() {
		if k.Name == name {
			return true
		}
	}
	return false
}

// Every range and default of the table can be worded.
func TestOptions(t *testing.T) {
	for in, want := range map[string]string{
		"1..255": "1 to 255", "0..4294.967295 s": "0 to 4294.967295 seconds", "0..2^32-1 s": "0 to 4294967295 seconds",
		"0.000001.. s, upper bound shown as 18446744073709.551614": "from 0.000001 seconds", "1..255 decimal": "1 to 255",
		"max 15 chars": "at most 15 characters", "1..4294967 ms": "1 to 4294967 milliseconds", "": "",
		"0.01..255 s; v2 whole seconds, v3 0.01..40.95": "0.01 to 255 seconds; v2 whole seconds, v3 0.01 to 40.95",
	} {
		if got := limits(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for _, k := range keyword.New().All() {
		if s := option(&k).String(); strings.Contains(s, "..") && !strings.Contains(s, "...") {
			t.Errorf("%s/%s: %s", k.Path, k.Name, s)
		}
	}
}

func TestNearest(t *testing.T) {
	var names []string
	for _, k := range keyword.New().All() {
		names = append(names, k.Name)
	}
	for word, want := range map[string]string{
		"virtual_rooter_id": "virtual_router_id", "delai_loop": "delay_loop", "vrrp_instnace": "vrrp_instance",
		"prioirty": "priority", "Priority": "priority", "zzzzzzzz": "", "x": "", "": "",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

func TestSimilar(t *testing.T) {
	for word, want := range map[string]string{"delai_loop": "delay_loop", "zzzzzzzz": "", "garp_master_refrsh": "garp_master_refresh"} {
		if got := Similar(word, 3); len(got) > 3 || strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", word, got, want)
		}
	}
	if got := Similar("notify_mastr", 2); got[0] != "notify_master" {
		t.Errorf("the nearest is not the first: %v", got)
	}
}

// A distance is that of the words, whichever is first, and 0 for equal ones
// alone.
func TestDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab_]{0,6}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := distance(a, b, 10)
		if d != distance(b, a, 10) || (d == 0) != (a == b) || d > max(len(a), len(b)) {
			t.Errorf("distance %d, back %d", d, distance(b, a, 10))
		}
	})
}

func TestWithoutPrefix(t *testing.T) {
	for in, want := range map[string]string{
		"(Line 3) x": "x", "(a b: Line 12) (V) y": "(V) y", "(V) y": "(V) y", "(a (1) b: Line 2) z": "z", "(": "(", "x": "x",
	} {
		if got := withoutPrefix(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Any position in any line is shown without a panic, and nothing that a
// terminal obeys.
func TestShowAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := config.Diagnostic{
			Class:    config.Class(rapid.IntRange(0, int(config.ClassSecurity)).Draw(t, "class")),
			Message:  rapid.String().Draw(t, "message"),
			Position: config.Position{File: "f", Line: rapid.IntRange(0, 4).Draw(t, "line"), Column: rapid.IntRange(0, 400).Draw(t, "column")},
			Subject:  &config.Subject{Statement: rapid.String().Draw(t, "statement"), Template: rapid.SampledFrom([]string{"", "%s", "%d x"}).Draw(t, "template")},
		}
		if rapid.Bool().Draw(t, "broken") {
			d.Subject.Break = &config.Break{
				Kind:  config.BreakKind(rapid.IntRange(0, 4).Draw(t, "kind")),
				Block: config.Block{Position: config.Position{File: "f", Line: rapid.IntRange(0, 4).Draw(t, "head")}},
			}
		}
		content := rapid.StringN(0, 300, -1).Draw(t, "text")
		report := New(Input{Diagnostics: []config.Diagnostic{d}, Status: 5, Read: func(string) (string, error) { return content, nil }})
		var out bytes.Buffer
		if err := report.Text(&out, false); err != nil {
			t.Error(err)
		}
		if strings.ContainsAny(out.String(), "\x1b\x07\r") {
			t.Errorf("control characters: %q", out.String())
		}
	})
}

// The colours are only there when they are asked for.
func TestColour(t *testing.T) {
	d := []config.Diagnostic{{Class: config.ClassGeneral, Message: "(Line 1) m", Position: config.Position{File: "f", Line: 1, Column: 1}}}
	r := New(Input{Diagnostics: d, Status: 5, Read: func(string) (string, error) { return "x", nil }})
	var with, without bytes.Buffer
	if err := r.Text(&with, true); err != nil {
		t.Fatal(err)
	}
	if err := r.Text(&without, false); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(with.String(), "\x1b["+red+"mm\x1b[0m") || strings.Contains(without.String(), "\x1b") {
		t.Errorf("with: %q, without: %q", with.String(), without.String())
	}
}

// Whatever the text is, the report has all of it, and no cause that is none.
func FuzzExplain(f *testing.F) {
	for _, name := range golden(f) {
		content, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(content))
	}
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		f.Fatal("no cases", err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(archive.Files[0].Data))
	}
	f.Fuzz(func(t *testing.T, content string) {
		files := host.Disk{"/k.conf": content}
		r := parser.Load(parser.Options{Path: "/k.conf", Test: true, Host: host.Golden(), Files: files, MaxProduced: 2_000})
		report := explained(r, files.Read)
		complete(t, r, report)
		text(t, report)
	})
}
