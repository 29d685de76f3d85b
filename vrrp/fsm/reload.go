package fsm

import (
	"time"

	"keepalived/core/config"
	"keepalived/core/notify"
)

// BeforeReload is the advert that every MASTER sends before a configuration is
// replaced (4.8).
func (m *Machine) BeforeReload(now time.Time) []Action {
	m.begin(now, m.Instances)
	for _, in := range m.Instances {
		if in.State == Master && !in.quiet {
			m.advert(in, in.Effective)
			in.deadline = now.Add(in.Config.AdvertInt)
		}
	}
	return m.end()
}

// Reload takes the place of Start when old ran before: an instance with the
// key of an old one goes on in its state (rows I8 to I13, 14.5). The actions
// may name instances of old, which are no more; their timers are stopped.
func (m *Machine) Reload(now time.Time, old *Machine) []Action {
	m.begin(now, m.Instances)
	m.startAt = old.startAt
	for _, in := range m.Instances {
		for i := range in.Trackers {
			in.Trackers[i].reloaded = true
		}
	}
	was := m.match(old)
	m.dropUnmatched(old, was)
	m.reasons()
	m.firstPriorities()
	m.enterFaults(was)
	for _, in := range m.Instances {
		if o := was[in]; o != nil && o.State == Master && in.State != Faulty {
			m.do(AddVIPs{in, AtReload})
		}
	}
	before := oldGroups(old)
	m.reloadGroups(was, before)
	for _, in := range m.Instances {
		m.reloadInstance(in, was[in])
	}
	for _, g := range m.Groups {
		if s, known := before[g.Config.Name]; (g.State != Backup || known) && (!known || s != g.State) {
			m.do(NotifyGroup{g, word(g.State)})
		}
	}
	return m.end()
}

// match pairs new instances with old ones, and takes over what stays.
func (m *Machine) match(old *Machine) map[*Instance]*Instance {
	was := map[*Instance]*Instance{}
	byKey := map[config.Key]*Instance{}
	for _, o := range old.Instances {
		byKey[o.Config.Key()] = o
	}
	for _, in := range m.Instances {
		o := byKey[in.Config.Key()]
		if o == nil {
			continue
		}
		delete(byKey, in.Config.Key())
		was[in] = o
		in.Counters, in.LoggedOnce = o.Counters, o.LoggedOnce
		in.Master, in.MasterPriority = o.Master, o.MasterPriority
		in.LastTransition, in.LastAdvert, in.Up, in.Heard = o.LastTransition, o.LastAdvert, o.Up, o.Heard
		in.PreemptAt = o.PreemptAt
		if in.Config.PreemptDelay == 0 {
			in.PreemptAt = time.Time{}
		}
	}
	return was
}

// dropUnmatched ends the old instances that have no successor.
func (m *Machine) dropUnmatched(old *Machine, was map[*Instance]*Instance) {
	stays := map[*Instance]bool{}
	for _, o := range was {
		stays[o] = true
	}
	for _, o := range old.Instances {
		if !o.deadline.IsZero() || !o.rogueTimer.IsZero() {
			m.do(SetTimer{o, time.Time{}})
		}
		if stays[o] {
			continue
		}
		if o.State == Master {
			m.priorityZero(o)
			m.do(RemoveVIPs{o, Transition})
			m.do(SyncDaemon{o, false})
		}
		switch {
		case o.Config.Notify.SendDeleted:
			m.do(Notify{o, notify.Deleted, int(o.Effective)})
		case o.State != Faulty:
			m.do(Notify{o, notify.Fault, int(o.Effective)})
		}
	}
}

func oldGroups(old *Machine) map[string]State {
	all := map[string]State{}
	for _, g := range old.Groups {
		all[g.Config.Name] = g.State
	}
	return all
}

// reloadGroups computes the states of groups from those of their members. A
// new group that is BACKUP is notified before its members.
func (m *Machine) reloadGroups(was map[*Instance]*Instance, before map[string]State) {
	for _, g := range m.Groups {
		g.State = Master
		for _, in := range g.Members {
			o := was[in]
			switch {
			case in.State == Faulty:
				g.State = Faulty
			case (o == nil || o.State != Master) && g.State == Master:
				g.State = Backup
			}
		}
		if _, known := before[g.Config.Name]; !known && g.State == Backup {
			m.do(NotifyGroup{g, notify.Backup})
		}
	}
}

// reloadInstance is rows I8 to I13 after the reasons.
func (m *Machine) reloadInstance(in, was *Instance) {
	switch {
	case was == nil && in.State != Faulty && in.Wanted == Master && in.Group == nil:
		m.do(RemoveVIPs{in, AtStart}) // I13 as I5
		in.State, in.atOnce = Backup, true
		in.setPeriod(m, time.Microsecond)
	case was == nil: // I13
		m.startInstance(in)
	case in.State == Faulty: // I10, I12
		m.do(RemoveVIPs{in, AtReload})
		m.released(in, was)
	case was.State == Master: // I8
		in.State, in.Wanted, in.notified = Master, Master, true
		m.advert(in, in.Effective)
		in.deadline = m.from().Add(in.Config.AdvertInt)
		in.Period = in.full()
		in.quiet = was.quiet
		m.reloadPriority(in, was)
	case was.State == Backup: // I9
		m.do(RemoveVIPs{in, AtReload})
		in.State, in.Wanted, in.notified = Backup, Backup, true
		in.setPeriod(m, in.full())
		m.reloadPriority(in, was)
	default: // I11
		m.do(RemoveVIPs{in, AtReload})
		m.enterBackup(in)
	}
}

// released counts a mastership that a reload ended.
func (m *Machine) released(in, was *Instance) {
	if was.State == Master {
		in.Counters.ReleasedMaster++
		m.do(SyncDaemon{in, false})
	}
}

// reloadPriority notifies a priority that the reload has changed.
func (m *Machine) reloadPriority(in, was *Instance) {
	if in.Effective != was.Effective {
		m.notifyPriority(in)
	}
}
