package machine

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// genConfig writes a random configuration of up to two virtual servers.
// With hysteresis a state depends on how it was reached.
func genConfig(t *rapid.T, hysteresis int) string {
	var b strings.Builder
	b.WriteString("track_file f1 {\n file /f1\n}\n")
	for v := 1; v <= rapid.IntRange(1, 2).Draw(t, "virtual servers"); v++ {
		fmt.Fprintf(&b, "virtual_server 10.9.0.%d 80 {\n protocol TCP\n delay_loop 2\n retry %d\n", v, rapid.IntRange(0, 2).Draw(t, "retry"))
		fmt.Fprintf(&b, " quorum %d\n hysteresis %d\n", rapid.IntRange(2, 6).Draw(t, "quorum"), rapid.IntRange(0, hysteresis).Draw(t, "hysteresis"))
		for _, word := range []string{"alpha", "omega", "inhibit_on_failure", "smtp_alert"} {
			if rapid.Bool().Draw(t, word) {
				b.WriteString(" " + word + "\n")
			}
		}
		switch rapid.IntRange(0, 3).Draw(t, "sorry server") {
		case 1:
			b.WriteString(" sorry_server 10.1.1.9 80\n")
		case 2:
			b.WriteString(" sorry_server 10.1.1.8 80\n sorry_server_inhibit\n")
		case 3:
			b.WriteString(" sorry_server 10.1.1.1 80\n")
		}
		n := rapid.IntRange(1, 4).Draw(t, "real servers")
		for i, r := range rapid.Permutation([]int{1, 2, 3, 4, 9}).Draw(t, "order") {
			if i < n {
				genServer(t, &b, r)
			}
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func genServer(t *rapid.T, b *strings.Builder, r int) {
	fmt.Fprintf(b, " real_server 10.1.1.%d 80 {\n  weight %d\n", r, rapid.IntRange(0, 4).Draw(t, "weight"))
	if rapid.IntRange(0, 3).Draw(t, "inhibit") == 0 {
		b.WriteString("  inhibit_on_failure\n")
	}
	if rapid.IntRange(0, 3).Draw(t, "threshold") == 0 {
		b.WriteString("  uthreshold 5\n")
	}
	for range rapid.IntRange(0, 2).Draw(t, "checkers") {
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			b.WriteString("  TCP_CHECK { }\n")
		case 1:
			b.WriteString("  TCP_CHECK {\n connect_port 81\n alpha\n }\n")
		case 2:
			b.WriteString("  HTTP_GET {\n url {\n path /1\n }\n url {\n path /2\n }\n }\n")
		case 3:
			b.WriteString("  MISC_CHECK {\n misc_path /bin/x\n misc_dynamic\n }\n")
		case 4:
			fmt.Fprintf(b, "  FILE_CHECK {\n track_file f1\n weight %d\n }\n", rapid.IntRange(-1, 1).Draw(t, "file weight"))
		case 5:
			b.WriteString("  SMTP_CHECK { }\n")
		}
	}
	b.WriteString(" }\n")
}

// genStep draws one event and gives it to the world.
func genStep(t *rapid.T, w *world, hysteresis int) {
	var ks []*Checker
	for _, v := range w.vss {
		for _, r := range v.RealServers {
			ks = append(ks, r.Checkers...)
		}
	}
	switch n := rapid.IntRange(0, 9).Draw(t, "event"); {
	case n == 0:
		w.reload(genConfig(t, hysteresis))
	case n == 1:
		w.file("f1", rapid.SampledFrom([]int64{0, 1, 3, -4, math.MinInt32}).Draw(t, "file"))
	case len(ks) > 0:
		k := rapid.SampledFrom(ks).Draw(t, "checker")
		// A refusal is asked for only where one may happen.
		w.refuse = rapid.IntRange(0, 9).Draw(t, "refuse") == 0
		ok := rapid.Bool().Draw(t, "ok")
		switch {
		case k.Config.File != nil:
			w.step(k, FileValue{k, w.files["f1"]})
		case k.Config.Misc != nil:
			w.step(k, Result{Checker: k, Misc: MiscResult{Status: rapid.IntRange(0, 8).Draw(t, "status")}})
		default:
			w.step(k, Result{Checker: k, OK: ok, Text: "x"})
		}
		w.refuse = false
	}
}

// Whatever happens, the table holds what the state says, every attempt is
// followed by exactly one other, and nothing is left after the stop.
func TestTableFollowsState(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		w.start(genConfig(rt, 1))
		if err := w.check(); err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 40).Draw(rt, "events") {
			genStep(rt, w, 1)
			if err := w.check(); err != nil {
				rt.Fatalf("%v\n%s", err, w.out)
			}
			for _, v := range w.vss {
				if n := count(v.RealServers); v.Up != n {
					rt.Fatalf("%s: %d real servers are alive, counted as %d", v.Name, n, v.Up)
				}
				again := new(actions)
				if v.sync(again); len(again.list) != 0 {
					rt.Fatalf("%s: differences are left: %v", v.Name, again.list)
				}
			}
		}
		w.event("stop")
		if t.Failed() {
			rt.Fatal(w.out)
		}
	})
}

func count(all []*RealServer) (n int) {
	for _, r := range all {
		if r.Alive {
			n++
		}
	}
	return n
}

// reload(A to B) ends with the table of start(B) when the checks have said the
// same, and a reload without change does nothing.
func TestReloadIsStart(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		w.start(genConfig(rt, 0))
		for range rapid.IntRange(0, 10).Draw(rt, "events") {
			genStep(rt, w, 0)
		}
		text := genConfig(rt, 0)
		w.reload(text)
		fresh := newWorld(t)
		fresh.files = w.files
		fresh.start(text)
		// Every checker of both succeeds until it is up.
		for range 4 {
			for _, x := range []*world{w, fresh} {
				allWell(x)
			}
		}
		for i, v := range w.vss {
			if got, want := shown(v), shown(fresh.vss[i]); !slices.Equal(got, want) {
				rt.Fatalf("%s after reload: %v\nafter start: %v\n%s", v.Name, got, want, text)
			}
		}
		if _, a := w.reload(text); slices.ContainsFunc(a, func(x Action) bool { _, kept := x.(Kept); return !kept }) {
			rt.Fatalf("a reload without change does %v", a)
		}
	})
}

// allWell has every checker succeed once, file checkers aside.
func allWell(w *world) {
	for _, v := range w.vss {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				if k.Config.File == nil {
					w.step(k, Result{Checker: k, OK: true, Text: "x"})
				}
			}
		}
	}
}

// shown is what the machine has asked the kernel to hold.
func shown(v *VirtualServer) (out []Destination) {
	for _, s := range v.slots() {
		if s.slot.shown.Present {
			out = append(out, s.slot.shown.Destination)
		}
	}
	return out
}
