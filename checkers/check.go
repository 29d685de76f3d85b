package checkers

import (
	"context"
	"errors"
	"syscall"
	"time"

	"keepalived/checkers/machine"
	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
)

// startDelay is the time before the first attempt of any checker (7.1).
const startDelay = time.Second

// attempter makes one attempt of a checker. done is called on the loop, once,
// also when ctx has ended the attempt.
type attempter interface {
	attempt(ctx context.Context, a probe.Attempt, done func(outcome))
}

// outcome is the end of an attempt.
type outcome struct {
	probe.Result
	misc machine.MiscResult
}

// check is a checker at work.
type check struct {
	s        *service
	k        *machine.Checker
	timer    *process.Timer
	probe    attempter
	started  time.Time
	attempts int           // begun so far
	errno    syscall.Errno // last immediate connect error
}

// schedule makes the checks of all checkers, and lets them begin (section 1,
// step 16).
func (s *service) schedule() {
	for _, v := range s.vss {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				s.register(v, r, k)
			}
		}
	}
	s.logf(message.ActivatingBFD)
	s.repeatSessions()
}

func (s *service) register(v *machine.VirtualServer, r *machine.RealServer, k *machine.Checker) {
	switch k.Config.Kind {
	case config.CheckFile, config.CheckBFD:
		return
	}
	p, err := s.deps.probes(s, k)
	for _, e := range unjoin(err) {
		s.env.Log.Info(e.Error())
	}
	if p == nil {
		return
	}
	c := &check{s: s, k: k, probe: p}
	c.timer = s.env.Loop.NewTimer(c.begin)
	s.checks[k] = c
	if !k.HasRun {
		line := message.Activating
		if s.suspended(v) {
			line = message.Deactivating
		}
		s.logf(line, r.Name, v.Name)
	}
	c.timer.Reset(startDelay + s.deps.random(k.Config.Warmup))
}

func unjoin(err error) []error {
	var many interface{ Unwrap() []error }
	switch {
	case err == nil:
		return nil
	case errors.As(err, &many):
		return many.Unwrap()
	}
	return []error{err}
}

// begin starts an attempt.
func (c *check) begin() {
	if c.s.suspended(c.k.RS.VS) {
		c.timer.Reset(c.k.Config.DelayLoop)
		return
	}
	s := c.s
	c.started = time.Now()
	c.attempts++
	s.running++
	ctx := s.ctx
	c.probe.attempt(ctx, probe.Attempt{URL: c.k.URL}, func(o outcome) {
		s.running--
		if ctx.Err() == nil {
			c.end(o)
		}
	})
}

// end hands the result to the machine.
func (c *check) end(o outcome) {
	s := c.s
	for _, n := range o.Notes {
		s.env.Log.Log(context.Background(), n.Level, n.Text)
	}
	if o.Errno != c.errno {
		c.errno = o.Errno
		if o.Errno != 0 {
			s.env.Log.Log(context.Background(), logging.LevelDetail, o.ErrnoText)
		}
	}
	s.do(c.k.RS.VS.Step(machine.Result{
		Checker: c.k, OK: o.OK, Void: o.Void, Text: o.Text, Misc: o.misc, Elapsed: time.Since(c.started),
	}))
}

// stopAttempts ends every attempt and every timer. Results that still come are
// not looked at.
func (s *service) stopAttempts() {
	if s.cancel != nil {
		s.cancel()
	}
	for _, c := range s.checks {
		c.timer.Stop()
	}
	clear(s.checks)
}

// goroutine runs a probe in a goroutine of its own for each attempt.
type goroutine struct {
	loop *process.Loop
	p    probe.Prober
}

func (g goroutine) attempt(ctx context.Context, a probe.Attempt, done func(outcome)) {
	go func() {
		r := g.p.Probe(ctx, a)
		g.loop.Post(func() { done(outcome{Result: r}) })
	}()
}
