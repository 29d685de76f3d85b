package status

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"keepalived/core/config"
)

// fixed prints a time as seconds with six decimals.
func fixed(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }

func onOff(on bool) string { return pick(on, "ON", "OFF") }

// serverName is the name of a real server or of a sorry server (04-lvs-checkers
// section 2).
func serverName(a netip.Addr, p config.Protocol, port uint16) string {
	return fmt.Sprintf("[%s]:%s:%d", a, p, port)
}

// certificates is what checks with TLS use.
func (w lines) certificates(c *Checkers) {
	s := c.Config.LVS.SSL
	used := s != nil
	c.each(func(_ *VirtualServer, _ *RealServer, k *Checker) { used = used || k.Config.Kind == config.CheckSSL })
	if !used {
		return
	}
	w.header("SSL definitions", 1)
	if s == nil {
		w.line("Using autogen SSL context")
		return
	}
	w.given("Password : %s", s.Password)
	w.given("CA-file : %s", s.CA)
	w.given("Certificate file : %s", s.Certificate)
	w.given("Key file : %s", s.Key)
}

// serverGroup is 05-observability section 4.1.
func (w lines) serverGroup(c *Checkers, g *config.VirtualServerGroup) {
	v4, v6 := false, false
	for _, e := range g.Entries {
		v4 = v4 || e.First.Is4() || e.IsFWMark && e.Family == 4
		v6 = v6 || e.First.Is6() || e.IsFWMark && e.Family == 6
	}
	w.line("------< Virtual server group >------") // sic: with a blank before it
	w.line("Virtual Server Group = %s, IPv4 = %s, IPv6 = %s", g.Name, yesNo(v4), yesNo(v6))
	alive := c.aliveIn(g)
	if m, ok := c.Marks[g.Name]; ok {
		w.line(" Fwmark TCP: %d UDP: %d SCTP: %d", m.TCP, m.UDP, m.SCTP)
		alive = nil // the entries are no services
	}
	for _, e := range g.Entries {
		switch {
		case e.IsFWMark:
			w.inset("FWMARK = %d%s", e.FWMark, map[int]string{4: " IPv4", 6: " IPv6"}[e.Family])
			w.inset("  Alive: %d IPv4, %d IPv6", alive.on(e, 4), alive.on(e, 6))
		case e.First == e.Last:
			w.inset("VIP = %s, VPORT = %d", e.First, e.Port)
		default:
			w.inset("VIP Range = %s-%s, VPORT = %d", e.First, e.Last, e.Port)
		}
		if !e.IsFWMark {
			w.inset("  Alive: %d tcp, %d udp, %d sctp", alive.of(config.ProtocolTCP), alive.of(config.ProtocolUDP), alive.of(config.ProtocolSCTP))
		}
		w.inset("  reloaded = %s", pick(slices.ContainsFunc(c.Former[g.Name], e.Same), "True", "False"))
	}
}

// members are the virtual servers of a group.
type members []*VirtualServer

func (c *Checkers) aliveIn(g *config.VirtualServerGroup) (all members) {
	for i := range c.VirtualServers {
		if v := &c.VirtualServers[i]; v.Config.Group == g.Name {
			all = append(all, v)
		}
	}
	return all
}

// of counts the destinations of an address.
func (m members) of(p config.Protocol) (n int) {
	for _, v := range m {
		if v.Config.Protocol == p {
			n += v.Present
		}
	}
	return n
}

// on counts the destinations of a mark.
func (m members) on(e config.GroupEntry, family int) (n int) {
	for _, v := range m {
		if v.Config.MarkFamily(e) == family {
			n += v.Present
		}
	}
	return n
}

