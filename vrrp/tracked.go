package vrrp

import (
	"slices"
	"time"

	"keepalived/core/config"
	"keepalived/core/track"
	"keepalived/vrrp/fsm"
)

// tell tells every router of a tracked object.
func (s *service) tell(e fsm.Tracked) {
	for _, r := range s.routers {
		if slices.ContainsFunc(r.in.Trackers, func(t fsm.Tracker) bool { return t.Key == e.Key }) {
			s.do(s.machine.Step(time.Now(), r.in, e))
		}
	}
}

// firstStatuses feeds the machine before its start.
func (s *service) firstStatuses() {
	now := time.Now()
	for _, r := range s.routers {
		for _, t := range r.in.Trackers {
			s.do(s.machine.Step(now, r.in, s.statusOf(t.Key)))
		}
		s.feedSource(r)
	}
}

// statusOf is what is known of a tracked object now.
func (s *service) statusOf(key fsm.Key) fsm.Tracked {
	e := fsm.Tracked{Key: key, Status: fsm.Down}
	switch key.Kind {
	case fsm.Interface:
		if s.up(key.Name) {
			e.Status = fsm.Up
		}
	case fsm.Script:
		if c := s.checks.Script(key.Name); c != nil {
			e.Status = statusOfScript(c)
		}
	case fsm.Process:
		if s.processes.Up(key.Name) {
			e.Status = fsm.Up
		}
	case fsm.File:
		e.Value = s.files.Value(key.Name)
	case fsm.BFD:
		if s.sessions[key.Name] {
			e.Status = fsm.Up
		}
	}
	return e
}

func statusOfScript(c *track.Script) fsm.Status {
	return [...]fsm.Status{track.Undecided: fsm.Unknown, track.Bad: fsm.Down, track.Good: fsm.Up}[c.State]
}

func (s *service) scriptChanged(c *track.Script) {
	s.tell(fsm.Tracked{Key: fsm.Key{Kind: fsm.Script, Name: c.Config.Name}, Status: statusOfScript(c)})
}

func (s *service) fileChanged(f *config.TrackFile, value int64) {
	s.tell(fsm.Tracked{Key: fsm.Key{Kind: fsm.File, Name: f.Name}, Value: value})
}

func (s *service) processChanged(c *config.TrackProcess, up bool) {
	status := fsm.Down
	if up {
		status = fsm.Up
	}
	s.tell(fsm.Tracked{Key: fsm.Key{Kind: fsm.Process, Name: c.Name}, Status: status})
}
