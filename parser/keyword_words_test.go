package parser

import (
	"path"
	"strings"
	"testing"
)

// wordSample is a line with a word, and what is contained in what is printed
// of it.
type wordSample struct{ line, want string }

// instanceV ends the block, and leaves the next one to its end.
const instanceV = "\n}\nvrrp_instance V {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.1\n}"

// addressWords are the options of address lines.
var addressWords = map[string]wordSample{
	"<ip>[/<len>]":  {"192.0.2.50/24", `"192.0.2.50/24"`},
	"dev":           {"192.0.2.50 dev ifb0", `"dev":"ifb0"`},
	"scope":         {"192.0.2.50 scope site", `"scope":`},
	"brd":           {"192.0.2.50/24 brd +", "192.0.2.255"},
	"broadcast":     {"192.0.2.50/24 broadcast 192.0.2.9", "192.0.2.9"},
	"label":         {"192.0.2.50 label abcdefghijklmno", `"label":"abcdefghijklmno"`},
	"peer":          {"192.0.2.50 peer 192.0.2.51", "192.0.2.51"},
	"home":          {"2001:db8::1 home", "home"},
	"-nodad":        {"2001:db8::1 -nodad", "nodad"},
	"mngtmpaddr":    {"2001:db8::1 mngtmpaddr", "mngtmpaddr"},
	"noprefixroute": {"192.0.2.50 noprefixroute", "noprefixroute"},
	"autojoin":      {"192.0.2.50 autojoin", "autojoin"},
	"no_track":      {"192.0.2.50 no_track", "no_track"},
	"preferred_lft": {"192.0.2.50 preferred_lft 5", `"preferred_lft":5`},
	"use_vmac":      {"192.0.2.50 dev ifb0 use_vmac", "use_vmac"},
	"track_group":   {"192.0.2.50 dev eth0 track_group T", `"track_group":"T"`},
}

