package track

import (
	"fmt"
	"log/slog"
	"time"

	"keepalived/core/config"
	"keepalived/core/process"
	"keepalived/core/script"
)

// Scripts runs the tracked scripts of a process. Its methods are called on the
// loop.
type Scripts struct {
	loop    *process.Loop
	runner  *script.Runner
	log     *slog.Logger
	changed func(*Script)
	all     map[string]*watched
}

// watched is a script with its timer and its running command.
type watched struct {
	*Script
	timer *process.Timer
	run   *script.Run // nil when idle
}

// NewScripts returns the runner of no scripts. Changed is called on the loop
// whenever the state of a script changes.
func NewScripts(loop *process.Loop, runner *script.Runner, log *slog.Logger, changed func(*Script)) *Scripts {
	return &Scripts{loop: loop, runner: runner, log: log, changed: changed, all: map[string]*watched{}}
}

// grace is how long a script that runs at a reload or a stop has to end.
const grace = time.Second

// Load replaces the scripts. Those that run are ended; one of the same name,
// command and user keeps its state. None runs before Start.
func (s *Scripts) Load(configs []*config.TrackScript) {
	old := s.all
	s.Stop()
	s.all = map[string]*watched{}
	for _, c := range configs {
		w := &watched{Script: NewScript(c)}
		w.timer = s.loop.NewTimer(func() { s.due(w) })
		if o := old[c.Name]; o != nil {
			if line := w.Inherit(o.Script); line != "" {
				s.log.Info(line)
			}
		}
		s.all[c.Name] = w
	}
}

// Start runs every script for the first time.
func (s *Scripts) Start(configs []*config.TrackScript) {
	for _, c := range configs {
		if w := s.all[c.Name]; w != nil {
			s.due(w)
		}
	}
}

// Stop ends all scripts; their results are no longer asked for.
func (s *Scripts) Stop() {
	for _, w := range s.all {
		w.timer.Stop()
		if w.run != nil {
			w.run.Forget()
			w.run.Terminate(grace)
		}
	}
}

// Script returns the state of a script, nil for an unknown one.
func (s *Scripts) Script(name string) *Script {
	if w := s.all[name]; w != nil {
		return w.Script
	}
	return nil
}

// Progress is what the command of a script does, in the words of the data dump
// (05-observability section 3.7).
func (s *Scripts) Progress(name string) string {
	w := s.all[name]
	switch {
	case w == nil || w.run == nil:
		return "idle"
	case w.run.Killed():
		return "forcing termination"
	case w.run.TimedOut():
		return "requested termination"
	}
	return "running"
}

// due starts a script, unless its last run has not ended. The next one is due
// an interval after this one.
func (s *Scripts) due(w *watched) {
	w.timer.Reset(w.Config.Interval)
	if w.run != nil {
		format := msgRunning
		if w.run.TimedOut() {
			format = msgBeingTimedOut
		}
		s.log.Info(fmt.Sprintf(format, w.Config.Name))
		return
	}
	timeout := w.Config.Timeout
	if timeout == 0 {
		timeout = w.Config.Interval
	}
	w.run = s.runner.Run(script.Command{
		Name: w.Config.Name, Script: w.Config.Script, Timeout: timeout,
		Done: func(r script.Result) { s.done(w, r) },
	})
}

func (s *Scripts) done(w *watched, r script.Result) {
	w.run = nil
	changed, lines := w.Result(r)
	for _, line := range lines {
		s.log.Info(line)
	}
	if changed {
		s.changed(w.Script)
	}
}
