package vrrp

import (
	"keepalived/core/notify"
	"keepalived/vrrp/fsm"
)

// do carries out what the state machine decided, in order: adverts, with what
// belongs to them, at once, and everything else as work, of which the first
// slice is done here unless some waits already.
func (s *service) do(actions []fsm.Action) {
	if len(s.work.tasks) == 0 {
		defer s.work.turn()
	}
	for _, a := range actions {
		switch a := a.(type) {
		case fsm.SendAdvert:
			s.of[a.Instance].advertise(a.Priority)
		case fsm.SetTimer:
			s.of[a.Instance].setTimer(a)
		case fsm.Sequence:
			s.of[a.Instance].sequence(a.Op)
		case fsm.Log:
			s.say(a)
		case fsm.AddVIPs:
			s.of[a.Instance].addVIPs(a.Why)
		case fsm.RemoveVIPs:
			s.of[a.Instance].removeVIPs(a.Why)
		case fsm.Announce:
			r := s.of[a.Instance]
			s.work.once(func() { r.announce(a) })
		case fsm.AnnounceSource:
			s.work.once(s.of[a.Instance].announceSource)
		case fsm.Notify:
			s.tellAll(notify.InstanceState{Instance: a.Instance.Config, State: a.State, Priority: a.Priority})
		case fsm.NotifyGroup:
			s.tellAll(notify.GroupState{Group: a.Group.Config, State: a.State})
		case fsm.SyncDaemon:
			s.synchronise(a.Instance.Config, a.Master)
		case fsm.LimitDelays:
			s.limitDelays(a.Instance)
		}
	}
}

// say logs a line of the machine, after those of the work that waits.
func (s *service) say(l fsm.Log) {
	write := func() {
		if l.Detail {
			s.detail("%s", l.Line)
		} else {
			s.info("%s", l.Line)
		}
	}
	if len(s.work.tasks) == 0 {
		write()
		return
	}
	s.work.once(write)
}

func (s *service) tellAll(e notify.Event) { s.work.once(func() { s.events.Send(e) }) }

func (r *router) setTimer(a fsm.SetTimer) {
	r.listened = false
	if a.Deadline.IsZero() {
		r.timer.Stop()
		return
	}
	r.timer.ResetAt(a.Deadline)
}

func (r *router) sequence(op fsm.SequenceOp) {
	switch op {
	case fsm.SequenceRestart:
		r.endpoint.RestartSequence()
	case fsm.SequenceFollow:
		r.endpoint.FollowSequence()
	case fsm.SequenceUnwrapped:
		r.endpoint.UnwrapSequence()
	}
}

// repeatStates is fifo_write_vrrp_states_on_reload: it writes to the FIFOs the
// states that the actions of a reload do not notify (02-runtime section 18.4).
// (The C daemon leaves those out that are MASTER.)
func (s *service) repeatStates(actions []fsm.Action) {
	if !s.cfg.Global.FIFOWriteVRRPStatesOnReload {
		return
	}
	told := map[any]bool{}
	for _, a := range actions {
		switch a := a.(type) {
		case fsm.Notify:
			told[a.Instance] = true
		case fsm.NotifyGroup:
			told[a.Group] = true
		}
	}
	s.work.once(func() {
		for _, g := range s.machine.Groups {
			if !told[g] {
				s.fifos.Notify(notify.GroupState{Group: g.Config, State: notify.State(g.State.String())})
			}
		}
		for _, in := range s.machine.Instances {
			if !told[in] {
				s.fifos.Notify(notify.InstanceState{Instance: in.Config, State: notify.State(in.State.String()), Priority: int(in.Effective)})
			}
		}
	})
}
