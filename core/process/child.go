package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/logging"
)

// How long a child whose parent is gone, and can no longer kill it, may take to
// begin its orderly stop, and to finish it. What it began before may take the
// loop seconds: the parent would let it.
const (
	orphanSilence  = 15 * time.Second
	orphanPatience = 10 * time.Second
)

// Child runs a service as a child process.
type Child struct {
	New          func(Env) Service
	Options      Options
	Log          *logging.Log
	IgnoreSIGINT bool
	UmaskGiven   bool // -u: the configuration's umask has no effect
}

// Run runs the child that in describes, and returns its exit status.
func (c *Child) Run(in *Inherited) int {
	r := &runner{Child: c, in: in, log: slog.New(c.Log), loop: NewLoop()}
	defer c.Log.Close(time.Second)
	// First: from here on the end is an orderly one.
	stopSignals := WatchSignals(r.loop, r.signal)
	defer stopSignals()
	if err := r.prepare(); err != nil {
		r.log.Error(err.Error())
		return ExitProgramError
	}
	return r.run()
}

// runner is a child while it runs. Its fields belong to the loop.
type runner struct {
	*Child
	in      *Inherited
	log     *slog.Logger
	loop    *Loop
	end     context.CancelFunc
	status  int
	pid     *PIDFile
	control *Control
	links   map[Kind]*Link
	cfg     *config.Config
	service Service
	// scheduling is how the process runs.
	scheduling *scheduling
	stop       bool   // asked for
	reloads    int    // so far
	history    *Dumps // for config_save_dir
}

// prepare does what needs no loop.
func (r *runner) prepare() error {
	SetName(r.in.Comm)
	// A crash outside the loop ends with SIGABRT, not with status 2, which
	// would mean a bad configuration to the parent.
	debug.SetTraceback("crash")
	if err := debug.SetCrashOutput(r.in.Crash, debug.CrashOptions{}); err != nil {
		return fmt.Errorf("crash output: %w", err)
	}
	r.in.Crash.Close()
	var err error
	if r.control, err = NewControl(r.in.Control); err != nil {
		return err
	}
	r.links = make(map[Kind]*Link)
	for i, f := range r.in.Links {
		if r.links[Linked(r.in.Kind)[i]], err = NewLink(f); err != nil {
			return err
		}
	}
	if r.in.PID != nil {
		r.pid = AdoptPIDFile(r.in.PIDPath, r.in.PID)
		if err := r.pid.Write(os.Getpid()); err != nil {
			r.log.Warn(err.Error())
		}
	}
	if err := r.loop.UseTimerFD(); err != nil {
		r.log.Warn(err.Error())
	}
	return nil
}

func (r *runner) run() int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r.end = cancel
	r.history = NewDumps(r.loop)
	r.scheduling = newScheduling(r.log, r.in.Kind, r.loop)
	go r.receive(ctx)
	r.loop.Post(r.start)
	r.runLoop(ctx)
	cancel()
	r.history.Finish(time.Second)
	r.control.Close()
	for _, l := range r.links {
		l.Close()
	}
	if r.status != ExitProgramError {
		r.logStopped()
		if r.pid != nil {
			r.pid.Remove()
		}
	}
	return r.status
}

// runLoop runs the loop; a panic on it is logged, and ends the process so that
// the parent starts a new one.
func (r *runner) runLoop(ctx context.Context) {
	defer func() {
		if v := recover(); v != nil {
			r.log.Error(fmt.Sprintf(msgPanic, v))
			for line := range strings.Lines(string(debug.Stack())) {
				r.log.Error(strings.TrimRight(line, "\n"))
			}
			r.status = ExitProgramError
		}
	}()
	r.loop.Run(ctx)
}

// start reads the first configuration and starts the service.
func (r *runner) start() {
	part, err := ReadPart(r.in.Part)
	r.in.Part.Close()
	if err != nil {
		r.fail(err)
		return
	}
	if !r.accept(part) {
		return
	}
	r.service = r.New(Env{Loop: r.loop, Log: r.log, Options: r.Options, Links: r.links, Origin: r.in.Origin})
	if err := r.service.Start(r.cfg); err != nil {
		r.fail(err)
		return
	}
	r.send(Message{Kind: MessageReady})
}

// accept logs what the parser said, and makes a part's configuration the
// current one. It reports whether there is one to work with.
func (r *runner) accept(p *Part) bool {
	if p.Config != nil {
		r.Log.SetIdent(r.in.Kind.Ident() + IdentSuffix(p.Config.NetNamespace, p.Config.Instance))
	}
	for _, m := range p.Messages {
		r.log.Info(m)
	}
	if p.Status != 0 || p.Config == nil {
		r.exit(max(p.Status, ExitFatal))
		return false
	}
	r.cfg = p.Config
	r.applyGlobals()
	return true
}

func (r *runner) applyGlobals() {
	g := &r.cfg.Global
	name, scheduling := g.CheckerProcessName, g.CheckerScheduling
	switch r.in.Kind {
	case VRRP:
		name, scheduling = g.VRRPProcessName, g.VRRPScheduling
	case BFD:
		name, scheduling = g.BFDProcessName, g.BFDScheduling
	}
	if name == "" {
		name = r.in.Comm
	}
	SetName(name)
	if g.UmaskSet && !r.UmaskGiven {
		unix.Umask(int(g.Umask))
	}
	r.scheduling.apply(g, scheduling)
}

