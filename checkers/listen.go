package checkers

import (
	"context"
	"time"

	"keepalived/checkers/machine"
	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/core/script"
)

// listen adds the listeners of the real process, in the order of 9.2: scripts,
// then FIFOs, then mail.
func listen(s *service) listener {
	s.events.Add(notify.NewScripts(s.runner))
	// The readers of FIFOs run on to the end of the process.
	readers := script.New(s.env.Loop, s.env.Log)
	readers.LimitCore(s.env.Options.CoreLimit)
	f := notify.NewFIFOs(false, readers, s.env.Log)
	m := notify.NewMails(s.env.Loop, s.env.Log)
	s.events.Add(f)
	s.events.Add(m)
	return listeners{f, m}
}

// listeners are those that follow the configuration.
type listeners struct {
	fifos *notify.FIFOs
	mails *notify.Mails
}

func (l listeners) Load(c *config.Config) {
	l.fifos.Load(c)
	l.mails.Load(c)
}

// Close closes the FIFOs and gives mail up: the stop does not wait for a mail
// server (02-runtime section 8.4).
func (l listeners) Close() {
	l.fifos.Close()
	l.mails.Close()
}

// scriptGrace is how long a check script has to end when a reload or the stop
// has ended its attempt.
const scriptGrace = time.Second

// runScript runs the script of a MISC_CHECK.
func runScript(ctx context.Context, s *service, c *config.Script, timeout time.Duration, done func(outcome)) {
	var stop func() bool
	run := s.runner.Run(script.Command{
		Name: c.Path, Script: c, Timeout: timeout,
		Done: func(r script.Result) {
			stop()
			var o outcome
			o.Void = r.NotRun // it has been logged, and says nothing about the server
			o.misc = machine.MiscResult{Status: r.Status, Signal: int(r.Signal), TimedOut: r.TimedOut}
			done(o)
		},
	})
	stop = context.AfterFunc(ctx, func() { s.env.Loop.Post(func() { run.Terminate(scriptGrace) }) })
}
