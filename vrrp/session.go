package vrrp

import (
	"slices"
	"time"

	"keepalived/core/config"
	"keepalived/core/process"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
)

// followSessions begins to follow the BFD sessions, of which an earlier process
// may have been told already (03-vrrp section 17.6).
func (s *service) followSessions() {
	link := s.env.Links[process.BFD]
	if link == nil {
		return
	}
	link.Watch(s.loop, s.sessionChanged)
	if err := link.Ask(); err != nil {
		s.info("%v", err)
	}
}

// forgetSessions forgets those that are not configured any more.
func (s *service) forgetSessions() {
	for name := range s.sessions {
		if !slices.ContainsFunc(s.cfg.VRRP.TrackBFDs, func(t *config.TrackBFD) bool { return t.Name == name }) {
			delete(s.sessions, name)
		}
	}
}

// sessionChanged is a report of the BFD process. It may repeat what is known
// already. Until the first one a session counts as down.
func (s *service) sessionChanged(r process.Report) {
	if s.stopped {
		return
	}
	state, word, status := "Down", "DOWN", fsm.Down
	if r.Up {
		state, word, status = "Up", "UP", fsm.Up
	}
	s.detail(message.BFDEvent, r.Session, state, r.At.Since().Microseconds())
	known := s.sessions[r.Session]
	s.sessions[r.Session] = r.Up
	if known == r.Up {
		return
	}
	key := fsm.Key{Kind: fsm.BFD, Name: r.Session}
	for _, o := range s.routers {
		if slices.ContainsFunc(o.in.Trackers, func(t fsm.Tracker) bool { return t.Key == key }) {
			s.info(message.BFDTracked, o.conf.Name, r.Session, word)
			s.do(s.machine.Step(time.Now(), o.in, fsm.Tracked{Key: key, Status: status}))
		}
	}
}
