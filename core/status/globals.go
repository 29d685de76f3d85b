package status

import (
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"keepalived/core/config"
)

// lines writes lines, each with one blank before it.
type lines struct {
	io.Writer
	lasting bool // leave out what changes while the process runs
}

func (w lines) line(format string, args ...any) { fmt.Fprintf(w, " "+format+"\n", args...) }

// given writes a line with a value that is not empty.
func (w lines) given(format, value string) {
	if value != "" {
		w.line(format, value)
	}
}

// Globals writes the section about the global definitions, with which the dump
// of every process begins, as the BFD process does.
func Globals(out io.Writer, c *config.Config) { lines{Writer: out}.globals(c, process{}) }

// ParentGlobals writes it as the parent process does. Scheduled is when
// reload_time_file has it reload, zero for never; dated tells that the file
// names a date.
func ParentGlobals(out io.Writer, c *config.Config, scheduled time.Time, dated bool) {
	lines{Writer: out}.globals(c, process{parent: true, scheduled: scheduled, dated: dated})
}

// process is what a process knows that others do not.
type process struct {
	vrrp      *VRRP
	parent    bool
	reads     *config.FIFO // its own FIFO, beside the one of all
	scheduled time.Time
	dated     bool
}

func (w lines) globals(c *config.Config, p process) {
	w.header("Global definitions", 1)
	g, v := &c.Global, p.vrrp
	w.identity(c)
	w.mail(g)
	w.reloading(g, &p)
	w.lvs(g, v)
	w.fifos(g, &p)
	w.network(g)
	w.announcing(g, v != nil)
	w.firewall(&g.Firewall, v)
	w.scheduling(g)
	w.observers(g)
	w.buffers(g)
	w.ending(g)
}

func (w lines) identity(c *config.Config) {
	g := &c.Global
	w.given("Config save dir = %s", g.ConfigSaveDir)
	w.line("Network namespace = %s", or(c.NetNamespace, "(default)"))
	ipvs := "(main namespace)"
	if c.NetNamespaceIPVSSet {
		ipvs = or(c.NetNamespaceIPVS, "(default)")
	}
	w.line("Network namespace ipvs = %s", ipvs)
	w.given("Instance name = %s", c.Instance)
	w.given("Parent process name = %s", g.ProcessName)
	w.given("VRRP process name = %s", g.VRRPProcessName)
	w.given("LVS process name = %s", g.CheckerProcessName)
	w.given("BFD process name = %s", g.BFDProcessName)
	links := "Replace"
	if g.UseSymlinkPaths {
		links = "Keep"
	}
	w.line("%s symlinks in script paths", links)
	w.line("Router ID = %s", g.RouterID)
}

func (w lines) mail(g *config.Global) {
	if g.SMTPServer.IsValid() {
		w.line("Smtp server = %s", g.SMTPServer.Addr())
		w.line("Smtp server port = %d", g.SMTPServer.Port())
		w.given("Smtp HELO name = %s", g.SMTPHeloName)
		w.line("Smtp server connection timeout = %d", g.SMTPConnectTimeout/time.Second)
	}
	if g.SMTPServer.IsValid() || g.Defaults.EmailFromGiven {
		w.line("Email notification from = %s", g.NotificationEmailFrom)
		w.line("Email notification to:")
		for _, to := range g.NotificationEmails {
			w.line("  %s", to)
		}
	}
	d := &g.Defaults
	for _, alert := range []struct {
		name  string
		value config.Given[bool]
	}{{"smtp_alert", d.SMTPAlert}, {"smtp_alert_vrrp", d.SMTPAlertVRRP}, {"smtp_alert_checker", d.SMTPAlertChecker}} {
		w.line("Default %s = %s", alert.name, pick(alert.value.Set, pick(alert.value.Value, "on", "off"), "unset"))
	}
	w.line("Checkers log all failures = %t", g.CheckerLogAllFailures)
}

