package firewall

import (
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// filter is what the real and the fake packet filter have in common.
type filter interface {
	Drop([]Address) error
	Accept([]Address) error
	SetDevices([]Device) error
	SetMarks([]Mark) error
	Trim() error
	Repair() error
	Watch(func()) error
	FindOld() ([]int, error)
	DeleteOld() error
	Remove() error
	Close()
}

// inNamespace runs f in a network namespace of its own that has eth0 with the
// macvlans v4 and v6 on it.
func inNamespace(t *testing.T, f func(links map[string]Link)) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good: the namespace ends with the thread
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Errorf("unshare: %v (this test needs root)", err)
			return
		}
		links := map[string]Link{}
		for i, args := range []string{
			"link add eth0 type veth peer name peer",
			"link add link eth0 name v4 type macvlan mode private",
			"link add link eth0 name v6 type macvlan mode private",
		} {
			run(t, "ip", strings.Fields(args)...)
			name := [...]string{"eth0", "v4", "v6"}[i]
			index, _, _ := strings.Cut(run(t, "ip", "-o", "link", "show", "dev", name), ":")
			var n int
			if _, err := fmt.Sscan(index, &n); err != nil {
				t.Error(err)
			}
			links[name] = Link{n, name}
		}
		f(links)
	}()
	<-done
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, args, err, out)
	}
	return string(out)
}

// normal takes away what nft decides by width.
func normal(s string) string { return regexp.MustCompile(`\s+`).ReplaceAllString(s, " ") }

var (
	v4     = netip.MustParseAddr("192.0.2.100")
	v6     = netip.MustParseAddr("2001:db8::100")
	local  = netip.MustParseAddr("fe80::100")
	parent = netip.MustParseAddr("fe80::ff:fe00:1")
)

var cases = []struct {
	name    string
	options Options
	do      func(f filter, l map[string]Link) error
	has     []string // lines of the text
}{
	{"IPv4", Options{Priority: -1}, func(f filter, l map[string]Link) error {
		return f.Drop([]Address{{v4, l["eth0"]}, {v4.Next(), l["eth0"]}})
	}, []string{"elements = { 192.0.2.100, 192.0.2.101 }", "ip saddr @vips drop", "ip daddr @vips drop"}},

	{"IPv6 by name", Options{Priority: -1}, func(f filter, l map[string]Link) error {
		return f.Drop([]Address{{v6, l["v6"]}, {local, l["v6"]}})
	}, []string{`elements = { fe80::100 . "v6" }`, "ip6 daddr . iifname @vips_link_local_name drop"}},

	{"IPv6 by index, counted", Options{Priority: -5, Ifindex: true, Counters: true}, func(f filter, l map[string]Link) error {
		return f.Drop([]Address{{v6, l["v6"]}, {local, l["v6"]}})
	}, []string{`elements = { fe80::100 . "v6" }`, "ip6 saddr . oif @vips_link_local counter packets 0 bytes 0 drop", "priority filter - 5; policy accept;"}},

	{"nothing left", Options{}, func(f filter, l map[string]Link) error {
		list := []Address{{v4, l["eth0"]}, {local, l["v6"]}}
		if err := f.Drop(list); err != nil {
			return err
		}
		return f.Accept(list)
	}, []string{"table ip keepalived {", "set vips { type ipv4_addr }"}},

	{"two ask for the same", Options{}, func(f filter, l map[string]Link) error {
		list := []Address{{v4, l["eth0"]}}
		for _, step := range []func([]Address) error{f.Drop, f.Drop, f.Accept} {
			if err := step(list); err != nil {
				return err
			}
		}
		return nil
	}, []string{"elements = { 192.0.2.100 }"}},

	{"devices", Options{Priority: -1}, func(f filter, l map[string]Link) error {
		return f.SetDevices([]Device{
			{Link: l["v4"], Base: l["eth0"], IPv4: true}, {Link: l["v6"], Base: l["eth0"], IPv6: true, LinkLocal: parent},
		})
	}, []string{
		`elements = { "v4" : "eth0" }`, `elements = { "v6" : "eth0" }`, `elements = { "v6" }`, `elements = { fe80::ff:fe00:1 . "v6" }`,
		`ip protocol igmp meta oifkind "macvlan" dup to ip daddr device oif map @vmac_map drop`,
		`icmpv6 type nd-neighbor-advert meta oifkind "macvlan" ip6 saddr . oifname @parent_link_local drop`,
		`icmpv6 type @mld-report meta oifkind "macvlan" dup to ip6 daddr device oif map @vmac_map drop`,
		`icmpv6 type nd-router-solicit meta oifkind "macvlan" oif @vmac_set drop`,
	}},

	{"devices changed", Options{Priority: 3}, func(f filter, l map[string]Link) error {
		if err := f.SetDevices([]Device{{Link: l["v4"], Base: l["eth0"], IPv4: true}, {Link: l["v6"], Base: l["eth0"], IPv6: true, LinkLocal: parent}}); err != nil {
			return err
		}
		return f.SetDevices([]Device{{Link: l["v6"], Base: l["eth0"], IPv6: true, LinkLocal: local}})
	}, []string{"map vmac_map { type iface_index : iface_index }", `elements = { fe80::100 . "v6" }`}},

	{"drops before devices", Options{}, func(f filter, l map[string]Link) error {
		if err := f.Drop([]Address{{v4, l["v4"]}, {local, l["v6"]}, {v6, l["v6"]}}); err != nil {
			return err
		}
		return f.SetDevices([]Device{{Link: l["v4"], Base: l["eth0"], IPv4: true, IPv6: true}, {Link: l["v6"], Base: l["eth0"], IPv6: true}})
	}, []string{`elements = { "v4" : "eth0", "v6" : "eth0" }`}},
}