// routeWords are the options of route lines.
var routeWords = map[string]wordSample{
	"src":                    {"192.0.2.0/24 dev eth0 src 192.0.2.9", `"src"`},
	"via":                    {"192.0.2.0/24 dev eth0 via 192.0.2.9", `"via"`},
	"gw":                     {"192.0.2.0/24 dev eth0 gw 192.0.2.9", `"via"`},
	"tos":                    {"192.0.2.0/24 dev eth0 tos 0x10", `"tos"`},
	"dsfield":                {"192.0.2.0/24 dev eth0 dsfield 0x10", `"tos":16`},
	"table":                  {"192.0.2.0/24 dev eth0 table 0x1234", `"table"`},
	"protocol":               {"192.0.2.0/24 dev eth0 protocol 5 no_track", `"protocol"`},
	"scope":                  {"192.0.2.0/24 dev eth0 scope link", `"scope"`},
	"metric":                 {"192.0.2.0/24 dev eth0 metric 4294967295", `"metric"`},
	"priority":               {"192.0.2.0/24 dev eth0 priority 7", `"metric":7`},
	"preference":             {"192.0.2.0/24 dev eth0 preference 7", `"metric":7`},
	"mtu":                    {"192.0.2.0/24 dev eth0 mtu lock 1400", `"mtu"`},
	"hoplimit":               {"192.0.2.0/24 dev eth0 hoplimit 255", `"hoplimit"`},
	"advmss":                 {"192.0.2.0/24 dev eth0 advmss lock 7", `"advmss"`},
	"rtt":                    {"192.0.2.0/24 dev eth0 rtt 0.5s", `"rtt"`},
	"rttvar":                 {"192.0.2.0/24 dev eth0 rttvar 300ms", `"rttvar"`},
	"rto_min":                {"192.0.2.0/24 dev eth0 rto_min 200ms", `"rto_min"`},
	"reordering":             {"192.0.2.0/24 dev eth0 reordering lock 7", `"reordering"`},
	"window":                 {"192.0.2.0/24 dev eth0 window 7", `"window"`},
	"cwnd":                   {"192.0.2.0/24 dev eth0 cwnd lock 7", `"cwnd"`},
	"ssthresh":               {"192.0.2.0/24 dev eth0 ssthresh lock 7", `"ssthresh"`},
	"realms":                 {"192.0.2.0/24 dev eth0 realms 1/2", `"realms"`},
	"initcwnd":               {"192.0.2.0/24 dev eth0 initcwnd 7", `"initcwnd"`},
	"initrwnd":               {"192.0.2.0/24 dev eth0 initrwnd 7", `"initrwnd"`},
	"features":               {"192.0.2.0/24 dev eth0 features ecn", `"features"`},
	"quickack":               {"192.0.2.0/24 dev eth0 quickack 1", `"quickack"`},
	"congctl":                {"192.0.2.0/24 dev eth0 congctl lock cubic", `"congctl"`},
	"fastopen_no_cookie":     {"192.0.2.0/24 dev eth0 fastopen_no_cookie 1", `"fastopen_no_cookie"`},
	"vrf":                    {"192.0.2.0/24 dev eth0 vrf vrf0", `"vrf"`},
	"encap":                  {"192.0.2.0/24 dev eth0 encap mpls 16", `"encap"`},
	"ttl-propagate":          {"192.0.2.0/24 dev eth0 ttl-propagate disabled", "ttl-propagate"},
	"<prefix> | to <prefix>": {"to 192.0.2.0/24 dev eth0", `"to":"192.0.2.0/24"`},
	"local nat broadcast brd anycast multicast prohibit unreachable blackhole xresolve unicast throw <0-255>": {"throw 192.0.2.0/24", "throw"},
	"inet":        {"dev eth0 inet x 192.0.2.0/24", `"to":"192.0.2.0/24"`},
	"inet6":       {"dev eth0 inet6 x 2001:db8::/32", `"to":"2001:db8::/32"`},
	"or":          {"192.0.2.0/24 via 192.0.2.1 or 192.0.2.2", "192.0.2.2"},
	"from":        {"2001:db8::/32 dev eth0 from 2001:db8:1::/48", "2001:db8:1::/48"},
	"dev":         {"192.0.2.0/24 dev eth0 ", `"dev":"eth0"`},
	"oif":         {"192.0.2.0/24 oif ifb0", `"ifb0"`},
	"onlink":      {"192.0.2.0/24 dev eth0 onlink", "onlink"},
	"expires":     {"2001:db8::/32 dev eth0 expires 7", `"expires":7`},
	"pref":        {"2001:db8::/32 dev eth0 pref low", "pref"},
	"as":          {"192.0.2.0/24 dev eth0 as to 5", `"dev":"eth0"`},
	"add":         {"192.0.2.0/24 dev eth0 add", "add"},
	"append":      {"192.0.2.0/24 dev eth0 append", "append"},
	"prepend":     {"192.0.2.0/24 dev eth0 prepend", `"dev":"eth0"`},
	"no_track":    {"192.0.2.0/24 dev eth0 no_track", "no_track"},
	"nexthop":     {"192.0.2.0/24 nexthop via 192.0.2.1 nexthop dev ifb0", "nexthop"},
	"track_group": {"192.0.2.0/24 dev eth0 track_group T", `"track_group":"T"`},
}

// hopWords are those of their nexthops.
var hopWords = map[string]wordSample{
	"via":    {"192.0.2.0/24 nexthop dev eth0 via 192.0.2.9", "via"},
	"dev":    {"192.0.2.0/24 nexthop dev eth0 dev ifb0", "dev"},
	"weight": {"192.0.2.0/24 nexthop dev eth0 weight 256", "weight"},
	"realms": {"192.0.2.0/24 nexthop dev eth0 realms 1/2", "realms"},
	"encap":  {"192.0.2.0/24 nexthop dev eth0 encap mpls 16", "encap"},
	"onlink": {"192.0.2.0/24 nexthop dev eth0 onlink", "onlink"},
	"as":     {"192.0.2.0/24 nexthop dev eth0 as to 5", `"to":"192.0.2.0/24"`},
}

