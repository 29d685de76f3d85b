package effective

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// some draws lines of a vocabulary, in any order, some of them more than once.
// Lines of several words for one thing are separated by "|".
func some(t *rapid.T, name string, most int, vocabulary ...string) string {
	var b strings.Builder
	for _, l := range rapid.SliceOfN(rapid.SampledFrom(vocabulary), 0, most).Draw(t, name) {
		b.WriteString("  " + l + "\n")
	}
	return b.String()
}

func anyGlobals(t *rapid.T) string {
	return "global_defs {\n" + some(t, "globals", 30,
		"process_names", "process_name abc", "vrrp_priority -5", "vrrp_rt_priority 30", "checker_cpu_affinity 1 0", "bfd_rlimit_rttime 1", "vrrp_no_swap",
		"max_auto_priority", "max_auto_priority -1", "min_auto_priority_delay 500", "umask 022", "umask IRUSR|IWUSR", "random_seed 5", "json_version 2",
		"router_id \"a b\"", "notification_email_from \"Name, X <a@b>\"", "notification_email {\n c@d\n \"A (B) <x@y>\" e@f\n }", "smtp_server 192.0.2.9 26",
		"smtp_server fd00::9", "smtp_helo_name h", "smtp_connect_timeout 9", "smtp_alert yes", "smtp_alert_vrrp no", "smtp_alert_checker no",
		"no_email_faults", "no_checker_emails", "startup_script \"/usr/bin/sh -c 'a \\\"b\\\" #c'\" root", "startup_script_timeout 5", "use_symlink_paths",
		"enable_script_security", "script_user daemon daemon", "notify_fifo /run/a", "vrrp_notify_fifo /run/b nobody", "lvs_notify_fifo /run/a",
		"notify_fifo_script /usr/bin/true", "dynamic_interfaces allow_if_changes", "default_interface ifb0", "vrrp_mcast_group4 224.0.0.9",
		"vrrp_mcast_group6 ff05::1", "vrrp_version 3", "vrrp_strict", "vrrp_down_timer_adverts 5", "vrrp_lower_prio_no_advert", "vrrp_higher_prio_send_advert on",
		"vrrp_owner_ignore_adverts", "vrrp_skip_check_adv_addr", "v3_checksum_as_v2", "vrrp_notify_priority_changes", "vrrp_check_unicast_src",
		"vrrp_startup_delay 1.5", "vmac_prefix vm", "vmac_addr_prefix va", "vrrp_min_garp", "vrrp_min_garp no", "vrrp_garp_master_delay 3",
		"vrrp_garp_master_repeat 4000000000", "vrrp_garp_master_refresh 5000", "vrrp_garp_master_refresh_repeat 2", "vrrp_garp_lower_prio_delay 1",
		"vrrp_garp_lower_prio_repeat 0", "vrrp_garp_interval 0.000001", "vrrp_gna_interval 2.5", "vrrp_garp_extra_if all 60", "vrrp_iptables", "vrrp_iptables A B",
		"vrrp_ipsets s", "nftables", "nftables t2", "nftables_priority -7", "nftables_ipvs", "nftables_counters", "lvs_timeouts tcp 5 udp 7", "lvs_flush",
		"lvs_flush_on_stop VS", "lvs_flush_on_stop", "lvs_sync_daemon eth0 inst V1 id 3 ttl 4 group 224.0.0.81", "checker_log_all_failures", "rs_init_notifies",
		"enable_snmp_rfc", "enable_traps", "snmp_socket udp:x:1", "snmp_vs_stats_update_interval 2.5", "enable_dbus", "reload_check_config", "reload_file",
		"reload_file /run/r", "iproute_etc_dir /a", "state_dump_file /tmp/x/", "vrrp_rx_bufs_policy MTU ADVERT", "vrrp_rx_bufs_policy 4000",
		"vrrp_netlink_cmd_rcv_bufs 9000", "lvs_netlink_monitor_rcv_bufs_force") + "}\n"
}