// virtualServer is 05-observability section 4.2.
func (w lines) virtualServer(v *VirtualServer) {
	c := v.Config
	w.line("------< Virtual server >------") // sic, as above
	switch {
	case c.IsFWMark:
		w.line("VS FWMARK = %d", c.FWMark)
	case c.Group != "":
		w.line("VS GROUP = %s", v.Name)
	default:
		w.line("VS VIP = %s, VPORT = %d", c.Addr, c.Port)
	}
	w.given("  VirtualHost = %s", c.VirtualHost)
	w.given("  SNMP name = '%s'", c.SNMPName)
	w.inset("Address family = %s", map[int]string{4: "inet", 6: "inet6", 0: "IPv4 & IPv6"}[c.Family])
	w.inset("connection timeout = %s", fixed(c.ConnectTimeout))
	w.inset("delay_loop = %s", fixed(c.DelayLoop))
	w.scheduler(c)
	w.persistence(c)
	w.inset("protocol = %s", pick(c.Protocol == config.ProtocolNone, "none", strings.ToUpper(c.Protocol.String())))
	w.inset("alpha is %s", onOff(c.Alpha))
	w.inset("omega is %s", onOff(c.Omega))
	w.timing(c.Timing)
	w.inset("Inhibit on failure is %s", onOff(c.InhibitOnFailure))
	w.inset("quorum = %d, hysteresis = %d", c.Quorum, c.Hysteresis)
	w.notifier("Quorum up notify script", c.QuorumUp)
	w.notifier("Quorum down notify script", c.QuorumDown)
	if c.HASuspend {
		w.inset("Using HA suspend")
	}
	w.inset("Using smtp notification = %s", yesNo(c.SMTPAlert))
	w.inset("%sforwarding method = %s", pick(plain(c.Method), "default ", ""), methodName(c.Method))
	w.sorryServer(v)
	w.inset("VS alive = %d", number(v.Alive()))
	w.inset("quorum_state_up = %d", number(v.QuorumUp))
	w.inset("reloaded = %d", number(v.Reloaded))
	for i := range v.RealServers {
		w.realServer(&v.RealServers[i])
	}
}

func (w lines) sorryServer(v *VirtualServer) {
	s := v.Config.SorryServer
	if s == nil {
		return
	}
	w.inset("sorry server %s= %s", pick(s.DuplicatesRS, "(duplicates rs) ", ""), serverName(s.Addr, v.Config.Protocol, s.Port))
	w.inset("%sforwarding method = %s", pick(plain(s.Method), "  ", ""), methodName(s.Method))
	w.inset("  Inhibit on failure is %s", onOff(s.Inhibit))
	w.inset("  set = %d", number(v.SorrySet))
	w.inset("  alive = %d", number(v.SorryActive))
}

// timing writes what a server hands on to its checkers.
func (w lines) timing(t config.Timing) {
	if t.Retry.Set {
		w.inset("Retry count = %d", t.Retry.Value)
	}
	if t.DelayBeforeRetry.Set {
		w.inset("Retry delay = %s", fixed(t.DelayBeforeRetry.Value))
	}
	if t.Warmup.Set {
		w.inset("Warmup = %s", fixed(t.Warmup.Value))
	}
}

func (w lines) scheduler(c *config.VirtualServer) {
	w.inset("lvs_sched = %s", c.Scheduler)
	w.inset("Hashed = disabled")
	names := []string{"flag-1", "flag-2", "flag-3"}
	order := []int{0, 1, 2}
	if c.Scheduler == "sh" || c.Scheduler == "mh" {
		names, order = []string{c.Scheduler + "-fallback", c.Scheduler + "-port"}, []int{1, 0}
	}
	for _, i := range order {
		w.inset("%s = %s", names[i], enabled(c.SchedulerFlags&(1<<i) != 0))
	}
	inactive := c.OnePacket && c.Protocol != config.ProtocolUDP
	w.inset("One packet scheduling = %s%s", enabled(c.OnePacket), pick(inactive, " (inactive due to not UDP)", ""))
}

func (w lines) persistence(c *config.VirtualServer) {
	if !c.Persistent {
		return
	}
	w.inset("persistence timeout = %d", c.PersistenceTimeout)
	switch {
	case c.Family == 6 && c.GranularityLength != 0:
		w.inset("persistence granularity = %d", c.GranularityLength)
	case c.GranularityMask.IsValid():
		w.inset("persistence granularity = %s", c.GranularityMask)
	}
}

