package parser

import (
	"math/big"
	"strings"
	"testing"
)

// limitPrinted are the values that are not printed as they were written, each
// with what is: the keyword and the value, "" in its place for nothing.
var limitPrinted = map[string]string{
	"global_defs smtp_connect_timeout 0": "1", // with a message

	"global_defs vrrp_rlimit_rttime 1": "2", "global_defs checker_rlimit_rttime 1": "2", "global_defs bfd_rlimit_rttime 1": "2",
	"global_defs vrrp_garp_extra_if 1": `{"all":false,"interval":1}`, "global_defs vrrp_garp_extra_if 86400": `{"all":false,"interval":86400}`,
	"global_defs vrrp_vmac_garp_intvl 1": `{"all":false,"interval":1}`, "global_defs vrrp_vmac_garp_intvl 86400": `{"all":false,"interval":86400}`,
	// There is no other interface to send them on.
	"vrrp_instance garp_extra_if 0": `{"all":false,"interval":0}`, "vrrp_instance garp_extra_if 86400": `{"all":false,"interval":0}`,
	"vrrp_instance vmac_garp_intvl 0": `{"all":false,"interval":0}`, "vrrp_instance vmac_garp_intvl 86400": `{"all":false,"interval":0}`,
	"vrrp_instance unicast_ttl 0":   "255", // without peers
	"vrrp_instance advert_int 0.01": "1",   // of version 2
	// Only with nopreempt.
	"vrrp_instance timer_expired_backup 1": "0", "vrrp_instance timer_expired_backup 254": "0",
	"vrrp_instance thread_timer_expired 1": "0", "vrrp_instance thread_timer_expired 254": "0",
	"vrrp_instance/auth_hmac active_key 255": "", // is not defined
	"vrrp_track_process delay 0.000001":      "", // two values, see valueSamples
	"vrrp_track_process delay 3600":          "",
	"garp_group garp_interval 0":             "", // nothing remains of the group
	"bfd_instance min_rx 1":                  "0.001", "bfd_instance min_rx 4294967": "4294.967",
	"bfd_instance min_tx 1": "0.001", "bfd_instance min_tx 4294967": "4294.967",
	"bfd_instance idle_tx 1000": "1", "bfd_instance idle_tx 4294967": "4294.967",
	// Not more than the servers have together.
	"virtual_server quorum 4294967295": "1", "virtual_server hysteresis 4294967295": "0",
	"virtual_server/real_server/MISC_CHECK misc_timeout 0": "60", // delay_loop
}

// refusedPrinted are those of which a value out of their range changes the
// value, with what it is then.
var refusedPrinted = map[string]string{
	"global_defs vrrp_garp_master_repeat 0": "1", "vrrp_instance garp_master_repeat 0": "1",
	"global_defs vrrp_garp_master_refresh_repeat 0": "1", "vrrp_instance garp_master_refresh_repeat 0": "1",
	"global_defs vrrp_rt_priority 0": "1", "global_defs vrrp_rt_priority 100": "99",
	"global_defs checker_rt_priority 0": "1", "global_defs checker_rt_priority 100": "99",
	"global_defs bfd_rt_priority 0": "1", "global_defs bfd_rt_priority 100": "99",
	"global_defs vrrp_rlimit_rttime 0": "0", "global_defs vrrp_rlimit_rttime 4294967296": "0",
	"global_defs checker_rlimit_rttime 0": "0", "global_defs checker_rlimit_rttime 4294967296": "0",
	"global_defs bfd_rlimit_rttime 0": "0", "global_defs bfd_rlimit_rttime 4294967296": "0",
	"vrrp_script timeout 0": "1", "vrrp_script interval 0": "1",
	"vrrp_script weight -254": "-254", "vrrp_script weight 254": "254",
}

// deprecated keywords say so whatever their value is.
func (s specified) deprecated() bool { return strings.HasPrefix(s.reaction, "warn (exit 5)") }