func (w lines) reloading(g *config.Global, p *process) {
	if g.ReloadCheckConfig {
		w.line("Test config before reload, log to %s", or(g.ReloadCheckConfigFile, "/dev/null"))
	} else {
		w.line("No test config before reload")
	}
	if g.ReloadTimeFile != "" {
		w.line("Reload time file = %s%s", g.ReloadTimeFile, pick(g.ReloadRepeat, " (repeat)", ""))
		if p.scheduled.IsZero() {
			w.line("No reload scheduled")
		} else {
			w.line("Reload scheduled for %s%s", p.scheduled.Local().Format(time.DateTime), pick(p.dated, " (date specified", "")) // sic
		}
	}
	w.given("Reload_file = %s", g.ReloadFile)
	w.line("keep script symlinks = %t", g.UseSymlinkPaths)
	w.given("config save directory = %s", g.ConfigSaveDir)
	if g.DataUseInstance {
		w.line("Use instance name in data dumps")
	}
	if s := g.StartupScript; s != nil && p.parent {
		w.line("Startup script = %s, uid:gid %d:%d, timeout %d", Command(s.Args), s.UID, s.GID, g.StartupScriptTimeout/time.Second)
	}
	if s := g.ShutdownScript; s != nil && p.parent {
		w.line("Shutdown script = %s, uid:gid %d:%d timeout %d", Command(s.Args), s.UID, s.GID, g.ShutdownScriptTimeout/time.Second)
	}
	w.line("Dynamic interfaces = %t", g.DynamicInterfaces)
	if g.DynamicInterfaces {
		w.line("Allow interface changes = %t", g.AllowIfChanges)
	}
	if g.NoEmailFaults {
		w.line("Send emails for fault transitions = off")
	}
	for _, t := range []struct {
		name  string
		value uint32
	}{{"TCP", g.LVSTimeouts.TCP}, {"TCP FIN", g.LVSTimeouts.TCPFin}, {"TCP", g.LVSTimeouts.UDP}} { // sic: the C daemon's word for UDP
		if t.value != 0 {
			w.line("LVS %s timeout = %d", t.name, t.value)
		}
	}
}

func (w lines) lvs(g *config.Global, v *VRRP) {
	if v != nil {
		w.line("Default interface = %s", or(g.DefaultInterface, "eth0"))
	}
	w.line("Disable local IGMP = %s", yesNo(g.DisableLocalIGMP))
	w.line("Use VRRPv2 checksum for VRRPv3 IPv4 = %s", yesNo(g.Defaults.V3ChecksumAsV2))
	if d := g.LVSSyncDaemon; d != nil {
		w.syncDaemon(d, v)
	}
	w.line("LVS flush = %t", g.LVSFlush)
	w.line("LVS flush on stop = %s", [...]string{"disabled", "full", "VS"}[g.LVSFlushOnStop])
}

func (w lines) syncDaemon(d *config.SyncDaemon, v *VRRP) {
	id := max(d.ID, 0)
	if d.Instance != "" {
		word := "name"
		for i := range v.instances() {
			if c := v.Instances[i].Config; c.Name == d.Instance {
				word = "instance"
				if d.ID < 0 {
					id = int(c.VRID)
				}
			}
		}
		w.line("LVS syncd vrrp %s = %s", word, d.Instance)
	}
	w.line("LVS syncd interface = %s", d.Interface)
	w.line("LVS syncd syncid = %d", id)
	if d.MaxLen != 0 {
		w.line("LVS syncd maxlen = %d", d.MaxLen)
	}
	if d.Group.IsValid() {
		w.line("LVS mcast group %s", d.Group)
	}
	if d.Port != 0 {
		w.line("LVS syncd mcast port = %d", d.Port)
	}
	if d.TTL != 0 {
		w.line("LVS syncd mcast ttl = %d", d.TTL)
	}
}

// instances are those of the VRRP process, none in other processes.
func (v *VRRP) instances() []Instance {
	if v == nil {
		return nil
	}
	return v.Instances
}

func (w lines) fifos(g *config.Global, p *process) {
	for _, f := range []struct {
		name string
		fifo *config.FIFO
	}{{"Global", g.NotifyFIFO}, {"VRRP", g.VRRPNotifyFIFO}, {"LVS", g.LVSNotifyFIFO}} {
		if f.fifo == nil {
			continue
		}
		w.line("%s notify fifo = %s, uid:gid %d:%d", f.name, f.fifo.Path, f.fifo.UID, f.fifo.GID)
		if s := f.fifo.Script; s != nil {
			w.fifoScript(f.name, s, f.fifo, p)
		}
	}
	w.line("FIFO write vrrp states on reload = %t", g.FIFOWriteVRRPStatesOnReload)
	w.line("VRRP notify priority changes = %t", g.Defaults.NotifyPriorityChanges)
}

// fifoScript shows the path of the FIFO as the last argument in the processes
// that start the script.
func (w lines) fifoScript(name string, s *config.Script, fifo *config.FIFO, p *process) {
	args := slices.Clone(s.Args)
	if fifo == p.reads || name == "Global" && p.reads != nil || p.vrrp != nil && name != "LVS" {
		args = append(args, fifo.Path)
	}
	text := Command(args)
	if s.Path != "" && s.Path != s.Args[0] {
		w.line("%s notify fifo path = %s, script = %s, uid:gid %d:%d", name, s.Path, text, s.UID, s.GID)
		return
	}
	w.line("%s notify fifo script = %s, uid:gid %d:%d", name, text, s.UID, s.GID)
}