func (w lines) notifier(what string, c *config.Script) {
	if c != nil {
		w.inset("%s = %s", what, Notifier(c))
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

func (w lines) realServer(r *RealServer) {
	c := r.Config
	w.inset("------< Real server >------")
	w.inset("RIP = %s, RPORT = %d, WEIGHT = %d EFF WEIGHT = %d", c.Addr, c.Port, min(max(r.Effective, 0), 1<<31-1), r.Effective)
	w.inset("forwarding method = %s", methodName(c.Method))
	w.inset("Alpha is %s", onOff(c.Alpha))
	w.inset("connection timeout = %s", fixed(c.ConnectTimeout))
	w.inset("connection limit range = %d -> %d", c.LowerThreshold, c.UpperThreshold)
	w.inset("Delay loop = %s", fixed(c.DelayLoop))
	w.timing(c.Timing)
	w.inset("Inhibit on failure is %s", onOff(c.InhibitOnFailure))
	w.notifier("RS up notify script", c.NotifyUp)
	w.notifier("RS down notify script", c.NotifyDown)
	w.given("   VirtualHost = '%s'", c.VirtualHost) // sic: further to the right
	w.given("  SNMP name = %s", c.SNMPName)
	w.inset("Using smtp notification = %s", yesNo(c.SMTPAlert))
	w.inset("initial weight = %d", c.Weight)
	w.inset("effective weight = %d", r.Effective)
	w.inset("previous effective_weight = %d", r.Previous)
	w.inset("alive = %d", number(r.Alive))
	w.inset("num failed checkers = %d", r.Failed)
	w.inset("RS set = %d", number(r.Set))
	w.inset("reloaded = %d", number(r.Reloaded))
	w.tracked("Tracked Files", r, config.CheckFile, func(k *config.Checker) string {
		return fmt.Sprintf("%s, weight %d%s", k.File.TrackFile, k.File.Weight, reverse(k.File.Reverse))
	})
	w.tracked("Tracked BFDs", r, config.CheckBFD, func(k *config.Checker) string { return k.BFD.Name })
}

func (w lines) tracked(title string, r *RealServer, kind config.CheckerKind, text func(*config.Checker) string) {
	for i := range r.Checkers {
		if k := r.Checkers[i].Config; k.Kind == kind {
			if title != "" {
				w.inset("%s", title)
				title = ""
			}
			w.inset("  %s", text(k))
		}
	}
}

// checkedFile and sessions are 05-observability section 4.4.
func (w lines) checkedFile(c *Checkers, f *File) {
	w.line("Track file = %s", f.Config.Name)
	w.inset("File = %s", f.Config.Path)
	w.inset("Status = %d", f.Value)
	w.inset("Weight = %d%s", f.Config.Weight, reverse(f.Config.Reverse))
	w.inset("Tracking instances :")
	c.each(func(v *VirtualServer, r *RealServer, k *Checker) {
		if t := k.Config.File; t != nil && t.TrackFile == f.Config.Name {
			w.inset("  %s -> %s, weight %d%s", v.Name, r.Name, t.Weight, reverse(t.Reverse))
		}
	})
}

// sessions lists the BFD sessions that real servers depend on.
func (w lines) sessions(c *Checkers) {
	var names []string
	tracking := map[string][]string{}
	c.each(func(_ *VirtualServer, r *RealServer, k *Checker) {
		if k.Config.Kind != config.CheckBFD {
			return
		}
		name := k.Config.BFD.Name
		if tracking[name] == nil {
			names = append(names, name)
		}
		tracking[name] = append(tracking[name], r.Name)
	})
	w.header("Checker track BFDs", len(names))
	for _, name := range names {
		w.line("Checker Track BFD = %s", name)
		w.inset("Tracking RS :")
		for _, server := range tracking[name] {
			w.inset("%s", server)
		}
	}
}
