package script

import (
	"context"
	"fmt"
	"log/slog"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
)

// Runner starts commands and watches their time. Its methods are called on the
// loop.
type Runner struct {
	loop    *process.Loop
	log     *slog.Logger
	running map[*Run]struct{}
	core    *coreLimit
	last    chan struct{} // closed when the last command in order was started
}

// New returns a runner. Descriptors that this process has inherited without
// close-on-exec are given it, so that no script gets them.
func New(loop *process.Loop, log *slog.Logger) *Runner {
	_ = unix.CloseRange(3, ^uint(0), unix.CLOSE_RANGE_CLOEXEC) // before Linux 5.11: they leak, as in 2.2.7
	return &Runner{loop: loop, log: log, running: map[*Run]struct{}{}}
}

// LimitCore gives commands another limit on core dumps than this process has,
// for a process whose own -m has raised; nil does nothing.
func (r *Runner) LimitCore(l *unix.Rlimit) {
	if l != nil {
		r.core = &coreLimit{limit: *l}
	}
}

// Command is what to run.
type Command struct {
	// Name is the script's name in log lines.
	Name   string
	Script *config.Script
	// Extra are arguments after those of the script.
	Extra []string
	// Timeout is how long it may take; 0: as long as it wants.
	Timeout time.Duration
	// InOrder starts the command after every earlier command in order was
	// started, as notifications are.
	InOrder bool
	// Done is called on the loop with the result; nil: nobody asks.
	Done func(Result)
}

// Result is how a command ended.
type Result struct {
	// Status is the exit status, when no signal ended the command. A
	// command that cannot be executed counts as 0, as it does in C.
	Status int
	// Signal ended the command, unless it is 0.
	Signal syscall.Signal
	// TimedOut says that the command took too long, however it ended then.
	TimedOut bool
	// Err is why the command could not be started.
	Err error
	// NotRun says that the command could not be executed, by Err or because
	// the shell in its place could not.
	NotRun bool
}

// Run is a command that runs, or is about to.
type Run struct {
	runner  *Runner
	command Command
	child   child
	timer   *process.Timer
	kills   int
	timeout bool
}

// Run starts a command. It returns at once: errors too come by Done.
func (r *Runner) Run(c Command) *Run {
	run := &Run{runner: r, command: c}
	run.timer = r.loop.NewTimer(run.kill)
	r.running[run] = struct{}{}
	var before, started chan struct{}
	if c.InOrder {
		before, started = r.last, make(chan struct{})
		r.last = started
	}
	if c.Timeout > 0 {
		run.timer.Reset(c.Timeout)
	}
	go run.child.run(job{argv: arguments(c), script: c.Script, core: r.core, before: before, started: started}, func(e end) {
		r.loop.Post(func() { run.finish(e) })
	})
	return run
}

// arguments is the argument vector of a command. A readability test is the
// shell's.
func arguments(c Command) []string {
	if c.Script.Readable != "" {
		return []string{"/bin/sh", "-c", "<" + quote(c.Script.Readable)}
	}
	return append(c.Script.Args[:len(c.Script.Args):len(c.Script.Args)], c.Extra...)
}

// TimedOut reports whether the command's time is over and it has not ended.
func (r *Run) TimedOut() bool { return r.timeout }

// Killed reports whether the command has been sent a SIGKILL and has not ended.
func (r *Run) Killed() bool { return r.kills > 1 }

// kill sends the next signal of the escalation: SIGTERM to the group when the
// time is over, SIGKILL after 2 s and again after 2 s, then every 10 s.
func (r *Run) kill() {
	wait := killDelay * time.Second
	switch r.kills {
	case 0:
		r.timeout = true
		r.child.signal(syscall.SIGTERM)
	case 1:
		r.child.signal(syscall.SIGKILL)
	default:
		r.runner.log.Info(fmt.Sprintf(msgUnkilled, r.command.Name, r.child.pid()))
		r.child.signal(syscall.SIGKILL)
		wait = unkilledWait * time.Second
	}
	r.kills++
	r.timer.Reset(wait)
}

// Terminate ends the command: SIGTERM now, SIGKILL after grace. Its result
// still comes by Done, unless Forget was called.
func (r *Run) Terminate(grace time.Duration) {
	if _, running := r.runner.running[r]; !running || r.kills > 0 {
		return
	}
	r.child.signal(syscall.SIGTERM)
	r.kills = 1
	r.timer.Reset(grace)
}

// Forget makes the result go nowhere.
func (r *Run) Forget() { r.command.Done = nil }

// Kill sends SIGKILL to every command that has not ended, for a process that
// is about to end itself.
func (r *Runner) Kill() {
	for run := range r.running {
		run.child.signal(syscall.SIGKILL)
	}
}

// Running is how many commands have not ended.
func (r *Runner) Running() int { return len(r.running) }

// finish is the end of a command, on the loop.
func (r *Run) finish(e end) {
	r.timer.Stop()
	delete(r.runner.running, r)
	r.explain(e)
	if r.command.Done == nil {
		return
	}
	result := Result{Status: e.status, Signal: e.signal, TimedOut: r.timeout, Err: e.err}
	if e.err != nil || e.shell && (e.status == 126 || e.status == 127) {
		result.Status, result.NotRun = 0, true
	}
	r.command.Done(result)
}

// explain logs why a command could not be executed.
func (r *Run) explain(e end) {
	alert := func(format string, args ...any) {
		r.runner.log.Log(context.Background(), logging.LevelAlert, fmt.Sprintf(format, args...))
	}
	path := r.command.Script.Path
	if e.shell {
		r.runner.log.Info(fmt.Sprintf(msgShebang, path))
	}
	switch {
	case e.err != nil:
		number, text := logging.Strerror(e.err)
		alert(msgExec, path, number, text)
	case e.shell && e.status == 127:
		alert(msgNotFound, path)
	case e.shell && e.status == 126:
		alert(msgNotRun, path)
	}
}
