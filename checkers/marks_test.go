package checkers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/checkers/internal/fixture"
	"keepalived/core/config"
	"keepalived/core/firewall"
	"keepalived/core/process"
)

// marked is a configuration with nftables_ipvs, more global lines, and groups:
// "NAME PROTOCOL ENTRY; ENTRY".
func marked(globals string, groups ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "global_defs {\nnftables_ipvs\n%s\n}\n", globals)
	defined := map[string]bool{}
	for i, g := range groups {
		f := strings.SplitN(g, " ", 3)
		if !defined[f[0]] {
			fmt.Fprintf(&b, "virtual_server_group %s {\n%s\n}\n", f[0], strings.ReplaceAll(f[2], "; ", "\n"))
			defined[f[0]] = true
		}
		fmt.Fprintf(&b, "virtual_server group %s {\nprotocol %s\nlvs_sched rr\nlvs_method NAT\nreal_server 10.1.1.%d 8001 {\n}\n}\n", f[0], f[1], i+1)
	}
	return b.String()
}

// elements are those of the rulesets of a lab.
func (l *lab) elements() string {
	var all []string
	for line := range strings.Lines(l.ruleset()) {
		if _, list, ok := strings.Cut(line, "elements = { "); ok {
			all = append(all, strings.TrimSuffix(list, " }\n"))
		}
	}
	return strings.Join(all, "; ")
}

// services are the services of the fake kernel.
func (l *lab) services() string {
	var all []string
	for line := range strings.Lines(l.kernel.String()) {
		if s, ok := strings.CutPrefix(line, "-A "); ok {
			all = append(all, strings.TrimSuffix(s, " -s rr\n"))
		}
	}
	return strings.Join(all, ", ")
}

func (l *lab) expect(what, services, elements string) {
	l.t.Helper()
	if got := l.services(); got != services {
		l.t.Errorf("%s: services %s, want %s", what, got, services)
	}
	if got := l.elements(); got != elements {
		l.t.Errorf("%s: elements\n%s\nwant\n%s", what, got, elements)
	}
}

func (l *lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Error(err)
	}
}

func inLab(t *testing.T, o process.Options, f func(*lab)) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, o)
		defer l.close()
		f(l)
	})
}

// Where groups overlap the first keeps what they share, and the other one the
// rest, with a word about it.
func TestMarksOverlap(t *testing.T) {
	inLab(t, process.Options{}, func(l *lab) {
		l.must(l.start(marked("", "ga TCP 10.9.1.1 80; 10.9.2.10-20 80", "gb TCP 10.9.1.1 80; 10.9.2.15-25 80; 10.9.4.1 80")))
		l.expect("start", "-f 1000, -f 1001",
			"10.9.1.1 . 80 : 0x000003e8, 10.9.2.10-10.9.2.20 . 80 : 0x000003e8, 10.9.2.21-10.9.2.25 . 80 : 0x000003e9, 10.9.4.1 . 80 : 0x000003e9")
		for _, name := range []string{"[10.9.1.1]:tcp:80", "[10.9.2.15]:tcp:80-10.9.2.25"} {
			line := "VS [" + name + "] in group gb overlaps with an earlier group, which keeps what they share"
			if !slices.Contains(l.record.lines(), line) {
				t.Errorf("not logged: %s\n%s", line, strings.Join(l.record.lines(), "\n"))
			}
		}
	})
}

// An entry without port is for all ports that no other entry is for.
func TestMarksAnyPort(t *testing.T) {
	inLab(t, process.Options{}, func(l *lab) {
		l.must(l.start(marked("", "ga TCP 10.9.3.1", "gb TCP 10.9.3.1 80")))
		l.expect("start", "-f 1000, -f 1001", "10.9.3.1 . 80 : 0x000003e9, 10.9.3.1 . 0-79 : 0x000003e8, 10.9.3.1 . 81-65535 : 0x000003e8")
	})
}

// A pair of group and protocol keeps its mark; one that returns gets another.
// Marks that the configuration uses itself are passed over.
func TestMarksGivenOut(t *testing.T) {
	inLab(t, process.Options{}, func(l *lab) {
		own := "virtual_server_group own {\nfwmark 1001\n}\nvirtual_server group own {\nprotocol TCP\nlvs_sched rr\n}\n"
		a, b, c := "ga TCP 10.9.1.1 80", "gb TCP 10.9.2.1 80; fd01::2 80", "ga UDP 10.9.1.1 80"
		l.must(l.start(marked("", a, b, c) + own))
		l.expect("start", "-f 1000, -f 1001, -f 1002, -f 1002 -6, -f 1003",
			"10.9.1.1 . 80 : 0x000003e8, 10.9.2.1 . 80 : 0x000003ea; 10.9.1.1 . 80 : 0x000003eb; fd01::2 . 80 : 0x000003ea")
		l.must(l.reload(marked("", b)))
		l.expect("without ga", "-f 1002, -f 1002 -6", "10.9.2.1 . 80 : 0x000003ea; fd01::2 . 80 : 0x000003ea")
		l.must(l.reload(marked("", a, b)))
		l.expect("with it again", "-f 1002, -f 1002 -6, -f 1004", "10.9.2.1 . 80 : 0x000003ea, 10.9.1.1 . 80 : 0x000003ec; fd01::2 . 80 : 0x000003ea")
		l.must(l.reload(marked("nftables_ipvs_start_fwmark 1002", a, b, c)))
		l.expect("another start", "-f 1002, -f 1002 -6, -f 1003, -f 1004",
			"10.9.2.1 . 80 : 0x000003ea, 10.9.1.1 . 80 : 0x000003ec; 10.9.1.1 . 80 : 0x000003eb; fd01::2 . 80 : 0x000003ea")
		l.must(l.reload(marked("") + own))
		l.expect("no marked group", "-f 1001", "")
		if got := l.ruleset(); got != "" {
			t.Errorf("left behind:\n%s", got)
		}
	})
}

