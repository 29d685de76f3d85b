package fsm

import (
	"time"

	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/vrrp/message"
)

// Start takes every instance out of INIT (rows I1 to I7). Delay is the rest of
// the start-up delay (14.2): timers run from its end.
func (m *Machine) Start(now time.Time, delay time.Duration) []Action {
	m.begin(now, m.Instances)
	if delay > 0 {
		m.startAt = now.Add(delay)
	}
	m.reasons()
	m.firstPriorities()
	m.enterFaults(nil)
	for _, in := range m.Instances {
		m.do(RemoveVIPs{in, AtStart})
	}
	for _, g := range m.Groups {
		m.startGroup(g)
	}
	for _, in := range m.Instances {
		m.startInstance(in)
	}
	for _, g := range m.Groups {
		if g.State == Faulty {
			m.do(NotifyGroup{g, notify.Fault})
		}
	}
	return m.end()
}

// firstPriorities logs what the tracked objects have made of the configured
// priorities, also after a reload that changes none.
func (m *Machine) firstPriorities() {
	for _, in := range m.Instances {
		if in.Effective != in.base {
			m.log(message.PriorityChanged, in.Config.Name, in.base, in.Effective)
		}
	}
}

// reasons logs why instances start in FAULT, in the order of 7.9, and for a
// group which member takes it there. Scripts that have no result are no
// reason.
func (m *Machine) reasons() {
	told := map[*Group]bool{}
	say := func(in *Instance, format string, args ...any) {
		m.log(format, args...)
		if g := in.Group; g != nil && !told[g] {
			told[g] = true
			m.log(message.GroupAtStart, g.Config.Name, in.Config.Name)
		}
	}
	for _, kind := range []Kind{Interface, File, Process} {
		for _, in := range m.Instances {
			for i := range in.Trackers {
				if t := &in.Trackers[i]; t.Kind == kind && t.fault() {
					sayTracker(in, t, say)
				}
			}
		}
	}
	for _, in := range m.Instances {
		if in.SourceLost() {
			say(in, message.AddressFault, in.Config.Name, in.Config.Family)
		}
		for i := range in.Trackers {
			if t := &in.Trackers[i]; t.Kind == Script && t.fault() {
				sayTracker(in, t, say)
			}
		}
	}
}

func sayTracker(in *Instance, t *Tracker, say func(*Instance, string, ...any)) {
	switch name := in.Config.Name; t.Kind {
	case Interface:
		say(in, message.InterfaceFault, name, t.Name)
	case File:
		say(in, message.FileFault, name, t.Name, t.value)
	case Process:
		say(in, message.ProcessFault, name, t.Name)
	case Script:
		say(in, message.ScriptFault, name, t.Name)
	}
}

// enterFaults is rows I1 and I3, and at a reload I10 and I12: the state line
// and the notification of all that have a fault, own or of a group member. An
// instance that was in FAULT before the reload says nothing again.
func (m *Machine) enterFaults(old map[*Instance]*Instance) {
	for _, in := range m.Instances {
		if !in.faultAtStart() {
			continue
		}
		was := old[in]
		in.State, in.Wanted = Faulty, Faulty
		in.stop()
		in.LastTransition = m.now
		if was != nil && was.State == Faulty {
			in.LastTransition, in.notified = was.LastTransition, true
			continue
		}
		if !in.configFault() {
			m.log(message.FaultAtStart, in.Config.Name)
		}
		m.startNotify(in, Faulty)
	}
}

// faultAtStart reports whether the instance or its group has a fault.
func (in *Instance) faultAtStart() bool {
	if in.faulty() {
		return true
	}
	if in.Group != nil {
		for _, other := range in.Group.Members {
			if other.faulty() {
				return true
			}
		}
	}
	return false
}

// configFault is row I2: a fault of the configuration and no other.
func (in *Instance) configFault() bool { return in.Config.ConfigFault != "" }

// startNotify notifies a first state. Groups do not hold it back.
func (m *Machine) startNotify(in *Instance, s State) {
	if in.Effective != in.base {
		m.notifyPriority(in)
	}
	in.notified = true
	m.do(Notify{in, word(s), int(in.Effective)})
}

// startGroup gives a group its first state (9.1), and notifies BACKUP before
// the members are.
func (m *Machine) startGroup(g *Group) {
	g.State = Backup
	if g.Config.State == config.StateMaster {
		g.State = Master
	}
	for _, in := range g.Members {
		switch {
		case in.State == Faulty:
			g.State = Faulty
		case in.pending() && g.State != Faulty:
			g.State = Init
		}
	}
	if g.State == Backup {
		m.do(NotifyGroup{g, notify.Backup})
	}
}

// startInstance is the rest of rows I1 to I7.
func (m *Machine) startInstance(in *Instance) {
	group := in.Group
	switch {
	case in.State == Faulty: // I1 to I3
		m.do(RemoveVIPs{in, AtStart})
	case in.pending() || !healthy(in): // I4
		m.do(RemoveVIPs{in, AtStart})
		in.State = Faulty
		in.stop()
	case in.Wanted == Master && (group == nil || group.State == Master): // I5
		in.State, in.atOnce = Backup, true
		in.setPeriod(m, time.Microsecond)
	default:
		m.do(RemoveVIPs{in, AtStart})
		m.enterBackup(in)
	}
}

// enterBackup is rows I6 and I7, and I11 at a reload.
func (m *Machine) enterBackup(in *Instance) {
	m.log(message.BackupAtStart, in.Config.Name)
	soon := in.Wanted == Master && in.Group != nil && ownersOnly(in.Group)
	in.State = Backup
	in.LastTransition = m.now
	m.startNotify(in, Backup)
	if soon { // I6: it goes on wanting to be MASTER
		in.setPeriod(m, in.Config.AdvertInt+in.skew())
		return
	}
	in.Wanted = Backup
	in.setPeriod(m, in.full())
}

func ownersOnly(g *Group) bool {
	for _, in := range g.Members {
		if !in.Config.Owner() {
			return false
		}
	}
	return true
}

// Stop is rows F11, B16 and M12: each MASTER releases its addresses, unless
// release is false, and then everybody is told, instances before groups.
func (m *Machine) Stop(now time.Time, release bool) []Action {
	m.begin(now, m.Instances)
	for _, in := range m.Instances {
		if release && in.State == Master {
			m.priorityZero(in)
			m.do(RemoveVIPs{in, AtStop})
		}
	}
	for _, in := range m.Instances {
		m.do(Notify{in, notify.Stop, int(in.Effective)})
		in.State, in.Wanted = Init, Init
		in.endRogue()
		in.stop()
	}
	for _, g := range m.Groups {
		m.do(NotifyGroup{g, notify.Stop})
		g.State = Init
	}
	return m.end()
}
