package main

import (
	"math/big"
	"regexp"
	"slices"
	"strings"

	"keepalived/parser/keyword"
)

// anything are values for every keyword, of whatever kind it is.
var anything = []string{
	"x", `""`, `"a b"`, "'a b'", "0", "1", "-1", "300", "6s", "1.5", "on", "192.0.2.1", "2001:db8::1", "eth0", "/nosuch/file",
	"a_name_that_is_longer_than_31_chars", strings.Repeat("n", 300),
}

// kinds are more values, for arguments of one kind.
var kinds = []struct {
	what   *regexp.Regexp // of the arguments
	values []string
}{
	{re(`<int>|<n>|<r>`), []string{
		"2", "3", "00", "007", "+5", "++5", "-0", "-5", "+", "-", "0x10", `" 5"`, `"5 "`, `" -5"`, "5x", "5.0", ".5", "5.", "1e3", "254", "255", "256", "-253", "-254", "-255", "4294", "4295", "65535", "65536",
		"2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295", "4294967296", "18446744073709551615", "18446744073709551616", "99999999999999999999999",
	}},
	{re(`<dec>|<time>`), []string{
		"2", "2.5", "+5", "-5", "-0", "-.5", " .5", ".5", "5.", ".", "00.5", "007", `" 5"`, `"5 "`, `" -5"`, "5x", "6ms", "0.5s", "5,5", "1e3", "0x10", "0.0", "0.01", "0.001", "0.0005", "0.000001", "0.0000001", "0.0000005", "0.12345678",
		"1.2345", "40.95", "40.96", "255", "255.000001", "256", "1000", "1000.5", "4294", "4294.967295", "4294.967296", "4295", "10000", "10001", "4294967", "4294967.295", "4294967.296", "18446744073709", "18446744073709.551614", "18446744073709.551615", "18446744073710", "18446744073709551616",
	}},
	{re(`bool`), []string{"off", "true", "false", "yes", "no", "ON", "True", "enabled", "y", "onn"}},
	{re(`<ip|<ipv|address|netmask`), []string{
		"0.0.0.0", "127.0.0.1", "192.0.2.0", "192.0.2.1/24", "192.0.2.256", "192.0.2", "010.0.2.1", "255.255.255.255", "255.255.255.0", "224.0.0.1", "239.1.2.3", "192.0.2.1-9", "192.0.2.1:80",
		"::", "::1", "fe80::1", "fe80::1%eth0", "ff02::12", "ff05::12", "ff02::1%eth0", "::ffff:192.0.2.1", "2001:db8::1/64", "2001:db8:::1", "[2001:db8::1]", "64", "host.invalid",
	}},
	{re(`<ifname>|interface`), []string{"eth1", "lo", "ifb0", "nosuch0", "eth0:1", "a/b", "sixteen_letters_", "fifteen_letters", "."}},
	{re(`script|command`), []string{
		"/usr/bin/true", `"/usr/bin/true a b"`, `'/usr/bin/true a b'`, `"/usr/bin/true 'a b' \"c\""`, `/usr/bin/true\ x`, `"/usr/bin/true`, `'/usr/bin/true`, "true", "nosuchcommand", "/usr/bin", "/etc/passwd", "./x", `"< /etc/passwd"`, "</nosuch/file",
		"/usr/bin/true root", "/usr/bin/true root root", "/usr/bin/true root root x", "/usr/bin/true nosuchuser", "/usr/bin/true root nosuchgroup", `"/usr/bin/true" root`, `"/usr/bin/true"root`, `/usr/bin/true ""`, `"" root`, `"/usr/bin/true \x41\101\cA\n"`, `"{" root`, "/usr/bin/true {",
	}},
	{re(`<user>`), []string{"root", "root root", "root root root", "nosuchuser", "root nosuchgroup", "0", "0 0", "99999", "nosuchuser nosuchgroup"}},
	{re(`<file>|<path>|<dir>`), []string{"/tmp/golden_track_file", "/tmp", "/tmp/", "relative", "/proc/version", "/tmp/../tmp/x", `"/tmp/with blank"`, "/dev/null"}},
	{re(`hex`), []string{"00", "0", "0g", "00 11", `"00 11"`, "0x00", "aabbccddeeff", "aabbccddeeff00112233445566778899", "AABBCCDDEEFF00112233445566778899", "aabbccddeeff0011223344556677889", "aabbccddeeff001122334455667788990", "xx", "0x", "0X", "00 1"}},
	{re(`pattern`), []string{"^a.*b$", "(", "[", `"a\"b"`, `a\tb`, `"a b" c`, "*"}},
	{re(`MAC`), []string{"00:00:5e:00:01:33", "00:00:5e:00:01", "00:00:5e", "00:00:5e:00:01:33:44", "0:0:5:0:1:3", "gg:00:5e:00:01:33", "01:00:5e:00:01:33", "00-00-5e-00-01-33", "00:00:00:00:00:00"}},
	{re(`domain`), []string{".", "a.example", "a..example", ".a", "a.", strings.Repeat("l", 64) + ".example", strings.Repeat("l", 63) + ".example"}},
}

