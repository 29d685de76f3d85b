package main

import (
	"cmp"
	"slices"
	"strings"

	"keepalived/parser/keyword"
)

// A tongue is a language of one line.
type tongue struct {
	path string // of the table, for the words
	// bases are lines to which words are added; "_" is where, the end when
	// there is none.
	bases []string
	// write puts a line into a configuration.
	write func(line string) []string
}

// inBlock writes a line into a block.
func inBlock(path string) func(string) []string {
	return func(line string) []string { return put(scenes(path)[0], line) }
}

// tongues are the languages of one line.
func tongues() []tongue {
	addresses := []string{"192.0.2.10", "192.0.2.10/24", "2001:db8::10/64", "_ 192.0.2.10"}
	routes := []string{"198.51.100.0/24 dev eth0", "2001:db8:1::/48 dev eth0", "_ 198.51.100.0/24", "default", "198.51.100.0/24 nexthop via 192.0.2.3 weight 5"}
	rules := []string{"from 192.0.2.0/24 table 5 priority 9", "from 2001:db8::/32 table 5 priority 9", "_ table 5", "priority 7", "from 192.0.2.0/24 blackhole priority 9"}
	track := func(kind, name string) []tongue {
		var all []tongue
		for _, owner := range []string{"vrrp_instance", "vrrp_sync_group"} {
			path := owner + "/" + kind
			all = append(all, tongue{path, []string{name, name + " weight 5", "nosuch", "_ " + name}, inBlock(path)})
		}
		return all
	}
	all := []tongue{
		{"vrrp_instance/virtual_ipaddress", addresses, inBlock("vrrp_instance/virtual_ipaddress")},
		{"vrrp_instance/virtual_ipaddress_excluded", addresses[:3], inBlock("vrrp_instance/virtual_ipaddress_excluded")},
		{"static_ipaddress", addresses, inBlock("static_ipaddress")},
		{"vrrp_instance/virtual_routes", routes, inBlock("vrrp_instance/virtual_routes")}, {"static_routes", routes, inBlock("static_routes")},
		{"vrrp_instance/virtual_rules", rules, inBlock("vrrp_instance/virtual_rules")}, {"static_rules", rules, inBlock("static_rules")},
		{"vrrp_instance/virtual_routes/nexthop", []string{"198.51.100.0/24 nexthop via 192.0.2.3", "198.51.100.0/24 nexthop _ nexthop via 192.0.2.4", "2001:db8:1::/48 nexthop via 2001:db8::3"}, inBlock("static_routes")},
		{"vrrp_instance/virtual_routes/encap", []string{"198.51.100.0/24 dev eth0 encap", "198.51.100.0/24 encap ip id 5 _ dev eth0", "2001:db8:1::/48 encap ip6 dst 2001:db8::3 _ dev eth0"}, inBlock("static_routes")},
		{"vrrp_instance/unicast_peer", []string{"192.0.2.7", "2001:db8::7", "_ 192.0.2.7"}, inBlock("vrrp_instance/unicast_peer")},
		{"virtual_server_group", []string{"", "192.0.2.95 80", "192.0.2.95-99 80", "192.0.2.0/28 80", "2001:db8::95 80", "2001:db8::95-ff 80", "fwmark 5"}, inBlock("virtual_server_group")},
		{"linkbeat_interfaces", []string{"eth0", "eth0 MII", "nosuch0"}, inBlock("linkbeat_interfaces")}, {"interface_up_down_delays", []string{"eth0", "eth0 5", "eth0 5 6", "nosuch0 5"}, inBlock("interface_up_down_delays")},
		{"virtual_server/lb_kind", []string{"lvs_method TUN", "lvs_method NAT", "lvs_method DR", "lb_kind TUN type gue"}, inBlock("virtual_server")},
		{"virtual_server/lb_kind", []string{"lvs_method TUN", "lvs_method TUN type gre"}, inBlock("virtual_server/real_server")},
		{"virtual_server/lb_kind", []string{"sorry_server 192.0.2.9 80\nsorry_server_lvs_method TUN"}, inBlock("virtual_server")},
		{"global_defs/lvs_sync_daemon", []string{"lvs_sync_daemon eth0", "lvs_sync_daemon eth0 V1", "lvs_sync_daemon eth0 V1 5", "lvs_sync_daemon", "lvs_sync_daemon nosuch0"}, inBlock("global_defs")},
		{"global_defs/lvs_timeouts", []string{"lvs_timeouts"}, inBlock("global_defs")}, {"global_defs/include_check", []string{"include_check"}, inBlock("global_defs")}, {"global_defs/umask", []string{"umask", "umask IRUSR |"}, inBlock("global_defs")},
		{"global_defs/notification_email", []string{"a@b.example", ""}, inBlock("global_defs/notification_email")},
		{"vrrp_instance/use_vmac", []string{"use_vmac", "use_vmac vrrp.7"}, inBlock("vrrp_instance")}, {"vrrp_instance/use_ipvlan", []string{"use_ipvlan", "use_ipvlan vrrp.7", "use_ipvlan 192.0.2.77"}, inBlock("vrrp_instance")},
	}
	for kind, name := range map[string]string{"track_interface": "eth1", "track_script": "s1", "track_file": "f1", "track_process": "p1", "track_bfd": "b1"} {
		all = append(all, track(kind, name)...)
	}
	slices.SortStableFunc(all, func(a, b tongue) int { return strings.Compare(a.path, b.path) })
	return all
}

