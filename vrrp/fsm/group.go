package fsm

import "keepalived/vrrp/message"

// mayBeMaster is the permission of 9.2: every other member is MASTER or wants
// to be.
func (m *Machine) mayBeMaster(in *Instance) bool {
	if in.Group == nil {
		return true
	}
	for _, other := range in.Group.Members {
		if other != in && other.State != Master && other.Wanted != Master {
			return false
		}
	}
	return true
}

// healthy reports whether no other member of the group has a fault or waits
// for a script.
func healthy(in *Instance) bool {
	if in.Group == nil {
		return true
	}
	for _, other := range in.Group.Members {
		if other != in && (other.faulty() || other.pending()) {
			return false
		}
	}
	return true
}

// groupToMaster is row G1.
func (m *Machine) groupToMaster(in *Instance) {
	g := in.Group
	if g == nil || g.State == Master || !m.mayBeMaster(in) {
		return
	}
	m.log(message.GroupToMaster, g.Config.Name)
	for _, other := range g.Members {
		if other.State == Master {
			continue
		}
		other.Wanted = Master
		other.LoggedOnce = 0
		m.sequence(other, SequenceRestart)
		other.State = Master
		m.enterMaster(other)
	}
	m.groupState(g, Master)
}

// groupToBackup is rows G2 and G4.
func (m *Machine) groupToBackup(in *Instance) {
	g := in.Group
	if g == nil || g.State == Backup {
		return
	}
	m.log(message.GroupToBackup, g.Config.Name)
	for _, other := range g.Members {
		switch other.State {
		case Master:
			m.leaveMaster(other, Backup, false)
		case Faulty:
			m.leaveFault(other)
		}
	}
	m.groupState(g, Backup)
}

// groupToFault is row G3. A MASTER sends one advert of priority 0, which is
// not counted as such; a BACKUP is notified without a line.
func (m *Machine) groupToFault(in *Instance) {
	g := in.Group
	if g == nil || g.State == Faulty {
		return
	}
	m.log(message.GroupToFault, g.Config.Name)
	for _, other := range g.Members {
		switch other.State {
		case Master:
			m.leaveMaster(other, Faulty, false)
		case Backup:
			m.silentFault(other)
		}
	}
	m.groupState(g, Faulty)
}

// silentFault takes a BACKUP to FAULT, or notifies one that waits in FAULT.
func (m *Machine) silentFault(in *Instance) {
	if in.State != Faulty {
		in.LastTransition = m.now
	}
	in.State, in.Wanted = Faulty, Faulty
	m.notify(in, Faulty)
	in.stop()
}

func (m *Machine) groupState(g *Group, s State) {
	g.State = s
	m.do(NotifyGroup{g, word(s)})
}