// Somebody flushes the ruleset: it is brought back, and said.
func TestMarksRepair(t *testing.T) {
	inLab(t, process.Options{}, func(l *lab) {
		l.must(l.start(marked("", "ga TCP 10.9.1.1 80")))
		want := l.ruleset()
		l.nft.Flush()
		l.wait(time.Second)
		if got := l.ruleset(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		line := "nftables table keepalived_ipvs has been changed by somebody else - restoring it"
		if n := strings.Count(strings.Join(l.record.lines(), "\n"), line); n != 1 {
			t.Errorf("logged %d times: %s", n, line)
		}
		l.stop()
		l.nft.Flush() // nobody listens any more
		l.wait(time.Second)
	})
}

// What an earlier process has left is replaced. With --dont-release-ipvs the
// tables stay as the services do.
func TestMarksLeft(t *testing.T) {
	for _, keep := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			first := newLab(t, process.Options{DontReleaseIPVS: keep})
			first.must(first.start(marked("", "ga TCP 10.9.1.1 80; fd01::2 80")))
			before := first.ruleset()
			first.close()
			if left := map[bool]string{true: before}[keep]; first.ruleset() != left {
				t.Errorf("left\n%s\nwant\n%s", first.ruleset(), left)
			}
			second := newLab(t, process.Options{})
			defer second.close()
			second.nft, second.table, second.kernel = first.nft, first.kernel, first.kernel
			second.must(second.start(marked("", "ga TCP 10.9.1.7 80")))
			second.expect("again", map[bool]string{true: "-f 1000, -f 1000 -6", false: "-f 1000"}[keep], "10.9.1.7 . 80 : 0x000003e8")
		})
	}
}

// Other options are those of a table that is made anew.
func TestMarksOptions(t *testing.T) {
	inLab(t, process.Options{}, func(l *lab) {
		l.must(l.start(marked("", "ga TCP 10.9.1.1 80")))
		l.must(l.reload(marked("", "ga TCP 10.9.1.2 80")))
		l.must(l.reload(marked("nftables_counters\nnftables_ipvs_priority 7", "ga TCP 10.9.1.2 80")))
		want := []firewall.Options{{Table: "keepalived_ipvs", Priority: -1}, {Table: "keepalived_ipvs", Priority: 7, Counters: true}}
		if !slices.Equal(l.nftOptions, want) {
			t.Errorf("opened with %+v, want %+v", l.nftOptions, want)
		}
		l.expect("counted", "-f 1000", "10.9.1.2 . 80 counter packets 0 bytes 0 : 0x000003e8")
	})
}

// The table of VRRP is left to VRRP.
func TestMarksTable(t *testing.T) {
	long := strings.Repeat("x", 254)
	for _, c := range []struct {
		vrrp         bool
		other, table string
		want         string
	}{
		{true, "", "keepalived_ipvs", "keepalived_ipvs"},
		{true, "", "keepalived", "keepalived_ipvs"},
		{true, "both", "both", "both_ipvs"},
		{false, "both", "both", "both"},
		{true, "other", "keepalived", "keepalived"},
		{true, long, long, long[:250] + "_ipvs"},
	} {
		inLab(t, process.Options{}, func(l *lab) {
			conf := fixture.Read(marked("", "ga TCP 10.9.1.1 80"))
			conf.HasVRRP, conf.Global.Firewall.NFTables, conf.Global.Firewall.NFTablesIPVS = c.vrrp, c.other, c.table
			l.on(func() { l.must(l.s.Start(conf)) })
			if got := l.nftOptions[0].Table; got != c.want {
				t.Errorf("%+v: %s", c, got)
			}
			line := "nftables_ipvs: table " + c.table + " is that of VRRP - using " + c.want
			if said := slices.Contains(l.record.lines(), line); said != (c.table != c.want) {
				t.Errorf("%+v: logged %t", c, said)
			}
		})
	}
}