func objects(t *rapid.T) string {
	var b strings.Builder
	for _, name := range []string{"s1", "s2"} {
		fmt.Fprintf(&b, "vrrp_script %s {\n  script \"/usr/bin/sh -c 'x y'\"\n%s}\n", name, some(t, name, 6,
			"interval 2.5", "timeout 0.5", "weight 5", "weight -7 reverse", "weight 300", "weight 254", "rise 2", "fall 3", "init_fail", "user daemon"))
		fmt.Fprintf(&b, "track_file f%s {\n  file /tmp/x%s\n%s}\n", name, name, some(t, "f"+name, 3, "weight 3", "weight 7 reverse", "init_file", "init_file 5 overwrite", "init_file -3"))
		fmt.Fprintf(&b, "vrrp_track_process p%s {\n  process x \"a b\"\n%s}\n", name, some(t, "p"+name, 5,
			"param_match", "param_match partial", "weight 9", "quorum 3", "quorum_max 0", "quorum_max 5", "delay 1.5", "fork_delay 2", "full_command"))
		fmt.Fprintf(&b, "bfd_instance b%s {\n  neighbor_ip 192.0.2.%d\n%s}\n", name, len(b.String())%250, some(t, "b"+name, 6,
			"source_ip 192.0.2.1", "source_ip fd00::1", "min_rx 20.5", "idle_tx 1500", "multiplier 4", "passive", "ttl 9", "max_hops 20", "multihop",
			"weight 7", "weight -3 reverse", "vrrp", "checker"))
	}
	return b.String()
}

var trackWords = []string{
	"track_interface {\n ifb0\n eth0 weight 5\n }", "track_interface {\n ifb1 weight -7 reverse\n }", "track_script {\n s1\n s2 weight 254\n }",
	"track_script {\n s2 weight 0 noreverse\n }", "track_script {\n s1 weight 20 reverse\n }", "track_file {\n fs1\n fs2 weight 5 reverse\n }",
	"track_file {\n fs1 weight 0\n }", "track_process {\n ps1\n ps2 weight 9\n }", "track_bfd {\n bs1\n bs2 weight 3\n }",
}

func instances(t *rapid.T) string {
	var b strings.Builder
	for i := range rapid.IntRange(0, 3).Draw(t, "instances") {
		name := fmt.Sprintf("V%d", i+1)
		fmt.Fprintf(&b, "vrrp_instance %s {\n  virtual_router_id %d\n%s", name, 50+i, some(t, name, 24, append([]string{
			"priority 150", "priority 255", "state MASTER", "state BACKUP", "version 3", "version 2", "native_ipv6", "advert_int 2", "advert_int 0.755", "strict_mode",
			"strict_mode off", "accept", "no_accept", "nopreempt", "preempt", "preempt_delay 5.5", "use_vmac", "use_vmac vm.x 02:00:00:00:01", "vmac_xmit_base",
			"use_vmac_addr", "use_ipvlan 192.0.2.77/24 vepa", "dont_track_primary", "promote_secondaries", "mcast_src_ip 192.0.2.5", "unicast_src_ip 192.0.2.6",
			"track_src_ip", "mcast_dst_ip 224.0.0.99", "unicast_peer {\n 192.0.2.7 min_ttl 5\n 192.0.2.8\n }", "unicast_peer {\n fd00:0::7 max_ttl 9\n }", "unicast_ttl 5",
			"unicast_fault_no_peer", "check_unicast_src", "old_unicast_checksum never", "old_unicast_checksum", "v3_checksum_as_v2 on", "skip_check_adv_addr off",
			"lower_prio_no_advert", "higher_prio_send_advert", "owner_ignore_adverts", "owner_ignore_adverts no", "kernel_rx_buf_size 9999", "debug 2",
			"down_timer_adverts 4", "timer_expired_backup 200", "garp_master_delay 1", "garp_master_repeat 0", "garp_master_refresh 14400", "garp_master_refresh_repeat 3",
			"garp_lower_prio_delay 2", "garp_lower_prio_repeat 4", "garp_extra_if all 0", "garp_extra_if 90", "authentication {\n auth_type PASS\n auth_pass \"a b#\"\n }",
			"authentication {\n auth_type AH\n auth_pass abcdefghij\n }", "auth_hmac {\n key 3 0123456789abcdef0123456789abcdef\n active_key 3\n mode permissive\n }",
			"auth_hmac {\n key 4 hex:" + strings.Repeat("0f", 40) + "\n active_key 4\n anti_replay monotonic\n time_window 9\n }",
			"virtual_ipaddress {\n 10.0.0.1/24 dev eth0 brd + label eth0:1\n 10.0.0.2 peer 10.0.0.3 scope link\n }", "virtual_ipaddress {\n fe80::1/64\n fd00::1 -nodad home\n }",
			"virtual_ipaddress {\n 10.0.1." + fmt.Sprint(i) + "\n }", "virtual_ipaddress_excluded {\n fd00::9/128 preferred_lft 5 no_track\n 10.0.0.9 use_vmac\n }",
			"virtual_routes {\n blackhole 10.0.0.0/8\n default via 192.0.2.1 dev eth0 metric 0 realms 3/4\n fd00::/64 pref high expires 5\n }",
			"virtual_routes {\n 10.0.0.0/8 encap ip id 3 dst 1.2.3.4 via 1.2.3.5 mtu lock 1400 rtt 300ms congctl lock reno\n 10.1.0.0/16 nexthop via 1.2.3.4 weight 3 nexthop dev eth0 onlink\n default table 100 vrf blue no_track protocol 5 features ecn append\n }",
			"virtual_rules {\n from 10.0.0.0/8 table 100 preference 5\n not to fd00::/64 goto 2000 priority 7\n fwmark 0x10/0xff l3mdev\n inet6 x prohibit priority 8 uidrange 5-6\n }",
			"no_virtual_ipaddress", "notify \"/usr/bin/true 'a b' \\\"$x {\\\"\"", "notify_master \"</etc/passwd\" root", "notify_deleted", "notify_deleted /usr/bin/true",
			"smtp_alert", "notify_priority_changes", "linkbeat_use_polling", "lvs_sync_daemon_interface eth0", "vmac_garp_intvl 7", "thread_timer_expired 100",
		}, trackWords...)...))
		fmt.Fprintf(&b, "%s  virtual_ipaddress {\n   192.0.2.%d/24\n  }\n}\n", rapid.SampledFrom([]string{"  interface eth0\n", "  interface eth0\n", "  interface ifb0\n", ""}).Draw(t, "interface"), 100+i)
	}
	if rapid.Bool().Draw(t, "group") {
		b.WriteString("vrrp_sync_group G {\n  group {\n V1\n V2\n }\n" + some(t, "G", 6, append([]string{
			"notify_master /usr/bin/true", "smtp_alert", "sync_group_tracking_weight", "global_tracking", "notify_priority_changes off", "group {\n V3\n }",
		}, trackWords...)...) + "}\n")
	}
	return b.String()
}