// of are values that only one keyword understands.
var of = map[string][]string{
	"track_group": {"TG"}, "group": {"G1", "0", "default"}, "inst": {"V1"}, "vrrp_rx_bufs_policy": {"MTU", "mtu", "ADVERT", "MTU ADVERT", "MTU 5", "5 MTU", "NO_SEND_RX", "MTU ADVERT NO_SEND_RX", "ADVERT MTU"},
	"vrrp_cpu_affinity": {"0 1", "0 0", "0 x", "0 500", "0 1 2 3"}, "lvs_flush_on_stop": {"VS", "vs", "VS x"}, "vrrp_garp_extra_if": {"all", "all 5", "all x", "5 all", "86400", "86401", "all 86401", "all 0"},
	"status_code": {"200", "200-299", "200 300", "200-", "-200", "299-200", "99", "600", "100-599", "200-600", "200 x", "200-299 250", "2x0"}, "http_protocol": {"1.0", "1.1", "1.0C", "1.0c", "1.1c", "1.1C", "2", "1.0 1.1"},
	"umask":         {"022", "0777", "01000", "0x1f", "18", "IRUSR", "IRUSR|IWGRP", "IRUSR | IWGRP", "IRUSR| IWGRP", "IRUSR |", "| IRUSR", "IRUSR IWGRP", "IRUSR||IWGRP", "FOO", "IRUSR|FOO", "08", "022x"},
	"include_check": {"+read", "-read", "read match", "read read", "+match -match", "brace_match wildcard_match", "foo", "+foo", "-", "+", "read foo"}, "version": {"4"},
	"smtp_server":  {"192.0.2.1 25", "192.0.2.1 0", "192.0.2.1 65536", "192.0.2.1 x", "2001:db8::1 25", "192.0.2.1 25 25", "a/b", "192.0.2.1/24"},
	"lvs_timeouts": {"tcp", "tcp 5", "tcp 5 tcpfin 6 udp 7", "tcp 5 tcp 6", "udp x", "tcp 2678400", "tcp 2678401", "tcp 0", "tcp -1", "foo 5", "tcp 5 foo"}, "regex_stack": {"1 2", "2 1", "0 5", "5 5", "1", "x 2", "1 x", "1 2 3"},
	"regex_options": {"caseless", "caseless dotall", "caseless foo", "foo", "caseless caseless", "allow_empty_class alt_bsux auto_callout dollar_endonly dupnames extended firstline", "never_backslash_c alt_circumflex alt_verbnames use_offset_limit"},
	"name":          {"b1", "b2"}, "track_file": {"f1", "f2"}, "protocol": {"tcp", "Tcp", "SCTP", "sctp", "ICMP"}, "persistence_granularity": {"255.255.255.0", "255.0.255.0", "24", "64", "128", "129", "0", "255.255.255.255", "0.0.0.0", "ffff:ffff::"},
	"mcast_dst_ip": {"224.0.0.18", "224.0.0.99", "ff02::99", "ff02::99 x"}, "vrrp_mcast_group4": {"224.0.0.18"}, "auth_type": {"pass", "ah", "AHX", "PASSX"}, "auth_pass": {"12345678", "123456789", `"12345678"`, `"1234 678"`},
	"notification_email_from": {"a@b", `"A B <a@b>"`, "A <a@b>", "a@b c@d", "<a@b>", `"A, B" <a@b>`}, "vrrp_iptables": {"A", "A B", "A B C", strings.Repeat("c", 27), strings.Repeat("c", 28), strings.Repeat("c", 30), strings.Repeat("c", 31)},
	"sorry_server": {"192.0.2.9 80", "192.0.2.9 0", "192.0.2.9 65536", "192.0.2.9 x", "192.0.2.9 80 x", "2001:db8::9 80", "fe80::9 80"}, "init_file": {"5 overwrite", "overwrite 5", "overwrite", "255 overwrite", "5 x", "5 5", "overwrite overwrite"},
	"process": {"init", "init a b", `"init a"`, `""`, "/usr/bin/init", "init ''"}, "param_match": {"x", "initial x", "initial initial"}, "weight": {"5 reverse", "5 noreverse", "5 x", "-5 reverse", "5 reverse x", "254 reverse", "reverse", "x reverse"},
	"lvs_sync_daemon": {"eth0", "nosuch0", "eth0 inst V1", "eth0 V1", "eth0 V1 5", "eth0 5", "eth0 V1 x", "eth0 V1 256"},
	"nftables":        {strings.Repeat("t", 254), strings.Repeat("t", 255), strings.Repeat("t", 256), "a b"},
}

