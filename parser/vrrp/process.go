package vrrp

import (
	"math"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// trackProcess is a vrrp_track_process while it is read.
type trackProcess struct {
	config.TrackProcess
	weightGiven, maxGiven bool
}

func (r *Room) processHandlers() reader.Handlers {
	return reader.Handlers{
		"vrrp_track_process":                 {Open: r.openProcess, Close: r.closeProcess},
		"vrrp_track_process/process":         {Read: r.processName},
		"vrrp_track_process/param_match":     {Read: r.processParamMatch},
		"vrrp_track_process/weight":          {Read: r.processWeight},
		"vrrp_track_process/quorum":          {Read: r.processQuorum},
		"vrrp_track_process/quorum_max":      {Read: r.processQuorumMax},
		"vrrp_track_process/delay":           {Read: r.processDelay("", true, true)},
		"vrrp_track_process/terminate_delay": {Read: r.processDelay("terminate_", true, false)},
		"vrrp_track_process/fork_delay":      {Read: r.processDelay("fork_", false, true)},
		"vrrp_track_process/full_command":    {Read: func(*reader.Pass, *reader.Statement) { r.process.FullCommand = true }},
	}
}

func (r *Room) openProcess(p *reader.Pass, s *reader.Statement) bool {
	r.process = &trackProcess{TrackProcess: config.TrackProcess{Name: p.Keep(p.Need(s, 1)), Quorum: 1, QuorumMax: math.MaxUint32}}
	p.Made(&r.process.TrackProcess, r.process)
	return true
}

func (r *Room) closeProcess(p *reader.Pass) {
	t := &r.process.TrackProcess
	if t.Process == "" {
		p.General(msgProcessMissing, t.Name)
		return
	}
	r.processes = append(r.processes, t)
	if r.processByName[t.Name] == nil {
		r.processByName[t.Name] = t
	}
}

func (r *Room) processName(p *reader.Pass, s *reader.Statement) {
	t, word := r.process, p.Need(s, 1)
	if t.Process != "" {
		p.General(msgProcessTwice, t.Name, word)
		return
	}
	t.Process = p.Keep(word)
	for _, w := range s.Words[2:] {
		t.Params = append(t.Params, p.Keep(w))
	}
	if len(t.Params) > 0 && t.ParamMatch == config.ParamMatchNone {
		t.ParamMatch = config.ParamMatchExact
	}
}

func (r *Room) processParamMatch(p *reader.Pass, s *reader.Statement) {
	switch word := s.Word(1); {
	case !s.Has(1):
		r.process.ParamMatch = config.ParamMatchExact
	case word == "initial":
		r.process.ParamMatch = config.ParamMatchInitial
	case word == "partial":
		r.process.ParamMatch = config.ParamMatchPartial
	default:
		p.General(msgProcessParamMatch, s.Word(1))
	}
}

func (r *Room) processWeight(p *reader.Pass, s *reader.Statement) {
	t, word := r.process, s.Word(1)
	switch {
	case !s.Has(1):
		p.General(msgProcessNoWeight, t.Name)
		return
	case t.weightGiven:
		p.General(msgProcessWeightTwice, t.Name, word)
		return
	}
	n, ok := p.Signed(word, -254, 254, reader.Lenient)
	if !ok {
		p.General(msgProcessWeight, word, t.Name)
		return
	}
	t.Weight, t.weightGiven = int(n), true
	switch {
	case !s.Has(2):
	case s.Word(2) == "reverse":
		t.Reverse = true
	default:
		p.General(msgProcessWeightOption, t.Name, s.Word(2))
	}
}

// maxQuorum is the largest number of processes.
const maxQuorum = 65535

func (r *Room) processQuorum(p *reader.Pass, s *reader.Statement) {
	t, word := r.process, p.Need(s, 1)
	n, ok := p.Unsigned(word, 1, maxQuorum, reader.Lenient)
	switch {
	case !ok:
		p.General(msgProcessQuorum, word, t.Name)
	case t.maxGiven && n > t.QuorumMax:
		p.General(msgProcessQuorumAbove)
	default:
		t.Quorum = n
	}
}

// processQuorumMax takes 0 as "must not run", which goes with the default
// quorum.
func (r *Room) processQuorumMax(p *reader.Pass, s *reader.Statement) {
	t, word := r.process, p.Need(s, 1)
	n, ok := p.Unsigned(word, 0, maxQuorum, reader.Lenient)
	switch {
	case !ok:
		p.General(msgProcessQuorumMax, word, t.Name)
	case n < t.Quorum && !(n == 0 && t.Quorum == 1):
		p.General(msgProcessQuorumMaxBelow)
	default:
		t.QuorumMax, t.maxGiven = n, true
		if n == 0 {
			t.Quorum = 0
		}
	}
}

func (r *Room) processDelay(which string, terminate, fork bool) func(p *reader.Pass, s *reader.Statement) {
	return func(p *reader.Pass, s *reader.Statement) {
		t, word := r.process, p.Need(s, 1)
		d, ok := p.Timer(word, time.Microsecond, time.Hour, reader.Lenient)
		if !ok {
			p.General(msgProcessDelay, which, word, t.Name)
			return
		}
		if terminate {
			t.TerminateDelay = d
		}
		if fork {
			t.ForkDelay = d
		}
	}
}
