package track

import (
	"fmt"

	"keepalived/core/config"
	"keepalived/core/script"
)

// State is what is known about a script.
type State uint8

// The states. A script without a result is Undecided: its first result
// decides, whatever rise and fall are.
const (
	Undecided State = iota
	Bad
	Good
)

// Script is the state of one vrrp_script.
type Script struct {
	Config *config.TrackScript
	State  State
	// Count is 0 to rise+fall-1 (03-vrrp section 8.2): from rise on the
	// script is good, and the distance to the other end is how many
	// contrary results in a row it has had.
	Count int
	// Status is the last exit status.
	Status int
	// Begin says why there is no result yet; it is empty once there is one.
	Begin Begin
}

// Begin is how a script without a result began.
type Begin string

// The beginnings, in the words of the data dump (05-observability section 3.7).
const (
	BeginUndecided Begin = "INIT"
	BeginFailed    Begin = "INIT/FAILED" // init_fail
	BeginReload    Begin = "INIT/RELOAD" // has the state of before
)

// NewScript returns a script without a result; one with init_fail starts as
// bad, and needs rise successes. (In the C daemon init_fail has no effect,
// because every reference by track_script resets it.)
func NewScript(c *config.TrackScript) *Script {
	s := &Script{Config: c, Begin: BeginUndecided}
	if c.InitFail {
		s.State, s.Begin = Bad, BeginFailed
	}
	return s
}

// Inherit takes over the state of the script of the same name before a reload, if
// it has had a result and is the same command run by the same user, scaled to the
// new rise and fall. It returns the line to log, empty without one.
func (s *Script) Inherit(old *Script) string {
	if old.State == Undecided || old.Begin == BeginFailed || !s.Config.Script.Equal(old.Config.Script) {
		return ""
	}
	s.State, s.Status, s.Begin = old.State, old.Status, BeginReload
	if s.State == Bad {
		s.Count = min(old.Count, s.Config.Rise-1)
		return fmt.Sprintf(msgKeptBad, s.Config.Name)
	}
	failures := old.Config.Rise + old.Config.Fall - 1 - old.Count
	s.Count = max(s.top()-failures, s.Config.Rise)
	return fmt.Sprintf(msgKeptGood, s.Config.Name)
}

// top is the count of a script that is good for good.
func (s *Script) top() int { return s.Config.Rise + s.Config.Fall - 1 }

// Result takes a result in. It reports whether the state has changed, and
// returns the lines to log.
func (s *Script) Result(r script.Result) (changed bool, lines []string) {
	name := s.Config.Name
	if r.Signal == 0 && !r.TimedOut && r.Status != s.Status {
		s.Status = r.Status
		lines = append(lines, fmt.Sprintf(msgReturning, name, r.Status))
	}
	was := s.State
	s.Begin = ""
	if r.Status == 0 && r.Signal == 0 && !r.TimedOut {
		s.success()
	} else {
		s.failure()
	}
	if s.State == was {
		return false, lines
	}
	return true, append(lines, s.transition(r))
}

func (s *Script) success() {
	switch {
	case s.State == Undecided, s.Count >= s.Config.Rise-1:
		s.State, s.Count = Good, s.top()
	default:
		s.Count++
	}
}

func (s *Script) failure() {
	switch {
	case s.State == Good && s.Count > s.Config.Rise:
		s.Count--
	default:
		s.State, s.Count = Bad, 0
	}
}

func (s *Script) transition(r script.Result) string {
	name := s.Config.Name
	switch {
	case s.State == Good:
		return fmt.Sprintf(msgSucceeded, name)
	case r.TimedOut:
		return fmt.Sprintf(msgTimedOut, name)
	case r.Signal != 0:
		return fmt.Sprintf(msgFailedSignal, name, int(r.Signal))
	}
	return fmt.Sprintf(msgFailedStatus, name, r.Status)
}
