package parser

import (
	"regexp"
	"strings"
	"testing"
)

// initials are the values without a keyword where the specification describes
// them in words, or the blocks of the test have a value already; "" where
// nothing is printed then.
var initials = map[string]string{
	" net_namespace": "", " net_namespace_ipvs": "",
	"global_defs process_names": "", "global_defs dynamic_interfaces": "false", "global_defs vrrp_mcast_group4": `"224.0.0.18"`, "global_defs router_id": `"golden"`, "global_defs notification_email_from": `"root@golden"`,
	"global_defs smtp_helo_name": `"golden"`, "global_defs lvs_timeouts": "", "global_defs umask": `"0177"`,
	"global_defs startup_script_timeout": "0", "global_defs shutdown_script_timeout": "0", // 10 with a script
	"global_defs lvs_flush_on_stop": `"no"`, "global_defs lvs_flush_onstop": `"no"`,
	"global_defs vrrp_garp_lower_prio_delay": "5", "global_defs vrrp_garp_lower_prio_repeat": "5",
	"global_defs vrrp_garp_extra_if": `{"all":false,"interval":0}`, "global_defs vrrp_vmac_garp_intvl": `{"all":false,"interval":0}`,
	// Names that are used when the keyword has none.
	"global_defs vrrp_iptables": "", "global_defs vrrp_ipsets": "", "global_defs nftables": "", "global_defs nftables_ipvs": "",
	"global_defs snmp_socket": "", "global_defs snmp_rs_stats_update_interval": "5", "global_defs enable_snmp_rfc": "",
	"global_defs script_user": "", "global_defs enable_script_security": "true", "global_defs random_seed": "0",
	"global_defs vmac_addr_prefix": `"vrrp"`, "global_defs iproute_usr_dir": `"/usr/share/iproute2"`,
	"global_defs tmp_config_directory": "", "global_defs state_dump_file": "",
	"vrrp_instance use_ipvlan": "", "vrrp_instance use_vmac": "", "vrrp_instance state": `"BACKUP"`, "vrrp_instance interface": `"eth0"`,
	"vrrp_instance mcast_src_ip": "", "vrrp_instance unicast_src_ip": "", "vrrp_instance mcast_dst_ip": `"224.0.0.18"`,
	"vrrp_instance virtual_router_id": "51", "vrrp_instance version": "2", "vrrp_instance linkbeat_use_polling": "",
	"vrrp_instance garp_master_delay": "5", "vrrp_instance garp_master_refresh": "0", "vrrp_instance garp_master_repeat": "5",
	"vrrp_instance garp_master_refresh_repeat": "1", "vrrp_instance garp_lower_prio_delay": "5", "vrrp_instance garp_lower_prio_repeat": "5",
	"vrrp_instance down_timer_adverts": "3", "vrrp_instance lower_prio_no_advert": "false", "vrrp_instance higher_prio_send_advert": "false",
	"vrrp_instance garp_extra_if": `{"all":false,"interval":0}`, "vrrp_instance vmac_garp_intvl": `{"all":false,"interval":0}`,
	"vrrp_instance v3_checksum_as_v2": "false", "vrrp_instance skip_check_adv_addr": "false", "vrrp_instance strict_mode": "false",
	"vrrp_instance owner_ignore_adverts": "false", "vrrp_instance smtp_alert": "false", "vrrp_instance notify_priority_changes": "false",
	"vrrp_instance/authentication auth_type": `"PASS"`, "vrrp_instance/authentication auth_pass": `"abc"`,
	"vrrp_instance/auth_hmac key":        `[{"value":{"id":1,"secret":"hex:6161616161616161616161616161616161616161616161616161616161616161"}}]`,
	"vrrp_instance/auth_hmac active_key": "1", "vrrp_instance/auth_hmac time_window": "5",
	"vrrp_sync_group smtp_alert": "false", "vrrp_sync_group notify_priority_changes": "false",
	"vrrp_script script": `["/usr/bin/true"]`, "vrrp_script user": `{"group":"0","user":"0"}`,
	"vrrp_track_process process": `["sleep"]`, "vrrp_track_process param_match": `"none"`, "vrrp_track_process quorum_max": "4294967295",
	"vrrp_track_process delay": "", // two values
	"track_file file":          `"/tmp/golden_track_file"`, "vrrp_track_file file": `"/tmp/golden_track_file"`,
	"garp_group garp_interval": "0.5",
	"bfd_instance source_ip":   "", "bfd_instance neighbor_ip": `"192.0.2.99"`, "bfd_instance neighbour_ip": `"192.0.2.99"`,
	"bfd_instance min_rx": "0.01", "bfd_instance min_tx": "0.01", "bfd_instance idle_tx": "1",
	"bfd_instance hoplimit": "255", "bfd_instance vrrp": "false", "bfd_instance checker": "false",
	"virtual_server ip_family": `"inet"`, "virtual_server lb_algo": `"rr"`, "virtual_server lvs_sched": `"rr"`,
	"virtual_server lb_kind": `{"forwarding":"NAT"}`, "virtual_server lvs_method": `{"forwarding":"NAT"}`,
	// What real servers and checkers take from it is printed with them.
	"virtual_server retry": "", "virtual_server delay_before_retry": "", "virtual_server warmup": "",
	"virtual_server hashed": "", "virtual_server sh-port": "", "virtual_server mh-port": "", "virtual_server sh-fallback": "", "virtual_server mh-fallback": "",
	"virtual_server persistence_granularity": "", "virtual_server protocol": `"TCP"`, "virtual_server smtp_alert": "false",
	"virtual_server sorry_server_inhibit": "", "virtual_server sorry_server_lvs_method": "",
	"virtual_server/real_server weight": "1", "virtual_server/real_server lvs_method": `{"forwarding":"NAT"}`,
	"virtual_server/real_server inhibit_on_failure": "false", "virtual_server/real_server alpha": "false", "virtual_server/real_server smtp_alert": "true",
	"virtual_server/real_server retry": "", "virtual_server/real_server delay_before_retry": "", "virtual_server/real_server warmup": "",
	"virtual_server/real_server connect_timeout": "5", "virtual_server/real_server delay_loop": "60", "virtual_server/real_server virtualhost": "",
	"DNS_CHECK delay_before_retry": "60", "DNS_CHECK name": "",
	"HTTP_GET http_protocol": `"1.0"`, "SSL_GET http_protocol": `"1.0"`,
	"MISC_CHECK misc_path": `["/usr/bin/true"]`, "MISC_CHECK misc_timeout": "60", "MISC_CHECK user": `{"group":"0","user":"0"}`,
	"HTTP_GET nb_get_retry": "1", "SSL_GET nb_get_retry": "1", "HTTP_GET virtualhost": "", "SSL_GET virtualhost": "",
	"HTTP_GET/url path": `"/"`, "SSL_GET/url path": `"/"`, "HTTP_GET/url virtualhost": "", "SSL_GET/url virtualhost": "",
	"HTTP_GET/url status_code": "", "SSL_GET/url status_code": "", // 200-299
	"HTTP_GET/url regex_no_match": "", "SSL_GET/url regex_no_match": "", "HTTP_GET/url regex_options": "", "SSL_GET/url regex_options": "",
	"HTTP_GET/url regex_min_offset": "", "SSL_GET/url regex_min_offset": "", "HTTP_GET/url regex_stack": "", "SSL_GET/url regex_stack": "",
	"FILE_CHECK track_file": `"F"`, "FILE_CHECK weight": "1", "BFD_CHECK name": `"B"`,
}

