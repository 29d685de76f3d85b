package effective

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"keepalived/core/config"
)

// What a route line need not say.
const (
	unicastRoute = 1   // RTN_UNICAST
	mainTable    = 254 // RT_TABLE_MAIN
	ownProtocol  = 18  // RTPROT_KEEPALIVED
)

// routeTypes are the words of RTN_*, by number.
func routeTypes() []string {
	return []string{"", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw", "nat", "xresolve"}
}

type route = config.Route

func routeRows() []row[route] {
	all := []row[route]{
		custom("local nat broadcast brd anycast multicast prohibit unreachable blackhole xresolve unicast throw <0-255>", func(_ *renderer, o *route) value {
			word := strconv.Itoa(int(o.Type))
			if types := routeTypes(); o.Type > 0 && int(o.Type) < len(types) {
				word = types[o.Type]
			}
			return value{json: word, words: []string{word}, absent: o.Type == unicastRoute}
		}).head("type"),
		prefix("<prefix> | to <prefix>", func(o *route) netip.Prefix { return o.Dst }).head("to"),
		address("via", func(o *route) netip.Addr { return o.Via }),
		text("dev", func(o *route) string { return o.Interface }),
		address("src", func(o *route) netip.Addr { return o.Source }),
		prefix("from", func(o *route) netip.Prefix { return o.From }),
		positive("tos", func(o *route) uint8 { return o.TOS }),
		table("table", func(o *route) (uint32, bool) { return o.Table, o.Table != mainTable }),
		text("vrf", func(o *route) string { return o.VRF }),
		number("protocol", func(o *route) uint8 { return o.Protocol }).unless(func(o *route) bool { return o.Protocol == ownProtocol }),
		scope("scope", func(o *route) (uint8, bool) { return o.Scope, o.ScopeSet }),
		number("metric", func(o *route) uint32 { return o.Priority }).unless(func(o *route) bool { return !o.PrioritySet }),
		flag("onlink", func(o *route) bool { return o.OnLink }),
		number("expires", func(o *route) uint32 { return o.Expires }).unless(func(o *route) bool { return !o.ExpiresSet }),
	}
	return append(append(all, metricRows()...), endRows()...)
}

func metricRows() []row[route] {
	var all []row[route]
	for _, m := range []struct {
		keyword string
		of      func(o *route) config.Metric
	}{
		{"mtu", func(o *route) config.Metric { return o.MTU }},
		{"hoplimit", func(o *route) config.Metric { return o.HopLimit }},
		{"advmss", func(o *route) config.Metric { return o.AdvMSS }},
		// In the kernel's units, as a number without a unit is.
		{"rtt", func(o *route) config.Metric { return o.RTT }},
		{"rttvar", func(o *route) config.Metric { return o.RTTVar }},
		{"rto_min", func(o *route) config.Metric { return o.RTOMin }},
		{"reordering", func(o *route) config.Metric { return o.Reordering }},
		{"window", func(o *route) config.Metric { return o.Window }},
		{"cwnd", func(o *route) config.Metric { return o.CWND }},
		{"ssthresh", func(o *route) config.Metric { return o.SSThresh }},
		{"initcwnd", func(o *route) config.Metric { return o.InitCWND }},
		{"initrwnd", func(o *route) config.Metric { return o.InitRWND }},
		{"quickack", func(o *route) config.Metric { return o.QuickACK }},
		{"fastopen_no_cookie", func(o *route) config.Metric { return o.FastOpenNoCookie }},
	} {
		all = append(all, custom(m.keyword, func(_ *renderer, o *route) value {
			metric := m.of(o)
			v := numeric(metric.Value)
			v.absent = !metric.Set
			if metric.Lock {
				v.json, v.words = object{{"lock", true}, {"value", v.json}}, append([]string{"lock"}, v.words...)
			}
			return v
		}))
	}
	return all
}

func endRows() []row[route] {
	return []row[route]{
		realms("realms", func(o *route) uint32 { return o.Realms }),
		custom("features", func(_ *renderer, o *route) value {
			return value{json: "ecn", words: []string{"ecn"}, absent: !o.Features.Set}
		}),
		custom("congctl", func(_ *renderer, o *route) value {
			v := value{json: o.CongCtl, words: []string{o.CongCtl}, absent: o.CongCtl == ""}
			if o.CongCtlLock {
				v.json, v.words = object{{"lock", true}, {"value", o.CongCtl}}, append([]string{"lock"}, v.words...)
			}
			return v
		}),
		custom("pref", func(_ *renderer, o *route) value { // RFC 4191 section 2.1
			word, ok := map[uint8]string{0: "medium", 1: "high", 3: "low"}[o.Pref]
			if !ok {
				word = strconv.Itoa(int(o.Pref))
			}
			return value{json: word, words: []string{word}, absent: !o.PrefSet}
		}),
		custom("ttl-propagate", func(_ *renderer, o *route) value {
			word := "disabled"
			if o.TTLPropagate {
				word = "enabled"
			}
			return value{json: word, words: []string{word}, absent: !o.TTLPropagateSet}
		}),
		flag("add", func(o *route) bool { return o.Insert == config.RouteAdd }),
		flag("append", func(o *route) bool { return o.Insert == config.RouteAppend }),
		flag("no_track", func(o *route) bool { return o.NoTrack }),
		text("track_group", func(o *route) string { return o.TrackGroup }),
		// Behind the route's own words, some of which a tunnel has as well.
		encap("encap", func(o *route) *config.Encap { return o.Encap }),
		custom("nexthop", func(r *renderer, o *route) value {
			v := value{absent: len(o.NextHops) == 0}
			var hops []any
			for i := range o.NextHops {
				hop := words(r, &o.NextHops[i], hopRows())
				if i > 0 {
					v.words = append(v.words, "nexthop")
				}
				v.words, hops = append(v.words, hop.words...), append(hops, hop.json)
			}
			v.json = hops
			return v
		}),
	}
}

func hopRows() []row[config.NextHop] {
	return []row[config.NextHop]{
		address("via", func(h *config.NextHop) netip.Addr { return h.Via }),
		text("dev", func(h *config.NextHop) string { return h.Interface }),
		number("weight", func(h *config.NextHop) int { return h.Weight }),
		flag("onlink", func(h *config.NextHop) bool { return h.OnLink }),
		realms("realms", func(h *config.NextHop) uint32 { return h.Realms }),
		encap("encap", func(h *config.NextHop) *config.Encap { return h.Encap }),
	}
}

func encap[T any](keyword string, f func(*T) *config.Encap) row[T] {
	return custom(keyword, func(r *renderer, o *T) value {
		e := f(o)
		if e == nil {
			return value{absent: true}
		}
		v := words(r, e, encapRows())
		v.json = append(object{{"type", e.Type}}, v.json.(object)...)
		if e.Type == "ip" || e.Type == "ip6" {
			v.words = append([]string{e.Type}, v.words...)
		}
		return v
	})
}

// encapRows are the words of all kinds of tunnels. The table of keywords has
// them with their kind.
func encapRows() []row[config.Encap] {
	six := func(e *config.Encap, other, own string) string {
		if e.Type == "ip6" {
			return own
		}
		return other
	}
	number := func(keyword string, f func(*config.Encap) (name string, n uint64)) row[config.Encap] {
		return custom(keyword, func(_ *renderer, e *config.Encap) value {
			name, n := f(e)
			return value{json: n, words: []string{name, strconv.FormatUint(n, 10)}, absent: n == 0}
		}).head(keyword)
	}
	return []row[config.Encap]{
		// One with neither has the id 0.
		custom("id", func(_ *renderer, e *config.Encap) value {
			ip := e.Type == "ip" || e.Type == "ip6"
			return value{json: e.ID, words: []string{"id", strconv.FormatUint(e.ID, 10)}, absent: e.ID == 0 && (!ip || e.Dst.IsValid())}
		}).head("id"),
		address("dst", func(e *config.Encap) netip.Addr { return e.Dst }),
		address("src", func(e *config.Encap) netip.Addr { return e.Src }),
		number("tos", func(e *config.Encap) (string, uint64) { return six(e, "tos", "tc"), uint64(e.TOS) }),
		number("ttl", func(e *config.Encap) (string, uint64) { return six(e, "ttl", "hoplimit"), uint64(e.TTL) }),
		number("flags", func(e *config.Encap) (string, uint64) { return "flags", uint64(e.Flags) }),
		custom("mpls", func(_ *renderer, e *config.Encap) value {
			labels := make([]string, len(e.Labels))
			for i, l := range e.Labels {
				labels[i] = strconv.FormatUint(uint64(l), 10)
			}
			return value{json: e.Labels, words: []string{strings.Join(labels, "/")}, absent: e.Type != "mpls"}
		}),
		custom("ila", func(_ *renderer, e *config.Encap) value {
			l := e.Locator
			word := fmt.Sprintf("%x:%x:%x:%x", l>>48, l>>32&0xffff, l>>16&0xffff, l&0xffff)
			return value{json: word, words: []string{word}, absent: e.Type != "ila"}
		}),
	}
}

func prefix[T any](keyword string, f func(*T) netip.Prefix) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value {
		p := f(o)
		return value{json: p.String(), words: []string{p.String()}, absent: !p.IsValid()}
	})
}

// table is a routing table, by name if it is one of the kernel's own.
func table[T any](keyword string, f func(*T) (n uint32, given bool)) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value {
		n, ok := f(o)
		word, named := map[uint32]string{253: "default", 254: "main", 255: "local"}[n]
		if !named {
			v := numeric(n)
			v.absent = !ok
			return v
		}
		return value{json: word, words: []string{word}, absent: !ok}
	})
}

// realms are source/destination; nothing for 0.
func realms[T any](keyword string, f func(*T) uint32) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value {
		n := f(o)
		word := strconv.Itoa(int(n & 0xffff))
		if from := n >> 16; from > 0 {
			word = strconv.Itoa(int(from)) + "/" + word
		}
		return value{json: word, words: []string{word}, absent: n == 0}
	})
}
