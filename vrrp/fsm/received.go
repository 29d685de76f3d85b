package fsm

import (
	"net/netip"
	"time"

	"keepalived/core/notify"
	"keepalived/vrrp/message"
	"keepalived/vrrp/packet"
)

// received is the rows of datagrams: F1, B5 to B12, M2 to M7.
func (m *Machine) received(in *Instance, r *packet.Result) {
	if !m.Listens(m.now, in) {
		return
	}
	name, source := in.Config.Name, r.Source.WithZone("")
	if f := r.Rejected(); f.Kind == packet.WrongCast {
		m.detail("%s", r.Line(name, f))
		return
	}
	changed := source != in.Master
	if in.State == Backup && changed {
		if in.Master.IsValid() {
			m.detail(message.MasterChanged, name, in.Master, source)
		} else {
			m.detail(message.MasterSet, name, source)
		}
	}
	for _, f := range r.All() {
		m.found(in, r, f)
	}
	rejected := r.Rejected().Kind
	if rejected == packet.Fine || rejected == packet.TTLOutOfRange || rejected == packet.SourceNotPeer {
		in.Counters.AdvertReceived++
	}
	if rejected != packet.Fine { // B5, M2
		return
	}
	if r.Advert.Priority == 0 {
		in.Counters.PriorityZeroReceived++
	}
	if in.State == Master {
		m.masterReceived(in, r, source)
		return
	}
	m.backupReceived(in, r, source)
	if changed {
		in.LoggedOnce = 0
	}
}

// backupReceived is rows B6 to B12.
func (m *Machine) backupReceived(in *Instance, r *packet.Result, source netip.Addr) {
	name, priority := in.Config.Name, r.Advert.Priority
	m.sequence(in, SequenceUnwrapped)
	if in.Config.Owner() && in.Effective != 255 && (source != in.Master || priority != 255) { // B12
		m.log(message.RestoredLower, name)
		in.Effective = 255
	}
	delay := in.Config.PreemptDelay
	switch {
	case priority == 0: // B6
		m.detail(message.BackupPriorityZero, name)
		in.Heard = HeardZero
		in.setPeriod(m, in.skew())
	case priority >= in.Effective: // B7
		m.accept(in, r, source)
		if !in.PreemptAt.IsZero() {
			m.detail(message.StopPreemptDelay, name)
			in.PreemptAt = time.Time{}
		}
	case in.NoPreempt: // B8
		m.accept(in, r, source)
	case delay > 0 && in.PreemptAt.IsZero(): // B9
		m.accept(in, r, source)
		m.detail(message.StartPreemptDelay, name, delay/time.Second, delay%time.Second/time.Microsecond)
		in.PreemptAt = m.now.Add(delay)
	case delay > 0 && m.now.Before(in.PreemptAt): // B10
		m.accept(in, r, source)
	default: // B11
		m.log(message.LowerDiscarded, name, priority, source)
		in.Heard = HeardLower
		in.Master = source
		in.Period = in.deadline.Sub(m.now)
	}
}

// accept takes the sender as the master.
func (m *Machine) accept(in *Instance, r *packet.Result, source netip.Addr) {
	m.learn(in, r, source)
	in.Heard = HeardMaster
	in.Wanted = Backup
	in.setPeriod(m, in.full())
}

// learn records the master, and with version 3 its interval (RFC 9568 section
// 6.4.2).
func (m *Machine) learn(in *Instance, r *packet.Result, source netip.Addr) {
	in.Master, in.MasterPriority = source, r.Advert.Priority
	if in.Config.Version != 3 {
		return
	}
	if theirs := r.Advert.Interval(); theirs != in.MasterInterval {
		m.detail(message.IntervalLearned, in.Config.Name, in.MasterInterval.Milliseconds(), theirs.Milliseconds())
		in.MasterInterval = theirs
		m.do(LimitDelays{in})
	}
}

// masterReceived is rows M3 to M7. Only what is answered with an advert
// restarts the advert timer.
func (m *Machine) masterReceived(in *Instance, r *packet.Result, source netip.Addr) {
	priority := r.Advert.Priority
	switch order := source.Compare(in.Source); {
	case priority == 0: // M3
		m.advert(in, in.Effective)
		in.deadline = m.now.Add(in.Config.AdvertInt)
		m.detail(message.MasterPriorityZero, in.Config.Name)
	case priority == in.Effective && order == 0: // M5
		m.log(message.OwnAddressReceived, in.Config.Name)
	case priority == 255 && in.Effective == 255: // M7
		m.twoOwners(in, r, source)
	case priority < in.Effective, priority == in.Effective && order < 0: // M4
		m.lower(in, r, source)
	default: // M6
		m.higher(in, r, source)
	}
}

// lower is 7.6.
func (m *Machine) lower(in *Instance, r *packet.Result, source netip.Addr) {
	c := in.Config
	format := message.LowerReceived
	if !c.LowerPrioNoAdvert {
		format += message.ForcingElection
	}
	m.log(format, c.Name, source, r.Advert.Priority, in.Effective)
	m.sequence(in, SequenceUnwrapped)
	if in.usesAH() {
		m.log(message.AHFollow, c.Name)
		m.sequence(in, SequenceFollow)
	}
	if !c.LowerPrioNoAdvert {
		m.advert(in, in.Effective)
		in.deadline = m.now.Add(c.AdvertInt)
	}
	if c.GARPLowerPrioRepeat > 0 {
		m.do(Announce{in, c.GARPLowerPrioRepeat, c.GARPLowerPrioDelay, false})
	}
	if in.Group != nil {
		for _, other := range in.Group.Members {
			if oc := other.Config; other != in && other.State == Master && oc.GARPLowerPrioRepeat > 0 {
				m.do(Announce{other, oc.GARPLowerPrioRepeat, oc.GARPLowerPrioDelay, false})
			}
		}
	}
	m.do(Notify{in, notify.MasterRxLowerPri, int(in.Effective)})
}

// higher is 7.7, and then row G2.
func (m *Machine) higher(in *Instance, r *packet.Result, source netip.Addr) {
	if in.Config.HigherPrioSendAdvert {
		m.advert(in, in.Effective)
	}
	priority := r.Advert.Priority
	if priority == in.Effective || in.Config.Owner() {
		m.log(message.SameReceived, in.Config.Name, source, priority)
	} else {
		m.log(message.HigherReceived, in.Config.Name, source, priority, in.Effective)
	}
	m.sequence(in, SequenceUnwrapped)
	m.learn(in, r, source)
	m.leaveMaster(in, Backup, false)
	m.groupToBackup(in)
}