// common are the values that the checkers of a server without any settings
// have (01-configuration section 19.4).
var common = map[string]string{
	"connect_ip": `"198.51.100.11"`, "connect_port": "80", "connect_timeout": "5", "delay_loop": "60", "warmup": "60", "alpha": "false", "bind_port": "0",
}

var elseNumber = regexp.MustCompile(`else (\d+)(?: s)?$`)

// initialOf returns the printed value of a keyword that is not there.
func (s specified) initialOf() (string, bool) {
	if v, ok := initials[s.key()]; ok {
		return v, true
	}
	if checker, ok := strings.CutPrefix(s.block, "virtual_server/real_server/"); ok {
		if v, ok := initials[checker+" "+s.name]; ok {
			return v, true
		}
		if v, ok := common[s.name]; ok {
			return v, true
		}
		if m := elseNumber.FindStringSubmatch(s.initial); m != nil {
			return m[1], true
		}
	}
	first, _, _ := strings.Cut(s.initial, " ")
	switch first = strings.TrimRight(first, ",;"); first {
	case "off", "false":
		if s.args != "" && s.args != "[bool]" {
			return "", true // nothing is printed for what is not there
		}
		return "false", true
	case "on", "true":
		return "true", true
	case "none", "unset":
		return "", true
	case "kernel":
		return "0", true
	case "":
		return "", true
	}
	if strings.Trim(first, "-0123456789.") == "" {
		return first, true
	}
	return `"` + s.initial + `"`, true
}

