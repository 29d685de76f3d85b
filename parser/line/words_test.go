package line

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"keepalived/core/config"
)

var netipCompare = cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})

func TestAddressValues(t *testing.T) {
	for line, want := range map[string]config.Address{
		"192.0.2.1":                       {Prefix: netip.MustParsePrefix("192.0.2.1/32"), PreferredLifetime: config.Forever},
		"192.0.2.1/24 brd + dev ifb0":     {Prefix: netip.MustParsePrefix("192.0.2.1/24"), Broadcast: netip.MustParseAddr("192.0.2.255"), Interface: "ifb0", DevGiven: true, PreferredLifetime: config.Forever},
		"192.0.2.77/28 brd -":             {Prefix: netip.MustParsePrefix("192.0.2.77/28"), Broadcast: netip.MustParseAddr("192.0.2.64"), PreferredLifetime: config.Forever},
		"192.0.2.1 scope link label a:b":  {Prefix: netip.MustParsePrefix("192.0.2.1/32"), Scope: 253, Label: "a:b", PreferredLifetime: config.Forever},
		"192.0.2.1/24 peer 192.0.3.1":     {Prefix: netip.MustParsePrefix("192.0.2.1/32"), Peer: netip.MustParseAddr("192.0.3.1"), PreferredLifetime: config.Forever},
		"fd00::1 home -nodad":             {Prefix: netip.MustParsePrefix("fd00::1/128"), Home: true, NoDAD: true},
		"fd00::1/64 preferred_lft 5":      {Prefix: netip.MustParsePrefix("fd00::1/64"), PreferredLifetime: 5},
		"fd00::1/64 no_track use_vmac":    {Prefix: netip.MustParsePrefix("fd00::1/64"), PreferredLifetime: config.Forever, NoTrack: true, UseVMAC: true},
		"fd00::1/128 noprefixroute dev":   {},
		"fd00::1/64 mngtmpaddr autojoin":  {Prefix: netip.MustParsePrefix("fd00::1/64"), PreferredLifetime: config.Forever, ManageTempAddr: true, AutoJoin: true},
		"192.0.2.1 noprefixroute label a": {Prefix: netip.MustParsePrefix("192.0.2.1/32"), PreferredLifetime: config.Forever, NoPrefixRoute: true, Label: "a"},
	} {
		got, err := newContext().Address(split(line), false)
		if err != nil {
			t.Fatal(err)
		}
		if got == nil {
			got = &config.Address{}
		}
		if diff := cmp.Diff(want, *got, netipCompare); diff != "" {
			t.Errorf("%s: -want +got\n%s", line, diff)
		}
	}
}

func TestRouteValues(t *testing.T) {
	addr, pfx := netip.MustParseAddr, netip.MustParsePrefix
	base := config.Route{Family: 4, Dst: pfx("10.0.0.0/8"), Type: 1, Table: 254, Protocol: 18}
	with := func(change func(*config.Route)) config.Route { r := base; change(&r); return r }
	for line, want := range map[string]config.Route{
		"10.0.0.0/8":                   base,
		"10.0.0.0/8 via 1.2.3.4":       with(func(r *config.Route) { r.Via = addr("1.2.3.4") }),
		"blackhole 10.0.0.0/8":         with(func(r *config.Route) { r.Type = 6 }),
		"10.0.0.0/8 mtu lock 1400":     with(func(r *config.Route) { r.MTU = config.Metric{Value: 1400, Set: true, Lock: true} }),
		"10.0.0.0/8 rtt 300ms":         with(func(r *config.Route) { r.RTT = config.Metric{Value: 2400, Set: true} }),
		"10.0.0.0/8 rttvar 1.5s":       with(func(r *config.Route) { r.RTTVar = config.Metric{Value: 6000, Set: true} }),
		"10.0.0.0/8 rtt 2401":          with(func(r *config.Route) { r.RTT = config.Metric{Value: 2401, Set: true} }),
		"10.0.0.0/8 rto_min 5ms":       with(func(r *config.Route) { r.RTOMin = config.Metric{Value: 200, Set: true} }),
		"10.0.0.0/8 congctl lock reno": with(func(r *config.Route) { r.CongCtl, r.CongCtlLock = "reno", true }),
		"10.0.0.0/8 realms 1/2 append": with(func(r *config.Route) { r.Realms, r.Insert = 1<<16|2, config.RouteAppend }),
		"10.0.0.0/8 vrf blue":          with(func(r *config.Route) { r.VRF = "blue" }),
		"10.0.0.0/8 metric 5 no_track": with(func(r *config.Route) { r.Priority, r.PrioritySet, r.NoTrack = 5, true, true }),
		"10.0.0.0/8 encap mpls 100/200": with(func(r *config.Route) {
			r.Encap = &config.Encap{Type: "mpls", Labels: []uint32{100, 200}}
		}),
		"10.0.0.0/8 encap ip id 1 dst 1.2.3.4 ttl 9 via 1.2.3.5": with(func(r *config.Route) {
			r.Encap, r.Via = &config.Encap{Type: "ip", ID: 1, Dst: addr("1.2.3.4"), TTL: 9}, addr("1.2.3.5")
		}),
		"10.0.0.0/8 nexthop via 1.2.3.4 weight 5 nexthop dev eth0 onlink": with(func(r *config.Route) {
			r.NextHops = []config.NextHop{{Via: addr("1.2.3.4"), Weight: 5}, {Interface: "eth0", Weight: 1, OnLink: true}}
		}),
		"10.0.0.0/8 nexthop via 1.2.3.4 nexthop via zz": with(func(r *config.Route) {
			r.NextHops = []config.NextHop{{Via: addr("1.2.3.4"), Weight: 1}}
		}),
		"10.0.0.0/8 via 1.2.3.4 or 1.2.3.5": with(func(r *config.Route) {
			r.NextHops = []config.NextHop{{Via: addr("1.2.3.4"), Weight: 1}, {Via: addr("1.2.3.5"), Weight: 1}}
		}),
		"default via fe80::1 dev eth0": {Family: 6, Dst: pfx("::/0"), Type: 1, Table: 254, Protocol: 18, Via: addr("fe80::1"), Interface: "eth0"},
		"default":                      with(func(r *config.Route) { r.Dst = pfx("0.0.0.0/0") }),
		"fd00::/64 pref low expires 9": {Family: 6, Dst: pfx("fd00::/64"), Type: 1, Table: 254, Protocol: 18, Pref: 3, PrefSet: true, Expires: 9, ExpiresSet: true},
	} {
		got, err := newContext().Route(split(line), false)
		if err != nil || got == nil {
			t.Fatalf("%s: %v, %v", line, got, err)
		}
		if diff := cmp.Diff(want, *got, netipCompare); diff != "" {
			t.Errorf("%s: -want +got\n%s", line, diff)
		}
	}
}

