package status

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"keepalived/core/config"
)

// lines writes lines, each with one blank before it.
type lines struct{ io.Writer }

func (w lines) line(format string, args ...any) { fmt.Fprintf(w, " "+format+"\n", args...) }

// given writes a line with a value that is not empty.
func (w lines) given(format, value string) {
	if value != "" {
		w.line(format, value)
	}
}

// Globals writes the section about the global definitions, with which the dump
// of every process begins.
func Globals(out io.Writer, c *config.Config) {
	fmt.Fprintln(out, "------< Global definitions >------")
	w := lines{out}
	w.identity(c)
	w.mail(&c.Global)
	w.reloading(&c.Global)
	w.fifos(&c.Global)
	w.network(&c.Global)
	w.scheduling(&c.Global)
	w.observers(&c.Global)
	w.buffers(&c.Global)
	w.ending(&c.Global)
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
		w.line("Email notification from = %s", g.NotificationEmailFrom)
		w.line("Email notification to:")
		for _, to := range g.NotificationEmails {
			w.line("  %s", to)
		}
	}
	w.line("Checkers log all failures = %t", g.CheckerLogAllFailures)
}

func (w lines) reloading(g *config.Global) {
	if g.ReloadCheckConfig {
		w.line("Test config before reload, log to %s", or(g.ReloadCheckConfigFile, "/dev/null"))
	} else {
		w.line("No test config before reload")
	}
	w.given("Reload_file = %s", g.ReloadFile)
	w.line("keep script symlinks = %t", g.UseSymlinkPaths)
	w.given("config save directory = %s", g.ConfigSaveDir)
	if g.DataUseInstance {
		w.line("Use instance name in data dumps")
	}
	if s := g.StartupScript; s != nil {
		w.line("Startup script = %s, uid:gid %d:%d, timeout %d", command(s.Args), s.UID, s.GID, g.StartupScriptTimeout/time.Second)
	}
	if s := g.ShutdownScript; s != nil {
		w.line("Shutdown script = %s, uid:gid %d:%d timeout %d", command(s.Args), s.UID, s.GID, g.ShutdownScriptTimeout/time.Second)
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
	w.line("Disable local IGMP = %s", yesNo(g.DisableLocalIGMP))
	w.line("LVS flush = %t", g.LVSFlush)
	w.line("LVS flush on stop = %s", [...]string{"disabled", "full", "VS"}[g.LVSFlushOnStop])
}

func (w lines) fifos(g *config.Global) {
	for _, f := range []struct {
		name string
		fifo *config.FIFO
	}{{"Global", g.NotifyFIFO}, {"VRRP", g.VRRPNotifyFIFO}, {"LVS", g.LVSNotifyFIFO}} {
		if f.fifo == nil {
			continue
		}
		w.line("%s notify fifo = %s, uid:gid %d:%d", f.name, f.fifo.Path, f.fifo.UID, f.fifo.GID)
		if s := f.fifo.Script; s != nil {
			w.line("%s notify fifo script = %s, uid:gid %d:%d", f.name, command(append(slices.Clone(s.Args), f.fifo.Path)), s.UID, s.GID)
		}
	}
	w.line("FIFO write vrrp states on reload = %t", g.FIFOWriteVRRPStatesOnReload)
}

func (w lines) network(g *config.Global) {
	w.line("VRRP IPv4 mcast group = %s", g.MulticastGroup4)
	w.line("VRRP IPv6 mcast group = %s", g.MulticastGroup6)
	w.line("Gratuitous ARP interval = %f", g.GARPInterval.Seconds())
	w.line("Gratuitous NA interval = %f", g.GNAInterval.Seconds())
}

func (w lines) scheduling(g *config.Global) {
	w.line("VRRP check unicast_src = %t", g.CheckUnicastSrc)
	w.line("Max auto priority = %d", g.MaxAutoPriority)
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
				list += fmt.Sprintf("%d ", cpu)
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
		w.line("vrrp_startup_delay = %g", g.StartupDelay.Seconds())
	}
	if g.LogUnknownVRIDs {
		w.line("log_unknown_vrids")
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

// command shows a command, every word in quotes.
func command(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		if i == 0 && strings.HasPrefix(word, "<") {
			quoted[i] = word
		}
	}
	return strings.Join(quoted, " ")
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func unless(s, usual string) string {
	if s == usual {
		return ""
	}
	return s
}

func yesNo(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}

func enabled(on bool) string {
	if on {
		return "enabled"
	}
	return "disabled"
}

func number(on bool) int {
	if on {
		return 1
	}
	return 0
}