// TestLimits: the smallest and the largest value that the specification has
// for each number are taken as they are, the next ones are refused and leave
// the value that there is without the keyword.
func TestLimits(t *testing.T) {
	rows := readKeywords(t)
	t.Chdir(t.TempDir())
	used := make(map[string]bool)
	without := make(map[string]reading)
	tested := 0
	for _, s := range rows {
		low, high, step := s.numbers()
		if low == nil || s.words != "" {
			continue
		}
		tested++
		base, ok := without[s.block]
		if !ok {
			base = read(t, s.block, "")
			without[s.block] = base
		}
		initial := base.value(s.block, s.shown())
		for _, v := range []*big.Rat{low, high} {
			if v == nil {
				continue
			}
			text := decimalText(v)
			want, exception := limitPrinted[s.key()+" "+text]
			used[s.key()+" "+text] = used[s.key()+" "+text] || exception
			if !exception {
				want = text
			}
			r := read(t, s.block, s.name+" "+text)
			if c := r.complaints(); len(c) > 0 && !s.deprecated() && want != "1" {
				t.Errorf("%s %s: %s", s.key(), text, c)
			}
			if got := r.value(s.block, s.shown()); got != want {
				t.Errorf("%s %s: value %s, want %s", s.key(), text, got, want)
			}
		}
		for i, v := range []*big.Rat{low, high} {
			if v == nil {
				continue
			}
			text := decimalText(new(big.Rat).Add(v, new(big.Rat).Mul(step, big.NewRat(int64(2*i-1), 1))))
			want, exception := refusedPrinted[s.key()+" "+text]
			used[s.key()+" "+text] = used[s.key()+" "+text] || exception
			if !exception {
				want = initial
			}
			r := read(t, s.block, s.name+" "+text)
			if len(r.complaints()) == 0 {
				t.Errorf("%s %s: accepted", s.key(), text)
			}
			if got := r.value(s.block, s.shown()); got != want {
				t.Errorf("%s %s: value %s, want %s", s.key(), text, got, want)
			}
		}
	}
	for _, exceptions := range []map[string]string{limitPrinted, refusedPrinted} {
		for key := range exceptions {
			if !used[key] {
				t.Errorf("%s is an exception to nothing", key)
			}
		}
	}
	if tested < 150 {
		t.Errorf("%d keywords with numbers", tested)
	}
}

// TestMissingWord: a keyword without the word that it needs ends everything,
// unless the specification has another reaction (01-configuration section
// 3.6).
func TestMissingWord(t *testing.T) {
	rows := readKeywords(t)
	byKey := make(map[string]specified)
	for _, s := range rows {
		byKey[s.key()] = s
	}
	t.Chdir(t.TempDir())
	used := make(map[string]bool)
	for _, s := range rows {
		if s.words != "" || strings.Contains(s.args, "{") || s.args == "" || s.args[0] == '[' && !strings.HasSuffix(s.args, "] <int>") {
			continue
		}
		target := s
		if s.block == "vrrp_track_file" {
			target = byKey["track_file "+s.name]
		}
		key := strings.TrimPrefix(target.key(), "virtual_server/real_server/")
		told, tolerated := withoutWord[key]
		used[key] = true
		r := read(t, s.block, s.name)
		if got := r.result.TestStatus() == StatusConfig; got == tolerated {
			t.Errorf("%s: fatal %v: %s", s.key(), got, r.complaints())
		} else if tolerated && len(r.complaints()) > 0 != told {
			t.Errorf("%s: told %v: %s", s.key(), !told, r.complaints())
		}
		if strings.Contains(target.reaction, "missing arg fatal(2)") && tolerated {
			t.Errorf("%s: the specification says that this is fatal", target.key())
		}
	}
	for key := range withoutWord {
		if !used[key] {
			t.Errorf("%s needs no word", key)
		}
	}
}

