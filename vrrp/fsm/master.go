package fsm

import (
	"time"

	"keepalived/core/config"
	"keepalived/vrrp/message"
)

// becomeMaster is 7.4 from step 2 on, and then row G1.
func (m *Machine) becomeMaster(in *Instance) {
	in.LoggedOnce = 0
	m.sequence(in, SequenceRestart)
	in.State, in.Wanted = Master, Master
	in.deadline = m.now.Add(in.Config.AdvertInt)
	m.enterMaster(in)
	m.groupToMaster(in)
}

// enterMaster is 7.4 from step 3 on.
func (m *Machine) enterMaster(in *Instance) {
	name := in.Config.Name
	in.quiet = false
	m.advert(in, in.Effective)
	in.deadline = m.now.Add(in.Config.AdvertInt)
	m.log(message.EnteringMaster, name)
	in.Counters.BecameMaster++
	in.LastTransition = m.now
	if in.Config.Owner() && in.Effective != 255 {
		m.log(message.RestoredMissing, name)
		in.Effective = 255
	}
	// The C daemon does this with detailed logging only; RFC 9568 (455)
	// has no such condition.
	if in.Config.Version == 3 && in.MasterInterval != in.Config.AdvertInt {
		m.detail(message.IntervalOwn, name, in.MasterInterval.Milliseconds(), in.Config.AdvertInt.Milliseconds())
		in.MasterInterval = in.Config.AdvertInt
	}
	m.do(AddVIPs{in, Transition})
	m.do(Announce{in, in.Config.GARPMasterRepeat, in.Config.GARPMasterDelay, true})
	m.notify(in, Master)
	m.do(SyncDaemon{in, true})
}

// leaveMaster is 7.11. Zero asks for the advert of priority 0 that is counted.
func (m *Machine) leaveMaster(in *Instance, to State, zero bool) {
	name := in.Config.Name
	m.do(SyncDaemon{in, false})
	in.LoggedOnce = 0
	in.Wanted = to
	if to == Faulty {
		m.log(message.EnteringFault, name)
		m.advert(in, 0)
	} else {
		m.log(message.EnteringBackup, name)
		in.PreemptAt = time.Time{}
	}
	if zero {
		m.priorityZero(in)
	}
	m.do(RemoveVIPs{in, Transition})
	in.State, in.quiet = to, false
	m.notify(in, to)
	in.Counters.ReleasedMaster++
	in.LastTransition = m.now
	in.endRogue()
	if to == Faulty {
		in.stop()
		return
	}
	in.setPeriod(m, in.full())
}

// priorityZero sends the advert of priority 0 that is counted and logged.
func (m *Machine) priorityZero(in *Instance) {
	m.advert(in, 0)
	in.Counters.PriorityZeroSent++
	m.detail(message.SentPriorityZero, in.Config.Name)
}

// stop leaves the instance without a deadline (INIT and FAULT).
func (in *Instance) stop() {
	in.deadline = time.Time{}
	in.Period = in.full()
}

// leaveFault is 7.12.
func (m *Machine) leaveFault(in *Instance) {
	in.MasterInterval = in.Config.AdvertInt
	m.log(message.EnteringBackup, in.Config.Name)
	in.State, in.Wanted = Backup, Backup
	in.LastTransition = m.now
	m.notify(in, Backup)
	in.PreemptAt = time.Time{}
	in.setPeriod(m, in.full())
	if in.Config.Unicast && !m.delayed() {
		m.do(AnnounceSource{in})
	}
}

// addressLost is rows B15, M9 and G5.
func (m *Machine) addressLost(in *Instance) {
	if in.State != Master || in.quiet {
		return
	}
	m.leaveMaster(in, Backup, true)
	in.setPeriod(m, in.skew())
	if in.Group == nil {
		return
	}
	for _, other := range in.Group.Members {
		if other.State == Master {
			m.leaveMaster(other, Backup, true)
			other.setPeriod(m, other.skew())
		}
	}
	in.Group.State = Backup
}

// sequence keeps the AH numbers of those instances that have some.
func (m *Machine) sequence(in *Instance, op SequenceOp) {
	if in.Config.AuthType == config.AuthAH {
		m.do(Sequence{in, op})
	}
}
