package effective

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"keepalived/core/config"
	"keepalived/parser/global"
	"keepalived/parser/reader"
)

// globals is global_defs: what became part of the configuration, and the
// defaults of other blocks.
type globals struct {
	*config.Global
	s *global.Settings
}

func rootRows() []row[config.Config] {
	return []row[config.Config]{
		text("net_namespace", func(c *config.Config) string { return c.NetNamespace }),
		custom("net_namespace_ipvs", func(_ *renderer, c *config.Config) value {
			return value{json: c.NetNamespaceIPVS, words: maybe(c.NetNamespaceIPVS), absent: !c.NetNamespaceIPVSSet}
		}),
		flag("namespace_with_ipsets", func(c *config.Config) bool { return c.NamespaceWithIPsets }),
		text("instance", func(c *config.Config) string { return c.Instance }),
		flag("use_pid_dir", func(c *config.Config) bool { return c.UsePIDDir }).from("./instance", "./net_namespace"),
		duration("child_wait_time", func(c *config.Config) time.Duration { return c.ChildWaitTime }),
		flag("linkbeat_use_polling", func(c *config.Config) bool { return c.LinkbeatUsePolling }),
	}
}

// maybe is a word, or none when it is empty.
func maybe(word string) []string {
	if word == "" {
		return nil
	}
	return []string{word}
}

func globalRows() []row[globals] {
	var all []row[globals]
	for _, some := range [][]row[globals]{
		processRows(), mailRows(), scriptRows(), vrrpRows(), garpRows(), firewallRows(), lvsRows(), observerRows(), fileRows(), bufferRows(),
	} {
		all = append(all, some...)
	}
	return all
}

func processRows() []row[globals] {
	all := []row[globals]{
		text("process_name", func(g *globals) string { return g.ProcessName }),
		text("vrrp_process_name", func(g *globals) string { return g.VRRPProcessName }).from("./process_names"),
		text("checker_process_name", func(g *globals) string { return g.CheckerProcessName }).from("./process_names"),
		text("bfd_process_name", func(g *globals) string { return g.BFDProcessName }).from("./process_names"),
	}
	for _, p := range []struct {
		name string
		of   func(g *globals) *config.Scheduling
	}{
		{"vrrp", func(g *globals) *config.Scheduling { return &g.VRRPScheduling }},
		{"checker", func(g *globals) *config.Scheduling { return &g.CheckerScheduling }},
		{"bfd", func(g *globals) *config.Scheduling { return &g.BFDScheduling }},
	} {
		all = append(all,
			number(p.name+"_priority", func(g *globals) int { return p.of(g).Priority }).unless(func(g *globals) bool { return !p.of(g).PrioritySet }),
			positive(p.name+"_rt_priority", func(g *globals) int { return p.of(g).RTPriority }),
			custom(p.name+"_cpu_affinity", func(_ *renderer, g *globals) value {
				cpus := p.of(g).CPUAffinity
				v := value{json: cpus, absent: len(cpus) == 0}
				for _, n := range cpus {
					v.words = append(v.words, strconv.Itoa(n))
				}
				return v
			}),
			number(p.name+"_rlimit_rttime", func(g *globals) uint32 { return p.of(g).RlimitRTTime }),
			flag(p.name+"_no_swap", func(g *globals) bool { return p.of(g).NoSwap }),
		)
	}
	return append(all,
		number("max_auto_priority", func(g *globals) int { return g.MaxAutoPriority }).unless(func(g *globals) bool { return !g.MaxAutoPrioritySet }),
		custom("min_auto_priority_delay", func(_ *renderer, g *globals) value { // in microseconds
			return numeric(g.MinAutoPriorityDelay.Microseconds())
		}),
		custom("umask", func(_ *renderer, g *globals) value {
			mask := "0" + strconv.FormatUint(uint64(g.Umask), 8)
			return value{json: mask, words: []string{mask}, silent: !g.UmaskSet}
		}),
		number("random_seed", func(g *globals) uint32 { return g.RandomSeed }).unless(func(g *globals) bool { return !g.RandomSeedSet }),
	)
}

