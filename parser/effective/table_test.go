package effective

import (
	"net/netip"
	"path"
	"slices"
	"strings"
	"testing"

	"keepalived/core/config"
	"keepalived/parser/keyword"
)

// listing is what a list of rows says about the keywords of a path.
type listing struct {
	path     string
	keywords []string
	outer    []string // inherited from, as in cause.spec
}

func tableOf[T any](path string, rows []row[T]) listing {
	t := listing{path: path}
	for _, w := range rows {
		if !w.virtual && w.keyword != "" {
			t.keywords = append(t.keywords, w.keyword)
		}
		for _, c := range w.causes {
			t.outer = append(t.outer, c.spec)
		}
	}
	return t
}

// tables are all tables, with the paths of their keywords.
func tables() []listing {
	const real = "virtual_server/real_server"
	all := []listing{
		tableOf("", rootRows()), tableOf("global_defs", globalRows()),
		tableOf("global_defs/lvs_timeouts", timeoutRows()), tableOf("global_defs/lvs_sync_daemon", syncDaemonRows()),
		tableOf("track_file", fileBlockRows()), tableOf("vrrp_script", scriptBlockRows()), tableOf("vrrp_track_process", processBlockRows()),
		tableOf("bfd_instance", bfdRows()), tableOf("bfd_instance", observerBlockRows()),
		tableOf("track_group", trackGroupRows()), tableOf("garp_group", garpGroupRows()),
		tableOf("linkbeat_interfaces", linkbeatRows()), tableOf("interface_up_down_delays", upDownRows()),
		tableOf("vrrp_instance", instanceRows()), tableOf("vrrp_sync_group", groupRows()),
		tableOf("vrrp_instance/use_vmac", vmacRows()), tableOf("vrrp_instance/use_ipvlan", ipvlanRows()),
		tableOf("vrrp_instance/unicast_peer", peerRows()),
		tableOf("vrrp_instance/virtual_routes/nexthop", hopRows()),
		tableOf("SSL", sslRows()), tableOf("virtual_server_group", entryRows()),
		tableOf("virtual_server", serverRows()), tableOf("virtual_server/lb_kind", methodRows()), tableOf(real, backendRows()),
	}
	for _, p := range []string{"vrrp_instance/virtual_ipaddress", "vrrp_instance/virtual_ipaddress_excluded", "static_ipaddress"} {
		all = append(all, tableOf(p, lineRows()))
	}
	for _, p := range []string{"vrrp_instance/virtual_routes", "static_routes"} {
		all = append(all, tableOf(p, routeRows()))
	}
	for _, p := range []string{"vrrp_instance/virtual_rules", "static_rules"} {
		all = append(all, tableOf(p, ruleRows()))
	}
	for _, k := range trackKinds() {
		for _, p := range []string{"vrrp_instance/", "vrrp_sync_group/"} {
			all = append(all, tableOf(p+k.keyword, trackedRows()))
		}
	}
	for _, k := range checkerKinds() {
		all = append(all, tableOf(path.Join(real, k.String()), checkerRows(k)))
	}
	return append(all, tableOf(real+"/HTTP_GET/url", urlRows(false)), tableOf(real+"/SSL_GET/url", urlRows(true)))
}

// blocksOf are the keywords of blocks and lists that no row has, because there
// is one for each object.
func blocksOf() []string {
	return []string{
		"global_defs", "track_group", "static_ipaddress", "static_routes", "static_rules", "vrrp_sync_group", "garp_group", "linkbeat_interfaces",
		"vrrp_instance", "vrrp_script", "vrrp_track_process", "interface_up_down_delays", "SSL", "virtual_server_group", "virtual_server",
		"bfd_instance", "track_file",
	}
}

