package effective

import (
	"net/netip"
	"strconv"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

func addressRows() []row[instance] {
	return []row[instance]{
		blocks("virtual_ipaddress", func(r *renderer, v *instance, _ *reader.Source) []statement {
			return addresses(r, "virtual_ipaddress", v.VIPs)
		}),
		blocks("virtual_ipaddress_excluded", func(r *renderer, v *instance, _ *reader.Source) []statement {
			return addresses(r, "virtual_ipaddress_excluded", v.ExcludedVIPs)
		}),
		flag("no_virtual_ipaddress", func(v *instance) bool { return v.NoVirtualIPAddress }),
		blocks("virtual_routes", func(r *renderer, v *instance, _ *reader.Source) []statement {
			return made(r, "virtual_routes", v.Routes, routeRows)
		}),
		blocks("virtual_rules", func(r *renderer, v *instance, _ *reader.Source) []statement {
			return made(r, "virtual_rules", v.Rules, ruleRows)
		}),
	}
}

func addresses(r *renderer, keyword string, list []*config.Address) []statement {
	return made(r, keyword, list, lineRows)
}

// made makes a data block of objects that have a line each.
func made[T any](r *renderer, keyword string, list []*T, rows func() []row[T]) []statement {
	var all []statement
	for _, o := range list {
		all = append(all, statement{kind: line, value: words(r, o, rows()), origin: r.made(o)})
	}
	return lines(keyword, all)
}

type addressLine = config.Address

// lineRows are the words of an address line.
func lineRows() []row[addressLine] {
	return []row[addressLine]{
		custom("<ip>[/<len>]", func(_ *renderer, a *addressLine) value {
			word := a.Prefix.String()
			if a.Peer.IsValid() { // a length goes with no peer
				word = a.Prefix.Addr().String()
			}
			return value{json: a.Prefix.String(), words: []string{word}}
		}).head("address"),
		address("peer", func(a *addressLine) netip.Addr { return a.Peer }),
		address("brd", func(a *addressLine) netip.Addr { return a.Broadcast }),
		text("dev", func(a *addressLine) string { return a.Interface }).unless(func(a *addressLine) bool { return !a.DevGiven }),
		scope("scope", func(a *addressLine) (uint8, bool) { return a.Scope, a.Scope != 0 }),
		text("label", func(a *addressLine) string { return a.Label }),
		flag("home", func(a *addressLine) bool { return a.Home }),
		flag("-nodad", func(a *addressLine) bool { return a.NoDAD }),
		flag("mngtmpaddr", func(a *addressLine) bool { return a.ManageTempAddr }),
		flag("noprefixroute", func(a *addressLine) bool { return a.NoPrefixRoute }),
		flag("autojoin", func(a *addressLine) bool { return a.AutoJoin }),
		flag("no_track", func(a *addressLine) bool { return a.NoTrack }),
		flag("use_vmac", func(a *addressLine) bool { return a.UseVMAC }),
		custom("preferred_lft", func(_ *renderer, a *addressLine) value {
			if a.PreferredLifetime == config.Forever {
				return value{json: "forever", words: []string{"forever"}}
			}
			return numeric(a.PreferredLifetime)
		}).unless(usualLifetime),
		text("track_group", func(a *addressLine) string { return a.TrackGroup }),
	}
}

// usualLifetime reports the lifetime of an address line that says nothing.
func usualLifetime(a *addressLine) bool {
	if a.Family() == 6 && a.Prefix.Bits() == 128 {
		return a.PreferredLifetime == 0
	}
	return a.PreferredLifetime == config.Forever
}

// scope is a scope by the name that the kernel's own have.
func scope[T any](keyword string, f func(*T) (n uint8, given bool)) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value {
		n, ok := f(o)
		word, named := map[uint8]string{0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}[n]
		if !named {
			word = strconv.Itoa(int(n))
		}
		return value{json: word, words: []string{word}, absent: !ok}
	})
}