func (w lines) network(g *config.Global) {
	w.line("VRRP IPv4 mcast group = %s", g.MulticastGroup4)
	w.line("VRRP IPv6 mcast group = %s", g.MulticastGroup6)
}

// announcing are the defaults for instances. Those for lower priorities are
// only known where there are instances.
func (w lines) announcing(g *config.Global, vrrp bool) {
	d := &g.Defaults
	w.line("Gratuitous ARP delay = %d", d.GARPMasterDelay/time.Second)
	w.line("Gratuitous ARP repeat = %d", d.GARPMasterRepeat)
	w.line("Gratuitous ARP refresh timer = %d", d.GARPMasterRefresh/time.Second)
	w.line("Gratuitous ARP refresh repeat = %d", d.GARPMasterRefreshRepeat)
	delay, repeat := uint32(g.GARPLowerPrioDelay/time.Second), g.GARPLowerPrioRepeat
	if !vrrp && !d.GARPLowerPrioDelayGiven {
		delay = math.MaxUint32
	}
	if !vrrp && !d.GARPLowerPrioRepeatGiven {
		repeat = math.MaxUint32
	}
	w.line("Gratuitous ARP lower priority delay = %d", delay)
	w.line("Gratuitous ARP lower priority repeat = %d", repeat)
	w.line("Num adverts before down = %d", d.DownTimerAdverts)
	w.line("Gratuitous ARP for each secondary %s = %ds", pick(d.GARPExtraIfAll, "i/f", "VMAC"), d.GARPExtraIf/time.Second)
	w.line("Send advert after receive lower priority advert = %t", !d.LowerPrioNoAdvert)
	w.line("Send advert after receive higher priority advert = %t", d.HigherPrioSendAdvert)
	w.line("Gratuitous ARP interval = %f", g.GARPInterval.Seconds())
	w.line("Gratuitous NA interval = %f", g.GNAInterval.Seconds())
	w.line("VRRP default protocol version = %d", d.Version)
}

func (w lines) firewall(f *config.Firewall, v *VRRP) {
	if f.IPTables {
		w.iptables(f)
	}
	table, priority := f.NFTables, f.NFTablesPriority
	if table == "" && !f.IPTables && v.filters() {
		table, priority = "keepalived", -1 // as if the word nftables stood there
	}
	if table != "" {
		w.line("nftables table name = %s", table)
		w.line("nftables base chain priority = %d", priority)
		w.line("nftables %sforce use ifindex for link local IPv6", pick(f.NFTablesIfindex, "", "don't "))
	}
	if f.NFTablesIPVS != "" {
		w.line("ipvs nftables table name = %s", f.NFTablesIPVS)
		w.line("ipvs nftables base chain priority = %d", f.NFTablesIPVSPriority)
		w.line("ipvs nftables start fwmark = %d", f.NFTablesIPVSStartFWMark)
	}
	w.line("nftables with%s counters", pick(f.NFTablesCounters, "", "out"))
}

func (w lines) iptables(f *config.Firewall) {
	w.given("Iptables input chain = %s", f.IPTablesIn)
	w.given("Iptables output chain = %s", f.IPTablesOut)
	w.line("Using ipsets = %t", f.IPSets)
	if !f.IPSets {
		return
	}
	for i, name := range []string{"IPv4 address", "IPv6 address", "IPv6 address,iface", "IGMP", "MLD", "ND"} {
		w.line("ipset %s set = %s", name, f.IPSetNames[i])
	}
}

// filters reports whether some instance needs the packet filter.
func (v *VRRP) filters() bool {
	for _, in := range v.instances() {
		if c := in.Config; c.VMAC != nil || c.IPVLAN != nil || !c.Accept && !c.Owner() {
			return true
		}
	}
	return false
}

func (w lines) scheduling(g *config.Global) {
	w.line("VRRP check unicast_src = %t", g.CheckUnicastSrc)
	w.line("VRRP skip check advert addresses = %t", g.Defaults.SkipCheckAdvAddr)
	w.line("VRRP strict mode = %t", g.Defaults.Strict)
	if g.MaxAutoPriority < 0 {
		w.line("Max auto priority = Disabled")
	} else {
		w.line("Max auto priority = %d", g.MaxAutoPriority)
	}
	w.line("Min auto priority delay = %d usecs", g.MinAutoPriorityDelay.Microseconds())
	for _, p := range []struct {
		name string
		s    *config.Scheduling
	}{{"VRRP", &g.VRRPScheduling}, {"Checker", &g.CheckerScheduling}, {"BFD", &g.BFDScheduling}} {
		w.line("%s process priority = %d", p.name, p.s.Priority)
		w.line("%s don't swap = %t", p.name, p.s.NoSwap)
		w.line("%s realtime priority = %d", p.name, p.s.RTPriority)
		if len(p.s.CPUAffinity) > 0 {
			list := ""
			for _, cpu := range p.s.CPUAffinity {
				list += fmt.Sprintf("%s ", unless(fmt.Sprint(cpu), "0")) // sic: CPU 0 is an empty word
			}
			w.line("%s CPU Affinity = %s", p.name, list)
		}
		w.line("%s realtime limit = %d", p.name, p.s.RlimitRTTime)
	}
}

