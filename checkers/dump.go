package checkers

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"keepalived/checkers/machine"
	"keepalived/checkers/message"
	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
	"keepalived/core/status"
)

// dump writes the dump of SIGUSR1 (section 13).
func (s *service) dump() {
	s.logf(message.PrintingData, os.Getpid())
	if s.config == nil {
		return
	}
	path := process.DumpPath(s.config, s.env.Options.TmpDir, "_check")
	s.dumps.Render(path, s.Data(), func(err error) {
		number, text := logging.Strerror(err)
		s.logf(message.DumpFailed, path, number, text)
	})
}

// Data implements process.Service.
func (s *service) Data() func(io.Writer) {
	var b bytes.Buffer
	s.writeData(&b)
	return func(w io.Writer) { _, _ = w.Write(b.Bytes()) }
}

// logConfiguration is -d: it logs the lines of the data dump, a record for each
// (05-observability section 1.4).
func (s *service) logConfiguration() {
	if !s.env.Options.DumpConf {
		return
	}
	var b strings.Builder
	s.writeData(&b)
	for line := range strings.Lines(b.String()) {
		s.logf("%s", strings.TrimSuffix(line, "\n"))
	}
}

func (s *service) writeData(w io.Writer) {
	status.CheckerGlobals(w, s.config)
	s.writeServers(w)
}

// writeServers writes the part of this process.
func (s *service) writeServers(w io.Writer) {
	d := dumper{w}
	s.dumpSSL(d)
	if len(s.vss) == 0 {
		return
	}
	d.line("------< LVS Topology >------")
	d.line(" System is compiled with LVS v1.2.1")
	for _, g := range s.config.LVS.Groups {
		s.dumpGroup(d, g)
	}
	for _, v := range s.vss {
		s.dumpVirtualServer(d, v)
	}
	first := true
	for _, v := range s.vss {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				if first {
					d.line("------< Health checkers >------")
					first = false
				}
				s.dumpChecker(d, k)
			}
		}
	}
	s.dumpFiles(d)
	s.dumpBFDs(d)
}

type dumper struct{ w io.Writer }

func (d dumper) line(format string, a ...any) { fmt.Fprintf(d.w, format+"\n", a...) }

func seconds(t time.Duration) string { return fmt.Sprintf("%.6f", t.Seconds()) }

// pick chooses one of two words.
func pick(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

func onOff(b bool) string   { return pick(b, "ON", "OFF") }
func yesNo(b bool) string   { return pick(b, "yes", "no") }
func enabled(b bool) string { return pick(b, "enabled", "disabled") }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *service) dumpSSL(d dumper) {
	c := s.config.LVS.SSL
	used := c != nil
	for _, v := range s.vss {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				used = used || k.Config.Kind == config.CheckSSL
			}
		}
	}
	if !used {
		return
	}
	d.line("------< SSL definitions >------")
	if c == nil {
		d.line(" Using autogen SSL context")
		return
	}
	d.some(" Password : %s", c.Password)
	d.some(" CA-file : %s", c.CA)
	d.some(" Certificate file : %s", c.Certificate)
	d.some(" Key file : %s", c.Key)
}

// some writes a line with a text that is not empty.
func (d dumper) some(format, text string) {
	if text != "" {
		d.line(format, text)
	}
}

func (s *service) dumpGroup(d dumper, g *config.VirtualServerGroup) {
	v4, v6 := false, false
	for _, e := range g.Entries {
		v4 = v4 || e.First.Is4() || e.IsFWMark && e.Family == 4
		v6 = v6 || e.First.Is6() || e.IsFWMark && e.Family == 6
	}
	d.line(" ------< Virtual server group >------")
	d.line(" Virtual Server Group = %s, IPv4 = %s, IPv6 = %s", g.Name, yesNo(v4), yesNo(v6))
	for _, e := range g.Entries {
		switch {
		case e.IsFWMark:
			d.line("   FWMARK = %d%s", e.FWMark, map[int]string{4: " IPv4", 6: " IPv6"}[e.Family])
			d.line("     Alive: %d IPv4, %d IPv6", s.aliveOn(g, e, 4), s.aliveOn(g, e, 6))
		case e.First == e.Last:
			d.line("   VIP = %s, VPORT = %d", e.First, e.Port)
		default:
			d.line("   VIP Range = %s-%s, VPORT = %d", e.First, e.Last, e.Port)
		}
		if !e.IsFWMark {
			d.line("     Alive: %d tcp, %d udp, %d sctp", s.aliveOn(g, e, int(config.ProtocolTCP)),
				s.aliveOn(g, e, int(config.ProtocolUDP)), s.aliveOn(g, e, int(config.ProtocolSCTP)))
		}
		found := slices.ContainsFunc(s.oldGroups[g.Name], func(o config.GroupEntry) bool { return sameEntry(e, o) })
		d.line("     reloaded = %s", pick(found, "True", "False"))
	}
}