func TestRuleValues(t *testing.T) {
	pfx := netip.MustParsePrefix
	base := config.Rule{Family: 4, Action: 1, Table: 5, Priority: 7, Protocol: 18, SuppressPrefixLen: -1}
	with := func(change func(*config.Rule)) config.Rule { r := base; change(&r); return r }
	for line, want := range map[string]config.Rule{
		"from all table 5 priority 7":               base,
		"not from 1.2.3.0/24 table 5 priority 7":    with(func(r *config.Rule) { r.Invert, r.From = true, pfx("1.2.3.0/24") }),
		"to fd00::/64 table 5 preference 7":         with(func(r *config.Rule) { r.Family, r.To = 6, pfx("fd00::/64") }),
		"fwmark 0x10/0xff table 5 order 7":          with(func(r *config.Rule) { r.FWMark, r.FWMask, r.FWMarkSet, r.FWMaskSet = 16, 255, true, true }),
		"goto 2000 priority 7":                      with(func(r *config.Rule) { r.Action, r.Table, r.Goto = 2, 0, 2000 }),
		"type prohibit priority 7":                  with(func(r *config.Rule) { r.Action, r.Table = 8, 0 }),
		"l3mdev priority 7":                         with(func(r *config.Rule) { r.L3MDev, r.Table = true, 0 }),
		"table 5 priority 7 uidrange 100-200":       with(func(r *config.Rule) { r.UIDFirst, r.UIDLast, r.UIDSet = 100, 200, true }),
		"table 5 priority 7 ipproto tcp sport 1-2":  with(func(r *config.Rule) { r.IPProto, r.SrcPort = 6, &config.PortRange{First: 1, Last: 2} }),
		"table 5 priority 7 sup_pl 0 sup_group 0":   with(func(r *config.Rule) { r.SuppressPrefixLen, r.SuppressIfGroupSet = 0, true }),
		"table 5 priority 7 iif eth0 oif ifb0":      with(func(r *config.Rule) { r.IIF, r.OIF = "eth0", "ifb0" }),
		"table 5 priority 7 tunnel-id 9 tos AF11":   with(func(r *config.Rule) { r.TunnelID, r.TOS = 9, 0x28 }),
		"table 5 priority 7 protocol 3 no_track":    with(func(r *config.Rule) { r.Protocol, r.NoTrack = 3, true }),
		"table 5 priority 7 realms 1/2 dport 80-90": with(func(r *config.Rule) { r.Realms, r.DstPort = 1<<16|2, &config.PortRange{First: 80, Last: 90} }),
	} {
		got, err := newContext().Rule(split(line), false, new(Numbering))
		if err != nil || got == nil {
			t.Fatalf("%s: %v, %v", line, got, err)
		}
		if diff := cmp.Diff(want, *got, netipCompare); diff != "" {
			t.Errorf("%s: -want +got\n%s", line, diff)
		}
	}
}

// An interface that does not exist spoils the configuration, except with
// dynamic_interfaces.
func TestMissingInterface(t *testing.T) {
	for _, dynamic := range []bool{false, true} {
		c := newContext()
		c.Dynamic = dynamic
		a, err := c.Address(split("192.0.2.1 dev eth7"), false)
		if err != nil {
			t.Fatal(err)
		}
		if (a != nil) != dynamic || c.BadInterface == dynamic || (texts(c) == nil) != dynamic {
			t.Errorf("dynamic %v: %v, bad %v, %q", dynamic, a, c.BadInterface, texts(c))
		}
	}
}

