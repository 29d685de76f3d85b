package status

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/diff"

	"keepalived/parser"
	"keepalived/parser/reader"
)

// absent are the beginnings of the lines that tell of the machine: of a library
// which this program has not, and of directories and the host name.
var absent = []string{" libnftnl", " iproute", " Smtp HELO name"}

// machine is this one, with some interfaces more.
type machine struct{ parser.Host }

func (m machine) Link(name string) (reader.Link, bool) {
	if name == "v0" || name == "ob0" || name == "ob1" {
		return reader.Link{Name: name, Index: 99, MTU: 1500, Multicast: true, Ethernet: true}, true
	}
	return m.Host.Link(name)
}

// The section is that of the C daemon, without the lines that are absent.
func TestGlobals(t *testing.T) {
	files, err := filepath.Glob("testdata/*.conf")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		golden, err := os.ReadFile(strings.TrimSuffix(file, ".conf") + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		want := without(absent, string(golden))
		path, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		r := parser.Load(parser.Options{Path: path, Host: machine{parser.System()}})
		if r.Config == nil {
			t.Errorf("%s: %v", file, r.Diagnostics)
			continue
		}
		var b strings.Builder
		ParentGlobals(&b, r.Config, time.Time{}, false)
		if got := without(absent, b.String()); got != want {
			t.Errorf("%s:\n%s", file, diff.Diff("C daemon", []byte(want), "ours", []byte(got)))
		}
	}
}

// without leaves out the lines that begin with one of the words.
func without(words []string, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(line, w) }) {
			b.WriteString(line)
		}
	}
	return b.String()
}