// reload goes over to a new configuration; with nil to the one that it has, as
// when somebody signals the child itself (02-runtime section 2.5).
func (r *runner) reload(part *Part) {
	r.log.Info(msgReloading)
	r.reloads++
	r.keep("pre")
	if part != nil && !r.accept(part) {
		return
	}
	if err := r.service.Reload(r.cfg); err != nil {
		r.fail(err)
		return
	}
	r.keep("post")
	r.send(Message{Kind: MessageReloaded})
}

// fail ends the process because of an error of the service.
func (r *runner) fail(err error) {
	var exit *ExitError
	if !errors.As(err, &exit) {
		r.log.Error(err.Error())
		r.exit(ExitProgramError)
		return
	}
	if exit.Err != nil {
		r.log.Info(exit.Err.Error())
	}
	r.exit(exit.Code)
}

func (r *runner) exit(status int) {
	r.stop = true
	r.status = status
	r.end()
}

// receive decodes the parent's messages; the loop answers them, also the
// hello: it is the loop that has to show that it turns. What ends a child
// without a parent must not depend on that.
func (r *runner) receive(ctx context.Context) {
	for {
		m, err := r.control.Receive()
		if err != nil {
			giveUp := r.giveUpAfter(ctx, orphanSilence)
			r.loop.Post(func() { r.orphaned(giveUp) })
			return
		}
		var part *Part
		if m.Kind == MessageReload {
			part, err = ReadPart(m.Part)
			m.Part.Close()
		}
		r.loop.Post(func() { r.message(m, part, err) })
	}
}

func (r *runner) message(m Message, part *Part, err error) {
	switch {
	case m.Kind == MessageHello:
		r.send(Message{Kind: MessageAnswer, Number: m.Number})
	case r.stop || r.service == nil:
	case err != nil:
		r.fail(err)
	case m.Kind == MessageReload:
		r.reload(part)
	case m.Kind == MessageSignal:
		r.service.Signal(Signal(m.Number))
	}
}

// send tells the parent something. A parent that cannot be told is about to
// notice by itself, or is gone.
func (r *runner) send(m Message) {
	if err := r.control.Send(m); err != nil && !r.stop {
		r.log.Warn(fmt.Sprintf(msgNoParent, err))
	}
}

func (r *runner) signal(s os.Signal) {
	switch {
	case s == syscall.SIGTERM, s == syscall.SIGINT && !r.IgnoreSIGINT:
		r.beginStop()
	case r.stop || r.service == nil:
	case s == syscall.SIGHUP:
		r.reload(nil)
	case s == syscall.SIGXCPU:
		r.log.Info(fmt.Sprintf(msgCPUTime, [...]string{"Checker", "VRRP", "BFD"}[r.in.Kind], r.in.Kind.Word()))
	case SignalOf(s) != 0:
		r.service.Signal(SignalOf(s))
	}
}

// giveUpAfter ends the process after a time, unless ctx, that of the loop, is
// done by then.
func (r *runner) giveUpAfter(ctx context.Context, d time.Duration) *time.Timer {
	t := time.AfterFunc(d, func() {
		r.log.Error(msgNotStopped)
		r.Log.Close(time.Second)
		os.Exit(ExitProgramError)
	})
	context.AfterFunc(ctx, func() { t.Stop() })
	return t
}

// orphaned stops the child because its parent is gone: nobody is left to kill
// it should the stop hang.
func (r *runner) orphaned(giveUp *time.Timer) {
	if !r.stop {
		r.log.Info(msgParentGone)
	}
	giveUp.Reset(orphanPatience)
	r.beginStop()
}

func (r *runner) beginStop() {
	if r.stop {
		return
	}
	r.stop = true
	if r.service == nil {
		r.end()
		return
	}
	r.service.Stop(r.end)
}

// logStopped logs the child's last line; with -D it says what the process has
// used.
func (r *runner) logStopped() {
	var self, children unix.Rusage
	if r.Options.Detail == 0 || unix.Getrusage(unix.RUSAGE_SELF, &self) != nil || unix.Getrusage(unix.RUSAGE_CHILDREN, &children) != nil {
		r.log.Info(msgStopped)
		return
	}
	if children.Utime == (unix.Timeval{}) && children.Stime == (unix.Timeval{}) {
		r.log.Info(fmt.Sprintf(msgStoppedUsed, Seconds(self.Utime), Seconds(self.Stime)))
		return
	}
	r.log.Info(fmt.Sprintf(msgStoppedUsedBoth, Seconds(self.Utime), Seconds(children.Utime), Seconds(self.Stime), Seconds(children.Stime)))
}

// Seconds formats a time used as "s.uuuuuu".
func Seconds(t unix.Timeval) string { return fmt.Sprintf("%d.%06d", t.Sec, t.Usec) }

// SetName sets the name of this process as ps shows it, cut to what the kernel
// holds: 15 bytes. Writing it here names the process whatever thread does it,
// unlike prctl.
func SetName(name string) {
	if name != "" {
		_ = os.WriteFile("/proc/self/comm", []byte(name), 0)
	}
}