// sentences makes the cases of the languages of one line.
func (l *language) sentences() {
	for _, t := range tongues() {
		words := l.words(t.path)
		for n, base := range t.bases {
			say := func(kind string, text string) {
				line := join(strings.ReplaceAll(base, "_", ""), text)
				if strings.Contains(base, "_") {
					line = join(strings.Replace(base, "_", text, 1))
				}
				var lines []string
				for _, part := range t.write("\x01") {
					if part == "\x01" {
						lines = append(lines, strings.Split(line, "\n")...)
					} else {
						lines = append(lines, part)
					}
				}
				l.add(t.path+" "+kind, lines)
			}
			say("alone", "")
			say("alone", "x")
			say("alone", `""`)
			for i := range words {
				w := &words[i]
				if n < 2 { // the other ones make no difference to values
					for _, v := range sayings(w.row) {
						say(w.name+" value", join(w.name, v))
					}
				}
				for _, v := range w.good {
					say(w.name+" twice", join(w.name, v, w.name, v))
					say(w.name+" and nonsense", join(w.name, v, "x"))
				}
				for _, other := range words {
					say(w.name+" and "+other.name, join(w.name, w.good[0], other.name, other.good[0]))
				}
			}
		}
	}
}

// A word is an option of a line.
type word struct {
	name string
	row  *keyword.Keyword
	good []string
}

// words returns the options of a line, in the order of their names.
func (l *language) words(path string) []word {
	level := l.table.Level(path)
	var all []word
	for name, row := range level {
		if newer(row) {
			continue
		}
		// Some rows have several words, some stand for a value.
		for _, w := range strings.Fields(name) {
			if w == "|" || strings.ContainsAny(w, "(<[|") && !strings.HasPrefix(w, "[type]") {
				continue
			}
			all = append(all, word{w, row, spoken(w, row)})
		}
	}
	slices.SortFunc(all, func(a, b word) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.row.Name, b.row.Name))
	})
	return all
}

// spoken returns values that a word takes.
func spoken(name string, row *keyword.Keyword) []string {
	if v, ok := idioms[name]; ok {
		return v
	}
	if row.Args == "" {
		return []string{""}
	}
	return valid(row)
}

var idioms = map[string][]string{
	"brd": {"192.0.2.255", "+"}, "broadcast": {"+", "192.0.2.255"}, "peer": {"192.0.2.40", "2001:db8::40"}, "label": {"eth0:1"}, "scope": {"link", "5"}, "dev": {"eth0", "eth1"}, "track_group": {"TG"}, "preferred_lft": {"5", "forever"},
	"src": {"192.0.2.41", "2001:db8::41"}, "via": {"192.0.2.42", "inet 192.0.2.42", "2001:db8::42"}, "gw": {"192.0.2.43"}, "or": {"192.0.2.44"}, "from": {"192.0.2.0/24", "2001:db8::/32", "all"}, "to": {"203.0.113.0/24", "default", "all"},
	"table": {"main", "7"}, "lookup": {"7"}, "vrf": {"eth1"}, "protocol": {"static", "18"}, "tos": {"4"}, "dsfield": {"4"}, "encap": {"ip id 5", "ip6 id 5", "mpls 5", "ila 1:2:3:4"}, "rtt": {"300ms"}, "rttvar": {"300ms"}, "rto_min": {"300ms"}, "features": {"ecn"}, "quickack": {"1"},
	"congctl": {"cubic"}, "pref": {"low"}, "ttl-propagate": {"enabled"}, "fastopen_no_cookie": {"1"}, "as": {"to 192.0.2.45"}, "realms": {"5/6"}, "nexthop": {"via 192.0.2.46"}, "fwmark": {"5", "5/7"}, "uidrange": {"5-6"}, "sport": {"5-6"}, "dport": {"5-6"}, "ipproto": {"tcp", "6"},
	"mpls": {"5", "5/6"}, "ila": {"1:2:3:4"}, "dst": {"192.0.2.47", "2001:db8::47"}, "ip": {"id 5"}, "ip6": {"id 5"}, "sup_group": {"default"}, "suppress_ifgroup": {"default"}, "group": {"224.0.0.77", "5"}, "inst": {"V1"}, "type": {"gue", "ipip", "gre"}, "weight": {"5", "5 reverse"}, "oif": {"eth0"}, "iif": {"eth0"},
	"id": {"5"}, "min_ttl": {"5"}, "max_ttl": {"6"},
}

// sayings returns the arguments to try with a word.
func sayings(row *keyword.Keyword) []string {
	all := values(row)
	if strings.Contains(row.Args, "name|num") || strings.Contains(row.Args, "<n>") {
		all = append(all, "0x10", "010", "0x", "255", "256", "4294967295", "4294967296", "default", "main", "local", "global", "link", "host", "kernel", "static", "5/6", "5/", "/5", "5/x", "x/5", "0x1/0xff")
	}
	if strings.Contains(row.Args, "lock") {
		all = append(all, "lock", "lock 5", "lock x", "lock lock 5")
	}
	if strings.Contains(row.Args, "time") {
		all = append(all, "5s", "5sec", "5secs", "5S", "500ms", "500 ms", "200ms", "199ms", "120s", "121s", "1.5s", "0.5ms", "5us", "s", "960000", "960001", "480000", "480001", "120000", "120001", "-5s")
	}
	if strings.Contains(row.Args, "prefix") {
		all = append(all, "192.0.2.0/24", "192.0.2.5/24", "192.0.2.0/33", "192.0.2.0/0", "192.0.2.0/", "192.0.2.0/x", "2001:db8::/32", "2001:db8::/129", "default", "all", "any", "default6", "0.0.0.0/0", "::/0")
	}
	if strings.Contains(row.Args, "<a>") {
		all = append(all, "5", "5-6", "6-5", "5-", "-5", "0-0", "65535-65535", "65536-65537", "5-6x", "x-6", "5-4294967295", "5-4294967296", "5--6", "5 - 6")
	}
	slices.Sort(all[1:])
	return slices.Compact(all)
}
