package checkers

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"keepalived/core/process"
)

const follows = `virtual_server 10.9.0.1 80 {
 protocol TCP
 lvs_sched rr
 lvs_method NAT
 real_server 10.1.1.1 8001 {
  BFD_CHECK {
   name b1
  }
 }
}
`

// A session that was told of before the reload that brings its check counts at
// once; one that no check has any more is forgotten.
func TestSessionAtReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, process.Options{})
		defer l.close()
		if err := l.start(strings.ReplaceAll(follows, "b1", "b0")); err != nil {
			t.Fatal(err)
		}
		tell := func(name string, up bool) {
			l.on(func() { l.s.sessionChanged(process.Report{Session: name, Up: up, At: process.Now()}) })
		}
		tell("b0", true)
		tell("b1", false)
		if logs, _ := l.record.take(); slices.ContainsFunc(logs, func(s string) bool { return strings.Contains(s, "Removing") }) {
			t.Errorf("%q", logs)
		}
		if err := l.reload(follows); err != nil {
			t.Fatal(err)
		}
		logs, _ := l.record.take()
		if !slices.Contains(logs, "BFD check of [b1] RS([10.1.1.1]:tcp:8001) is DOWN") {
			t.Errorf("%q", logs)
		}
		if _, known := l.s.sessions["b0"]; known || len(l.s.sessions) != 1 {
			t.Errorf("%v", l.s.sessions)
		}
		tell("b1", true)
		tell("b1", true)
		logs, _ = l.record.take()
		if n := len(slices.DeleteFunc(slices.Clone(logs), func(s string) bool { return s != "BFD check of [b1] RS([10.1.1.1]:tcp:8001) is UP" })); n != 1 {
			t.Errorf("%q", logs)
		}
		if !strings.HasPrefix(logs[0], "Received BFD event: instance b1 is in state Up (delivered in ") {
			t.Errorf("%q", logs)
		}
		var dump bytes.Buffer
		l.on(func() {
			l.s.snapshot().Servers(&dump)
		})
		want := "------< Checker track BFDs >------\n Checker Track BFD = b1\n   Tracking RS :\n   [10.1.1.1]:tcp:8001\n"
		if !strings.Contains(dump.String(), want) {
			t.Errorf("%s", dump.String())
		}
	})
}
