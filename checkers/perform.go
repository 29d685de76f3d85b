package checkers

import (
	"context"

	"keepalived/checkers/machine"
	"keepalived/core/logging"
	"keepalived/core/notify"
)

// do carries out actions in their order, and answers the machine when the
// kernel's answer decides about a transition.
func (s *Service) do(actions []machine.Action) {
	for _, a := range actions {
		if v, err := s.perform(a); v != nil {
			s.do(v.Step(machine.Answer{Refused: err != nil}))
		}
	}
}

// perform carries out one action. It returns the virtual server that wants to
// know about err.
func (s *Service) perform(a machine.Action) (must *machine.VirtualServer, err error) {
	switch a := a.(type) {
	case machine.Log:
		if a.Detail {
			s.env.Log.Log(context.Background(), logging.LevelDetail, a.Text)
		} else {
			s.env.Log.Info(a.Text)
		}
	case machine.SetService:
		s.place(a.VS)
	case machine.DeleteService:
		s.unplace(a.VS)
	case machine.SetDestination:
		err = s.setDestination(a.VS, a.Destination)
		if a.Must {
			must = a.VS
		}
	case machine.DeleteDestination:
		err = s.deleteDestination(a.VS, a.Destination)
		if a.Must {
			must = a.VS
		}
	case machine.NotifyRS:
		s.events.Send(notify.RealServerState{RealServer: a.Config, RS: a.RS, VS: a.VS, Up: a.Up})
	case machine.NotifyVS:
		s.events.Send(notify.VirtualServerState{VirtualServer: a.Config, VS: a.VS, Up: a.Up})
	case machine.Mail:
		s.events.Send(notify.Mail{Subject: a.Subject, Body: a.Body})
	case machine.Schedule:
		if c := s.checks[a.Checker]; c != nil {
			c.timer.Reset(a.After)
		}
	}
	return must, err
}