// TestInitials: what is printed without a keyword is the default that the
// specification has for it.
func TestInitials(t *testing.T) {
	rows := readKeywords(t)
	t.Chdir(t.TempDir())
	without := make(map[string]reading)
	used := make(map[string]bool)
	for _, s := range rows {
		if s.words != "" || strings.Contains(s.args, "{") {
			continue
		}
		used[s.key()] = true
		used[strings.TrimPrefix(s.key(), "virtual_server/real_server/")] = true
		base, ok := without[s.block]
		if !ok {
			base = read(t, s.block, "")
			without[s.block] = base
		}
		want, ok := s.initialOf()
		if got := base.value(s.block, s.shown()); !ok || got != want {
			t.Errorf("%s: value %s, want %s (%s)", s.key(), got, want, s.initial)
		}
	}
	for key := range initials {
		if !used[key] {
			t.Errorf("%s is no keyword", key)
		}
	}
}

// sample is a use of a keyword, or of a word of its line, and what is printed
// of it.
type sample struct {
	text string // a line of the block, or several
	at   string // the keyword with which it is printed, empty: its own
	want string // is contained there
}

// valueSamples are uses of the keywords that are neither numbers nor booleans
// nor flags, or are more than that.
var valueSamples = map[string]sample{
	" linkbeat_use_polling": {"linkbeat_use_polling", "", "true"},
	" net_namespace":        {"net_namespace other", "", `"other"`},
	" net_namespace_ipvs":   {"net_namespace_ipvs other", "", `"other"`},
	" instance":             {"instance one", "", `"one"`},

	"global_defs process_names": {"process_names", "vrrp_process_name", `"keepalived_vrrp"`}, "global_defs process_name": {"process_name n", "", `"n"`},
	"global_defs vrrp_process_name": {"vrrp_process_name n", "", `"n"`}, "global_defs checker_process_name": {"checker_process_name n", "", `"n"`},
	"global_defs lvs_process_name": {"lvs_process_name n", "", `"n"`}, "global_defs bfd_process_name": {"bfd_process_name n", "", `"n"`},
	"global_defs router_id": {"router_id n", "", `"n"`}, "global_defs notification_email_from": {"notification_email_from a@b", "", `"a@b"`},
	"global_defs smtp_server": {"smtp_server 192.0.2.9 26", "", `"192.0.2.9:26"`}, "global_defs smtp_helo_name": {"smtp_helo_name n", "", `"n"`},
	"global_defs notification_email": {"notification_email {\na@b\n}", "", `"a@b"`},
	"global_defs startup_script":     {"startup_script /usr/bin/true", "startup_script_timeout", "10"},
	"global_defs shutdown_script":    {"shutdown_script /usr/bin/true", "shutdown_script_timeout", "10"},
	"global_defs max_auto_priority":  {"max_auto_priority", "", "99"}, "global_defs dynamic_interfaces": {"dynamic_interfaces allow_if_changes", "", "allow_if_changes"},
	"global_defs default_interface": {"default_interface ifb0", "", `"ifb0"`},
	"global_defs lvs_timeouts":      {"lvs_timeouts tcp 5 udp 6", "", `{"tcp":5,"udp":6}`},
	"global_defs lvs_flush_on_stop": {"lvs_flush_on_stop VS", "", `"VS"`}, "global_defs lvs_flush_onstop": {"lvs_flush_onstop", "", `"all"`},
	"global_defs lvs_sync_daemon":   {"lvs_sync_daemon eth0 id 3", "", `{"id":3,"interface":"eth0"}`},
	"global_defs vrrp_mcast_group4": {"vrrp_mcast_group4 224.0.0.9", "", `"224.0.0.9"`}, "global_defs vrrp_mcast_group6": {"vrrp_mcast_group6 ff02::9", "", `"ff02::9"`},
	"global_defs vrrp_garp_extra_if": {"vrrp_garp_extra_if all 5", "", `{"all":true,"interval":5}`}, "global_defs vrrp_vmac_garp_intvl": {"vrrp_vmac_garp_intvl all 5", "", `{"all":true,"interval":5}`},
	"global_defs vrrp_garp_master_refresh": {"vrrp_garp_master_refresh 4294967295", "", "4294967295"},
	"global_defs vrrp_iptables":            {"vrrp_iptables A B", "", `"A"`}, "global_defs vrrp_ipsets": {"vrrp_iptables\nvrrp_ipsets a", "", `"a"`},
	"global_defs nftables": {"nftables t", "", `"t"`}, "global_defs nftables_priority": {"nftables_priority -2147483648", "", "-2147483648"},
	"global_defs nftables_ipvs": {"nftables_ipvs t", "", `"t"`}, "global_defs nftables_ipvs_priority": {"nftables_ipvs_priority 2147483647", "", "2147483647"},
	"global_defs vrrp_cpu_affinity": {"vrrp_cpu_affinity 1 0", "", "0"}, "global_defs checker_cpu_affinity": {"checker_cpu_affinity 1", "", "1"}, "global_defs bfd_cpu_affinity": {"bfd_cpu_affinity 0", "", "0"},
	"global_defs vrrp_rlimit_rtime": {"vrrp_rlimit_rtime 7", "", "7"}, "global_defs checker_rlimit_rtime": {"checker_rlimit_rtime 7", "", "7"}, "global_defs bfd_rlimit_rtime": {"bfd_rlimit_rtime 7", "", "7"},
	"global_defs notify_fifo": {"notify_fifo /run/a", "", `"/run/a"`}, "global_defs notify_fifo_script": {"notify_fifo /run/a\nnotify_fifo_script \"/usr/bin/true x\"", "", `["/usr/bin/true","x"]`},
	"global_defs vrrp_notify_fifo": {"vrrp_notify_fifo /run/a", "", `"/run/a"`}, "global_defs vrrp_notify_fifo_script": {"vrrp_notify_fifo /run/a\nvrrp_notify_fifo_script \"/usr/bin/true x\"", "", `["/usr/bin/true","x"]`},
	"global_defs lvs_notify_fifo": {"lvs_notify_fifo /run/a", "", `"/run/a"`}, "global_defs lvs_notify_fifo_script": {"lvs_notify_fifo /run/a\nlvs_notify_fifo_script \"/usr/bin/true x\"", "", `["/usr/bin/true","x"]`},
	"global_defs snmp_socket": {"snmp_socket udp:a:1", "", `"udp:a:1"`}, "global_defs enable_snmp_rfc": {"enable_snmp_rfc", "enable_snmp_rfcv3", "true"},
	"global_defs dbus_service_name": {"dbus_service_name n", "", `"n"`}, "global_defs dbus_no_interface_name": {"dbus_no_interface_name n", "", `"n"`},
	"global_defs script_user":               {"script_user nobody\nstartup_script /usr/bin/true", "startup_script", `"65534"`},
	"global_defs vrrp_netlink_cmd_rcv_bufs": {"vrrp_netlink_cmd_rcv_bufs 5", "", "5"}, "global_defs vrrp_netlink_monitor_rcv_bufs": {"vrrp_netlink_monitor_rcv_bufs 5", "", "5"},
	"global_defs process_monitor_rcv_bufs": {"process_monitor_rcv_bufs 5", "", "5"}, "global_defs lvs_netlink_cmd_rcv_bufs": {"lvs_netlink_cmd_rcv_bufs 5", "", "5"},
	"global_defs lvs_netlink_monitor_rcv_bufs": {"lvs_netlink_monitor_rcv_bufs 5", "", "5"}, "global_defs vrrp_rx_bufs_policy": {"vrrp_rx_bufs_policy advert", "", `"ADVERT"`},
	"global_defs vmac_prefix": {"vmac_prefix n", "", `"n"`}, "global_defs vmac_addr_prefix": {"vmac_addr_prefix n", "", `"n"`},
	"global_defs umask": {"umask 0x12", "", `"022"`}, "global_defs reload_check_config": {"reload_check_config", "", `"/dev/null"`},
	"global_defs reload_time_file": {"reload_time_file /r", "", `"/r"`}, "global_defs reload_file": {"reload_file", "", "true"},
	"global_defs include_check":   {"include_check", "router_id", ""}, // see parser/source
	"global_defs config_save_dir": {"config_save_dir /tmp", "", `"/tmp"`}, "global_defs tmp_config_directory": {"tmp_config_directory /tmp", "", `"/tmp"`},
	"global_defs iproute_usr_dir": {"iproute_usr_dir /a", "", `"/a"`}, "global_defs iproute_etc_dir": {"iproute_etc_dir /a", "", `"/a"`},
	"global_defs state_dump_file": {"state_dump_file /a/", "", `"/a/"`}, "global_defs stats_dump_file": {"stats_dump_file /a", "", `"/a"`}, "global_defs json_dump_file": {"json_dump_file /a", "", `"/a"`},

	"vrrp_sync_group notify_backup": {"notify_backup /usr/bin/true", "", `["/usr/bin/true"]`}, "vrrp_sync_group notify_master": {"notify_master /usr/bin/true", "", `["/usr/bin/true"]`},
	"vrrp_sync_group notify_fault": {"notify_fault /usr/bin/true", "", `["/usr/bin/true"]`}, "vrrp_sync_group notify_stop": {"notify_stop /usr/bin/true", "", `["/usr/bin/true"]`},
	"vrrp_sync_group notify": {"notify /usr/bin/true nobody", "", `"65534"`},
	"garp_group interface":   {"interface ifb0", "interfaces", `"ifb0"`},

	"vrrp_instance use_vmac": {"use_vmac name n1", "", `{"name":"n1"}`}, "vrrp_instance use_ipvlan": {"use_ipvlan 192.0.2.9 vepa", "", `"vepa"`},
	"vrrp_instance vmac_xmit_base":       {"use_vmac\nvmac_xmit_base", "", "true"},
	"vrrp_instance old_unicast_checksum": {"old_unicast_checksum never", "", `"never"`}, "vrrp_instance state": {"state MASTER", "", `"MASTER"`},
	"vrrp_instance interface":    {"interface ifb0", "", `"ifb0"`},
	"vrrp_instance vrf":          {"vrrp_instance Z {\nvrf vrf0\nvirtual_router_id 9\nunicast_src_ip 192.0.2.8\nunicast_peer {\n192.0.2.7\n}\nvirtual_ipaddress {\n192.0.2.9 dev eth0\n}\n}", "/vrrp_instance/0/values/vrf", `"vrf0"`},
	"vrrp_instance mcast_src_ip": {"mcast_src_ip 192.0.2.8", "", `"192.0.2.8"`}, "vrrp_instance unicast_src_ip": {"unicast_src_ip 192.0.2.8\nunicast_peer {\n192.0.2.7\n}", "", `"192.0.2.8"`},
	"vrrp_instance track_src_ip": {"mcast_src_ip 192.0.2.8\ntrack_src_ip", "", "true"}, "vrrp_instance mcast_dst_ip": {"mcast_dst_ip 224.0.0.9", "", `"224.0.0.9"`},
	"vrrp_instance unicast_ttl": {"unicast_ttl 5\nunicast_peer {\n192.0.2.7\n}", "", "5"}, "vrrp_instance linkbeat_use_polling": {"linkbeat_use_polling", "linkbeat_use_polling", "true"},
	"vrrp_instance advert_int": {"version 3\nadvert_int 40.95", "", "40.95"}, "vrrp_instance garp_master_refresh": {"garp_master_refresh 4294967295", "", "4294967295"},
	"vrrp_instance timer_expired_backup": {"nopreempt\ntimer_expired_backup", "", "254"}, "vrrp_instance thread_timer_expired": {"nopreempt\nthread_timer_expired 7", "", "7"},
	"vrrp_instance notify_backup": {"notify_backup /usr/bin/true", "", `["/usr/bin/true"]`}, "vrrp_instance notify_master": {"notify_master '/usr/bin/true x'", "", `["/usr/bin/true","x"]`},
	"vrrp_instance notify_fault": {"notify_fault /usr/bin/true", "", `["/usr/bin/true"]`}, "vrrp_instance notify_stop": {"notify_stop /usr/bin/true", "", `["/usr/bin/true"]`},
	"vrrp_instance notify_deleted": {"notify_deleted /usr/bin/true", "", `["/usr/bin/true"]`}, "vrrp_instance notify": {"notify /usr/bin/true nobody nogroup", "", `"65534"`},
	"vrrp_instance notify_master_rx_lower_pri": {"notify_master_rx_lower_pri /usr/bin/true", "", `["/usr/bin/true"]`},
	"vrrp_instance lvs_sync_daemon_interface":  {"lvs_sync_daemon_interface ifb0", "/global_defs/values/lvs_sync_daemon", `"ifb0"`},
	"vrrp_instance/authentication auth_type":   {"auth_type AH", "", `"AH"`}, "vrrp_instance/authentication auth_pass": {"auth_pass 12345678", "", `"12345678"`},
	"vrrp_instance/auth_hmac key":         {"key 2 hex:000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f", "", `"hex:0001`},
	"vrrp_instance/auth_hmac anti_replay": {"anti_replay monotonic", "", `"monotonic"`}, "vrrp_instance/auth_hmac mode": {"mode receive-only", "", `"receive-only"`},
	"vrrp_instance/auth_hmac active_key": {"key 255 bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\nactive_key 255", "", "255"},

	"vrrp_script script": {"script \"/usr/bin/true a\\\\x20b\"", "", `"/usr/bin/true","a b"`}, "vrrp_script user": {"user nobody nogroup", "", `"65534"`},
	"vrrp_script weight":         {"weight 5 reverse", "", "5"},
	"vrrp_track_process process": {"", "", `["sleep"]`}, "vrrp_track_process param_match": {"param_match partial", "", `"partial"`},
	"vrrp_track_process delay": {"delay 0.000001", "fork_delay", "0.000001"}, "vrrp_track_process weight": {"weight 7 reverse", "", "7"},
	"track_file file": {"", "", `"/tmp/golden_track_file"`}, "track_file weight": {"weight 7 reverse", "", "7"}, "track_file init_file": {"init_file -5 overwrite", "", "-5"},
	"vrrp_track_file file": {"", "", `"/tmp/golden_track_file"`}, "vrrp_track_file weight": {"weight -7", "", "-7"}, "vrrp_track_file init_file": {"init_file", "", "0"},
	"bfd_instance source_ip": {"source_ip 192.0.2.98", "", `"192.0.2.98"`}, "bfd_instance neighbor_ip": {"neighbor_ip 192.0.2.97", "", `"192.0.2.97"`}, "bfd_instance neighbour_ip": {"neighbour_ip 192.0.2.97", "", `"192.0.2.97"`},
	"bfd_instance weight": {"weight -7 reverse", "", "-7"}, "bfd_instance hoplimit": {"hoplimit 9", "", "9"},
	"SSL password": {"password n", "", `"n"`}, "SSL ca": {"ca n", "", `"n"`}, "SSL certificate": {"certificate n", "", `"n"`}, "SSL key": {"key n", "", `"n"`},

	"virtual_server ip_family": {"ip_family inet", "", `"inet"`}, "virtual_server lb_algo": {"lb_algo mh", "", `"mh"`}, "virtual_server lvs_sched": {"lvs_sched fo", "", `"fo"`},
	"virtual_server hashed": {"lb_algo sh\nhashed", "lb_algo", `"sh"`}, "virtual_server ops": {"protocol UDP\nops", "", "true"},
	"virtual_server sh-port": {"lb_algo sh\nsh-port", "flag-2", "true"}, "virtual_server sh-fallback": {"lb_algo sh\nsh-fallback", "flag-1", "true"},
	"virtual_server mh-port": {"lb_algo mh\nmh-port", "flag-2", "true"}, "virtual_server mh-fallback": {"lb_algo mh\nmh-fallback", "flag-1", "true"},
	"virtual_server lb_kind": {"lb_kind TUN type gre csum", "", `"gre"`}, "virtual_server lvs_method": {"lvs_method DR", "", `"DR"`},
	"virtual_server persistence_engine": {"persistence_engine sip", "", `"sip"`}, "virtual_server persistence_timeout": {"persistence_timeout", "", "360"},
	"virtual_server persistence_granularity": {"persistence_granularity 255.255.0.0", "", `"255.255.0.0"`}, "virtual_server protocol": {"protocol sctp", "", `"SCTP"`},
	"virtual_server virtualhost": {"virtualhost n", "", `"n"`}, "virtual_server snmp_name": {"snmp_name n", "", `"n"`},
	"virtual_server quorum_up": {"quorum_up /usr/bin/true", "", `["/usr/bin/true"]`}, "virtual_server quorum_down": {"quorum_down /usr/bin/true", "", `["/usr/bin/true"]`},
	"virtual_server quorum": {"weight 9\nquorum 5", "", "5"}, "virtual_server hysteresis": {"weight 9\nquorum 5\nhysteresis 4", "", "4"},
	"virtual_server weight": {"weight 9", "real_server/0/values/weight", "9"}, "virtual_server retry": {"retry 9", "real_server/0/values/TCP_CHECK/0/values/retry", "9"},
	"virtual_server delay_before_retry": {"delay_before_retry 9", "real_server/0/values/TCP_CHECK/0/values/delay_before_retry", "9"}, "virtual_server warmup": {"warmup 9", "real_server/0/values/TCP_CHECK/0/values/warmup", "9"},
	"virtual_server sorry_server": {"sorry_server 192.0.2.9 81", "", `{"address":"192.0.2.9","port":81}`}, "virtual_server sorry_server_inhibit": {"sorry_server 192.0.2.9\nsorry_server_inhibit", "", "true"},
	"virtual_server sorry_server_lvs_method": {"sorry_server 192.0.2.9\nsorry_server_lvs_method DR", "", `"DR"`},

	"virtual_server/real_server lvs_method": {"lvs_method TUN type gue port 5", "", `{"forwarding":"TUN","port":5,"type":"gue"}`}, "virtual_server/real_server virtualhost": {"virtualhost n", "", `"n"`},
	"virtual_server/real_server snmp_name": {"snmp_name n", "", `"n"`}, "virtual_server/real_server notify_up": {"notify_up /usr/bin/true", "", `["/usr/bin/true"]`}, "virtual_server/real_server notify_down": {"notify_down /usr/bin/true", "", `["/usr/bin/true"]`},
	"virtual_server/real_server retry": {"retry 9", "SMTP_CHECK/0/values/retry", "9"}, "virtual_server/real_server delay_before_retry": {"delay_before_retry 9", "HTTP_GET/0/values/delay_before_retry", "9"},
	"virtual_server/real_server warmup": {"warmup 9", "UDP_CHECK/0/values/warmup", "9"},
	"HTTP_GET nb_get_retry":             {"nb_get_retry 9", "", "9"}, "HTTP_GET virtualhost": {"virtualhost n", "", `"n"`}, "HTTP_GET http_protocol": {"http_protocol 1.0c", "", `"1.0C"`},
	"HTTP_GET/url path": {"path /p", "", `"/p"`}, "HTTP_GET/url digest": {"digest 0123456789abcdef0123456789ABCDEF", "", "0123456789abcdef"}, "HTTP_GET/url status_code": {"status_code 100 200-599", "", "599"},
	"HTTP_GET/url virtualhost": {"virtualhost n", "", `"n"`}, "HTTP_GET/url regex": {"regex a\\x20b", "", "a b"}, "HTTP_GET/url regex_no_match": {"regex a\nregex_no_match", "", "true"},
	"HTTP_GET/url regex_options": {"regex a\nregex_options caseless dotall", "", "caseless"}, "HTTP_GET/url regex_min_offset": {"regex a\nregex_min_offset 5", "", "5"},
	"HTTP_GET/url regex_max_offset": {"regex a\nregex_max_offset 5", "", "5"}, "HTTP_GET/url regex_stack": {"regex a\nregex_stack 100 1000", "", "1000"},
	"SMTP_CHECK helo_name": {"helo_name n", "", `"n"`}, "DNS_CHECK type": {"type AAAA", "", `"AAAA"`}, "DNS_CHECK name": {"name ab.example", "", `"ab.example"`},
	"UDP_CHECK payload": {"payload 01 ff", "", "01ff"}, "UDP_CHECK require_reply": {"require_reply 0x", "", "0"},
	"MISC_CHECK misc_path": {"misc_path \"/usr/bin/true a\"", "", `["/usr/bin/true","a"]`}, "MISC_CHECK user": {"user nobody", "", `"65534"`},
	"FILE_CHECK track_file": {"track_file F", "", `"F"`}, "FILE_CHECK weight": {"weight -2147483647 reverse", "", "-2147483647"}, "BFD_CHECK name": {"", "", `"B"`},
	"connect_ip": {"connect_ip 192.0.2.7", "", `"192.0.2.7"`}, "bindto": {"bindto 192.0.2.7", "", `"192.0.2.7"`}, "bind_if": {"bind_if abcdefghijklmno", "", `"abcdefghijklmno"`},
}

