package checkers

import (
	"context"
	"fmt"

	"keepalived/checkers/machine"
	"keepalived/checkers/message"
	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
)

// followSessions begins to follow the BFD sessions, of which an earlier process
// may have been told already (03-vrrp section 17.6).
func (s *service) followSessions() {
	link := s.env.Links[process.BFD]
	if link == nil {
		return
	}
	link.Watch(s.env.Loop, s.sessionChanged)
	if err := link.Ask(); err != nil {
		s.env.Log.Info(err.Error())
	}
}

// sessionChanged is a report of the BFD process (8.9). It may repeat what is
// known already.
func (s *service) sessionChanged(r process.Report) {
	if s.ctx.Err() != nil { // stopping
		return
	}
	state := "Down"
	if r.Up {
		state = "Up"
	}
	s.env.Log.Log(context.Background(), logging.LevelDetail,
		fmt.Sprintf(message.BFDEvent, r.Session, state, r.At.Since().Microseconds()))
	s.sessions[r.Session] = r.Up
	s.eachBFD(r.Session, func(k *machine.Checker) { s.do(k.RS.VS.Step(machine.BFDState{Checker: k, Up: r.Up})) })
}

// repeatSessions tells checkers that a reload has brought what is known of their
// sessions: the BFD process may have told its news before the reload.
func (s *service) repeatSessions() {
	for name, up := range s.sessions {
		used := false
		s.eachBFD(name, func(k *machine.Checker) {
			used = true
			if !k.HasRun {
				s.do(k.RS.VS.Step(machine.BFDState{Checker: k, Up: up}))
			}
		})
		if !used {
			delete(s.sessions, name)
		}
	}
}

// eachBFD calls f with every BFD_CHECK of a session.
func (s *service) eachBFD(session string, f func(*machine.Checker)) {
	for _, v := range s.vss {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				if k.Config.Kind == config.CheckBFD && k.Config.BFD.Name == session {
					f(k)
				}
			}
		}
	}
}
