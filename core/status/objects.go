package status

import (
	"fmt"
	"net"
	"strings"
	"time"

	"keepalived/core/config"
	"math"
)

// lanes is 05-observability section 3.1.
func (w lines) lanes(all []Lane) {
	w.header("Gratuitous ARP delays", len(all))
	for i := range all {
		l := &all[i]
		w.header("GARP delay group", 1)
		if l.ARPInterval > 0 {
			w.line("GARP interval = %.6f", l.ARPInterval.Seconds())
			w.line("GARP next time %s", stamp(l.NextARP, withoutYear))
		}
		if l.NAInterval > 0 {
			w.line("GNA interval = %.6f", l.NAInterval.Seconds())
			w.line("GNA next time %s", stamp(l.NextNA, withoutYear))
		}
		if l.ARPInterval == 0 && l.NAInterval == 0 {
			w.line("No configuration")
		}
		w.line("Interfaces")
		for _, name := range l.Interfaces {
			w.line(" %s", name)
		}
	}
}

// statics is 05-observability sections 3.2 and 3.3.
func (w lines) statics(v *VRRP) {
	w.header("Static Addresses", len(v.Statics))
	for i := range v.Statics {
		w.line("    %s", &v.Statics[i])
	}
	c := &v.Config.VRRP
	w.header("Static Routes", len(c.StaticRoutes))
	for _, r := range c.StaticRoutes {
		w.line("    %s", Route(r))
	}
	w.header("Static Rules", len(c.StaticRules))
	for _, r := range c.StaticRules {
		w.line("    %s", Rule(r))
	}
	w.header("Static Track groups", len(c.TrackGroups))
	for _, g := range c.TrackGroups {
		w.line("Static Track Group = %s", g.Name)
		w.inset("VRRP member instances :")
		for _, name := range g.Instances {
			w.line("    %s", name)
		}
	}
}

// socket is 05-observability section 3.5.
func (w lines) socket(s *Socket) {
	w.line("fd_in %d fd_out = %d", s.In, s.Out) // sic
	w.inset("Interface = %s", s.Link)
	if s.VRF != "" {
		w.inset("VRF = %s", s.VRF)
	}
	w.inset("Family = IPv%d", s.Family)
	w.inset("Protocol = %s", pick(s.AH, "AH", "VRRP"))
	if s.Local.IsValid() {
		w.inset("Type = Unicast")
		w.inset("Address = %s", s.Local)
	} else {
		w.inset("Type = Multicast")
	}
	w.inset("Rx buf size = %d", s.ReceiveBuffer)
	list(w, "VRRP instances", s.Members, func(m *Member) string { return fmt.Sprintf("%s vrid %d", m.Name, m.VRID) })
}

// group is 05-observability section 3.6.
func (w lines) group(g *Group) {
	c := g.Config
	w.line("VRRP Sync Group = %s, %s", c.Name, g.State)
	w.inset("Num member fault %d, num member init %d", g.Faulty, g.Waiting)
	list(w, "VRRP member instances :", g.Members, func(s *string) string { return *s })
	if c.TrackingWeight {
		w.inset("sync group tracking weight set")
	}
	w.inset("Using smtp notification = %s", yesNo(c.Notify.SMTPAlert))
	if c.Notify.PriorityChanges {
		w.inset("Notify priority changes = yes")
	}
	w.tracking(&c.Tracking, "process", true)
	w.notifiers(&c.Notify)
}

// script is 05-observability section 3.7.
func (w lines) script(v *VRRP, s *Script) {
	c := s.Config
	w.line("VRRP Script = %s", c.Name)
	w.inset("Command = %s", Command(c.Script.Args))
	if len(c.Script.Args) > 0 && c.Script.Path != "" && c.Script.Path != c.Script.Args[0] {
		w.inset("Path = %s", c.Script.Path)
	}
	w.inset("Interval = %s sec", milliseconds(c.Interval))
	w.inset("Timeout = %s sec", milliseconds(c.Timeout))
	w.inset("Weight = %d%s", c.Weight, reverse(c.Reverse))
	w.inset("Rise = %d", c.Rise)
	w.inset("Fall = %d", c.Fall)
	w.inset("Result = %d", s.Result)
	w.inset("Insecure = no") // those that are do not come this far
	w.inset("Init state = %s", s.Init)
	w.inset("Status = %s", pick(s.Result >= c.Rise, "GOOD", "BAD"))
	w.inset("Script uid:gid = %d:%d", c.Script.UID, c.Script.GID)
	w.inset("VRRP instances :")
	w.trackers(v, c.Name, func(t *config.Tracking) []config.Tracked { return t.Scripts })
	w.inset("State = %s", s.Run)
}