// encapWords are those of tunnels.
var encapWords = map[string]wordSample{
	"ip id":        {"192.0.2.0/24 dev eth0 encap ip id 7", "7"},
	"ip dst":       {"192.0.2.0/24 dev eth0 encap ip dst 192.0.2.9", "192.0.2.9"},
	"ip src":       {"192.0.2.0/24 dev eth0 encap ip src 192.0.2.8 id 1", "192.0.2.8"},
	"ip tos":       {"192.0.2.0/24 dev eth0 encap ip tos 8 id 1", "8"},
	"ip ttl":       {"192.0.2.0/24 dev eth0 encap ip ttl 255 id 1", "255"},
	"ip flags":     {"192.0.2.0/24 dev eth0 encap ip flags 65535 id 1", "65535"},
	"ip6 id":       {"192.0.2.0/24 dev eth0 encap ip6 id 7", "7"},
	"ip6 dst":      {"192.0.2.0/24 dev eth0 encap ip6 dst 2001:db8::9", "2001:db8::9"},
	"ip6 src":      {"192.0.2.0/24 dev eth0 encap ip6 src 2001:db8::8 id 1", "2001:db8::8"},
	"ip6 tc":       {"192.0.2.0/24 dev eth0 encap ip6 tc 8 id 1", "8"},
	"ip6 hoplimit": {"192.0.2.0/24 dev eth0 encap ip6 hoplimit 255 id 1", "255"},
	"ip6 flags":    {"192.0.2.0/24 dev eth0 encap ip6 flags 65535 id 1", "65535"},
	"mpls":         {"192.0.2.0/24 dev eth0 encap mpls 16/1048575", `"mpls":[16,1048575]`},
	"ila":          {"192.0.2.0/24 dev eth0 encap ila 1:2:3:ffff", "1:2:3:ffff"},
}

// ruleWords are the selectors and actions of rule lines.
var ruleWords = map[string]wordSample{
	"tos":                                   {"table 5 priority 7 tos 0x10", "tos"},
	"dsfield":                               {"table 5 priority 7 dsfield 0x10", `"tos":16`},
	"fwmark":                                {"table 5 priority 7 fwmark 0x10/0xff", "fwmark"},
	"realms":                                {"table 5 priority 7 realms 1/2", "realms"},
	"suppress_prefixlength":                 {"table 5 priority 7 suppress_prefixlength 2147483647", "suppress_prefixlength"},
	"sup_pl":                                {"table 5 priority 7 sup_pl 7", `"suppress_prefixlength":7`},
	"suppress_ifgroup":                      {"table 5 priority 7 suppress_ifgroup 7", "suppress_ifgroup"},
	"sup_group":                             {"table 5 priority 7 sup_group 7", `"suppress_ifgroup":7`},
	"dev":                                   {"table 5 priority 7 dev ifb0", "dev"},
	"iif":                                   {"table 5 priority 7 iif ifb0", `"dev":"ifb0"`},
	"oif":                                   {"table 5 priority 7 oif ifb0", "oif"},
	"uidrange":                              {"table 5 priority 7 uidrange 5-6", "uidrange"},
	"protocol":                              {"table 5 priority 7 protocol 5 no_track", "protocol"},
	"ipproto":                               {"table 5 priority 7 ipproto tcp", "ipproto"},
	"sport":                                 {"table 5 priority 7 sport 80-90", "sport"},
	"dport":                                 {"table 5 priority 7 dport 80-65535", "dport"},
	"from":                                  {"table 5 priority 7 from 192.0.2.0/24", `"from":"192.0.2.0/24"`},
	"to":                                    {"table 5 priority 7 to 192.0.2.0/24", `"to":"192.0.2.0/24"`},
	"inet":                                  {"priority 7 inet x table 5", `"table"`},
	"inet6":                                 {"priority 7 inet6 x table 5", "inet6"},
	"not":                                   {"not table 5 priority 7 from 192.0.2.1", "not"},
	"table":                                 {"table 4294967295 priority 7", "4294967295"},
	"lookup":                                {"lookup main priority 7", "table"},
	"preference":                            {"table 5 preference 0x10", "16"},
	"order":                                 {"table 5 order 010", "8"},
	"priority":                              {"table 5 priority 4294967295", "4294967295"},
	"tunnel-id":                             {"table 5 priority 7 tunnel-id 18446744073709551615", "18446744073709551615"},
	"l3mdev":                                {"l3mdev priority 7", "l3mdev"},
	"no_track":                              {"table 5 priority 7 no_track", "no_track"},
	"goto":                                  {"goto 8 priority 7", `"goto":8`},
	"nop":                                   {"nop priority 7", "nop"},
	"[type] blackhole|prohibit|unreachable": {"type prohibit priority 7", "prohibit"},
	"track_group":                           {"table 5 priority 7 iif eth0 track_group T", `"track_group":"T"`},
}