func statics(t *rapid.T) string {
	return strings.ReplaceAll(some(t, "statics", 6,
		"track_group T {\n group {\n V1\n }\n }", "static_ipaddress {\n 192.0.2.200/24 track_group T\n fd00::5/64 dev ifb0 autojoin\n }",
		"static_routes {\n 198.51.100.0/24 dev eth0 track_group T\n throw 10.2.0.0/16 tos 4 hoplimit 9 ttl-propagate disabled\n }",
		"static_rules {\n to 10.0.0.0/8 table main sport 1-9 ipproto sctp iif eth0\n nop tunnel-id 9 suppress_prefixlength 3\n table 7 sup_group 5 realms 9\n }",
		"garp_group {\n garp_interval 0.5\n interfaces {\n eth0 ifb0\n }\n }", "garp_group {\n gna_interval 2\n interface ifb1\n }",
		"linkbeat_interfaces {\n eth0 MII\n ifb0\n }", "interface_up_down_delays {\n eth0 1.99999 60\n ifb0 3\n }", "use_pid_dir", "instance i1", "child_wait_time 9",
		"net_namespace n", "net_namespace_ipvs", "linkbeat_use_polling"), "\n  ", "\n")
}

func servers(t *rapid.T) string {
	var b strings.Builder
	b.WriteString(some(t, "before", 3, "SSL {\n password \"a b\"\n key /k\n }",
		"virtual_server_group g1 {\n 198.51.100.1 80\n 198.51.100.5-9 81\n 198.51.100.64/28 0\n }", "virtual_server_group g2 {\n fwmark 5 inet6\n fd00::1-f 80\n }",
		"virtual_server_group g3 {\n fwmark 7\n }"))
	for i := range rapid.IntRange(0, 3).Draw(t, "servers") {
		head := rapid.SampledFrom([]string{"198.51.100.1 80", "198.51.100.2", "fwmark 5", "group g1", "group g2", "group g3", "fd00::5 80"}).Draw(t, "head")
		fmt.Fprintf(&b, "virtual_server %s {\n%s", head, some(t, fmt.Sprint("server", i), 16,
			"ip_family inet", "ip_family inet6", "protocol TCP", "protocol UDP", "protocol sctp", "delay_loop 2.5", "delay_loop 18446744073709.551614", "connect_timeout 0.5",
			"retry 4", "delay_before_retry 6", "warmup 0", "lb_algo rr", "lb_algo mh", "mh-port", "flag-3", "ops", "lb_kind NAT", "lb_kind DR", "lb_kind TUN type gue port 600 csum",
			"persistence_timeout", "persistence_timeout 50", "persistence_granularity 255.255.255.0", "persistence_granularity 64", "persistence_engine sip", "ha_suspend",
			"alpha", "omega", "inhibit_on_failure", "quorum 2", "quorum 99", "hysteresis 5", "quorum_up \"/usr/bin/true a\"", "smtp_alert", "virtualhost v", "snmp_name n",
			"weight 3", "sorry_server 198.51.100.11 80", "sorry_server 198.51.100.11", "sorry_server 198.51.100.11 81", "sorry_server_inhibit", "sorry_server_lvs_method DR"))
		for j := range rapid.IntRange(1, 3).Draw(t, "reals") {
			real := rapid.SampledFrom([]string{"198.51.100.11 80", "198.51.100.11", "198.51.100.12 81", "fd00::11 80", "fd00::11"}).Draw(t, "real")
			fmt.Fprintf(&b, "  real_server %s {\n%s%s}\n", real, some(t, fmt.Sprint("real", j), 6,
				"weight 0", "weight 5", "lvs_method NAT", "lvs_method DR", "uthreshold 5", "inhibit_on_failure", "alpha", "alpha no", "notify_up \"/usr/bin/true\"", "smtp_alert no",
				"retry 7", "warmup 3", "delay_loop 9", "connect_timeout 4", "delay_before_retry 8", "virtualhost w"), checks(t))
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func checks(t *rapid.T) string {
	var b strings.Builder
	for range rapid.IntRange(0, 3).Draw(t, "checks") {
		kind := rapid.SampledFrom(checkerKinds()).Draw(t, "kind")
		own := []string{"alpha", "alpha no"}
		if kind.String() != "FILE_CHECK" && kind.String() != "BFD_CHECK" {
			own = append(own, "retry 0", "retry 9", "delay_before_retry 0", "warmup 9.5", "delay_loop 11", "log_all_failures")
		}
		if connects(kind) {
			own = append(own, "connect_ip 192.0.2.33", "connect_port 99", "bindto 192.0.2.1", "bind_port 5", "bind_if eth0", "connect_timeout 7", "fwmark 3")
		}
		switch kind.String() {
		case "HTTP_GET", "SSL_GET":
			own = append(own, "url {\n path /\n status_code 200-204 404\n regex \"a\\\\d{2}[\\\"#]\"\n regex_options caseless dotall\n regex_max_offset 9\n regex_stack 5 6\n }",
				"url {\n path \"/a b#\"\n digest "+strings.Repeat("0a", 16)+"\n virtualhost q\n }", "url {\n path /x\n regex a\n regex_no_match\n }", "http_protocol 1.0c",
				"enable_sni", "fast_recovery", "virtualhost z", "nb_get_retry 6")
			if kind.String() == "SSL_GET" {
				own = append(own, "tls_compliant")
			}
		case "SMTP_CHECK":
			own = append(own, "helo_name h", "host {\n connect_ip 192.0.2.44\n retry 8\n }", "host {\n connect_timeout 2\n }")
		case "DNS_CHECK":
			own = append(own, "type mx", "name example.org")
		case "MISC_CHECK":
			own = append(own, "misc_path \"/usr/bin/sh -c 'x y' ''\"", "misc_path /nowhere", "misc_timeout 5", "misc_timeout 0", "misc_dynamic", "user daemon")
		case "UDP_CHECK":
			own = append(own, "payload 00 1 ff", "require_reply 4x xx 1", "require_reply", "min_reply_length 3", "max_reply_length 2")
		case "FILE_CHECK":
			own = append(own, "track_file fs1", "weight 7 reverse", "weight -400")
		case "BFD_CHECK":
			own = append(own, "name bs1", "name bs2")
		}
		fmt.Fprintf(&b, "    %s {\n%s    }\n", kind, some(t, kind.String(), 8, own...))
	}
	return b.String()
}

// Any configuration means the same after it was printed, however wrong it was.
func TestGeneratedAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := anyGlobals(t) + objects(t) + statics(t) + instances(t) + servers(t)
		r := loadText(text)
		if r.Config == nil {
			return
		}
		if text2, diff := again(t, r); diff != "" {
			t.Fatalf("-want +got\n%s\n%s\nprinted:\n%s", diff, text, text2)
		}
	})
}
