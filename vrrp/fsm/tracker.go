package fsm

import (
	"slices"
	"time"

	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/vrrp/message"
)

// TrackersOf lists what an instance tracks: what its configuration names, and
// with weight 0 the interfaces that it depends on (8.3): its own one, those of
// its addresses, routes and rules. An interface with weight 0 loses any other
// weight; an owner has no weights (8.4).
func TrackersOf(in *config.Instance) []Tracker {
	var all []Tracker
	add := func(kind Kind, name string, weight int, reverse bool) {
		key := Key{kind, name}
		i := slices.IndexFunc(all, func(t Tracker) bool { return t.Key == key })
		switch {
		case name == "" || in.Owner() && weight != 0:
		case i < 0:
			all = append(all, Tracker{Key: key, Weight: weight, Reverse: reverse})
		case weight == 0:
			all[i].Weight = 0
		}
	}
	if !in.DontTrackPrimary {
		add(Interface, in.Interface, 0, false)
	}
	switch {
	case in.VMAC != nil:
		add(Interface, in.VMAC.Name, 0, false)
	case in.IPVLAN != nil:
		add(Interface, in.IPVLAN.Name, 0, false)
	}
	implied := impliedInterfaces(in)
	for _, t := range in.Tracking.Interfaces {
		add(Interface, t.Name, t.Weight, t.Reverse)
	}
	for _, name := range implied {
		add(Interface, name, 0, false)
	}
	for kind, list := range map[Kind][]config.Tracked{
		File: in.Tracking.Files, Process: in.Tracking.Processes, BFD: in.Tracking.BFDs, Script: in.Tracking.Scripts,
	} {
		for _, t := range list {
			add(kind, t.Name, t.Weight, t.Reverse)
		}
	}
	slices.SortStableFunc(all, func(a, b Tracker) int { return int(a.Kind) - int(b.Kind) })
	return all
}

// impliedInterfaces are those of addresses, routes and rules other than the
// instance's own.
func impliedInterfaces(in *config.Instance) []string {
	var all []string
	add := func(name string, noTrack bool) {
		if name != "" && name != in.Interface && !noTrack {
			all = append(all, name)
		}
	}
	for _, a := range slices.Concat(in.VIPs, in.ExcludedVIPs) {
		add(a.Interface, a.NoTrack)
	}
	for _, r := range in.Routes {
		add(r.Interface, r.NoTrack)
	}
	for _, r := range in.Rules {
		add(r.IIF, r.NoTrack)
		add(r.OIF, r.NoTrack)
	}
	return all
}

// product is what a tracked file adds: value × weight, saturated.
func (t *Tracker) product() int {
	w := int64(t.Weight)
	if t.Reverse {
		w = -w
	}
	v := min(max(t.value, -1<<31), 1<<31)
	return int(min(max(v*w, -254), 253))
}

// fault reports whether the object alone keeps the instance in FAULT.
func (t *Tracker) fault() bool {
	switch {
	case t.Kind == File && t.Weight == 0:
		return (t.value != 0) != t.Reverse
	case t.Kind == File:
		return t.product() <= -254
	case t.Weight != 0 || t.Kind == Script && t.status == Unknown:
		return false
	}
	return (t.status == Up) == t.Reverse
}

// pending reports whether an unweighted script has no result yet. One that a
// reload has brought keeps nobody waiting (02-runtime section 7.4).
func (t *Tracker) pending() bool {
	return t.Kind == Script && t.Weight == 0 && t.status == Unknown && !t.reloaded
}

// contribution is what the object adds to the priority (8.1).
func (t *Tracker) contribution() int {
	n := 0
	switch {
	case t.Kind == File:
		if t.Weight == 0 || t.fault() {
			return 0
		}
		return t.product()
	case t.Kind == Script && t.status == Unknown:
		return 0
	case t.Weight > 0 && t.status == Up, t.Weight < 0 && t.status != Up:
		n = t.Weight
	}
	if t.Reverse {
		return -n
	}
	return n
}

// total computes the total priority.
func (in *Instance) total() {
	in.Total = int(in.base)
	for i := range in.Trackers {
		in.Total += in.Trackers[i].contribution()
	}
}

// wantedPriority is the effective priority that belongs to the total.
func (in *Instance) wantedPriority() uint8 {
	if in.Config.Owner() {
		return 255
	}
	return uint8(min(max(in.Total, 1), 254))
}

// faulty reports whether the instance has a reason of its own to be in FAULT.
func (in *Instance) faulty() bool {
	return in.Config.ConfigFault != "" || in.sourceNeeded && in.sourceLost ||
		slices.ContainsFunc(in.Trackers, func(t Tracker) bool { return t.fault() })
}

// pending reports whether an unweighted script of the instance has no result.
func (in *Instance) pending() bool {
	return slices.ContainsFunc(in.Trackers, func(t Tracker) bool { return t.pending() })
}