// vocabularyOf is every word that means something somewhere, and some that
// do not.
func vocabularyOf() []string {
	return strings.Fields(`192.0.2.1 192.0.2.0/24 fd00::1 fd00::/64 0 1 5 255 300 -1 x zz eth0 eth9 blue default any all default6 lock inet inet6
		via dev scope brd label peer home -nodad preferred_lft forever + - use_vmac track_group TG src gw or from to tos dsfield table vrf
		protocol metric priority preference oif onlink encap ip ip6 mpls ila 1:2:3:4 100/200 expires mtu hoplimit advmss rtt rttvar rto_min 20ms 1s
		reordering window cwnd ssthresh realms 1/2 features ecn quickack congctl pref low ttl-propagate enabled as add append no_track nexthop weight
		id dst ttl flags tc blackhole unreachable prohibit not lookup order fwmark 0x10/0xff suppress_prefixlength sup_group iif tunnel-id uidrange 1-2
		l3mdev ipproto tcp sport dport goto nop type reverse noreverse min_ttl max_ttl name group netlink_notify_msg bridge private`)
}

// A line never panics, the grammar accepts it, a dropped line has a reason,
// and reading it twice is the same.
func checkLine(t interface{ Fatalf(string, ...any) }, words []string) {
	languages := map[string]func(c *Context) (bool, error){
		"address":        func(c *Context) (bool, error) { v, err := c.Address(words, false); return v != nil, err },
		"static address": func(c *Context) (bool, error) { v, err := c.Address(words, true); return v != nil, err },
		"route":          func(c *Context) (bool, error) { v, err := c.Route(words, false); return v != nil, err },
		"static route":   func(c *Context) (bool, error) { v, err := c.Route(words, true); return v != nil, err },
		"rule":           func(c *Context) (bool, error) { v, err := c.Rule(words, false, new(Numbering)); return v != nil, err },
		"static rule":    func(c *Context) (bool, error) { v, err := c.Rule(words, true, new(Numbering)); return v != nil, err },
		"peer":           func(c *Context) (bool, error) { v, err := c.Peer(words, "V", 4); return v != nil, err },
		"track file":     func(c *Context) (bool, error) { v, err := c.Track(TrackFile, words, "V"); return v != nil, err },
		"use_vmac": func(c *Context) (bool, error) {
			return true, c.UseVMAC(words, new(VMAC), func(string) bool { return true })
		},
		"use_ipvlan": func(c *Context) (bool, error) {
			return true, c.UseIPVLAN(words, new(IPVLAN), "V", 4, func(string) bool { return true })
		},
	}
	for name, read := range languages {
		c, again := newContext(), newContext()
		kept, err := read(c)
		var missing *MissingWordError
		switch {
		case err != nil && !errors.As(err, &missing):
			t.Fatalf("%s %q: %v", name, words, err)
		case err == nil && !kept && len(texts(c)) == 0:
			t.Fatalf("%s %q: dropped without a message", name, words)
		}
		if _, _ = read(again); !slices.Equal(texts(c), texts(again)) {
			t.Fatalf("%s %q: %q, then %q", name, words, texts(c), texts(again))
		}
	}
}

func TestAnyWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.SampledFrom(vocabularyOf()), rapid.SampledFrom(vocabularyOf()), rapid.String())
		checkLine(t, rapid.SliceOfN(word, 1, 12).Draw(t, "words"))
	})
}

// The seeds are the lines of the test data and those in testdata/fuzz.
func FuzzLine(f *testing.F) {
	for _, line := range []string{
		"192.0.2.100/24 brd + dev eth0 scope global label eth0:vip no_track",
		"src 192.0.2.100 to 203.0.113.0/24 via 192.0.2.1 dev eth0 mtu lock 1400 rtt 20ms nexthop via 192.0.2.1 weight 2",
		"10.0.0.0/8 encap ip6 id 1 src 1.2.3.4 tos 1",
		"not from 192.0.2.0/24 table 100 preference 0x400 uidrange 100-200 sport 10-20",
		"name x group 5 00:11:22:33:44:55 netlink_notify_msg",
		"obj weight -254 reverse",
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if words := strings.Fields(line); len(words) > 0 {
			checkLine(t, words)
		}
	})
}

func BenchmarkAddress(b *testing.B) {
	c := newContext()
	words := split("192.0.2.100/24 dev eth0 label eth0:vip")
	b.ReportAllocs()
	for b.Loop() {
		if a, err := c.Address(words, false); a == nil || err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPlainAddress(b *testing.B) {
	c := newContext()
	words := split("192.0.2.100")
	b.ReportAllocs()
	for b.Loop() {
		if a, err := c.Address(words, false); a == nil || err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRoute(b *testing.B) {
	c := newContext()
	words := split("src 192.0.2.100 to 203.0.113.0/24 via 192.0.2.1 dev eth0 mtu lock 1400 metric 5 no_track")
	b.ReportAllocs()
	for b.Loop() {
		if r, err := c.Route(words, false); r == nil || err != nil {
			b.Fatal(err)
		}
	}
}
