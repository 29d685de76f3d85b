package firewall

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"keepalived/core/config"
)

const (
	tcp = config.ProtocolTCP
	udp = config.ProtocolUDP
)

// mark reads "tcp 10.9.1.10-10.9.1.12 81 1000" and the like.
func mark(t *testing.T, s string) Mark {
	t.Helper()
	f := strings.Fields(s)
	m := Mark{Protocol: map[string]config.Protocol{"tcp": tcp, "udp": udp, "sctp": config.ProtocolSCTP}[f[0]]}
	first, last, isRange := strings.Cut(f[1], "-")
	if !isRange {
		last = first
	}
	m.First, m.Last = netip.MustParseAddr(first), netip.MustParseAddr(last)
	switch n, err := fmt.Sscanf(f[2], "%d-%d", &m.FirstPort, &m.LastPort); {
	case n == 1:
		m.LastPort = m.FirstPort
	case err != nil:
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(f[3], &m.Value); err != nil {
		t.Fatal(err)
	}
	return m
}

func marked(t *testing.T, lines string) (list []Mark) {
	t.Helper()
	for line := range strings.Lines(lines) {
		if strings.TrimSpace(line) != "" {
			list = append(list, mark(t, line))
		}
	}
	return list
}

// What the C daemon was given in scenario 76 of chapter 04.
const (
	observedStart = `
		tcp 10.9.1.1 80 1000
		tcp 10.9.1.10-10.9.1.12 81 1000
		tcp 10.9.2.0-10.9.2.3 82 1000
		udp 10.9.1.1 80 1001
		udp 10.9.1.10-10.9.1.12 81 1001
		udp 10.9.2.0-10.9.2.3 82 1001
		tcp fd01::1 80 1002
		tcp fd01::10-fd01::13 81 1002
		tcp 10.9.3.1 80 1003
		tcp fd03::1 80 1003`
	observedReload = `
		tcp 10.9.1.1 80 1000
		tcp 10.9.2.0-10.9.2.7 82 1000
		udp 10.9.1.1 80 1001
		udp 10.9.2.0-10.9.2.7 82 1001
		tcp fd01::1 80 1002
		tcp fd01::10-fd01::13 81 1002
		tcp 10.9.3.1 80 1003`
	observedCounted = `
		tcp 10.9.1.1 80 2000
		tcp 10.9.1.10-10.9.1.12 81 2000
		tcp 10.9.2.0-10.9.2.3 82 2000
		udp 10.9.1.1 80 2001
		udp 10.9.1.10-10.9.1.12 81 2001
		udp 10.9.2.0-10.9.2.3 82 2001
		tcp fd01::1 80 2002
		tcp fd01::10-fd01::13 81 2002
		tcp 10.9.3.1 80 2003`
)

// The tables are those that the C daemon 2.4.3 makes, as nft prints them, after
// the start and after reloads (testdata); the fake and a real kernel have them.
func TestMarksAsObserved(t *testing.T) {
	for _, c := range []struct {
		options Options
		steps   []string // marks
		want    []string // files
	}{
		{Options{Table: "keepalived_ipvs", Priority: -1}, []string{observedStart, observedReload, observedStart}, []string{"marks", "marks-reload", "marks-again"}},
		{Options{Table: "mytab", Priority: 7, Counters: true}, []string{observedCounted}, []string{"marks-counted"}},
	} {
		inNamespace(t, func(map[string]Link) {
			real, fake := must(t, c.options), NewFake(c.options)
			defer real.Close()
			for i, step := range c.steps {
				golden, err := os.ReadFile("testdata/" + c.want[i] + ".txt")
				if err != nil {
					t.Error(err)
					return
				}
				for _, f := range []filter{fake, real} {
					if err := f.SetMarks(marked(t, step)); err != nil {
						t.Errorf("%s: %v", c.want[i], err)
					}
				}
				if normal(fake.String()) != normal(string(golden)) {
					t.Errorf("%s: the fake says\n%s\nwant\n%s", c.want[i], fake, golden)
				}
				if got := run(t, "nft", "list", "ruleset"); normal(got) != normal(string(golden)) {
					t.Errorf("%s: nft says\n%s\nwant\n%s", c.want[i], got, golden)
				}
			}
			if err := real.Remove(); err != nil {
				t.Error(err)
			}
			if got := run(t, "nft", "list", "ruleset"); got != "" {
				t.Errorf("left behind:\n%s", got)
			}
		})
	}
}

// What has been set before leaves no trace, but for the order of elements.
func TestMarksAsStarted(t *testing.T) {
	lists := []string{
		"", observedStart, observedReload, "udp 10.9.1.1 80 1000", "sctp fd01::1 80 5\nudp fd01::1 80 6", "tcp 10.0.0.1 0-65535 7",
		"tcp 10.9.1.1 80 2000\ntcp 10.9.1.11 81 2000",
	}
	inNamespace(t, func(map[string]Link) {
		o := Options{Table: "keepalived_ipvs", Priority: -1}
		for _, a := range lists {
			for _, b := range lists {
				real, started := must(t, o), NewFake(o)
				for _, step := range []error{real.SetMarks(marked(t, a)), real.SetMarks(marked(t, b)), started.SetMarks(marked(t, b))} {
					if step != nil {
						t.Error(step)
					}
				}
				if got, want := inOrder(run(t, "nft", "list", "ruleset")), inOrder(started.String()); !slices.Equal(got, want) {
					t.Errorf("from\n%s\nto\n%s\nnft says\n%s\nwant\n%s", a, b, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				if err := real.Remove(); err != nil {
					t.Error(err)
				}
				real.Close()
			}
		}
	})
}

// inOrder are the words of a ruleset, sorted: enough where nothing but the
// order may differ.
func inOrder(s string) []string {
	f := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,\t\n", r) })
	slices.Sort(f)
	return f
}

// A table of an earlier run is replaced, and one that somebody has added to or
// taken from is put right, without a moment in which there is none.
func TestMarksReplace(t *testing.T) {
	inNamespace(t, func(map[string]Link) {
		o := Options{Table: "keepalived_ipvs", Priority: -1}
		before := must(t, o)
		if err := before.SetMarks(marked(t, observedStart)); err != nil {
			t.Error(err)
		}
		before.Close() // a crash
		after, want := must(t, o), NewFake(o)
		defer after.Close()
		if found, err := after.FindOld(); err != nil || !slices.Equal(found, []int{4, 6}) {
			t.Errorf("found %v, %v", found, err)
		}
		list := marked(t, "udp 10.9.1.11 81 1000")
		for _, err := range []error{after.SetMarks(list), after.DeleteOld(), want.SetMarks(list)} {
			if err != nil {
				t.Error(err)
			}
		}
		check := func(what string) {
			t.Helper()
			if got := run(t, "nft", "list", "ruleset"); normal(got) != normal(want.String()) {
				t.Errorf("%s: nft says\n%s\nwant\n%s", what, got, want)
			}
		}
		check("replaced")
		run(t, "nft", "add element ip keepalived_ipvs udp_map { 10.9.1.12 . 81 : 7 }")
		list = append(list, mark(t, "udp 10.9.1.12 81 1000")) // the kernel refuses that
		for _, err := range []error{after.SetMarks(list), want.SetMarks(list)} {
			if err != nil {
				t.Error(err)
			}
		}
		check("put right")
	})
}

// Somebody has deleted one of the tables before all of them are to go.
func TestMarksRemoved(t *testing.T) {
	inNamespace(t, func(map[string]Link) {
		n := must(t, Options{Table: "keepalived_ipvs"})
		defer n.Close()
		if err := n.SetMarks(marked(t, observedStart)); err != nil {
			t.Error(err)
		}
		run(t, "nft", "delete table ip keepalived_ipvs")
		if err := n.SetMarks(nil); err != nil {
			t.Error(err)
		}
		if got := run(t, "nft", "list", "ruleset"); got != "" {
			t.Errorf("left behind:\n%s", got)
		}
	})
}

// Thousands of marks fit, and change in one transaction.
func TestManyMarks(t *testing.T) {
	inNamespace(t, func(map[string]Link) {
		o := Options{Table: "keepalived_ipvs", Counters: true}
		n := must(t, o)
		defer n.Close()
		var list []Mark
		for a, i := netip.MustParseAddr("10.0.0.0"), uint16(0); len(list) < 3000; a, i = a.Next(), i+1 {
			list = append(list, Mark{Protocol: tcp, First: a, Last: a, FirstPort: i, LastPort: i, Value: 1})
		}
		count := func() int {
			return strings.Count(run(t, "nft", "list", "map", "ip", "keepalived_ipvs", "tcp_map"), "0x00000001")
		}
		for _, some := range [][]Mark{list, list[1000:], list} {
			if err := n.SetMarks(some); err != nil {
				t.Error(err)
			}
			if got := count(); got != len(some) {
				t.Errorf("%d elements, want %d", got, len(some))
			}
		}
	})
}

// What does not fit into the socket's buffer goes in several transactions.
func TestCutTransactions(t *testing.T) {
	inNamespace(t, func(map[string]Link) {
		n := must(t, Options{Table: "keepalived"})
		defer n.Close()
		n.socket.limit = 8 << 10
		var list []Address
		for a := v4; len(list) < 2000; a = a.Next() {
			list = append(list, Address{a, Link{}})
		}
		if err := n.Drop(list); err != nil {
			t.Error(err)
		}
		if got := strings.Count(run(t, "nft", "list", "set", "ip", "keepalived", "vips"), "192.0."); got != len(list) {
			t.Errorf("%d elements, want %d", got, len(list))
		}
	})
}

func TestDivide(t *testing.T) {
	for _, c := range []struct{ name, list, want, cut string }{
		{"apart", "tcp 10.0.0.1 80 1\nudp 10.0.0.1 80 2\ntcp 10.0.0.1 81 3", "tcp 10.0.0.1 80 1\nudp 10.0.0.1 80 2\ntcp 10.0.0.1 81 3", ""},
		{"the same twice", "tcp 10.0.0.1 80 1\ntcp 10.0.0.1 80 1", "tcp 10.0.0.1 80 1", ""},
		{"the first wins", "tcp 10.0.0.1 80 1\ntcp 10.0.0.1 80 2", "tcp 10.0.0.1 80 1", "tcp 10.0.0.1 80 2"},
		{"a range around", "tcp 10.0.0.5 80 1\ntcp 10.0.0.1-10.0.0.9 80 2",
			"tcp 10.0.0.5 80 1\ntcp 10.0.0.1-10.0.0.4 80 2\ntcp 10.0.0.6-10.0.0.9 80 2", "tcp 10.0.0.1-10.0.0.9 80 2"},
		{"a range inside", "tcp 10.0.0.1-10.0.0.9 80 2\ntcp 10.0.0.5 80 1", "tcp 10.0.0.1-10.0.0.9 80 2", "tcp 10.0.0.5 80 1"},
		{"ends", "tcp 0.0.0.0-255.255.255.255 80 1\ntcp 0.0.0.0 80 2\ntcp 255.255.255.255 80 1", "tcp 0.0.0.0-255.255.255.255 80 1", "tcp 0.0.0.0 80 2"},
		{"all ports", "tcp 10.0.0.1-10.0.0.2 0-65535 1\ntcp 10.0.0.1 80 2",
			"tcp 10.0.0.1 80 2\ntcp 10.0.0.2-10.0.0.2 0-65535 1\ntcp 10.0.0.1 0-79 1\ntcp 10.0.0.1 81-65535 1", ""},
		{"all ports twice", "udp fd00::1 0-65535 1\nudp fd00::1 0-65535 2", "udp fd00::1 0-65535 1", "udp fd00::1 0-65535 2"},
	} {
		got, cut := Divide(marked(t, c.list))
		if want := marked(t, c.want); !slices.Equal(got, want) {
			t.Errorf("%s:\n%+v\nwant\n%+v", c.name, got, want)
		}
		if want := marked(t, c.cut); !slices.Equal(cut, want) {
			t.Errorf("%s: cut %+v, want %+v", c.name, cut, want)
		}
	}
}

// Every address and port has the value of the first mark for that port, else of
// the first for all ports.
func TestDivideProperty(t *testing.T) {
	address := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}) }
	rapid.Check(t, func(t *rapid.T) {
		var list []Mark
		for range rapid.IntRange(0, 8).Draw(t, "marks") {
			first := rapid.IntRange(1, 6).Draw(t, "first")
			last := rapid.IntRange(first, 6).Draw(t, "last")
			port := uint16(rapid.IntRange(0, 3).Draw(t, "port"))
			m := Mark{Protocol: tcp, First: address(first), Last: address(last), FirstPort: port, LastPort: port, Value: rapid.Uint32Range(1, 3).Draw(t, "value")}
			if port == 0 {
				m.LastPort = 65535
			}
			list = append(list, m)
		}
		disjoint, _ := Divide(list)
		for i := range 8 {
			for _, port := range []uint16{0, 1, 2, 3, 4, 65535} {
				var want, got uint32
				for _, all := range []bool{false, true} {
					for _, m := range list {
						if want == 0 && has(m, address(i), port) && (m.FirstPort != m.LastPort) == all {
							want = m.Value
						}
					}
				}
				times := 0
				for _, m := range disjoint {
					if has(m, address(i), port) {
						got = m.Value
						times++
					}
				}
				if got != want || times > 1 {
					t.Fatalf("%s port %d: %d, %d times, want %d: %+v", address(i), port, got, times, want, disjoint)
				}
			}
		}
	})
}

func has(m Mark, a netip.Addr, port uint16) bool {
	return m.First.Compare(a) <= 0 && a.Compare(m.Last) <= 0 && m.FirstPort <= port && port <= m.LastPort
}