// withoutWord are the keywords that say themselves that their word is missing,
// which is in messages.tsv; false: nothing is told, or only at the end of the
// block, or in the log.
var withoutWord = map[string]bool{
	" net_namespace": true, " instance": true,
	"global_defs router_id": true, "global_defs notification_email_from": true, "global_defs smtp_helo_name": false,
	"global_defs startup_script": true, "global_defs startup_script_timeout": true,
	"global_defs shutdown_script": true, "global_defs shutdown_script_timeout": true,
	"global_defs min_auto_priority_delay": true, "global_defs default_interface": true, "global_defs lvs_sync_daemon": true,
	"global_defs vrrp_priority": true, "global_defs vrrp_rt_priority": true, "global_defs vrrp_cpu_affinity": true,
	"global_defs checker_priority": true, "global_defs checker_rt_priority": true, "global_defs checker_cpu_affinity": true,
	"global_defs bfd_priority": true, "global_defs bfd_rt_priority": true, "global_defs bfd_cpu_affinity": true,
	"global_defs notify_fifo": true, "global_defs notify_fifo_script": true,
	"global_defs vrrp_notify_fifo": true, "global_defs vrrp_notify_fifo_script": true,
	"global_defs lvs_notify_fifo": true, "global_defs lvs_notify_fifo_script": true,
	"global_defs snmp_socket": true, "global_defs dbus_service_name": true, "global_defs dbus_no_interface_name": true,
	"global_defs script_user": true, "global_defs vrrp_rx_bufs_policy": true, "global_defs vrrp_rx_bufs_multiplier": true,
	"global_defs vrrp_netlink_cmd_rcv_bufs": true, "global_defs vrrp_netlink_monitor_rcv_bufs": true, "global_defs process_monitor_rcv_bufs": true,
	"global_defs lvs_netlink_cmd_rcv_bufs": true, "global_defs lvs_netlink_monitor_rcv_bufs": true,
	"global_defs reload_time_file": true, "global_defs tmp_config_directory": true, "global_defs json_version": true,
	"global_defs iproute_usr_dir": true, "global_defs iproute_etc_dir": true,
	"global_defs state_dump_file": true, "global_defs stats_dump_file": true, "global_defs json_dump_file": true,
	"SSL password": true, "SSL ca": true, "SSL certificate": true, "SSL key": true,
	"track_file file": true, "track_file weight": true, "vrrp_track_process weight": true, "vrrp_script script": false,
	"vrrp_instance kernel_rx_buf_size": true, "vrrp_instance/auth_hmac key": true,
	// In front of the word, garp_extra_if and the like may have "all".
	"global_defs vrrp_garp_extra_if": true, "global_defs vrrp_vmac_garp_intvl": true, "vrrp_instance garp_extra_if": true, "vrrp_instance vmac_garp_intvl": true,
	"virtual_server virtualhost": true, "virtual_server snmp_name": true,
	"virtual_server sorry_server_lvs_method": true, // there is no sorry_server
	"virtual_server/real_server virtualhost": true, "virtual_server/real_server snmp_name": true,
	"HTTP_GET virtualhost": true, "HTTP_GET http_protocol": true, "SSL_GET virtualhost": true, "SSL_GET http_protocol": true,
	"HTTP_GET/url virtualhost": true, "HTTP_GET/url regex": true, "SSL_GET/url virtualhost": true, "SSL_GET/url regex": true,
	"HTTP_GET/url status_code": false, "HTTP_GET/url regex_options": false, "HTTP_GET/url regex_min_offset": false,
	"HTTP_GET/url regex_max_offset": false, "HTTP_GET/url regex_stack": false,
	"SSL_GET/url status_code": false, "SSL_GET/url regex_options": false, "SSL_GET/url regex_min_offset": false,
	"SSL_GET/url regex_max_offset": false, "SSL_GET/url regex_stack": false,
	"SMTP_CHECK helo_name": true, "UDP_CHECK payload": true, "MISC_CHECK misc_path": false, "MISC_CHECK user": true,
	"FILE_CHECK weight": true, "BFD_CHECK name": true,
}

