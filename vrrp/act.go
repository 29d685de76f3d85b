package vrrp

import (
	"keepalived/core/notify"
	"keepalived/vrrp/fsm"
)

// do carries out what the state machine decided, in order.
func (s *service) do(actions []fsm.Action) {
	for _, a := range actions {
		switch a := a.(type) {
		case fsm.Log:
			if a.Detail {
				s.detail("%s", a.Line)
			} else {
				s.info("%s", a.Line)
			}
		case fsm.SendAdvert:
			s.of[a.Instance].advertise(a.Priority)
		case fsm.SetTimer:
			s.of[a.Instance].setTimer(a)
		case fsm.AddVIPs:
			s.of[a.Instance].addVIPs(a.Why)
		case fsm.RemoveVIPs:
			s.of[a.Instance].removeVIPs(a.Why)
		case fsm.Announce:
			s.of[a.Instance].announce(a)
		case fsm.AnnounceSource:
			s.of[a.Instance].announceSource()
		case fsm.Sequence:
			s.of[a.Instance].sequence(a.Op)
		case fsm.Notify:
			s.events.Send(notify.InstanceState{Instance: a.Instance.Config, State: a.State, Priority: a.Priority})
		case fsm.NotifyGroup:
			s.events.Send(notify.GroupState{Group: a.Group.Config, State: a.State})
		case fsm.SyncDaemon:
			// lvs_sync_daemon with an instance: see missing.go.
		}
	}
}

func (r *router) setTimer(a fsm.SetTimer) {
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
