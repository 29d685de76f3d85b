package checkers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"keepalived/core/process"
	"keepalived/ipvs"
)

// services is the text of a random configuration, without hysteresis, which
// remembers.
var services = rapid.Custom(func(t *rapid.T) string {
	some := func(label string) bool { return rapid.IntRange(0, 2).Draw(t, label) == 0 }
	pick := func(label string, list ...string) string { return rapid.SampledFrom(list).Draw(t, label) }
	var b strings.Builder
	entries := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"10.0.0.1 80", "10.0.0.2-3 80", "10.0.0.4 81", "fwmark 7"}), 1, 4, rapid.ID[string]).Draw(t, "entries")
	fmt.Fprintf(&b, "virtual_server_group G {\n%s\n}\n", strings.Join(entries, "\n"))
	heads := []string{"group G", "10.0.0.10 80", "10.0.0.10 81", "fwmark 8", "10.0.0.11 0"}
	for _, head := range rapid.SliceOfNDistinct(rapid.SampledFrom(heads), 1, 3, rapid.ID[string]).Draw(t, "heads") {
		fmt.Fprintf(&b, "virtual_server %s {\ndelay_loop 2\nconnect_timeout 1\nlvs_sched %s\nlvs_method %s\nprotocol %s\n", head,
			pick("scheduler", "rr", "wlc", "sh"), pick("method", "NAT", "DR", "TUN"), pick("protocol", "TCP", "UDP"))
		for _, words := range []string{"persistence_timeout 60", "quorum 2", "alpha", "omega", "inhibit_on_failure"} {
			if some(words) {
				b.WriteString(words + "\n")
			}
		}
		if some("sorry") {
			fmt.Fprintf(&b, "sorry_server 10.1.0.%d 80\n%s\n", rapid.IntRange(1, 5).Draw(t, "sorry server"), pick("inhibit", "", "sorry_server_inhibit"))
		}
		for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(1, 4), 0, 4, rapid.ID[int]).Draw(t, "servers") {
			fmt.Fprintf(&b, "real_server 10.1.0.%d 80 {\nweight %d\n", n, rapid.IntRange(0, 3).Draw(t, "weight"))
			for _, words := range []string{"uthreshold 9", "inhibit_on_failure", "alpha", "TCP_CHECK {\n}"} {
				if some(words) {
					b.WriteString(words + "\n")
				}
			}
			b.WriteString("}\n")
		}
		b.WriteString("}\n")
	}
	return b.String()
})

// A reload from A to B ends with the table of a start with B, whatever A was
// and whichever servers failed in between; a stop leaves nothing.
func TestReloadIsStart(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all := rapid.SliceOfN(services, 2, 3).Draw(rt, "configurations")
		up := rapid.SliceOfN(rapid.SliceOfNDistinct(rapid.IntRange(1, 5), 0, 5, rapid.ID[int]), len(all), len(all)).Draw(rt, "servers that answer")
		pause := time.Duration(rapid.IntRange(0, 9000).Draw(rt, "pause")) * time.Millisecond
		var found string
		synctest.Test(t, func(t *testing.T) {
			answer := func(l *lab, servers []int) {
				for n := range 6 {
					for _, address := range []string{"10.1.0.%d:80", "10.1.0.%d:81", "10.1.0.%d:0"} {
						if target := fmt.Sprintf(address, n); slices.Contains(servers, n) {
							l.open(target)
						} else {
							l.shut(target)
						}
					}
				}
			}
			a, b := newLab(t, process.Options{}), newLab(t, process.Options{})
			defer a.close()
			defer b.close()
			answer(a, up[0])
			if err := a.start(all[0]); err != nil {
				t.Error(err)
			}
			for i, text := range all[1:] {
				a.wait(pause)
				answer(a, up[i+1])
				a.wait(pause / 2)
				if err := a.reload(text); err != nil {
					t.Error(err)
				}
			}
			answer(b, up[len(all)-1])
			if err := b.start(all[len(all)-1]); err != nil {
				t.Error(err)
			}
			a.wait(time.Minute)
			b.wait(time.Minute)
			if got, want := a.saved(), b.saved(); got != want {
				logs, _ := a.record.take()
				found = fmt.Sprintf("after the reload\n%s\nafter a start\n%s\nlog\n%s", got, want, strings.Join(logs, "\n"))
			}
			a.stop()
			if got := a.saved(); found == "" && got != "" {
				found = "after the stop\n" + got
			}
		})
		if found != "" {
			rt.Fatal(found)
		}
	})
}

// saved is the table as `ipvsadm -Sn` prints it, sorted.
func (l *lab) saved() string {
	list, err := ipvs.List(l.table)
	if err != nil {
		l.t.Fatal(err)
	}
	lines := slices.Sorted(strings.Lines(ipvs.Save(list)))
	return strings.Join(lines, "")
}
