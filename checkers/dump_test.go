package checkers

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the want section of testdata/dump.txtar")

// TestDump compares the dump with one that has been compared with the C
// daemon's of scenario 43.
func TestDump(t *testing.T) {
	const name = "testdata/dump.txtar"
	local := time.Local
	time.Local = time.UTC // of the time of the last run
	defer func() { time.Local = local }()
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	inBubble(t, func(t *testing.T, l *lab) {
		l.open("10.1.1.1:80")
		_ = l.start(string(a.Files[0].Data))
		l.wait(20 * time.Second)
		var b strings.Builder
		l.on(func() { l.s.snapshot().Servers(&b) })
		if *update {
			a.Files[1].Data = []byte(b.String())
			if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := b.String(), string(a.Files[1].Data); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}
