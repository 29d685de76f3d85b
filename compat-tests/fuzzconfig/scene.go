package main

import (
	"slices"
	"strings"
)

// Parts of the configurations that a keyword is put into. The line "@" is its
// place.
const (
	virtualAddress = "virtual_ipaddress {\n192.0.2.1/24\n}\n"
	instance       = "vrrp_instance V1 {\ninterface eth0\nvirtual_router_id 51\n" + virtualAddress + "}\n"
	server         = "virtual_server 192.0.2.80 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\nreal_server 192.0.2.81 80 {\n}\n}\n"
	secure         = "global_defs {\nscript_user root\nenable_script_security\n}\n"
	tracked        = secure + "vrrp_script s1 {\nscript /usr/bin/true\n}\ntrack_file f1 {\nfile /tmp/golden_track_file\n}\n" +
		"vrrp_track_process p1 {\nprocess init\n}\nbfd_instance b1 {\nneighbor_ip 192.0.2.9\n}\n"
	groups = "vrrp_instance V2 {\ninterface eth1\nvirtual_router_id 52\nvirtual_ipaddress {\n192.0.2.2/24\n}\n}\n"
)

// scenes are the configurations around each block, by its path. The first one
// is for every value of a keyword, the others for the valid ones: they are
// what the keyword may depend on.
func scenes(path string) []string {
	switch path {
	case "":
		return []string{"@\n" + instance, instance + "@\n", "@\n" + server}
	case "global_defs":
		return globalScenes()
	case "vrrp_instance":
		return instanceScenes()
	case "virtual_server":
		return serverScenes()
	case "vrrp_instance/authentication":
		return []string{instanceWith("authentication {\nauth_type PASS\n@\n}\n"), instanceWith("authentication {\n@\nauth_pass secret\n}\n"), instanceWith("authentication {\n@\n}\n")}
	case "vrrp_sync_group":
		group := "vrrp_sync_group G1 {\n@\ngroup {\nV1\nV2\n}\n}\n"
		return []string{tracked + group + instance + groups, "vrrp_sync_group G1 {\ngroup {\nV1\n}\n@\n}\n" + instance,
			tracked + strings.Replace(instance, "interface", "priority 255\ninterface", 1) + groups + group, secure + "vrrp_sync_group G1 {\n@\n}\n" + instance + groups}
	case "vrrp_script":
		return []string{secure + "vrrp_script s1 {\nscript /usr/bin/true\n@\n}\n" + instanceWith("track_script {\ns1\n}\n"), secure + "vrrp_script s1 {\n@\n}\n" + instance,
			"vrrp_script s1 {\n@\nscript /usr/bin/true\n}\n" + instance}
	case "vrrp_track_process":
		return []string{"vrrp_track_process p1 {\nprocess init\n@\n}\n" + instanceWith("track_process {\np1\n}\n"), "vrrp_track_process p1 {\n@\n}\n" + instance}
	case "track_file", "vrrp_track_file":
		return []string{path + " f1 {\nfile /tmp/golden_track_file\n@\n}\n" + instanceWith("track_file {\nf1\n}\n"), path + " f1 {\n@\n}\n" + instance}
	case "bfd_instance":
		return []string{"bfd_instance b1 {\nneighbor_ip 192.0.2.9\n@\n}\n" + instanceWith("track_bfd {\nb1\n}\n"), "bfd_instance b1 {\n@\n}\n",
			"bfd_instance b1 {\n@\nneighbor_ip 2001:db8::9\n}\n", "bfd_instance b1 {\nneighbor_ip 192.0.2.9\nttl 5\nmax_hops 3\n@\n}\n"}
	case "virtual_server_group":
		return []string{"virtual_server_group G1 {\n@\n}\n" + strings.Replace(server, "192.0.2.80 80", "group G1", 1)}
	case "track_group":
		return []string{"track_group G1 {\n@\n}\n" + instance}
	case "SSL":
		return []string{"SSL {\n@\n}\n" + serverWith("SSL_GET {\nurl {\npath /\n}\n}\n")}
	case "garp_group":
		return []string{"garp_group {\ngarp_interval 0.1\n@\n}\n" + instance, "garp_group {\n@\n}\n" + instance, "garp_group {\ninterface eth0\ngna_interval 0.1\n}\ngarp_group {\n@\n}\n" + instance}
	}
	if check, ok := strings.CutPrefix(path, "virtual_server/real_server"); ok {
		return checkScenes(strings.TrimPrefix(check, "/"))
	}
	if outer, block, ok := lastBlock(path); ok {
		scene := scenes(outer)[0]
		if outer == "vrrp_instance" || outer == "vrrp_sync_group" {
			scene = tracked + "track_group TG {\ngroup {\nV1\n}\n}\n" + strings.Replace(scene, tracked, "", 1)
		}
		return []string{strings.Replace(scene, "@\n", block+" {\n@\n}\n", 1)}
	}
	return []string{"track_group TG {\ngroup {\nV1\n}\n}\n" + path + " {\n@\n}\n" + instance}
}

