package network

import (
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

func route(dst string, f func(r *config.Route)) *config.Route {
	r := &config.Route{
		Family: 4, Dst: netip.MustParsePrefix(dst), Type: unix.RTN_UNICAST, Table: unix.RT_TABLE_MAIN, Protocol: Protocol, Interface: "eth0",
	}
	if r.Dst.Addr().Is6() {
		r.Family = 6
	}
	f(r)
	return r
}

func set(v uint32) config.Metric    { return config.Metric{Value: v, Set: true} }
func locked(v uint32) config.Metric { return config.Metric{Value: v, Set: true, Lock: true} }

// Every option of a route, as ip(8) sees it. What ip says of the route, without
// the words that all have, must be exactly that.
func TestRouteOptions(t *testing.T) {
	gw, gw6 := netip.MustParseAddr("192.0.2.254"), netip.MustParseAddr("2001:db8::ff")
	cases := []struct {
		route *config.Route
		want  string
	}{
		{route("198.51.100.0/24", func(r *config.Route) { r.Via = gw }), "unicast 198.51.100.0/24 via 192.0.2.254 dev eth0 proto keepalived scope global"},
		{route("198.51.100.0/24", func(*config.Route) {}), "unicast 198.51.100.0/24 dev eth0 proto keepalived scope global"},
		{route("0.0.0.0/0", func(r *config.Route) { r.Via = gw; r.Priority, r.PrioritySet = 7, true }), "unicast default via 192.0.2.254 dev eth0 proto keepalived scope global metric 7"},
		{route("198.51.100.0/24", func(r *config.Route) { r.Type, r.Interface = unix.RTN_BLACKHOLE, "" }), "blackhole 198.51.100.0/24 proto keepalived scope global"},
		{route("198.51.100.0/24", func(r *config.Route) { r.Table = 1000; r.Protocol = unix.RTPROT_STATIC }), "unicast 198.51.100.0/24 dev eth0 table 1000 proto static scope global"},
		{route("198.51.100.0/24", func(r *config.Route) { r.Scope, r.ScopeSet, r.TOS = unix.RT_SCOPE_LINK, true, 0x10 }), "unicast 198.51.100.0/24 tos 0x10 dev eth0 proto keepalived scope link"},
		{route("198.51.100.0/24", func(r *config.Route) { r.Source = netip.MustParseAddr("192.0.2.1") }), "unicast 198.51.100.0/24 dev eth0 proto keepalived scope global src 192.0.2.1"},
		{route("198.51.100.0/24", func(r *config.Route) { r.Via, r.OnLink = netip.MustParseAddr("203.0.113.9"), true }),
			"unicast 198.51.100.0/24 via 203.0.113.9 dev eth0 proto keepalived scope global onlink"},
		{route("198.51.100.0/24", func(r *config.Route) {
			r.MTU, r.AdvMSS, r.RTT, r.RTTVar, r.RTOMin = locked(1400), set(1300), set(800), set(400), set(250)
			r.Reordering, r.Window, r.CWND, r.SSThresh = locked(5), set(9000), locked(6), set(7)
			r.InitCWND, r.InitRWND, r.HopLimit, r.QuickACK = set(8), set(9), set(33), set(1)
			r.CongCtl, r.CongCtlLock = "cubic", true
		}), "unicast 198.51.100.0/24 dev eth0 proto keepalived scope global mtu lock 1400 window 9000 rtt 100ms rttvar 100ms ssthresh 7 cwnd lock 6 " +
			"advmss 1300 reordering lock 5 hoplimit 33 initcwnd 8 rto_min 250ms initrwnd 9 quickack 1 congctl lock cubic"},
		{route("198.51.100.0/24", func(r *config.Route) { r.Features, r.FastOpenNoCookie = set(1), set(1) }),
			"unicast 198.51.100.0/24 dev eth0 proto keepalived scope global features ecn fastopen_no_cookie 1"},
		{route("198.51.100.0/24", func(r *config.Route) {
			r.Interface = ""
			r.NextHops = []config.NextHop{{Via: gw, Interface: "eth0", Weight: 3}, {Via: netip.MustParseAddr("203.0.113.9"), Interface: "eth0", Weight: 1, OnLink: true}}
		}), "unicast 198.51.100.0/24 proto keepalived scope global nexthop via 192.0.2.254 dev eth0 weight 3 nexthop via 203.0.113.9 dev eth0 weight 1 onlink"},
		{route("198.51.100.0/24", func(r *config.Route) {
			r.Encap = &config.Encap{Type: "ip", ID: 7, Dst: netip.MustParseAddr("192.0.2.9"), TTL: 9, TOS: 16}
		}), "unicast 198.51.100.0/24 encap ip id 7 src 0.0.0.0 dst 192.0.2.9 ttl 9 tos 16 dev eth0 proto keepalived scope global"},
		{route("2001:db8:1::/48", func(r *config.Route) { r.Via = gw6 }), "unicast 2001:db8:1::/48 via 2001:db8::ff dev eth0 proto keepalived scope global metric 1024 pref medium"},
		{route("2001:db8:1::/48", func(r *config.Route) { r.Pref, r.PrefSet, r.Priority, r.PrioritySet = 1, true, 20, true }),
			"unicast 2001:db8:1::/48 dev eth0 proto keepalived scope global metric 20 pref high"},
		{route("2001:db8:1::/48", func(r *config.Route) { r.Expires, r.ExpiresSet = 600, true }),
			"unicast 2001:db8:1::/48 dev eth0 proto keepalived scope global metric 1024 expires 599sec pref medium"},
	}
	inNamespace(t, func() {
		ip(t, "link add eth0 type veth peer name peer")
		ip(t, "link set peer up")
		ip(t, "link set eth0 up")
		ip(t, "addr add 192.0.2.1/24 dev eth0")
		ip(t, "addr add 2001:db8::1/64 dev eth0 nodad")
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		links := func(name string) int { l, _ := findName(t, h, name); return l.Index }
		for _, c := range cases {
			family := "-4"
			if c.route.Family == 6 {
				family = "-6"
			}
			if err := h.AddRoute(c.route, links); err != nil {
				t.Errorf("%s: %v", c.want, err)
				continue
			}
			show := func() string {
				return strings.Join(strings.Fields(ip(t, family+" -d route show table all exact "+c.route.Dst.String())), " ")
			}
			got := strings.NewReplacer("expires 600sec", "expires 599sec", "table main ", "").Replace(show())
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if err := h.DelRoute(c.route, links); err != nil {
				t.Errorf("%s: delete: %v", c.want, err)
			}
			if got := show(); strings.Contains(got, "keepalived") || strings.Contains(got, "static") {
				t.Errorf("still there: %s", got)
			}
		}
	})
}

// Encapsulations that not every kernel has, octet by octet.
func TestEncapsulations(t *testing.T) {
	for _, c := range []struct {
		encap config.Encap
		kind  uint16
		want  string
	}{
		{config.Encap{Type: "mpls", Labels: []uint32{100, 200}}, unix.LWTUNNEL_ENCAP_MPLS, "\x10\x00\x16\x00" + "\x0c\x00\x01\x00" + "\x00\x06\x40\x00" + "\x00\x0c\x81\x00"},
		{config.Encap{Type: "ila", Locator: 0x0001000200030004}, unix.LWTUNNEL_ENCAP_ILA, "\x10\x00\x16\x00" + "\x0c\x00\x01\x00" + "\x00\x01\x00\x02\x00\x03\x00\x04"},
		{config.Encap{Type: "ip6", TTL: 5}, unix.LWTUNNEL_ENCAP_IP6, "\x0c\x00\x16\x00" + "\x05\x00\x04\x00\x05\x00\x00\x00"},
	} {
		kind, attr := encap(&c.encap)
		if got := string(attr.Serialize()); kind != c.kind || got != c.want {
			t.Errorf("%s: type %d, % x, want type %d, % x", c.encap.Type, kind, got, c.kind, c.want)
		}
	}
}

// The ways of inserting, and what the kernel and the fake say to repetitions.
func TestRouteInsert(t *testing.T) {
	onBoth(t, func(t *testing.T, h host, link int) {
		links := func(string) int { return link }
		r := route("198.51.100.0/24", func(r *config.Route) { r.Insert = config.RouteAdd })
		if err := h.AddRoute(r, links); err != nil {
			t.Fatal(err)
		}
		if err := h.AddRoute(r, links); !errors.Is(err, unix.EEXIST) {
			t.Errorf("added twice: %v", err)
		}
		if err := h.DelRoute(r, links); err != nil {
			t.Error(err)
		}
		if err := h.DelRoute(r, links); !errors.Is(err, unix.ESRCH) {
			t.Errorf("deleted twice: %v", err)
		}
	})
}

func rule(f func(r *config.Rule)) *config.Rule {
	r := &config.Rule{Family: 4, Action: unix.FR_ACT_TO_TBL, Table: 100, Priority: 1000, SuppressPrefixLen: -1, Protocol: Protocol}
	f(r)
	return r
}

var ruleCases = []struct {
	rule *config.Rule
	want string
}{
	{rule(func(r *config.Rule) { r.From = netip.MustParsePrefix("192.0.2.0/24") }), "1000: from 192.0.2.0/24 lookup 100 proto keepalived"},
	{rule(func(r *config.Rule) { r.To = netip.MustParsePrefix("198.51.100.0/24"); r.Table = 1000 }), "1000: from all to 198.51.100.0/24 lookup 1000 proto keepalived"},
	{rule(func(r *config.Rule) { r.From = netip.MustParsePrefix("0.0.0.0/0"); r.Invert = true }), "1000: not from all lookup 100 proto keepalived"},
	{rule(func(r *config.Rule) { r.FWMark, r.FWMarkSet = 0x10, true }), "1000: from all fwmark 0x10 lookup 100 proto keepalived"},
	{rule(func(r *config.Rule) { r.FWMark, r.FWMarkSet, r.FWMask, r.FWMaskSet = 0x10, true, 0xff, true }), "1000: from all fwmark 0x10/0xff lookup 100 proto keepalived"},
	{rule(func(r *config.Rule) { r.TOS, r.IIF, r.OIF = 0x10, "eth0", "lo" }), "1000: from all tos 0x10 iif eth0 oif lo lookup 100 proto keepalived"},
	{rule(func(r *config.Rule) { r.SuppressPrefixLen, r.SuppressIfGroup, r.SuppressIfGroupSet = 0, 5, true }),
		"1000: from all lookup 100 suppress_prefixlength 0 suppress_ifgroup 5 proto keepalived"},
	{rule(func(r *config.Rule) { r.UIDFirst, r.UIDLast, r.UIDSet = 10, 20, true }), "1000: from all uidrange 10-20 lookup 100 proto keepalived"},
	{rule(func(r *config.Rule) {
		r.IPProto, r.SrcPort, r.DstPort = 6, &config.PortRange{First: 80, Last: 80}, &config.PortRange{First: 1, Last: 99}
	}),
		"1000: from all ipproto tcp sport 80 dport 1-99 lookup 100 proto keepalived"},
	{rule(func(r *config.Rule) { r.TunnelID = 77 }), "1000: from all tun_id 77 lookup 100 proto keepalived"},
	{rule(func(r *config.Rule) { r.Action, r.Table, r.Goto = unix.FR_ACT_GOTO, 0, 32766 }), "1000: from all goto 32766 proto keepalived"},
	{rule(func(r *config.Rule) { r.Action, r.Table = unix.FR_ACT_NOP, 0 }), "1000: from all nop proto keepalived"},
	{rule(func(r *config.Rule) { r.Action, r.Table = unix.FR_ACT_BLACKHOLE, 0 }), "1000: from all blackhole proto keepalived"},
	{rule(func(r *config.Rule) { r.Action, r.Table = unix.FR_ACT_PROHIBIT, 0 }), "1000: from all prohibit proto keepalived"},
	{rule(func(r *config.Rule) { r.Action, r.Table = unix.FR_ACT_UNREACHABLE, 0 }), "1000: from all unreachable proto keepalived"},
	{rule(func(r *config.Rule) { r.Family, r.From = 6, netip.MustParsePrefix("2001:db8::/32") }), "1000: from 2001:db8::/32 lookup 100 proto keepalived"},
}

// Every selector and action of a rule, as ip(8) sees it; and the kernel's word
// about its deletion is recognised.
func TestRuleOptions(t *testing.T) {
	inNamespace(t, func() {
		ip(t, "link add eth0 type veth peer name peer")
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		var mu sync.Mutex
		gone := map[RuleID]bool{}
		w, err := h.Watch(WatchOptions{Routes: true}, func(events []Event) {
			mu.Lock()
			defer mu.Unlock()
			for _, e := range events {
				if d, ok := e.(RuleDeleted); ok {
					gone[d.Rule] = true
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		for _, c := range ruleCases {
			family := "-4"
			if c.rule.Family == 6 {
				family = "-6"
			}
			if err := h.AddRule(c.rule); err != nil {
				t.Errorf("%s: %v", c.want, err)
				continue
			}
			got := strings.Join(strings.Fields(ip(t, family+" rule show pref 1000")), " ")
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if err := h.DelRule(c.rule); err != nil {
				t.Errorf("%s: delete: %v", c.want, err)
			}
			poll(t, "the deletion of "+c.want, func() bool {
				mu.Lock()
				defer mu.Unlock()
				return gone[RuleIDOf(c.rule)]
			})
		}
	})
}

// The kernel's word about the deletion of a route is recognised.
func TestRouteDeleted(t *testing.T) {
	inNamespace(t, func() {
		ip(t, "link add eth0 type veth peer name peer")
		ip(t, "link set eth0 up")
		ip(t, "addr add 192.0.2.1/24 dev eth0")
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		deleted := make(chan RouteID, 100)
		w, err := h.Watch(WatchOptions{Routes: true}, func(events []Event) {
			for _, e := range events {
				if d, ok := e.(RouteDeleted); ok {
					deleted <- d.Route
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		links := func(name string) int { l, _ := findName(t, h, name); return l.Index }
		for _, r := range []*config.Route{
			route("198.51.100.0/24", func(r *config.Route) { r.Via = netip.MustParseAddr("192.0.2.254") }),
			route("198.51.100.0/24", func(r *config.Route) { r.Table, r.Priority, r.PrioritySet, r.TOS = 1000, 5, true, 0x10 }),
			route("0.0.0.0/0", func(*config.Route) {}),
			route("2001:db8:1::/48", func(*config.Route) {}),
		} {
			if err := h.AddRoute(r, links); err != nil {
				t.Fatal(err)
			}
			if err := h.DelRoute(r, links); err != nil {
				t.Fatal(err)
			}
			if got, wish := <-deleted, RouteIDOf(r, links); !got.Matches(wish) {
				t.Errorf("got %+v, want %+v", got, wish)
			}
		}
	})
}

func TestRuleTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, h host, _ int) {
		r := ruleCases[0].rule
		if err := h.AddRule(r); err != nil {
			t.Fatal(err)
		}
		if err := h.AddRule(r); !errors.Is(err, unix.EEXIST) {
			t.Errorf("added twice: %v", err)
		}
		if err := h.DelRule(r); err != nil {
			t.Error(err)
		}
		if err := h.DelRule(r); !errors.Is(err, unix.ENOENT) {
			t.Errorf("deleted twice: %v", err)
		}
	})
}
