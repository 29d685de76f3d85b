package checkers

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"keepalived/core/process"
)

// genShared writes two virtual servers that share a group, and one that does
// not; some servers are in both, with other weights, and some differ in a port
// that does not count.
func genShared(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("virtual_server_group g {\n 10.9.1.1-2 80\n fwmark 5\n}\n")
	for _, head := range []string{"group g", "group g", "10.9.0.1 80"} {
		fmt.Fprintf(&b, "virtual_server %s {\n protocol TCP\n lvs_sched rr\n delay_loop 1\n warmup 0\n retry 1\n", head)
		b.WriteString(" lvs_method " + rapid.SampledFrom([]string{"NAT", "DR"}).Draw(t, "method") + "\n")
		fmt.Fprintf(&b, " quorum %d\n", rapid.IntRange(1, 3).Draw(t, "quorum"))
		if rapid.Bool().Draw(t, "alpha") {
			b.WriteString(" alpha\n")
		}
		if rapid.Bool().Draw(t, "sorry server") {
			fmt.Fprintf(&b, " sorry_server 10.1.1.%d 8001\n", rapid.IntRange(3, 4).Draw(t, "sorry host"))
		}
		ports := []int{8001}
		if strings.HasPrefix(head, "group") {
			ports = append(ports, 8002)
		}
		for host := range 3 {
			for _, port := range ports {
				if rapid.IntRange(0, 2).Draw(t, "server") == 0 {
					continue
				}
				inhibit := rapid.SampledFrom([]string{"", "inhibit_on_failure\n"}).Draw(t, "inhibit")
				fmt.Fprintf(&b, " real_server 10.1.1.%d %d {\n weight %d\n%s TCP_CHECK { }\n }\n", host+1, port, rapid.IntRange(1, 3).Draw(t, "weight"), inhibit)
			}
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// change is what happens between two looks at the table.
type change struct {
	target string
	open   bool
	reload string // text, empty: no reload
	wait   time.Duration
}

// TestTransitionsLeadToTheWish shows that the single steps of transitions lead
// where programming the whole table would, also where several servers want the
// same entry, and that a reload without change does nothing.
func TestTransitionsLeadToTheWish(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := genShared(r)
		plan := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) change {
			c := change{
				target: fmt.Sprintf("10.1.1.%d:%d", rapid.IntRange(1, 3).Draw(r, "host"), rapid.IntRange(8001, 8002).Draw(r, "port")),
				open:   rapid.Bool().Draw(r, "open"),
				wait:   time.Duration(rapid.IntRange(0, 4).Draw(r, "wait")) * time.Second,
			}
			if rapid.IntRange(0, 5).Draw(r, "reload") == 0 {
				c.reload = genShared(r)
			}
			return c
		}), 1, 10).Draw(r, "plan")
		var failure string
		synctest.Test(t, func(t *testing.T) { failure = playPlan(t, text, plan) })
		if failure != "" {
			r.Fatalf("%s\n%s", text, failure)
		}
	})
}

func playPlan(t *testing.T, text string, plan []change) (failure string) {
	l := newLab(t, process.Options{})
	defer l.close()
	_ = l.start(text)
	for _, c := range plan {
		if c.open {
			l.open(c.target)
		} else {
			l.shut(c.target)
		}
		if c.reload != "" {
			text = c.reload
			_ = l.reload(text)
		}
		l.wait(c.wait)
		before := l.kernel.String()
		l.kernel.Log()
		l.on(l.s.program)
		if did := l.kernel.Log(); len(did) > 0 {
			return fmt.Sprintf("the table was\n%s\nand the whole wish did %q", before, did)
		}
	}
	_ = l.reload(text)
	if did := l.kernel.Log(); len(did) > 0 {
		return fmt.Sprintf("a reload without change did %q", did)
	}
	for _, line := range l.record.lines() {
		if strings.Contains(line, "IPVS cmd") {
			return line
		}
	}
	l.stop()
	if left := l.kernel.String(); left != "" {
		return "left behind:\n" + left
	}
	return ""
}

// Two servers of a group that a transition would take for one: the entry stays
// as long as one of them wants it.
func TestContendedEntry(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		_ = l.start(`
virtual_server_group g {
    10.9.1.1 80
}
virtual_server group g {
    protocol TCP
    lvs_sched rr
    lvs_method DR
    delay_loop 1
    warmup 0
    real_server 10.1.1.1 8001 {
        weight 1
        TCP_CHECK { }
    }
    real_server 10.1.1.1 8002 {
        weight 2
        TCP_CHECK { }
    }
}
`)
		for _, c := range []struct {
			open string
			want uint32
		}{{"10.1.1.1:8001 10.1.1.1:8002", 1}, {"10.1.1.1:8002", 2}, {"", 0}, {"10.1.1.1:8002", 2}, {"10.1.1.1:8001 10.1.1.1:8002", 1}} {
			l.shut("10.1.1.1:8001", "10.1.1.1:8002")
			l.open(strings.Fields(c.open)...)
			l.wait(5 * time.Second)
			want := "-A -t 10.9.1.1:80 -s rr\n"
			if c.want > 0 {
				want += fmt.Sprintf("-a -t 10.9.1.1:80 -r 10.1.1.1:80 -g -w %d\n", c.want)
			}
			if got := l.kernel.String(); got != want {
				t.Errorf("open %q: table\n%swant\n%s", c.open, got, want)
			}
		}
	})
}