var bounds = regexp.MustCompile(`(-?[\d.]*\d)?\.\.(-?[\d.]*\d)?`)

// values returns the arguments to try with a keyword.
func values(row *keyword.Keyword) []string {
	all := []string{""}
	all = append(all, of[row.Name]...)
	all = append(all, of[row.AliasOf]...)
	all = append(all, literals(row)...)
	all = append(all, edges(row.Range)...)
	all = append(all, anything...)
	for _, k := range kinds {
		if k.what.MatchString(row.Args) {
			all = append(all, k.values...)
		}
	}
	slices.Sort(all[1:])
	return slices.Compact(all)
}

// literals returns the words in the arguments of a keyword that stand for themselves.
func literals(row *keyword.Keyword) []string {
	var all []string
	for _, w := range strings.FieldsFunc(regexp.MustCompile(`<[^>]*>|\{[^}]*\}|\.\.\.`).ReplaceAllString(row.Args, " "), func(c rune) bool { return strings.ContainsRune(" |[]();,", c) }) {
		if w != "bool" && w != "as" && w != "lb_kind" && w != "+" {
			all = append(all, w, strings.ToLower(w), w+" x")
		}
	}
	return all
}

var power = regexp.MustCompile(`2\^(\d+)(-1)?`)

// edges returns the numbers around the ends of the range of a keyword, and
// texts around its greatest length.
func edges(text string) []string {
	text = power.ReplaceAllStringFunc(text, func(p string) string {
		m := power.FindStringSubmatch(p)
		bits, _ := new(big.Int).SetString(m[1], 10)
		n := new(big.Int).Lsh(big.NewInt(1), uint(bits.Uint64()))
		if m[2] != "" {
			n.Sub(n, big.NewInt(1))
		}
		return n.String()
	})
	var all []string
	for _, m := range bounds.FindAllStringSubmatch(text, -1) {
		for _, end := range m[1:] {
			if end != "" {
				all = append(all, neighbours(end)...)
			}
		}
	}
	if m := regexp.MustCompile(`max (\d+) (chars|bytes)`).FindStringSubmatch(text); m != nil {
		n, _ := new(big.Int).SetString(m[1], 10)
		for _, add := range []int{0, 1} {
			if length := int(n.Int64()) + add; length < 500 {
				all = append(all, strings.Repeat("c", length))
			}
		}
	}
	return all
}

// neighbours returns a number, and those a unit of its last digit away.
func neighbours(number string) []string {
	whole, fraction, point := strings.Cut(number, ".")
	n, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return nil
	}
	var all []string
	for add := int64(-1); add <= 1; add++ {
		text := new(big.Int).Add(n, big.NewInt(add)).String()
		if point {
			sign := ""
			if strings.HasPrefix(text, "-") {
				sign, text = "-", text[1:]
			}
			text = strings.Repeat("0", max(0, len(fraction)+1-len(text))) + text
			text = sign + text[:len(text)-len(fraction)] + "." + text[len(text)-len(fraction):]
		}
		all = append(all, text)
	}
	return all
}