// lastBlock cuts the last block off a path.
func lastBlock(path string) (outer, block string, ok bool) {
	at := strings.LastIndexByte(path, '/')
	if at < 0 {
		return "", "", false
	}
	return path[:at], path[at+1:], true
}

// instanceWith is an instance with more lines at its end.
func instanceWith(lines string) string { return strings.TrimSuffix(instance, "}\n") + lines + "}\n" }

// serverWith is a virtual server with more lines in its real server.
func serverWith(lines string) string { return strings.TrimSuffix(server, "}\n}\n") + lines + "}\n}\n" }

// globalScenes have what global settings are defaults of.
func globalScenes() []string {
	global := "global_defs {\n@\n}\n"
	all := []string{global + instance + server, instance + global}
	for _, lines := range []string{"version 3\n", "strict_mode\n", "priority 255\n", "use_vmac\n", "unicast_peer {\n192.0.2.7\n}\n", "no_accept\n"} {
		all = append(all, global+instanceWith(lines))
	}
	return append(all, global+strings.Replace(instance, "192.0.2.1/24", "fe80::1", 1), global+strings.Replace(instance, virtualAddress, "", 1),
		global+tracked+instanceWith("notify /usr/bin/true\ntrack_script {\ns1\n}\n"), global+"vrrp_script s1 {\nscript /usr/bin/true\n}\n"+instance)
}

// instanceScenes have what the keywords of an instance depend on, before or
// after the keyword.
func instanceScenes() []string {
	all := []string{secure + instanceWith("@\n"), secure + strings.Replace(instance, "interface", "@\ninterface", 1)}
	for _, lines := range []string{
		"version 3\n", "version 2\n", "strict_mode\n", "priority 255\n", "state MASTER\n", "state BACKUP\n", "use_vmac\n", "use_vmac\nvmac_xmit_base\n", "use_ipvlan\n",
		"unicast_peer {\n192.0.2.7\n}\n", "unicast_src_ip 192.0.2.7\n", "nopreempt\n", "authentication {\nauth_type PASS\nauth_pass a\n}\n", "advert_int 0.5\nversion 3\n", "no_accept\n",
	} {
		all = append(all, secure+instanceWith(lines+"@\n"), secure+strings.Replace(instance, "interface", "@\n"+lines+"interface", 1))
	}
	six := strings.Replace(instance, "192.0.2.1/24", "fe80::1", 1)
	return append(all,
		secure+strings.Replace(six, "interface", "@\ninterface", 1), secure+strings.TrimSuffix(six, "}\n")+"@\n}\n",
		secure+strings.TrimSuffix(six, "}\n")+"strict_mode\n@\n}\n",
		secure+strings.Replace(instanceWith("@\n"), virtualAddress, "", 1), secure+strings.Replace(instanceWith("version 3\n@\n"), virtualAddress, "", 1),
		secure+strings.Replace(instanceWith("@\n"), "interface eth0\n", "", 1), secure+strings.Replace(instanceWith("@\n"), "eth0", "nosuch0", 1),
		secure+strings.Replace(instanceWith("@\n"), "eth0", "ifb0", 1), secure+strings.Replace(instanceWith("@\n"), "eth0", "lo", 1),
		"global_defs {\nvrrp_strict\n}\n"+instanceWith("@\n"), "global_defs {\nvrrp_version 3\ndynamic_interfaces\n}\n"+strings.Replace(instanceWith("@\n"), "eth0", "nosuch0", 1),
		secure+"vrrp_sync_group G1 {\ngroup {\nV1\nV2\n}\n}\n"+instanceWith("@\n")+groups, instanceWith("@\n"))
}