// sampleOf finds the sample of a row; the kinds of checkers, and of urls, have
// much in common.
func (s specified) sampleOf() (v sample, key string, ok bool) {
	short := strings.TrimPrefix(s.key(), "virtual_server/real_server/")
	for _, key = range []string{s.key(), short, strings.ReplaceAll(short, "SSL_GET", "HTTP_GET"), s.name} {
		if v, ok = valueSamples[key]; ok {
			break
		}
	}
	return v, key, ok
}

// TestValues: every keyword has a use with a value that is printed; numbers,
// booleans and flags have theirs in TestLimits, TestBooleans and TestFlags.
func TestValues(t *testing.T) {
	rows := readKeywords(t)
	t.Chdir(t.TempDir())
	used := make(map[string]bool)
	for _, s := range rows {
		if s.words != "" {
			continue
		}
		v, key, ok := s.sampleOf()
		used[key] = true
		if !ok {
			low, _, _ := s.numbers()
			if low == nil && s.args != "[bool]" && s.args != "" && !strings.Contains(s.args, "{") {
				t.Errorf("%s %s: no sample", s.key(), s.args)
			}
			continue
		}
		at := v.at
		if at == "" {
			at = s.shown()
		}
		block := s.block
		if strings.HasPrefix(v.text, "vrrp_instance ") {
			block = "" // an instance of its own
		}
		r := read(t, block, strings.Split(v.text, "\n")...)
		if got := r.value(s.block, at); !strings.Contains(got, v.want) || v.want == "" && s.name != "include_check" && got != "" {
			t.Errorf("%s: %s %s, want %s; said: %v", v.text, at, got, v.want, r.complaints())
		}
	}
	for key := range valueSamples {
		if !used[key] {
			t.Errorf("%s is no keyword", key)
		}
	}
}