// The kernel has what the fake prints.
func TestSameAsNFT(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.options.Table = "keepalived"
			inNamespace(t, func(links map[string]Link) {
				fake := NewFake(c.options)
				if err := c.do(fake, links); err != nil {
					t.Fatal(err)
				}
				text := normal(fake.String())
				for _, line := range c.has {
					if !strings.Contains(text, line) {
						t.Errorf("no %s in\n%s", line, fake)
					}
				}
				real, err := Open(c.options)
				if err != nil {
					t.Fatal(err)
				}
				defer real.Close()
				if err := c.do(real, links); err != nil {
					t.Fatal(err)
				}
				if got := run(t, "nft", "list", "ruleset"); normal(got) != text {
					t.Errorf("nft says\n%s\nthe fake\n%s", got, fake)
				}
				if err := real.Remove(); err != nil {
					t.Error(err)
				}
				if got := run(t, "nft", "list", "ruleset"); got != "" {
					t.Errorf("left behind:\n%s", got)
				}
			})
		})
	}
}

// Somebody flushes the ruleset: the next wish brings everything back.
func TestRepair(t *testing.T) {
	inNamespace(t, func(l map[string]Link) {
		o := Options{Table: "keepalived", Priority: -1}
		real, fake := must(t, o), NewFake(o)
		defer real.Close()
		for _, f := range []filter{real, fake} {
			if err := f.SetDevices([]Device{{Link: l["v4"], Base: l["eth0"], IPv4: true}}); err != nil {
				t.Fatal(err)
			}
			if err := f.Drop([]Address{{v4, l["v4"]}}); err != nil {
				t.Fatal(err)
			}
		}
		run(t, "nft", "flush", "ruleset")
		for _, f := range []filter{real, fake} {
			if err := f.Accept([]Address{{v4, l["v4"]}}); err != nil {
				t.Fatal(err)
			}
		}
		if got := run(t, "nft", "list", "ruleset"); normal(got) != normal(fake.String()) {
			t.Errorf("nft says\n%s\nthe fake\n%s", got, fake)
		}
		run(t, "nft", "flush", "ruleset")
		if err := real.Remove(); err != nil {
			t.Errorf("nothing left to remove: %v", err)
		}
	})
}