// serverScenes have the kinds of virtual servers.
func serverScenes() []string {
	in := func(s string) string {
		return secure + strings.Replace(strings.Replace(s, "real_server", "@\nreal_server", 1), "protocol TCP\n", "protocol TCP\n", 1)
	}
	all := []string{in(server), secure + strings.TrimSuffix(server, "}\n") + "@\n}\n", secure + strings.Replace(server, "lvs_sched", "@\nlvs_sched", 1)}
	for _, change := range [][2]string{
		{"192.0.2.80 80", "fwmark 7"}, {"192.0.2.80 80", "group G1"}, {"192.0.2.80 80", "192.0.2.80"}, {"protocol TCP", "protocol UDP"}, {"protocol TCP\n", ""}, {"lvs_sched rr\n", ""}, {"lvs_method NAT\n", ""},
		{"lvs_sched rr", "lvs_sched sh"}, {"lvs_sched rr", "lvs_sched mh"}, {"lvs_method NAT", "lvs_method DR"}, {"lvs_method NAT", "lvs_method TUN"}, {"192.0.2.81 80", "192.0.2.81 81"}, {"192.0.2.81 80", "2001:db8::81 80"},
		{"real_server 192.0.2.81 80 {\n}\n", "real_server\n"}, {"protocol TCP", "sorry_server 192.0.2.99 80\nprotocol TCP"}, {"{\n}\n", "{\nweight 3\n}\nreal_server 192.0.2.82 80 {\n}\n"},
	} {
		text := in(strings.Replace(server, change[0], change[1], 1))
		if strings.Contains(text, "group G1") {
			text = "virtual_server_group G1 {\n192.0.2.80 80\nfwmark 8\n}\n" + text
		}
		all = append(all, strings.Replace(text, "real_server\n", "", 1))
	}
	return all
}

// checkScenes are for a block below real_server, "" for that itself.
func checkScenes(path string) []string {
	needed := map[string]string{
		"MISC_CHECK": "misc_path /usr/bin/true\n", "HTTP_GET": "url {\npath /\n}\n", "SSL_GET": "url {\npath /\n}\n", "FILE_CHECK": "track_file f1\n", "BFD_CHECK": "name b1\n",
		"HTTP_GET/url": "path /\n", "SSL_GET/url": "path /\n",
	}
	begin := tracked
	if path == "" {
		return []string{begin + serverWith("@\n"), begin + serverWith("TCP_CHECK {\n}\n@\n"), begin + strings.Replace(serverWith("@\n"), "lvs_sched", "alpha\ninhibit_on_failure\nweight 5\nquorum 2\nlvs_sched", 1)}
	}
	check, inner, _ := strings.Cut(path, "/")
	around := func(body string) string {
		if inner != "" {
			body = inner + " {\n" + body + "}\n"
		}
		return begin + serverWith(check+" {\n"+body+"}\n")
	}
	all := []string{around(needed[path] + "@\n"), around("@\n" + needed[path])}
	if needed[path] != "" {
		all = append(all, around("@\n"))
	}
	return append(all, strings.Replace(all[0], "192.0.2.81", "192.0.2.82", 1), strings.ReplaceAll(strings.ReplaceAll(all[0], "192.0.2.80", "2001:db8::80"), "192.0.2.81", "fe80::81"))
}

// put puts lines into the place of a scene.
func put(scene string, lines ...string) []string {
	all := strings.Split(strings.TrimSuffix(scene, "\n"), "\n")
	at := slices.Index(all, "@")
	return slices.Concat(all[:at], lines, all[at+1:])
}