// aliveOn counts the destinations of a group entry: of a protocol, or for a
// mark of a family.
func (s *service) aliveOn(g *config.VirtualServerGroup, e config.GroupEntry, which int) (n int) {
	for _, v := range s.vss {
		if v.Config.Group != g.Name {
			continue
		}
		if e.IsFWMark && markFamily(v.Config, e) == which || !e.IsFWMark && int(v.Config.Protocol) == which {
			for _, d := range v.Wanted() {
				n += bit(d.Present)
			}
		}
	}
	return n
}

func (s *service) dumpVirtualServer(d dumper, v *machine.VirtualServer) {
	c := v.Config
	d.line(" ------< Virtual server >------")
	switch {
	case c.IsFWMark:
		d.line(" VS FWMARK = %d", c.FWMark)
	case c.Group != "":
		d.line(" VS GROUP = %s", v.Name)
	default:
		d.line(" VS VIP = %s, VPORT = %d", c.Addr, c.Port)
	}
	d.some("   VirtualHost = %s", c.VirtualHost)
	d.some("   SNMP name = '%s'", c.SNMPName)
	d.line("   Address family = %s", map[int]string{4: "inet", 6: "inet6", 0: "IPv4 & IPv6"}[c.Family])
	d.line("   connection timeout = %s", seconds(c.ConnectTimeout))
	d.line("   delay_loop = %s", seconds(c.DelayLoop))
	d.line("   lvs_sched = %s", c.Scheduler)
	d.line("   Hashed = disabled")
	d.scheduler(c)
	d.line("   One packet scheduling = %s%s", enabled(c.OnePacket), pick(c.OnePacket && c.Protocol != config.ProtocolUDP, " (inactive due to not UDP)", ""))
	d.persistence(c)
	d.line("   protocol = %s", pick(c.Protocol == config.ProtocolNone, "none", strings.ToUpper(c.Protocol.String())))
	d.line("   alpha is %s", onOff(c.Alpha))
	d.line("   omega is %s", onOff(c.Omega))
	d.timing(c.Timing)
	d.line("   Inhibit on failure is %s", onOff(c.InhibitOnFailure))
	d.line("   quorum = %d, hysteresis = %d", c.Quorum, c.Hysteresis)
	d.script("   Quorum up notify script", c.QuorumUp)
	d.script("   Quorum down notify script", c.QuorumDown)
	if c.HASuspend {
		d.line("   Using HA suspend")
	}
	d.line("   Using smtp notification = %s", yesNo(c.SMTPAlert))
	d.line("   %sforwarding method = %s", pick(plain(c.Method), "default ", ""), methodName(c.Method))
	if ss := c.SorryServer; ss != nil {
		d.line("   sorry server %s= %s", pick(ss.DuplicatesRS, "(duplicates rs) ", ""), machine.ServerName(ss.Addr, c.Protocol, ss.Port))
		d.line("%sforwarding method = %s", pick(plain(ss.Method), "     ", "   "), methodName(ss.Method))
		d.line("     Inhibit on failure is %s", onOff(ss.Inhibit))
		d.line("     set = %d", bit(v.SorrySet()))
		d.line("     alive = %d", bit(v.SorryActive))
	}
	alive := v.SorryActive
	for _, r := range v.RealServers {
		alive = alive || r.Alive
	}
	d.line("   VS alive = %d", bit(alive))
	d.line("   quorum_state_up = %d", bit(v.QuorumUp))
	d.line("   reloaded = %d", bit(v.Reloaded))
	for _, r := range v.RealServers {
		d.realServer(r)
	}
}

// timing writes what a server hands on to its checkers.
func (d dumper) timing(t config.Timing) {
	if t.Retry.Set {
		d.line("   Retry count = %d", t.Retry.Value)
	}
	if t.DelayBeforeRetry.Set {
		d.line("   Retry delay = %s", seconds(t.DelayBeforeRetry.Value))
	}
	if t.Warmup.Set {
		d.line("   Warmup = %s", seconds(t.Warmup.Value))
	}
}

func (d dumper) scheduler(c *config.VirtualServer) {
	names := []string{"flag-1", "flag-2", "flag-3"}
	order := []int{0, 1, 2}
	if c.Scheduler == "sh" || c.Scheduler == "mh" {
		names, order = []string{c.Scheduler + "-fallback", c.Scheduler + "-port"}, []int{1, 0}
	}
	for _, i := range order {
		d.line("   %s = %s", names[i], enabled(c.SchedulerFlags&(1<<i) != 0))
	}
}

func (d dumper) persistence(c *config.VirtualServer) {
	if !c.Persistent {
		return
	}
	d.line("   persistence timeout = %d", c.PersistenceTimeout)
	switch {
	case c.Family == 6 && c.GranularityLength != 0:
		d.line("   persistence granularity = %d", c.GranularityLength)
	case c.GranularityMask.IsValid():
		d.line("   persistence granularity = %s", c.GranularityMask)
	}
}