// valid returns arguments that a keyword takes, the first of them the plainest.
func valid(row *keyword.Keyword) []string {
	if v := fitting[row.Name]; v != nil {
		return v
	}
	if v := fitting[row.AliasOf]; v != nil {
		return v
	}
	var all []string
	for _, k := range plain {
		if strings.Contains(row.Args, k.what) {
			all = append(all, k.values...)
			break
		}
	}
	if row.Args == "" || strings.HasPrefix(row.Args, "[") {
		all = append(all, "")
	}
	if len(all) == 0 {
		all = append(all, literals(row)...)
	}
	if len(all) == 0 {
		all = append(all, "name")
	}
	return all
}

// plain are valid values by what the arguments contain.
var plain = []struct {
	what   string
	values []string
}{
	{"bool", []string{"on", "off"}}, {"<script>", []string{"/usr/bin/true"}}, {"<command>", []string{"/usr/bin/true"}}, {"<int>", []string{"5"}}, {"<dec>", []string{"2", "2.5"}}, {"<ifname>", []string{"eth0", "eth1"}},
	{"<ipv6>", []string{"ff02::12"}}, {"<ipv4>", []string{"224.0.0.18"}}, {"<ip>", []string{"192.0.2.20", "2001:db8::20"}}, {"<user>", []string{"root"}}, {"<path>", []string{"/tmp/golden_track_file"}}, {"<file>", []string{"/tmp/golden_track_file"}}, {"<dir>", []string{"/tmp"}},
}

// fitting are valid values of single keywords.
var fitting = map[string][]string{
	"version": {"2", "3"}, "vrrp_version": {"3", "2"}, "priority": {"100", "255", "1"}, "state": {"MASTER", "BACKUP"}, "interface": {"eth1"}, "mcast_dst_ip": {"224.0.0.99", "ff02::99"}, "virtual_router_id": {"60"}, "unicast_ttl": {"5"},
	"advert_int": {"2", "0.5", "60"}, "preempt_delay": {"5"}, "debug": {"0"}, "down_timer_adverts": {"4"}, "lb_algo": {"wlc", "sh", "mh"}, "lb_kind": {"NAT", "DR", "TUN"}, "sorry_server_lvs_method": {"DR"}, "protocol": {"UDP", "TCP", "SCTP"},
	"persistence_granularity": {"255.255.255.0", "64"}, "sorry_server": {"192.0.2.9 80", "192.0.2.9"}, "quorum": {"1", "5"}, "digest": {"aabbccddeeff00112233445566778899"}, "status_code": {"200"}, "http_protocol": {"1.1"},
	"regex_stack": {"1 2"}, "regex_options": {"caseless"}, "track_file": {"f1"}, "name": {"b1"}, "payload": {"00"}, "require_reply": {"00"}, "lvs_sync_daemon": {"eth0", "eth0 inst V1"}, "lvs_timeouts": {"tcp 5"}, "umask": {"022"},
	"use_vmac": {"", "vrrp.7"}, "use_ipvlan": {"", "private"}, "file": {"/tmp/golden_track_file"}, "idle_tx": {"2000"}, "neighbor_ip": {"192.0.2.9", "2001:db8::9"}, "net_namespace": {"nosuch"}, "unicast_src_ip": {"192.0.2.20", "2001:db8::20"},
	"process": {"init"}, "ip_family": {"inet", "inet6"}, "vrrp_rx_bufs_policy": {"MTU"}, "include_check": {""}, "persistence_timeout": {"50", ""}, "vrrp_priority": {"5"}, "vrrp_rt_priority": {"5"}, "vrrp_cpu_affinity": {"0"}, "garp_extra_if": {"5", "all 5"},
	"auth_type": {"PASS", "AH"}, "auth_pass": {"secret"}, "old_unicast_checksum": {"", "never"}, "dynamic_interfaces": {"", "allow_if_changes"}, "smtp_server": {"192.0.2.25"}, "json_version": {"1"}, "type": {"A"}, "weight": {"5", "5 reverse", "-5"},
}