func (w lines) observers(g *config.Global) {
	for _, s := range []struct {
		name string
		on   bool
	}{{"vrrp", g.SNMP.VRRP}, {"checker", g.SNMP.Checker}, {"RFCv2", g.SNMP.RFCv2}, {"RFCv3", g.SNMP.RFCv3}, {"traps", g.SNMP.Traps}} {
		w.line("SNMP %s %s", s.name, enabled(s.on))
	}
	w.line("SNMP socket = %s", or(g.SNMP.Socket, "default (unix:/var/agentx/master)"))
	w.line("SNMP VS stats update interval = %.6f", g.SNMP.VSStatsInterval.Seconds())
	w.line("SNMP RS stats update interval = %.6f", g.SNMP.RSStatsInterval.Seconds())
	w.line("DBus %s", enabled(g.DBus.Enabled))
	w.line("DBus service name = %s", unless(g.DBus.ServiceName, dbusService))
	w.line("DBus no interface name = %s", or(g.DBus.NoInterfaceName, "none"))
	w.line("Script security %s", enabled(g.EnableScriptSecurity))
	if d := &g.Defaults; d.ScriptUserKnown {
		w.line("Default script uid:gid %d:%d", d.ScriptUID, d.ScriptGID)
	}
}

// What the C daemon does not show, because nobody has set it.
const (
	vmacPrefix  = "vrrp"
	dbusService = "org.keepalived.Vrrp1"
)

func (w lines) buffers(g *config.Global) {
	for _, b := range []struct {
		name  string
		size  uint32
		force bool
	}{
		{"vrrp_netlink_cmd", g.NetlinkCmdRcvBufs, g.NetlinkCmdRcvBufsForce},
		{"vrrp_netlink_monitor", g.NetlinkMonitorRcvBufs, g.NetlinkMonitorRcvBufsForce},
		{"process_monitor", g.ProcessMonitorRcvBufs, g.ProcessMonitorRcvBufsForce},
		{"lvs_netlink_cmd", g.LVSNetlinkCmdRcvBufs, g.LVSNetlinkCmdRcvBufsForce},
		{"lvs_netlink_monitor", g.LVSNetlinkMonitorRcvBufs, g.LVSNetlinkMonitorRcvBufsForce},
	} {
		w.line("%s_rcv_bufs = %d", b.name, b.size)
		w.line("%s_rcv_bufs_force = %d", b.name, number(b.force))
	}
}

func (w lines) ending(g *config.Global) {
	w.line("rs_init_notifies = %d", number(g.RSInitNotifies))
	w.line("no_checker_emails = %d", number(g.NoCheckerEmails))
	switch p := &g.RxBufsPolicy; {
	case p.MTU:
		w.line("rx_bufs_policy = MTU")
	case p.Advert:
		w.line("rx_bufs_policy = ADVERT")
	case p.Size > 0:
		w.line("rx_bufs_size = %d", p.Size)
	}
	w.line("rx_bufs_multiples = %d", g.RxBufsMultiplier)
	umask := uint32(0o177)
	if g.UmaskSet {
		umask = g.Umask
	}
	w.line("umask = 0%o", umask)
	if g.StartupDelay > 0 {
		w.line("vrrp_startup_delay = %s", general(g.StartupDelay.Seconds()))
	}
	if g.LogUnknownVRIDs {
		w.line("log_unknown_vrids")
	}
	if g.Defaults.OwnerIgnoreAdverts {
		w.line("vrrp_owner_ignore_adverts")
	}
	w.given("VMAC prefix = %s", unless(g.VMACPrefix, vmacPrefix))
	w.given("VMAC address prefix = %s", unless(g.VMACAddrPrefix, vmacPrefix))
	w.line("json_version %d", max(g.JSONVersion, 1))
	w.line("iproute usr directory %s", or(g.IproutePaths[1], "(none)"))
	w.line("iproute etc directory %s", or(g.IproutePaths[0], "(none)"))
	w.given("state dump file %s", g.StateDumpFile)
	w.given("stats dump file %s", g.StatsDumpFile)
	w.given("json dump file %s", g.JSONDumpFile)
}