func milliseconds(d time.Duration) string {
	if d%time.Second == 0 {
		return fmt.Sprint(int(d / time.Second))
	}
	return fmt.Sprintf("%.3f", d.Seconds())
}

// trackers lists the instances that track an object: first those that do so
// themselves, then those that do because of their sync group.
func (w lines) trackers(v *VRRP, name string, of func(*config.Tracking) []config.Tracked) {
	list(w, "Tracking instances :", v.tracking(name, of), func(t *config.Tracked) string {
		return fmt.Sprintf("%s, weight %d%s", t.Name, t.Weight, reverse(t.Reverse))
	})
}

// tracking returns the instances that track an object, by their names.
func (v *VRRP) tracking(name string, of func(*config.Tracking) []config.Tracked) []config.Tracked {
	var own, groups []config.Tracked
	for i := range v.Instances {
		c := v.Instances[i].Config
		for _, t := range of(&c.Tracking) {
			if t.Name != name {
				continue
			}
			t.Name = c.Name
			if t.OfGroup {
				groups = append(groups, t)
			} else {
				own = append(own, t)
			}
		}
	}
	return append(own, groups...)
}

// file, process and bfd are 05-observability section 3.8.
func (w lines) file(v *VRRP, f *File) {
	w.line("Track file = %s", f.Config.Name)
	w.inset("File = %s", f.Config.Path)
	w.inset("Status = %d", f.Value)
	w.inset("Weight = %d%s", f.Config.Weight, reverse(f.Config.Reverse))
	w.trackers(v, f.Config.Name, func(t *config.Tracking) []config.Tracked { return t.Files })
}

func (w lines) process(v *VRRP, p *Process) {
	c := p.Config
	w.line("VRRP Track process = %s", c.Name)
	w.inset("Process = %s", c.Process)
	if len(c.Params) > 0 {
		w.inset("Parameters = %s", strings.Join(c.Params, " "))
	}
	if c.ParamMatch != config.ParamMatchNone {
		w.inset("Param match%s", [...]string{config.ParamMatchExact: "", config.ParamMatchInitial: " = initial", config.ParamMatchPartial: " = partial"}[c.ParamMatch])
	}
	w.inset("Min processes = %d", c.Quorum)
	if c.QuorumMax < math.MaxUint32 {
		w.inset("Max processes = %d", c.QuorumMax)
	}
	w.inset("Current processes = %d", p.Running)
	w.inset("Have quorum = %t", p.Quorum)
	w.inset("Weight = %d%s", c.Weight, reverse(c.Reverse))
	w.inset("Terminate delay = %fs", c.TerminateDelay.Seconds())
	w.inset("Fork delay = %fs", c.ForkDelay.Seconds())
	if !w.lasting {
		w.inset("Fork delay timer %srunning", pick(p.ForkTimer, "", "not "))
		w.inset("Terminate delay timer %srunning", pick(p.TerminateTimer, "", "not "))
	}
	w.inset("Full command = %t", fullCommand(c))
	w.trackers(v, c.Name, func(t *config.Tracking) []config.Tracked { return t.Processes })
}

// fullCommand reports whether a process is told by its whole command line:
// parameters cannot be seen otherwise.
func fullCommand(c *config.TrackProcess) bool {
	return c.FullCommand || len(c.Params) > 0 || c.ParamMatch != config.ParamMatchNone
}

func (w lines) bfd(v *VRRP, b *BFD) {
	w.line("VRRP Track BFD = %s", b.Config.Name)
	w.inset("Weight = %d%s", b.Config.Weight, reverse(b.Config.Reverse))
	w.inset("Bfd is %s", pick(b.Up, "up", "down"))
	w.inset("Tracking VRRP instances :")
	w.trackers(v, b.Config.Name, func(t *config.Tracking) []config.Tracked { return t.BFDs })
}

func hardware(mac []byte) string { return net.HardwareAddr(mac).String() }