// withoutEffect are the keywords whose effect is shown as that of others, or
// that have none.
func withoutEffect() map[string]string {
	const real = "virtual_server/real_server/"
	all := map[string]string{
		"global_defs/include_check":                "says how files are read; there are none any more",
		"global_defs/process_names":                "sets the names of three processes",
		"global_defs/enable_snmp_rfc":              "enable_snmp_rfcv2 and enable_snmp_rfcv3",
		"global_defs/script_user":                  "every script has its user",
		"vrrp_track_process/delay":                 "terminate_delay and fork_delay",
		"garp_group/interface":                     "interfaces",
		"vrrp_track_file/file":                     "track_file",
		"vrrp_track_file/weight":                   "track_file",
		"vrrp_track_file/init_file":                "track_file",
		"virtual_server/hashed":                    "sets nothing",
		"virtual_server/sh-port":                   "flag-2",
		"virtual_server/mh-port":                   "flag-2",
		"virtual_server/sh-fallback":               "flag-1",
		"virtual_server/mh-fallback":               "flag-1",
		"vrrp_instance/lvs_sync_daemon_interface":  "lvs_sync_daemon of global_defs",
		real + "SMTP_CHECK/host":                   "an SMTP_CHECK of its own",
		"global_defs/notification_email/<address>": "the lines of the block",
		"global_defs/umask/IRWXU IRWXG IRWXO":      "the umask is a number",
		"vrrp_instance/use_vmac/<ifname>":          "name",
		"vrrp_instance/use_ipvlan/<ifname>":        "name",
		"vrrp_instance/use_ipvlan/private":         "the mode, as bridge",
		"vrrp_instance/use_ipvlan/vepa":            "the mode, as bridge",
		"virtual_server/lb_kind/nocsum":            "the default",
		"vrrp_instance/virtual_rules/inet":         "IPv4 need not be said",
		"static_rules/inet":                        "IPv4 need not be said",
		"vrrp_instance/virtual_routes/nexthop/as":  "not supported",
		"global_defs/umask/IRUSR IWUSR IXUSR IRGRP IWGRP IXGRP IROTH IWOTH IXOTH": "the umask is a number",
	}
	for _, p := range []string{"vrrp_instance/virtual_routes/", "static_routes/"} {
		all[p+"inet"], all[p+"inet6"] = "the destination has the family", "the destination has the family"
		all[p+"as"], all[p+"prepend"] = "not supported", "the default"
	}
	for _, name := range []string{"track_interface", "track_script", "track_file", "track_process", "track_bfd"} {
		for _, p := range []string{"vrrp_instance/", "vrrp_sync_group/"} {
			all[p+name+"/<ifname>"] = "the name"
		}
	}
	for _, w := range []string{"read", "match", "wildcard_match", "brace_match"} {
		all["global_defs/include_check/"+w] = "says how files are read"
	}
	return all
}

// shownElsewhere are words that rows print under another name: the kinds of
// tunnels, the options of regular expressions, and what is inside SMTP_CHECK
// host.
func shownElsewhere(path string) bool {
	return strings.HasPrefix(path, "vrrp_instance/virtual_routes/encap/") || strings.Contains(path, "/regex_options/") ||
		strings.Contains(path, "SMTP_CHECK/host/")
}

// Every keyword is printed, or it is said why not; and what is printed, or
// inherited from, is a keyword.
func TestEveryKeyword(t *testing.T) {
	language := keyword.New()
	printed := make(map[string]bool)
	for _, name := range blocksOf() {
		printed[name] = true
	}
	for _, s := range tables() {
		for _, k := range s.keywords {
			printed[path.Join(s.path, k)] = true
			if outer, _, nested := strings.Cut(k, "/"); nested {
				printed[path.Join(s.path, outer)] = true
			}
		}
	}
	for _, k := range checkerKinds() {
		printed["virtual_server/real_server/"+k.String()] = true
	}
	reasons := withoutEffect()
	for _, k := range language.All() {
		full := path.Join(k.Path, k.Name)
		if k.Shape == keyword.Directive || k.AliasOf != "" && !printed[full] && reasons[full] == "" || shownElsewhere(full) {
			continue
		}
		if printed[full] == (reasons[full] != "") {
			t.Errorf("%s: printed %v, reason not to be %q", full, printed[full], reasons[full])
		}
		delete(reasons, full)
	}
	for full := range reasons {
		if !strings.HasSuffix(full, "/<ifname>") {
			t.Errorf("%s: there is no such keyword", full)
		}
	}
}

// What a value is said to be inherited from exists.
func TestCauses(t *testing.T) {
	language := keyword.New()
	for _, s := range tables() {
		for _, spec := range s.outer {
			block, name := path.Split(spec)
			var at []string
			switch {
			case block == "../":
				for p := s.path; p != "."; p = path.Dir(p) {
					at = append(at, path.Dir(p))
				}
			case block == "./", strings.HasPrefix(spec, "="):
				at, name = []string{s.path}, strings.TrimPrefix(name, "=")
			default:
				at = []string{strings.TrimSuffix(block, "/")}
			}
			if name != "" && !slices.ContainsFunc(at, func(p string) bool { return language.Level(p)[name] != nil }) {
				t.Errorf("%q: no keyword %s", s.path, spec)
			}
		}
	}
}

// The tunnels of routes have all their words, and an id of 0 when they cannot be
// without.
func TestEveryTunnelWord(t *testing.T) {
	for want, e := range map[string]*config.Encap{
		"id 1 tc 2 hoplimit 3 flags 4": {Type: "ip6", ID: 1, TOS: 2, TTL: 3, Flags: 4},
		"id 0":                         {Type: "ip"},
		"dst 192.0.2.9":                {Type: "ip", Dst: netip.MustParseAddr("192.0.2.9")},
		"mpls 5/6":                     {Type: "mpls", Labels: []uint32{5, 6}},
	} {
		if got := strings.Join(words(&renderer{}, e, encapRows()).words, " "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