// otherWords are the words of other lines, with these.
var otherWords = map[string]wordSample{
	"global_defs/lvs_sync_daemon inst":                                        {"lvs_sync_daemon eth0 inst V" + instanceV, `"inst":"V"`},
	"global_defs/lvs_sync_daemon id":                                          {"lvs_sync_daemon eth0 id 255", `"id":255`},
	"global_defs/lvs_sync_daemon maxlen":                                      {"lvs_sync_daemon eth0 maxlen 65507", `"maxlen":65507`},
	"global_defs/lvs_sync_daemon port":                                        {"lvs_sync_daemon eth0 port 65535", `"port":65535`},
	"global_defs/lvs_sync_daemon ttl":                                         {"lvs_sync_daemon eth0 ttl 255", `"ttl":255`},
	"global_defs/lvs_sync_daemon group":                                       {"lvs_sync_daemon eth0 group 224.0.0.81", "224.0.0.81"},
	"global_defs/lvs_sync_daemon (2nd word)":                                  {"lvs_sync_daemon eth0 V" + instanceV, `"inst":"V"`},
	"global_defs/lvs_sync_daemon (3rd word)":                                  {"lvs_sync_daemon eth0 V 9" + instanceV, `"id":9`},
	"global_defs/lvs_timeouts tcp":                                            {"lvs_timeouts tcp 1 tcp 2678400", `"tcp":2678400`},
	"global_defs/lvs_timeouts tcpfin":                                         {"lvs_timeouts tcp 1 tcpfin 2678400", `"tcpfin":2678400`},
	"global_defs/lvs_timeouts udp":                                            {"lvs_timeouts tcp 1 udp 2678400", `"udp":2678400`},
	"global_defs/umask IRUSR IWUSR IXUSR IRGRP IWGRP IXGRP IROTH IWOTH IXOTH": {"umask IRUSR|IWUSR | IXUSR|IRGRP|IWGRP|IXGRP|IROTH|IWOTH|IXOTH", "777"},
	"global_defs/umask IRWXU IRWXG IRWXO":                                     {"umask IRWXU|IRWXO", "707"},
	"global_defs/notification_email <address>":                                {"notification_email {\n\"A, B <a@b>\"\n}", "a@b"},
	"vrrp_instance/use_vmac <ifname>":                                         {"use_vmac n1", `"name":"n1"`},
	"vrrp_instance/use_vmac name":                                             {"use_vmac name n1", `"name":"n1"`},
	"vrrp_instance/use_vmac <MAC>":                                            {"use_vmac 02:11:22:33:44", "02:11:22:33:44:33"},
	"vrrp_instance/use_vmac netlink_notify_msg":                               {"use_vmac netlink_notify_msg", "netlink_notify_msg"},
	"vrrp_instance/use_vmac group":                                            {"use_vmac group 7", "7"},
	"vrrp_instance/use_ipvlan bridge":                                         {"use_ipvlan 192.0.2.9 bridge", "192.0.2.9"},
	"vrrp_instance/use_ipvlan private":                                        {"use_ipvlan 192.0.2.9 private", "private"},
	"vrrp_instance/use_ipvlan vepa":                                           {"use_ipvlan 192.0.2.9 vepa", "vepa"},
	"vrrp_instance/use_ipvlan <ip>[/<len>]":                                   {"use_ipvlan 192.0.2.9", "192.0.2.9"},
	"vrrp_instance/use_ipvlan <ifname>":                                       {"use_ipvlan 192.0.2.9 n1", `"name":"n1"`},
	"vrrp_instance/use_ipvlan name":                                           {"use_ipvlan 192.0.2.9 name n1", `"name":"n1"`},
	"vrrp_instance/use_ipvlan group":                                          {"use_ipvlan 192.0.2.9 group 7", "7"},
	"vrrp_instance/unicast_peer <ip>":                                         {"unicast_peer {\n192.0.2.9 \n}", "192.0.2.9"},
	"vrrp_instance/unicast_peer min_ttl":                                      {"unicast_peer {\n192.0.2.9 min_ttl 255\n}", `"min_ttl":255`},
	"vrrp_instance/unicast_peer max_ttl":                                      {"unicast_peer {\n192.0.2.9 max_ttl 7\n}", `"max_ttl":7`},
	"vrrp_instance/track_interface <ifname>":                                  {"track_interface {\nifb0\n}", `"name":"ifb0"`},
	"vrrp_instance/track_interface weight":                                    {"track_interface {\nifb0 weight -253 reverse\n}", `"weight":-253`},
	"vrrp_sync_group/track_interface <ifname>":                                {"track_interface {\nifb0\n}", `"name":"ifb0"`},
	"vrrp_sync_group/track_interface weight":                                  {"track_interface {\nifb0 weight -253 reverse\n}", `"weight":-253`},
	"vrrp_instance/track_script <name>":                                       {"track_script {\nS\n}", `"name":"S"`},
	"vrrp_instance/track_script weight":                                       {"track_script {\nS weight 253 reverse\n}", `"weight":253`},
	"vrrp_sync_group/track_script <name>":                                     {"track_script {\nS\n}", `"name":"S"`},
	"vrrp_sync_group/track_script weight":                                     {"track_script {\nS weight 253 reverse\n}", `"weight":253`},
	"vrrp_instance/track_file <name>":                                         {"track_file {\nF\n}", `"name":"F"`},
	"vrrp_instance/track_file weight":                                         {"track_file {\nF weight -254 reverse\n}", `"weight":-254`},
	"vrrp_sync_group/track_file <name>":                                       {"track_file {\nF\n}", `"name":"F"`},
	"vrrp_sync_group/track_file weight":                                       {"track_file {\nF weight -254 reverse\n}", `"weight":-254`},
	"vrrp_instance/track_process <name>":                                      {"track_process {\nP\n}", `"name":"P"`},
	"vrrp_instance/track_process weight":                                      {"track_process {\nP weight 254 reverse\n}", `"weight":254`},
	"vrrp_sync_group/track_process <name>":                                    {"track_process {\nP\n}", `"name":"P"`},
	"vrrp_sync_group/track_process weight":                                    {"track_process {\nP weight 254 reverse\n}", `"weight":254`},
	"vrrp_instance/track_bfd <name>":                                          {"track_bfd {\nB\n}", `"name":"B"`},
	"vrrp_instance/track_bfd weight":                                          {"track_bfd {\nB weight -253 reverse\n}", `"weight":-253`},
	"vrrp_sync_group/track_bfd <name>":                                        {"track_bfd {\nB\n}", `"name":"B"`},
	"vrrp_sync_group/track_bfd weight":                                        {"track_bfd {\nB weight -253 reverse\n}", `"weight":-253`},
	"virtual_server/lb_kind type":                                             {"lb_kind TUN type gre", `"type":"gre"`},
	"virtual_server/lb_kind port":                                             {"lb_kind TUN type gue port 65535", "65535"},
	"virtual_server/lb_kind nocsum":                                           {"lb_kind TUN type gre nocsum", `"gre"`},
	"virtual_server/lb_kind csum":                                             {"lb_kind TUN type gre csum", "csum"},
	"virtual_server/lb_kind remcsum":                                          {"lb_kind TUN type gue port 5 remcsum", "remcsum"},
	"linkbeat_interfaces <ifname>":                                            {"linkbeat_interfaces {\neth0 ETHTOOL\n}", "ETHTOOL"},
	"interface_up_down_delays <ifname>":                                       {"interface_up_down_delays {\neth0 255 7\n}", "255"},
	"virtual_server_group <ip>[-<last>]":                                      {"virtual_server_group Q {\n192.0.2.1-9 80\n}", "192.0.2.9"},
	"virtual_server_group <ip>/<len>":                                         {"virtual_server_group Q {\n192.0.2.0/30 80\n}", "192.0.2.0/30"},
	"virtual_server_group fwmark":                                             {"virtual_server_group Q {\nfwmark 4294967295 inet6\n}", "4294967295"},
}

