package status

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"

	"keepalived/parser"
)

// absent are the beginnings of the lines that are not written: see doc.go, and
// those that tell of libraries which this program has not.
var absent = []string{
	" Default smtp_alert", " Reload time file", " Use VRRPv2 checksum", " VRRP notify priority changes", " Gratuitous ARP delay",
	" Gratuitous ARP repeat", " Gratuitous ARP refresh", " Gratuitous ARP lower priority", " Num adverts before down",
	" Gratuitous ARP for each", " Send advert after", " VRRP default protocol version", " nftables with", " libnftnl",
	" VRRP skip check", " VRRP strict mode", " Default script uid:gid", " LVS syncd", " LVS mcast group", " ipvs nftables",
	" iproute", " Smtp HELO name", // of the machine
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
		r := parser.Load(parser.Options{Path: path})
		if r.Config == nil {
			t.Errorf("%s: %v", file, r.Diagnostics)
			continue
		}
		var b strings.Builder
		Globals(&b, r.Config)
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
