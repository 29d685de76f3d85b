package checkers

import (
	"context"

	"keepalived/checkers/machine"
	"keepalived/core/logging"
	"keepalived/core/notify"
)

// do carries out actions in their order, and answers the machine when the
// kernel's answer decides about a transition.
func (s *service) do(actions []machine.Action) {
	for _, a := range actions {
		s.perform(a)
	}
}

func (s *service) perform(a machine.Action) {
	switch a := a.(type) {
	case machine.Log:
		if a.Detail {
			s.env.Log.Log(context.Background(), logging.LevelDetail, a.Text)
		} else {
			s.env.Log.Info(a.Text)
		}
	case machine.Kept:
		s.regrouped(a.VS.Config)
	case machine.SetDestination:
		refused := s.setEntry(a.VS, a.Destination, true)
		if a.Must {
			s.do(a.VS.Step(machine.Answer{Refused: refused}))
		}
	case machine.DeleteDestination:
		refused := s.setEntry(a.VS, a.Destination, false)
		if a.Must {
			s.do(a.VS.Step(machine.Answer{Refused: refused}))
		}
	case machine.NotifyRS:
		s.send(notify.RealServerState{RealServer: a.Config, VirtualServer: a.Of, RS: a.RS, VS: a.VS, Up: a.Up, Alive: a.Alive}, a.Quiet)
	case machine.NotifyVS:
		s.send(notify.VirtualServerState{VirtualServer: a.Config, VS: a.VS, Up: a.Up, Alive: a.Alive, Stopping: a.Stopping}, a.Quiet)
	case machine.Mail:
		s.events.Send(notify.Mail{Subject: a.Subject, Body: a.Body})
	case machine.Schedule:
		if c := s.checks[a.Checker]; c != nil {
			c.timer.Reset(a.After)
		}
	}
}

// send tells the listeners of an event; of a quiet one only those that observe.
func (s *service) send(e notify.Event, quiet bool) {
	if quiet {
		e = notify.Quiet{Event: e}
	}
	s.events.Send(e)
}