func must(t *testing.T, o Options) *NFTables {
	t.Helper()
	n, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Tables of an earlier run are found and deleted, those of others are not.
func TestDeleteOld(t *testing.T) {
	inNamespace(t, func(l map[string]Link) {
		for _, table := range []string{"ip keepalived", "ip6 keepalived", "ip other", "inet keepalived"} {
			run(t, "nft", append([]string{"add", "table"}, strings.Fields(table)...)...)
		}
		n := must(t, Options{Table: "keepalived"})
		defer n.Close()
		found, err := n.FindOld()
		if err != nil || len(found) != 2 {
			t.Errorf("found %v, %v", found, err)
		}
		// A wish replaces one of them, with what it had.
		run(t, "nft", "add", "chain", "ip", "keepalived", "old")
		if err := n.Drop([]Address{{v4, l["eth0"]}}); err != nil {
			t.Fatal(err)
		}
		if got := run(t, "nft", "list", "table", "ip", "keepalived"); strings.Contains(got, "chain old") || !strings.Contains(got, "192.0.2.100") {
			t.Errorf("table ip:\n%s", got)
		}
		if err := n.DeleteOld(); err != nil {
			t.Error(err)
		}
		if got := normal(run(t, "nft", "list", "tables")); got != "table ip keepalived table ip other table inet keepalived " && got != "table ip other table inet keepalived table ip keepalived " {
			t.Errorf("left: %s", got)
		}
		if err := n.Remove(); err != nil {
			t.Error(err)
		}
		if found, err = n.FindOld(); err != nil || len(found) != 0 {
			t.Errorf("found %v, %v", found, err)
		}
		if got := normal(run(t, "nft", "list", "tables")); got != "table ip other table inet keepalived " {
			t.Errorf("left: %s", got)
		}
	})
}

// Thousands of addresses fit.
func TestMany(t *testing.T) {
	inNamespace(t, func(l map[string]Link) {
		n := must(t, Options{Table: "keepalived"})
		defer n.Close()
		var list []Address
		for a, b := v4, v6; len(list) < 10000; a, b = a.Next(), b.Next() {
			list = append(list, Address{a, l["eth0"]}, Address{b, l["eth0"]})
		}
		if err := n.Drop(list); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(run(t, "nft", "list", "set", "ip6", "keepalived", "vips"), "2001:db8:"); got != len(list)/2 {
			t.Errorf("%d elements", got)
		}
		if err := n.Accept(list); err != nil {
			t.Fatal(err)
		}
		if got := run(t, "nft", "list", "set", "ip", "keepalived", "vips"); strings.Contains(got, "elements") {
			t.Error("elements are left")
		}
	})
}

// The traffic is dropped indeed.
func TestDrops(t *testing.T) {
	inNamespace(t, func(l map[string]Link) {
		run(t, "ip", "link", "set", "lo", "up")
		run(t, "ip", "addr", "add", "192.0.2.100/24", "dev", "eth0")
		conn, err := net.ListenPacket("udp4", "192.0.2.100:0")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		reached := func() bool {
			_, sent := conn.WriteTo([]byte("x"), conn.LocalAddr())
			if err := conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			_, _, err := conn.ReadFrom(make([]byte, 1))
			return sent == nil && err == nil
		}
		n := must(t, Options{Table: "keepalived"})
		defer n.Close()
		for _, step := range []struct {
			do   func([]Address) error
			want bool
		}{{func([]Address) error { return nil }, true}, {n.Drop, false}, {n.Accept, true}} {
			if err := step.do([]Address{{v4, l["eth0"]}}); err != nil {
				t.Fatal(err)
			}
			if got := reached(); got != step.want {
				t.Errorf("reached: %t, want %t", got, step.want)
			}
		}
	})
}