// When VRRP comes or goes, the marks move to another table and nothing stays.
func TestMarksTableMoves(t *testing.T) {
	inLab(t, process.Options{}, func(l *lab) {
		load := func(vrrp bool, do func(*config.Config) error) {
			conf := fixture.Read(marked("", "ga TCP 10.9.1.1 80"))
			conf.HasVRRP, conf.Global.Firewall.NFTablesIPVS = vrrp, "keepalived"
			l.on(func() { l.must(do(conf)) })
			l.expect("loaded", "-f 1000", "10.9.1.1 . 80 : 0x000003e8")
		}
		load(true, l.s.Start)
		for _, vrrp := range []bool{false, true} {
			before := l.nft
			load(vrrp, l.s.Reload)
			if left := before.String(); left != "" {
				t.Errorf("VRRP %t: left behind:\n%s", vrrp, left)
			}
		}
	})
}

// Without nftables_ipvs, and for a group with marks of its own, the packet filter
// is not needed.
func TestMarksNotNeeded(t *testing.T) {
	inLab(t, process.Options{}, func(l *lab) {
		l.must(l.start(strings.Replace(marked("", "ga TCP 10.9.1.1 80"), "nftables_ipvs\n", "", 1)))
		l.expect("without", "-t 10.9.1.1:80", "")
		if len(l.nftOptions) > 0 {
			t.Error("the packet filter was opened")
		}
	})
	inLab(t, process.Options{}, func(l *lab) {
		l.must(l.start(marked("", "gf TCP 10.9.4.1 80; fwmark 5")))
		l.expect("own marks", "-t 10.9.4.1:80, -f 5", "")
		if got := l.ruleset(); got != "" {
			t.Errorf("tables:\n%s", got)
		}
	})
}

// A kernel without nftables is told of, and does not keep the services away.
func TestMarksRefused(t *testing.T) {
	inLab(t, process.Options{}, func(l *lab) {
		l.s.deps.filter = func(firewall.Options) (Firewall, error) { return nil, errors.New("nftables: no such thing") }
		l.must(l.start(marked("", "ga TCP 10.9.1.1 80")))
		l.expect("start", "-f 1000", "")
		if !slices.Contains(l.record.lines(), "nftables: no such thing") {
			t.Errorf("log:\n%s", strings.Join(l.record.lines(), "\n"))
		}
	})
}

// refusing is a packet filter in a kernel that lacks something.
type refusing struct {
	*firewall.Fake
	find, set error
}

func (r *refusing) FindOld() ([]int, error)        { return nil, r.find }
func (r *refusing) SetMarks([]firewall.Mark) error { return r.set }

// A kernel that lacks what marks need is told of once, through reloads too; the
// services are those of every kernel.
func TestMarksOldKernel(t *testing.T) {
	none, old := errors.New("nftables: no nf_tables"), errors.New("nftables: too old")
	for _, f := range []*refusing{{find: none, set: none}, {set: old}} {
		inLab(t, process.Options{}, func(l *lab) {
			f.Fake = firewall.NewFake(firewall.Options{})
			l.s.deps.filter = func(firewall.Options) (Firewall, error) { return f, nil }
			l.must(l.start(marked("", "ga TCP 10.9.1.1-3 80")))
			const services = "-A -f 1000 -s rr\n-a -f 1000 -r 10.1.1.1:8001 -m -w 1\n"
			if got := l.kernel.String(); got != services {
				t.Errorf("services:\n%swant\n%s", got, services)
			}
			l.must(l.reload(marked("", "ga TCP 10.9.1.1-4 80", "gb TCP 10.9.2.1 80")))
			l.expect("reload", "-f 1000, -f 1001", "")
			if n := strings.Count(strings.Join(l.record.lines(), "\n"), f.set.Error()); n != 1 {
				t.Errorf("%v: logged %d times", f.set, n)
			}
			f.find, f.set = nil, nil
			l.must(l.reload(marked("", "ga TCP 10.9.1.1 80")))
			f.set = old
			l.must(l.reload(marked("", "ga TCP 10.9.1.1 80")))
			if !slices.Contains(l.record.lines()[len(l.record.lines())-10:], old.Error()) {
				t.Errorf("not told of again:\n%s", strings.Join(l.record.lines(), "\n"))
			}
		})
	}
}

// The dump shows the marks.
func TestMarksDump(t *testing.T) {
	inLab(t, process.Options{}, func(l *lab) {
		l.must(l.start(marked("", "ga TCP 10.9.1.1 80", "ga UDP 10.9.1.1 80", "gf TCP 10.9.4.1 80; fwmark 5")))
		var b strings.Builder
		l.on(func() { l.s.snapshot().Servers(&b) })
		for _, part := range []string{
			" Virtual Server Group = ga, IPv4 = yes, IPv6 = no\n  Fwmark TCP: 1000 UDP: 1001 SCTP: 0\n   VIP = 10.9.1.1, VPORT = 80\n     Alive: 0 tcp, 0 udp, 0 sctp\n",
			" Virtual Server Group = gf, IPv4 = yes, IPv6 = no\n   VIP = 10.9.4.1, VPORT = 80\n     Alive: 1 tcp, 0 udp, 0 sctp\n",
		} {
			if !strings.Contains(b.String(), part) {
				t.Errorf("no\n%sin\n%s", part, b.String())
			}
		}
	})
}
