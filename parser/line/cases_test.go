package line

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"keepalived/core/config"
	"keepalived/parser/internal/host"
	"keepalived/parser/iproute"
	"keepalived/parser/reader"
)

// machine has the interfaces eth0, ifb0, ifb1 and lo, and the VRF device blue.
// The languages ask it nothing else.
func machine() host.Host {
	return host.Host{Interfaces: map[string]reader.Link{"eth0": {}, "ifb0": {}, "ifb1": {}, "lo": {}, "blue": {Kind: "vrf"}}}
}

// newContext has iproute2's names as Debian has them, and the track_group TG.
func newContext() *Context {
	files := fstest.MapFS{
		"etc/iproute2/rt_tables":  {Data: []byte("255 local\n254 main\n253 default\n0 unspec\n")},
		"etc/iproute2/rt_dsfield": {Data: []byte("0x28 AF11\n")},
		"etc/iproute2/rt_realms":  {Data: []byte("0 cosmos\n")},
		"etc/iproute2/group":      {Data: []byte("0 default\n")},
	}
	return &Context{
		Pass:       reader.NewPass(config.PassVRRP, reader.Mode{Test: true}, nil, nil, machine()),
		Names:      iproute.New(files, "/etc/iproute2"),
		TrackGroup: func(name string) bool { return name == "TG" },
	}
}

// texts is what a configuration test shows.
func texts(c *Context) (shown []string) {
	for _, d := range c.Diagnostics {
		if !d.LogOnly {
			shown = append(shown, d.Message)
		}
	}
	return shown
}

// split cuts a line into words; "" is an empty word.
func split(line string) []string {
	words := strings.Fields(line)
	for i := range words {
		if words[i] == `""` {
			words[i] = ""
		}
	}
	return words
}

// interpret reads one line of a language and returns what was reported.
func interpret(c *Context, language string, words []string, numbering *Numbering) error {
	static := strings.HasPrefix(language, "static_")
	var err error
	switch strings.TrimPrefix(language, "static_") {
	case "address":
		_, err = c.Address(words, static)
	case "route":
		_, err = c.Route(words, static)
	case "rule":
		_, err = c.Rule(words, static, numbering)
	case "group":
		_, err = c.GroupEntry(words, "g")
	case "virtual_server":
		_, err = c.Service(append([]string{language}, words...))
	case "lvs_method":
		_, err = c.Method(append([]string{language}, words...), "virtual", config.Method{})
	}
	return err
}

// The files in testdata are lines ("> ...") with what the C daemon says
// about them.
func TestMessages(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 7 {
		t.Fatalf("test data: %v, %v", files, err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			language := strings.TrimSuffix(filepath.Base(name), ".txt")
			numbering := new(Numbering)
			for _, c := range readCases(t, name) {
				context := newContext()
				words := split(c.line)
				l := language
				if language == "missing" { // the first word names the language
					l, words = words[0], words[1:]
				}
				if err := interpret(context, l, words, numbering); err != nil {
					context.Report(config.ClassMissingParameter, "%s", err)
				}
				if got := strings.Join(texts(context), "\n"); got != strings.Join(c.want, "\n") {
					t.Errorf("> %s\ngot:\n%s\nwant:\n%s", c.line, got, strings.Join(c.want, "\n"))
				}
			}
		})
	}
}

type messageCase struct {
	line string
	want []string
}

func readCases(t *testing.T, name string) (cases []messageCase) {
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		if line, ok := strings.CutPrefix(s.Text(), "> "); ok {
			cases = append(cases, messageCase{line: line})
		} else {
			last := &cases[len(cases)-1]
			last.want = append(last.want, strings.TrimSpace(s.Text()))
		}
	}
	return cases
}