func (d dumper) script(what string, c *config.Script) {
	if c != nil {
		d.line("%s = %s", what, status.Notifier(c))
	}
}

// plain tells the methods whose line the C daemon begins as usual from those for
// which it has one text, without a prefix.
func plain(m config.Method) bool {
	return m.Forwarding != config.ForwardTUN || m.Tunnel == config.TunnelIPIP
}

func methodName(m config.Method) string {
	switch m.Forwarding {
	case config.ForwardNAT:
		return "NAT"
	case config.ForwardDR:
		return "DR"
	}
	s := "TUN, type = " + [...]string{"IPIP", "GUE", "GRE"}[m.Tunnel]
	if m.Tunnel == config.TunnelGUE {
		s += fmt.Sprintf(", port = %d", m.Port)
	}
	if m.Tunnel != config.TunnelIPIP {
		s += ", " + [...]string{"no checksum", "checksum", "remote checksum"}[m.Checksum]
	}
	return s
}

func (d dumper) realServer(r *machine.RealServer) {
	c := r.Config
	d.line("   ------< Real server >------")
	d.line("   RIP = %s, RPORT = %d, WEIGHT = %d EFF WEIGHT = %d", c.Addr, c.Port, min(max(r.Effective, 0), 1<<31-1), r.Effective)
	d.line("   forwarding method = %s", methodName(c.Method))
	d.line("   Alpha is %s", onOff(c.Alpha))
	d.line("   connection timeout = %s", seconds(c.ConnectTimeout))
	d.line("   connection limit range = %d -> %d", c.LowerThreshold, c.UpperThreshold)
	d.line("   Delay loop = %s", seconds(c.DelayLoop))
	d.timing(c.Timing)
	d.line("   Inhibit on failure is %s", onOff(c.InhibitOnFailure))
	d.script("   RS up notify script", c.NotifyUp)
	d.script("   RS down notify script", c.NotifyDown)
	d.some("    VirtualHost = '%s'", c.VirtualHost)
	d.some("   SNMP name = %s", c.SNMPName)
	d.line("   Using smtp notification = %s", yesNo(c.SMTPAlert))
	d.line("   initial weight = %d", c.Weight)
	d.line("   effective weight = %d", r.Effective)
	d.line("   previous effective_weight = %d", r.Previous)
	d.line("   alive = %d", bit(r.Alive))
	d.line("   num failed checkers = %d", r.Failed)
	d.line("   RS set = %d", bit(r.Set()))
	d.line("   reloaded = %d", bit(r.Reloaded))
	d.tracked("   Tracked Files", r, config.CheckFile, func(k *config.Checker) string {
		return fmt.Sprintf("%s, weight %d%s", k.File.TrackFile, k.File.Weight, pick(k.File.Reverse, " reverse", ""))
	})
	d.tracked("   Tracked BFDs", r, config.CheckBFD, func(k *config.Checker) string { return k.BFD.Name })
}

func (d dumper) tracked(title string, r *machine.RealServer, kind config.CheckerKind, text func(*config.Checker) string) {
	for _, k := range r.Checkers {
		if k.Config.Kind == kind {
			if title != "" {
				d.line("%s", title)
				title = ""
			}
			d.line("     %s", text(k.Config))
		}
	}
}

func (s *service) dumpFiles(d dumper) {
	files := s.trackedFiles()
	if len(files) == 0 {
		return
	}
	d.line("------< Checker track files >------")
	for _, f := range files {
		d.line(" Track file = %s", f.Name)
		d.line("   File = %s", f.Path)
		d.line("   Status = %d", s.files[f.Name])
		d.line("   Weight = %d%s", f.Weight, pick(f.Reverse, " reverse", ""))
		d.line("   Tracking instances :")
		for _, v := range s.vss {
			for _, r := range v.RealServers {
				for _, k := range r.Checkers {
					if c := k.Config.File; c != nil && c.TrackFile == f.Name {
						d.line("     %s -> %s, weight %d%s", v.Name, r.Name, c.Weight, pick(c.Reverse, " reverse", ""))
					}
				}
			}
		}
	}
}

// dumpBFDs lists the sessions that real servers depend on.
func (s *service) dumpBFDs(d dumper) {
	var names []string
	tracking := map[string][]string{}
	for _, v := range s.vss {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				if k.Config.Kind != config.CheckBFD {
					continue
				}
				name := k.Config.BFD.Name
				if tracking[name] == nil {
					names = append(names, name)
				}
				tracking[name] = append(tracking[name], r.Name)
			}
		}
	}
	if len(names) > 0 {
		d.line("------< Checker track BFDs >------")
	}
	for _, name := range names {
		d.line(" Checker Track BFD = %s", name)
		d.line("   Tracking RS :")
		for _, server := range tracking[name] {
			d.line("   %s", server)
		}
	}
}

func hexText(b []byte) string { return hex.EncodeToString(b) }