// inList puts a line into a list of a block, behind the track_group that it
// may name.
func inList(list, line string) string {
	lines := list + " {\n" + line + "\n}"
	if strings.Contains(line, " track_group ") {
		lines = "track_group T {\ngroup {\nV\n}\n}\n" + lines
	}
	return lines
}

// wordSampleOf returns the lines with the word of a row, and the block and the
// keyword of which they are.
func (s specified) wordSampleOf() (lines, block, at, want string, ok bool) {
	block, at = path.Split(s.block)
	block = strings.TrimSuffix(block, "/")
	table := otherWords
	name := s.name
	switch {
	case strings.HasSuffix(at, "ipaddress") || strings.HasSuffix(at, "_excluded"):
		table = addressWords
	case s.words == "nexthop words":
		table = hopWords
	case s.words == "encap words":
		table = encapWords
	case strings.HasSuffix(at, "_routes"):
		table = routeWords
	case strings.HasSuffix(at, "_rules"):
		table = ruleWords
	default:
		v, ok := table[s.block+" "+name]
		return v.line, block, at, v.want, ok
	}
	v, ok := table[name]
	if at == "virtual_ipaddress" && strings.Contains(v.line, "::") {
		lines = "vrrp_instance Z {\ninterface eth0\nvirtual_router_id 9\n" + inList(at, "fe80::1\n"+v.line) + "\n}"
		return lines, "", "/vrrp_instance/0/values/virtual_ipaddress", v.want, ok
	}
	return inList(at, v.line), block, at, v.want, ok
}