// Faults counts the reasons for FAULT, as the data dump tells them apart:
// those of the configuration, those of scripts, files, processes and BFD, the
// interfaces that are down, and the scripts without a result.
func (in *Instance) Faults() (configured, trackers int, interfaces []string, pending int) {
	if in.Config.ConfigFault != "" {
		configured = 1
	}
	for i := range in.Trackers {
		t := &in.Trackers[i]
		switch {
		case t.pending():
			pending++
		case !t.fault():
		case t.Kind == Interface:
			interfaces = append(interfaces, t.Name)
		default:
			trackers++
		}
	}
	return configured, trackers, interfaces, pending
}

// SourceLost reports whether the instance has no source address and needs one.
func (in *Instance) SourceLost() bool { return in.sourceNeeded && in.sourceLost }

// tracked is a new status of a tracked object.
func (m *Machine) tracked(in *Instance, ev Tracked) {
	i := slices.IndexFunc(in.Trackers, func(t Tracker) bool { return t.Key == ev.Key })
	if i < 0 {
		return
	}
	t := &in.Trackers[i]
	wasFaulty, wasPending, wasFault := in.faulty(), t.pending(), t.fault()
	t.status, t.value = ev.Status, ev.Value
	if in.State == Init {
		in.total()
		in.Effective = in.wantedPriority()
		return
	}
	in.total()
	switch isFault := t.fault(); {
	case t.Kind == File && isFault && !wasFault:
		m.detail(message.FileNowFault, in.Config.Name, t.Name)
	case t.Kind == File && !isFault && wasFault:
		m.detail(message.FileLeaves, in.Config.Name, t.Name)
		if t.contribution() != 0 {
			m.detail(message.PrioritySet, in.Config.Name, in.wantedPriority())
		}
		in.Effective = in.wantedPriority()
	case !isFault:
		m.priority(in)
	}
	m.faultChanged(in, wasFaulty, wasPending && !t.pending())
}

// source is a new source address. A lost IPv4 address stays in use for the
// last adverts, as the C daemon does; IPv6 cannot send without one.
func (m *Machine) source(in *Instance, ev Source) {
	was := in.faulty()
	in.sourceLost = !ev.Addr.IsValid()
	switch {
	case in.Config.Source.IsValid():
	case ev.Addr.IsValid() || in.Config.Family == 6:
		in.Source = ev.Addr.WithZone("")
	}
	if in.State != Init {
		m.faultChanged(in, was, false)
	}
}

// priority tells and applies a changed priority (rows F10, B14 and M10).
func (m *Machine) priority(in *Instance) {
	in.total()
	old, now := in.Effective, in.wantedPriority()
	if old == now || in.Config.Owner() {
		return
	}
	in.Effective = now
	m.log(message.PriorityChanged, in.Config.Name, old, now)
	if in.State == Backup {
		// 8.1: the deadline moves by the difference to the period that
		// it was set with.
		full := in.full()
		in.deadline = in.deadline.Add(full - in.Period)
		in.Period = full
	}
	m.notifyPriority(in)
}

func (m *Machine) notifyPriority(in *Instance) {
	if !in.Config.Notify.PriorityChanges {
		return
	}
	s := notify.BackupPriority
	if in.State == Master {
		s = notify.MasterPriority
	}
	m.do(Notify{in, s, int(in.Effective)})
}

// faultChanged looks whether FAULT begins or ends. First says that a script
// has given its first result.
func (m *Machine) faultChanged(in *Instance, wasFaulty, first bool) {
	switch isFaulty := in.faulty(); {
	case isFaulty && !wasFaulty:
		m.fault(in)
	case !isFaulty && (wasFaulty || first) && in.State == Faulty:
		m.faultCleared(in, first)
	}
}

// fault is rows F2, F3, F7, B13 and M8.
func (m *Machine) fault(in *Instance) {
	switch in.State {
	case Master:
		m.leaveMaster(in, Faulty, true)
	case Backup:
		m.log(message.EnteringFault, in.Config.Name)
		m.silentFault(in)
	default:
		m.silentFault(in)
	}
	m.groupToFault(in)
}

// faultCleared is rows F4 to F6, F8 and F9: no reason is left.
func (m *Machine) faultCleared(in *Instance, first bool) {
	switch {
	case in.pending(): // F6
		in.Wanted = Backup
	case first && in.Config.Owner() && in.Wanted == Master && healthy(in) && m.mayBeMaster(in): // F4
		m.becomeMaster(in)
	case !healthy(in): // F9
		if !first {
			in.Wanted = Backup
			in.MasterInterval = in.Config.AdvertInt
		}
	default: // F5, F8
		m.leaveFault(in)
		m.groupToBackup(in)
	}
}

// Listens reports whether datagrams for the instance are to be judged: not in
// INIT and FAULT (row F1), and not during the start-up delay.
func (m *Machine) Listens(now time.Time, in *Instance) bool {
	return (in.State == Backup || in.State == Master) && !now.Before(m.startAt)
}
