package supervisor

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
)

// Host is what a supervisor does to the machine.
type Host interface {
	// Load reads the configuration again and calls done on the loop. It
	// must not block.
	Load(done func(*Prepared))
	// Running says which configuration is the running one, after a reload
	// that was accepted or refused.
	Running(c *config.Config)
	// Start starts a child with its part of a configuration. Messages and
	// death of the child come back through Message and Died.
	Start(kind process.Kind, p *Prepared) (Process, error)
	// Script runs a start or shutdown script, which it logs about, and
	// calls done on the loop when the script has ended or been given up.
	Script(label string, s *config.Script, timeout time.Duration, done func())
	// Notify tells the service manager something.
	Notify(state string)
	// Dump writes the parent's own dump.
	Dump(c *config.Config)
	// Reading makes, or removes, the marker of a reload (02-runtime
	// section 2.4).
	Reading(c *config.Config, on bool)
}

// Process is a child that a Host has started.
type Process interface {
	PID() int
	Send(process.Message) error
	Kill(unix.Signal)
}

// Options are the command-line options that a supervisor obeys.
type Options struct {
	DontRespawn bool // -R
	PID         int  // of the parent
	// CommandLine is shown in the report about a crashed child.
	CommandLine []string
}

// phase is what a supervisor is doing.
type phase uint8

const (
	phaseScript    phase = iota // the startup script runs
	phaseStarting               // children have not all reported yet
	phaseRunning                //
	phaseLoading                // the new configuration is being read
	phaseReloading              // children have not all gone over to it yet
	phaseStopping
	phaseStopped
)

// Supervisor is the parent's state machine. All methods are called on its
// loop.
type Supervisor struct {
	loop    *process.Loop
	log     *slog.Logger
	host    Host
	options Options

	phase    phase
	current  *Prepared // last accepted
	children [process.Kinds]*child
	// waiting are the kinds that have to report before the start or the
	// reload is complete.
	waiting  [process.Kinds]bool
	ran      bool // Startup complete has been logged
	queued   bool // one more reload has been asked for
	end      func(status int)
	patience *process.Timer
}

// New returns a supervisor. end is called on the loop when all is over, with
// the daemon's exit status.
func New(loop *process.Loop, log *slog.Logger, host Host, o Options, end func(status int)) *Supervisor {
	s := &Supervisor{loop: loop, log: log, host: host, options: o, end: end}
	for k := range process.Kinds {
		s.children[k] = newChild(s, k)
	}
	s.patience = loop.NewTimer(s.force)
	return s
}

// Start begins the work with the first configuration: the startup script, then
// the children (02-runtime section 3.1 from step 13).
func (s *Supervisor) Start(p *Prepared) {
	s.current = p
	g := &p.global().Global
	if g.StartupScript == nil {
		s.startChildren()
		return
	}
	s.phase = phaseScript
	s.host.Script("startup script", g.StartupScript, g.StartupScriptTimeout, func() {
		if s.phase == phaseScript {
			s.startChildren()
		}
	})
}

func (s *Supervisor) startChildren() {
	s.phase = phaseStarting
	if !s.wantsAny() {
		s.info(msgNothingToRun)
	}
	for _, c := range s.children {
		if s.current.Wanted[c.kind] {
			s.waiting[c.kind] = true
			c.start()
		}
	}
	s.settle()
}

func (s *Supervisor) wantsAny() bool {
	for _, w := range s.current.Wanted {
		if w {
			return true
		}
	}
	return false
}

// report notes that a child has processed its configuration.
func (s *Supervisor) report(k process.Kind) {
	if !s.waiting[k] {
		s.info(msgUnasked)
		return
	}
	s.waiting[k] = false
	s.settle()
}

// settle ends a start or reload once no child is waited for, and then begins
// the reload that was asked for meanwhile.
func (s *Supervisor) settle() {
	if s.phase != phaseStarting && s.phase != phaseReloading || s.waiting != [process.Kinds]bool{} {
		return
	}
	reloading := s.phase == phaseReloading
	s.phase = phaseRunning
	switch {
	case !s.ran && !s.anyStarted():
		// Nothing runs: no completion is logged, and the service
		// manager hears nothing, until a reload starts a child.
	case !s.ran:
		s.ran = true
		s.info(msgStartup)
		s.ready()
	case reloading:
		s.info(msgReloadComplete)
		s.ready()
	}
	if s.queued {
		s.queued = false
		s.detail(msgReloadProcess)
		s.Reload()
	}
}

func (s *Supervisor) anyStarted() bool {
	for _, c := range s.children {
		if c.process != nil {
			return true
		}
	}
	return false
}

func (s *Supervisor) anyReady() bool {
	return slices.ContainsFunc(s.children[:], func(c *child) bool { return c.process != nil && c.ready })
}

func (s *Supervisor) ready() { s.notify("READY=1\nMAINPID=%d", s.options.PID) }

// Signal passes an operator's signal on to the children that serve it
// (02-runtime section 6.1).
func (s *Supervisor) Signal(sig process.Signal) {
	for _, k := range []process.Kind{process.VRRP, process.Checker, process.BFD} {
		if c := s.children[k]; c.process != nil && (k == process.VRRP || sig == process.SignalData) {
			c.send(process.Message{Kind: process.MessageSignal, Number: uint64(sig)})
		}
	}
	if sig == process.SignalData {
		s.info(msgPrintingData, s.options.PID)
		s.host.Dump(s.current.global())
	}
}

// stopping reports whether the end has begun.
func (s *Supervisor) stopping() bool { return s.phase >= phaseStopping }

func (s *Supervisor) info(format string, args ...any) { s.print(slog.LevelInfo, format, args...) }
func (s *Supervisor) detail(format string, args ...any) {
	s.print(logging.LevelDetail, format, args...)
}

func (s *Supervisor) print(level slog.Level, format string, args ...any) {
	printf(context.Background(), s.log, level, format, args...)
}