func mailRows() []row[globals] {
	return []row[globals]{
		text("router_id", func(g *globals) string { return g.RouterID }),
		text("notification_email_from", func(g *globals) string { return mailbox(g.NotificationEmailFrom) }),
		blocks("notification_email", notificationEmail),
		custom("smtp_server", func(_ *renderer, g *globals) value {
			a := g.SMTPServer
			return value{json: a.String(), words: []string{a.Addr().String(), strconv.Itoa(int(a.Port()))}, absent: !a.IsValid()}
		}),
		text("smtp_helo_name", func(g *globals) string { return g.SMTPHeloName }),
		duration("smtp_connect_timeout", func(g *globals) time.Duration { return g.SMTPConnectTimeout }),
		optional("smtp_alert", func(g *globals) *bool { return g.s.SMTPAlert }),
		optional("smtp_alert_vrrp", func(g *globals) *bool { return g.s.SMTPAlertVRRP }),
		optional("smtp_alert_checker", func(g *globals) *bool { return g.s.SMTPAlertChecker }),
		flag("no_email_faults", func(g *globals) bool { return g.NoEmailFaults }),
		choice("no_checker_emails", func(g *globals) bool { return g.NoCheckerEmails }),
	}
}

// mailbox takes back the quotes that the parser put around a display name: in
// a file they would end the word.
func mailbox(address string) string {
	name, rest, ok := strings.Cut(strings.TrimPrefix(address, `"`), `" <`)
	if !ok || !strings.HasPrefix(address, `"`) {
		return address
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(name) + " <" + rest
}

func scriptRows() []row[globals] {
	return []row[globals]{
		script("startup_script", func(g *globals) *config.Script { return g.StartupScript }),
		delay("startup_script_timeout", func(g *globals) time.Duration { return g.StartupScriptTimeout }),
		script("shutdown_script", func(g *globals) *config.Script { return g.ShutdownScript }),
		delay("shutdown_script_timeout", func(g *globals) time.Duration { return g.ShutdownScriptTimeout }),
		choice("use_symlink_paths", func(g *globals) bool { return g.UseSymlinkPaths }),
		flag("enable_script_security", func(g *globals) bool { return g.EnableScriptSecurity }),
		fifo("notify_fifo", func(g *globals) *config.FIFO { return g.NotifyFIFO }),
		script("notify_fifo_script", func(g *globals) *config.Script { return reading(g.NotifyFIFO) }),
		fifo("vrrp_notify_fifo", func(g *globals) *config.FIFO { return g.VRRPNotifyFIFO }),
		script("vrrp_notify_fifo_script", func(g *globals) *config.Script { return reading(g.VRRPNotifyFIFO) }),
		fifo("lvs_notify_fifo", func(g *globals) *config.FIFO { return g.LVSNotifyFIFO }),
		script("lvs_notify_fifo_script", func(g *globals) *config.Script { return reading(g.LVSNotifyFIFO) }),
		flag("fifo_write_vrrp_states_on_reload", func(g *globals) bool { return g.FIFOWriteVRRPStatesOnReload }),
	}
}

func fifo(keyword string, f func(*globals) *config.FIFO) row[globals] {
	return custom(keyword, func(r *renderer, g *globals) value {
		o := f(g)
		if o == nil {
			return value{absent: true}
		}
		user, group := r.owner(o.UID, o.GID)
		return value{json: object{{"path", o.Path}, {"user", user}, {"group", group}}, words: []string{o.Path, user, group}}
	})
}

// reading is the script that reads a FIFO.
func reading(f *config.FIFO) *config.Script {
	if f == nil {
		return nil
	}
	return f.Script
}

func vrrpRows() []row[globals] {
	return []row[globals]{
		custom("dynamic_interfaces", func(_ *renderer, g *globals) value {
			v := value{json: g.DynamicInterfaces, silent: !g.DynamicInterfaces}
			if g.AllowIfChanges {
				v.json, v.words = "allow_if_changes", []string{"allow_if_changes"}
			}
			return v
		}),
		text("default_interface", func(g *globals) string { return g.DefaultInterface }),
		flag("disable_local_igmp", func(g *globals) bool { return g.DisableLocalIGMP }),
		address("vrrp_mcast_group4", func(g *globals) netip.Addr { return g.MulticastGroup4 }),
		address("vrrp_mcast_group6", func(g *globals) netip.Addr { return g.MulticastGroup6 }),
		number("vrrp_version", func(g *globals) int { return g.s.Version }),
		choice("vrrp_strict", func(g *globals) bool { return g.s.Strict }),
		number("vrrp_down_timer_adverts", func(g *globals) int { return g.s.DownTimerAdverts }),
		choice("vrrp_lower_prio_no_advert", func(g *globals) bool { return g.s.LowerPrioNoAdvert }),
		choice("vrrp_higher_prio_send_advert", func(g *globals) bool { return g.s.HigherPrioSendAdvert }),
		choice("vrrp_owner_ignore_adverts", func(g *globals) bool { return g.s.OwnerIgnoreAdverts }),
		choice("vrrp_skip_check_adv_addr", func(g *globals) bool { return g.s.SkipCheckAdvAddr }),
		flag("v3_checksum_as_v2", func(g *globals) bool { return g.s.V3ChecksumAsV2 }),
		choice("vrrp_notify_priority_changes", func(g *globals) bool { return g.s.NotifyPriorityChanges }),
		flag("vrrp_check_unicast_src", func(g *globals) bool { return g.CheckUnicastSrc }),
		delay("vrrp_startup_delay", func(g *globals) time.Duration { return g.StartupDelay }),
		delay("vrrp_delay_after_boot", func(g *globals) time.Duration { return g.DelayAfterBoot }),
		flag("log_unknown_vrids", func(g *globals) bool { return g.LogUnknownVRIDs }),
		text("vmac_prefix", func(g *globals) string { return g.VMACPrefix }),
		text("vmac_addr_prefix", func(g *globals) string { return g.VMACAddrPrefix }).from("./vmac_prefix"),
	}
}

func garpRows() []row[globals] {
	minimal := func(g *globals) bool { return g.s.GARP.RefreshRepeat == 0 }
	return []row[globals]{
		// First, because it changes only what is still at its default. It
		// alone makes a count of 0.
		flag("vrrp_min_garp", minimal),
		duration("vrrp_garp_master_delay", func(g *globals) time.Duration { return g.s.GARP.Delay }).
			fromIf(func(g *globals) bool { return g.s.GARP.Delay == 0 }, "./vrrp_min_garp"),
		number("vrrp_garp_master_repeat", func(g *globals) uint32 { return g.s.GARP.Repeat }).
			fromIf(func(g *globals) bool { return g.s.GARP.Repeat == 1 }, "./vrrp_min_garp"),
		duration("vrrp_garp_master_refresh", func(g *globals) time.Duration { return g.s.GARP.Refresh }),
		number("vrrp_garp_master_refresh_repeat", func(g *globals) uint32 { return g.s.GARP.RefreshRepeat }).unless(minimal).
			overruled(minimal, "./vrrp_min_garp"),
		duration("vrrp_garp_lower_prio_delay", func(g *globals) time.Duration { return *g.s.GARPLowerPrioDelay }).from("./vrrp_garp_master_delay"),
		number("vrrp_garp_lower_prio_repeat", func(g *globals) uint32 { return *g.s.GARPLowerPrioRepeat }).from("./vrrp_garp_master_repeat").
			unless(func(g *globals) bool { return *g.s.GARPLowerPrioRepeat > math.MaxInt32 }),
		delay("vrrp_garp_interval", func(g *globals) time.Duration { return g.GARPInterval }),
		delay("vrrp_gna_interval", func(g *globals) time.Duration { return g.GNAInterval }),
		custom("vrrp_garp_extra_if", func(_ *renderer, g *globals) value {
			v := extraInterfaces(g.s.GARPExtraIf, g.s.GARPExtraIfAll)
			v.silent = g.s.GARPExtraIf == 0
			return v
		}),
	}
}

// extraInterfaces is [all] SECONDS.
func extraInterfaces(d time.Duration, all bool) value {
	v := timeValue(d)
	v.json = object{{"interval", v.json}, {"all", all}}
	if all {
		v.words = append([]string{"all"}, v.words...)
	}
	return v
}

func firewallRows() []row[globals] {
	return []row[globals]{
		custom("vrrp_iptables", func(_ *renderer, g *globals) value {
			f := &g.Firewall
			return value{
				json: object{{"in", f.IPTablesIn}, {"out", f.IPTablesOut}}, absent: !f.IPTables,
				words: append([]string{f.IPTablesIn}, maybe(f.IPTablesOut)...),
			}
		}),
		custom("vrrp_ipsets", func(_ *renderer, g *globals) value {
			names := g.Firewall.IPSetNames[:]
			return value{json: names, words: names, absent: !g.Firewall.IPSets}
		}),
		text("nftables", func(g *globals) string { return g.Firewall.NFTables }),
		number("nftables_priority", func(g *globals) int { return g.Firewall.NFTablesPriority }),
		flag("nftables_ifindex", func(g *globals) bool { return g.Firewall.NFTablesIfindex }),
		flag("nftables_counters", func(g *globals) bool { return g.Firewall.NFTablesCounters }),
		text("nftables_ipvs", func(g *globals) string { return g.Firewall.NFTablesIPVS }),
		number("nftables_ipvs_priority", func(g *globals) int { return g.Firewall.NFTablesIPVSPriority }),
		number("nftables_ipvs_start_fwmark", func(g *globals) uint32 { return g.Firewall.NFTablesIPVSStartFWMark }),
	}
}

func lvsRows() []row[globals] {
	return []row[globals]{
		custom("lvs_timeouts", func(r *renderer, g *globals) value {
			v := words(r, &g.LVSTimeouts, timeoutRows())
			v.absent = len(v.words) == 0
			return v
		}),
		flag("lvs_flush", func(g *globals) bool { return g.LVSFlush }),
		custom("lvs_flush_on_stop", func(_ *renderer, g *globals) value {
			v := value{json: g.LVSFlushOnStop, silent: g.LVSFlushOnStop == config.FlushOnStopOff}
			if g.LVSFlushOnStop == config.FlushOnStopVS {
				v.words = []string{"VS"}
			}
			return v
		}),
		custom("lvs_sync_daemon", func(r *renderer, g *globals) value {
			if g.LVSSyncDaemon == nil {
				return value{absent: true}
			}
			return words(r, g.LVSSyncDaemon, syncDaemonRows())
		}).fromSource("vrrp_instance/lvs_sync_daemon_interface", func(r *renderer, g *globals) *reader.Source {
			for _, v := range r.Config.VRRP.Instances {
				if v.Name == g.LVSSyncDaemon.Instance {
					return r.Origins.Of(v)
				}
			}
			return nil
		}),
		choice("checker_log_all_failures", func(g *globals) bool { return g.CheckerLogAllFailures }),
		choice("rs_init_notifies", func(g *globals) bool { return g.RSInitNotifies }),
	}
}

func timeoutRows() []row[config.LVSTimeouts] {
	return []row[config.LVSTimeouts]{
		positive("tcp", func(t *config.LVSTimeouts) uint32 { return t.TCP }),
		positive("tcpfin", func(t *config.LVSTimeouts) uint32 { return t.TCPFin }),
		positive("udp", func(t *config.LVSTimeouts) uint32 { return t.UDP }),
	}
}

func syncDaemonRows() []row[config.SyncDaemon] {
	return []row[config.SyncDaemon]{
		text("interface", func(d *config.SyncDaemon) string { return d.Interface }).head("interface"),
		text("inst", func(d *config.SyncDaemon) string { return d.Instance }),
		number("id", func(d *config.SyncDaemon) int { return d.ID }).unless(func(d *config.SyncDaemon) bool { return d.ID < 0 }),
		positive("maxlen", func(d *config.SyncDaemon) uint16 { return d.MaxLen }),
		positive("port", func(d *config.SyncDaemon) uint16 { return d.Port }),
		positive("ttl", func(d *config.SyncDaemon) uint8 { return d.TTL }),
		address("group", func(d *config.SyncDaemon) netip.Addr { return d.Group }),
	}
}

func observerRows() []row[globals] {
	return []row[globals]{
		text("snmp_socket", func(g *globals) string { return g.SNMP.Socket }),
		flag("enable_traps", func(g *globals) bool { return g.SNMP.Traps }),
		flag("enable_snmp_vrrp", func(g *globals) bool { return g.SNMP.VRRP }),
		flag("enable_snmp_rfcv2", func(g *globals) bool { return g.SNMP.RFCv2 }).from("./enable_snmp_rfc"),
		flag("enable_snmp_rfcv3", func(g *globals) bool { return g.SNMP.RFCv3 }).from("./enable_snmp_rfc"),
		flag("enable_snmp_checker", func(g *globals) bool { return g.SNMP.Checker }),
		duration("snmp_vs_stats_update_interval", func(g *globals) time.Duration { return g.SNMP.VSStatsInterval }),
		duration("snmp_rs_stats_update_interval", func(g *globals) time.Duration { return g.SNMP.RSStatsInterval }).from("./snmp_vs_stats_update_interval"),
		flag("enable_dbus", func(g *globals) bool { return g.DBus.Enabled }),
		text("dbus_service_name", func(g *globals) string { return g.DBus.ServiceName }),
		text("dbus_no_interface_name", func(g *globals) string { return g.DBus.NoInterfaceName }),
	}
}

func fileRows() []row[globals] {
	return []row[globals]{
		custom("reload_check_config", func(_ *renderer, g *globals) value {
			return value{json: g.ReloadCheckConfigFile, words: []string{g.ReloadCheckConfigFile}, absent: !g.ReloadCheckConfig}
		}),
		text("reload_time_file", func(g *globals) string { return g.ReloadTimeFile }),
		flag("reload_repeat", func(g *globals) bool { return g.ReloadRepeat }),
		custom("reload_file", func(_ *renderer, g *globals) value {
			v := value{json: g.ReloadFile, words: []string{g.ReloadFile}, absent: g.ReloadFile == ""}
			if g.ReloadFile == "-" {
				v.json, v.words = true, nil
			}
			return v
		}),
		text("config_save_dir", func(g *globals) string { return g.ConfigSaveDir }),
		text("tmp_config_directory", func(g *globals) string { return g.TmpConfigDirectory }),
		choice("data_use_instance", func(g *globals) bool { return g.DataUseInstance }),
		number("json_version", func(g *globals) int { return g.JSONVersion }),
		text("iproute_etc_dir", func(g *globals) string { return g.IproutePaths[0] }),
		text("iproute_usr_dir", func(g *globals) string { return g.IproutePaths[1] }),
		text("state_dump_file", func(g *globals) string { return g.StateDumpFile }),
		text("stats_dump_file", func(g *globals) string { return g.StatsDumpFile }),
		text("json_dump_file", func(g *globals) string { return g.JSONDumpFile }),
	}
}

func bufferRows() []row[globals] {
	return []row[globals]{
		blocks("vrrp_rx_bufs_policy", receivePolicy),
		number("vrrp_rx_bufs_multiplier", func(g *globals) uint32 { return g.RxBufsMultiplier }),
		positive("vrrp_netlink_cmd_rcv_bufs", func(g *globals) uint32 { return g.NetlinkCmdRcvBufs }),
		choice("vrrp_netlink_cmd_rcv_bufs_force", func(g *globals) bool { return g.NetlinkCmdRcvBufsForce }),
		positive("vrrp_netlink_monitor_rcv_bufs", func(g *globals) uint32 { return g.NetlinkMonitorRcvBufs }),
		choice("vrrp_netlink_monitor_rcv_bufs_force", func(g *globals) bool { return g.NetlinkMonitorRcvBufsForce }),
		positive("process_monitor_rcv_bufs", func(g *globals) uint32 { return g.ProcessMonitorRcvBufs }),
		choice("process_monitor_rcv_bufs_force", func(g *globals) bool { return g.ProcessMonitorRcvBufsForce }),
		positive("lvs_netlink_cmd_rcv_bufs", func(g *globals) uint32 { return g.LVSNetlinkCmdRcvBufs }),
		choice("lvs_netlink_cmd_rcv_bufs_force", func(g *globals) bool { return g.LVSNetlinkCmdRcvBufsForce }),
		positive("lvs_netlink_monitor_rcv_bufs", func(g *globals) uint32 { return g.LVSNetlinkMonitorRcvBufs }),
		choice("lvs_netlink_monitor_rcv_bufs_force", func(g *globals) bool { return g.LVSNetlinkMonitorRcvBufsForce }),
	}
}

// receivePolicy is a size, or a word, or both when they were given one after
// the other.
func receivePolicy(_ *renderer, g *globals, source *reader.Source) (all []statement) {
	say := func(key string, v value) {
		s := statement{keyword: "vrrp_rx_bufs_policy", key: key, value: v}
		if said, ok := source.Last(s.keyword); ok {
			s.origin = given(said)
		}
		all = append(all, s)
	}
	p := &g.RxBufsPolicy
	if p.Size > 0 {
		say("vrrp_rx_bufs_size", numeric(p.Size))
	}
	switch {
	case p.MTU:
		say("", value{json: "MTU", words: []string{"MTU"}})
	case p.Advert:
		say("", value{json: "ADVERT", words: []string{"ADVERT"}})
	}
	return all
}