// booleanPrinted are the values that are not printed as they were written.
var booleanPrinted = map[string]string{
	// Its presence switches it on, whatever the word is (section 21).
	"vrrp_instance skip_check_adv_addr off": "true",
	"vrrp_instance owner_ignore_adverts on": "false", // with a priority below 255
}

// TestBooleans: a word may be left out, and is one of six.
func TestBooleans(t *testing.T) {
	rows := readKeywords(t)
	t.Chdir(t.TempDir())
	tested := 0
	for _, s := range rows {
		if s.args != "[bool]" {
			continue
		}
		tested++
		initial := read(t, s.block, "").value(s.block, s.shown())
		for meaning, words := range map[string][]string{"on": {"", "on", "true", "yes"}, "off": {"off", "false", "no"}, "": {"x", "ON", "1"}} {
			want := map[string]string{"on": "true", "off": "false", "": initial}[meaning]
			if v, ok := booleanPrinted[s.key()+" "+meaning]; ok {
				want = v
			}
			for _, word := range words {
				r := read(t, s.block, s.name+" "+word)
				if c := r.complaints(); (len(c) == 0) != (meaning != "") {
					t.Errorf("%s %s: %s", s.key(), word, c)
				}
				if got := r.value(s.block, s.shown()); got != want {
					t.Errorf("%s %s: value %s, want %s", s.key(), word, got, want)
				}
			}
		}
	}
	if tested < 50 {
		t.Errorf("%d keywords with booleans", tested)
	}
}

// flagPrinted is what flags print that are not simply true then, and whether
// something is said about them here.
var flagPrinted = map[string]struct {
	want string
	told bool
}{
	"global_defs process_names":                              {"", false}, // see valueSamples
	"global_defs enable_snmp_rfc":                            {"", false},
	"vrrp_instance vmac_xmit_base":                           {"false", false}, // only with use_vmac
	"vrrp_instance native_ipv6":                              {"false", true},  // there are IPv4 addresses
	"vrrp_instance track_src_ip":                             {"false", false}, // only with a source address
	"vrrp_instance linkbeat_use_polling":                     {"", true},       // deprecated, see valueSamples
	"vrrp_sync_group global_tracking":                        {"true", true},   // deprecated
	"virtual_server hashed":                                  {"", true},       // without such a scheduler
	"virtual_server sh-port":                                 {"", true},
	"virtual_server sh-fallback":                             {"", true},
	"virtual_server mh-port":                                 {"", true},
	"virtual_server mh-fallback":                             {"", true},
	"virtual_server ops":                                     {"false", false}, // only with UDP
	"virtual_server sorry_server_inhibit":                    {"", true},       // there is none
	"virtual_server/real_server/HTTP_GET/url regex_no_match": {"", false},      // there is no pattern
	"virtual_server/real_server/SSL_GET/url regex_no_match":  {"", false},
}

// TestFlags: a keyword without arguments takes no notice of any.
func TestFlags(t *testing.T) {
	rows := readKeywords(t)
	t.Chdir(t.TempDir())
	tested := 0
	for _, s := range rows {
		if s.words != "" || s.args != "" {
			continue
		}
		tested++
		expected, exception := flagPrinted[s.key()]
		if !exception {
			expected.want = "true"
		}
		for _, words := range []string{s.name, s.name + " x y"} {
			r := read(t, s.block, words)
			if c := r.complaints(); (len(c) > 0) != expected.told {
				t.Errorf("%s: %s", words, c)
			}
			if got := r.value(s.block, s.shown()); got != expected.want {
				t.Errorf("%s: value %s, want %s", words, got, expected.want)
			}
		}
	}
	if tested < 60 {
		t.Errorf("%d keywords without arguments", tested)
	}
}