// TestWords: every word of a line has a use of which something is printed.
func TestWords(t *testing.T) {
	rows := readKeywords(t)
	t.Chdir(t.TempDir())
	for _, s := range rows {
		if s.words == "" || strings.HasSuffix(s.block, "/regex_options") || s.block == "global_defs/include_check" {
			continue // see TestRegexOptions; parser/source
		}
		lines, block, at, want, ok := s.wordSampleOf()
		if !ok {
			t.Errorf("%s: no sample", s.key())
			continue
		}
		r := read(t, block, strings.Split(lines, "\n")...)
		if got := r.value(block, at); !strings.Contains(got, want) || want == "" {
			t.Errorf("%s: %q is %s, want %s; said: %v", s.key(), lines, got, want, r.result.Diagnostics)
		}
	}
}

// TestRegexOptions: each option of a pattern is printed.
func TestRegexOptions(t *testing.T) {
	rows := readKeywords(t)
	t.Chdir(t.TempDir())
	for _, s := range rows {
		block, ok := strings.CutSuffix(s.block, "/regex_options")
		if !ok {
			continue
		}
		for _, option := range strings.Fields(s.name) {
			r := read(t, block, "regex abc", "regex_options "+option)
			if got := r.value(block, "regex_options"); !strings.Contains(got, `"`+option+`"`) {
				t.Errorf("%s: %s", option, got)
			}
		}
	}
}
