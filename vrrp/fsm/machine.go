package fsm

import (
	"fmt"
	"slices"
	"time"

	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/vrrp/message"
)

// Machine is all virtual routers of a process with their sync groups.
type Machine struct {
	Instances []*Instance
	Groups    []*Group

	startAt   time.Time     // end of the start-up delay, zero without one
	lateLimit time.Duration // how late a timer may be served (7.5), 0: any
	lateAt    time.Time     // when a late timer was last noticed

	// Of the running step.
	now   time.Time
	scope []*Instance // whose timers it may change
	out   []Action
}

// New returns the machine of a configuration. Its instances are in INIT: give
// them the first statuses of what they track, and their sources, by Step, then
// call Start or Reload.
func New(instances []*config.Instance, groups []*config.SyncGroup) *Machine {
	m := &Machine{}
	for i, c := range instances {
		in := &Instance{Config: c, Index: i, base: c.Priority, NoPreempt: c.NoPreempt, MasterInterval: c.AdvertInt}
		in.alone[0] = in
		in.Source = c.Source
		in.sourceNeeded = !c.Source.IsValid() || c.TrackSource
		in.Trackers = TrackersOf(c)
		in.total()
		in.Effective = in.wantedPriority()
		in.Wanted = Backup
		if c.State == config.StateMaster && c.Owner() {
			in.Wanted = Master
		}
		m.Instances = append(m.Instances, in)
		if d := 2*c.AdvertInt + in.expiredSkew(); in.expiredPriority() != 0 && (m.lateLimit == 0 || d < m.lateLimit) {
			m.lateLimit = d
		}
	}
	for i, c := range groups {
		g := &Group{Config: c, Index: i}
		for _, name := range c.Instances {
			for _, in := range m.Instances {
				if in.Config.Name == name && in.Group == nil {
					in.Group = g
					g.Members = append(g.Members, in)
				}
			}
		}
		m.Groups = append(m.Groups, g)
	}
	return m
}

// Step tells one instance of an event and returns what is to be done, in
// order. At most one SetTimer for an instance comes back; it stands at the end.
func (m *Machine) Step(now time.Time, in *Instance, ev Event) []Action {
	scope := in.alone[:]
	if in.Group != nil {
		scope = in.Group.Members
	}
	m.begin(now, scope)
	switch ev := ev.(type) {
	case Deadline:
		m.expired(in)
	case Packet:
		m.received(in, ev.Result)
	case Tracked:
		m.tracked(in, ev)
	case Source:
		m.source(in, ev)
	case AddressLost:
		m.addressLost(in)
	case SetPriority:
		if !in.Config.Owner() && ev.Priority > 0 && ev.Priority < 255 {
			in.base = ev.Priority
			m.priority(in)
		}
	case SetPreempt:
		in.NoPreempt = !ev.Preempt
	}
	return m.end()
}

func (m *Machine) begin(now time.Time, scope []*Instance) {
	m.now, m.scope, m.out = now, scope, nil
	for _, in := range scope {
		in.armed = in.next()
	}
}

// widen makes the step one of all instances.
func (m *Machine) widen() {
	for _, in := range m.Instances {
		if !slices.Contains(m.scope, in) {
			in.armed = in.next()
		}
	}
	m.scope = m.Instances
}

// end closes a step: the timers that have changed are set.
func (m *Machine) end() []Action {
	for _, in := range m.scope {
		switch up := in.State == Backup || in.State == Master; {
		case !up:
			in.Up = time.Time{}
		case in.Up.IsZero():
			in.Up = m.now
		}
		if at := in.next(); !at.Equal(in.armed) || in.rearm {
			m.do(SetTimer{in, at})
		}
		in.rearm = false
	}
	out := m.out
	m.out = nil
	return out
}

func (m *Machine) do(a Action) { m.out = append(m.out, a) }

func (m *Machine) log(format string, args ...any) {
	m.do(Log{Line: fmt.Sprintf(format, args...)})
}

func (m *Machine) detail(format string, args ...any) {
	m.do(Log{Line: fmt.Sprintf(format, args...), Detail: true})
}

// advert sends one. IPv6 without a source address sends nothing, but counts.
func (m *Machine) advert(in *Instance, priority uint8) {
	in.Counters.AdvertSent++
	in.LastAdvert = m.now
	if in.Source.IsValid() {
		m.do(SendAdvert{in, priority})
	}
}

// notify notifies a new state, unless the group is in it already and the
// instance has been notified before (9.5).
func (m *Machine) notify(in *Instance, s State) {
	if in.Group != nil && in.Group.State == s && in.notified {
		return
	}
	in.notified = true
	m.do(Notify{in, word(s), int(in.Effective)})
}

func word(s State) notify.State {
	switch s {
	case Master:
		return notify.Master
	case Backup:
		return notify.Backup
	}
	return notify.Fault
}

// expired is rows B1 to B4, M1 and M11.
func (m *Machine) expired(in *Instance) {
	at := in.next()
	if at.IsZero() {
		return
	}
	if m.now.Before(at) {
		in.rearm = true
		return
	}
	if m.late(m.now.Sub(at)); m.now.Before(in.next()) || in.next().IsZero() {
		return // M11 for this instance
	}
	if !in.rogueTimer.IsZero() && !m.now.Before(in.rogueTimer) {
		m.log(message.OwnerStopped, in.Config.Name)
		in.endRogue()
	}
	if in.deadline.IsZero() || m.now.Before(in.deadline) {
		return
	}
	switch in.State {
	case Backup:
		m.timeout(in)
	case Master:
		m.masterDeadline(in)
	}
}

// timeout is rows B1 to B4.
func (m *Machine) timeout(in *Instance) {
	m.detail(message.AdvertTimeout, in.Config.Name)
	in.Wanted = Master
	switch {
	case !m.mayBeMaster(in): // B3
		if in.MasterInterval == 0 {
			// Learned from a master that announced 0: the timer
			// would be due again at once, for ever.
			in.MasterInterval = in.Config.AdvertInt
		}
		in.setPeriod(m, in.full())
	case in.atOnce && !m.startAt.IsZero(): // B4
		in.atOnce = false
		in.State, in.quiet = Master, true
		in.deadline = m.startAt.Add(in.Config.AdvertInt)
	default: // B1, B2
		m.becomeMaster(in)
	}
	in.atOnce = false
}

// masterDeadline is row M1. After B4 it is the first advert.
func (m *Machine) masterDeadline(in *Instance) {
	if in.quiet {
		m.enterMaster(in)
		m.groupToMaster(in)
		return
	}
	m.advert(in, in.Effective)
	// Counted from now, the lateness of every advert would add to the next.
	if in.deadline = in.deadline.Add(in.Config.AdvertInt); !in.deadline.After(m.now) {
		in.deadline = m.now.Add(in.Config.AdvertInt) // the process stood still
	}
	m.countRogue(in)
}
