package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/commandline"
	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
	"keepalived/core/script"
)

// Settings are what a parent is made of.
type Settings struct {
	Options commandline.Options
	Args    []string // the command line, also that of the children
	// Load reads the configuration files.
	Load func(reload bool) *Loaded
	// Text writes the text of the configuration files as one, for
	// config_save_dir.
	Text func(w io.Writer) error
	// Built says which kinds of children this program has.
	Built [process.Kinds]bool
	// DumpDir is the directory of dump files.
	DumpDir string
	// Managed decides whether systemd is to be told; nil is the C daemon's
	// rule (02-runtime section 5).
	Managed func() bool
}

// parent is a parent process before and around its Supervisor.
type parent struct {
	Settings
	logs *logging.Log
	log  *slog.Logger
	kept int // texts in config_save_dir
}

// OpenLog opens the log that a command line asks for.
func OpenLog(o *commandline.Options, ident string) *logging.Log {
	lo := logging.Options{Ident: ident, Facility: o.Facility, Detail: o.Detail, Syslog: !o.NoSyslog}
	if o.DontFork && o.LogConsole {
		lo.Console = os.Stderr
	}
	return logging.Open(lo)
}

// Main runs the parent process and returns its exit status. The goroutine that
// calls it must be locked to its thread. role is what process.Role returned.
func Main(s Settings, role string) int {
	p := &parent{Settings: s, logs: OpenLog(&s.Options, "Keepalived")}
	p.log = slog.New(p.logs)
	defer p.logs.Close(time.Second)
	if role == "" {
		return p.launch()
	}
	st, err := inheritState(role)
	if err != nil {
		p.log.Error(err.Error())
		return process.ExitProgramError
	}
	g := st.prepared.global()
	p.logs.SetIdent("Keepalived" + process.IdentSuffix(g.NetNamespace, g.Instance))
	return p.run(st)
}

// launch does what comes before the daemon's fork (02-runtime section 3.1).
func (p *parent) launch() int {
	signal.Ignore(syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2, process.SIGSTATSCLEAR, process.SIGJSON)
	unix.Umask(0o177)
	if p.Options.Umask >= 0 {
		unix.Umask(p.Options.Umask)
	}
	lines := banner(p.Args)
	p.log.Info(lines[0])
	core, pattern := p.enableCoreDumps()
	for _, line := range lines[1:] {
		p.log.Info(line)
	}
	st := &state{comm: ownName(), managed: p.managed(), pattern: pattern, core: core}
	l := p.Load(false)
	if err := p.prepareState(st, l); err != nil {
		p.log.Error(err.Error())
		return process.ExitFatal
	}
	if l.Enter {
		var err error
		if st.origin, err = p.enterNamespace(l.Namespace); err != nil {
			p.stopped()
			return 0
		}
	}
	if st.prepared.Status != 0 && st.prepared.Culprit == config.PassParent {
		p.stopped()
		return st.prepared.Status
	}
	if !p.lock(st) {
		return 0
	}
	return p.goOn(st, l.Enter)
}

// prepareState divides what has been read and logs the parent's part of it.
func (p *parent) prepareState(st *state, l *Loaded) error {
	overridden := ""
	if l.Config != nil && p.Options.Namespace != "" {
		overridden = l.Config.NetNamespace
	}
	var err error
	if st.prepared, err = prepare(l, &p.Options, p.Built); err != nil {
		return err
	}
	for _, line := range append(fileMessages(l, &p.Options), st.prepared.Messages...) {
		p.log.Info(line)
	}
	g := st.prepared.global()
	if g.Global.UmaskSet && p.Options.Umask < 0 {
		unix.Umask(int(g.Global.Umask))
	}
	if overridden != "" && overridden != l.Namespace {
		p.log.Info(fmt.Sprintf(msgNamespaceOver, overridden, l.Namespace))
	}
	if suffix := process.IdentSuffix(l.Namespace, g.Instance); suffix != "" {
		p.logs.SetIdent("Keepalived" + suffix)
		p.log.Info(fmt.Sprintf(msgIdent, "Keepalived"+suffix))
	}
	st.paths = pidPathsOf(g, &p.Options)
	return nil
}

// lock makes sure that no other daemon uses the same pid files, and says so if
// one does.
func (p *parent) lock(st *state) bool {
	if st.paths.InDirectory {
		if err := makePIDDirectory(pidDirectory); err != nil {
			p.log.Info(err.Error())
		}
	}
	o := &p.Options
	enabled := [process.Kinds]bool{!o.NoChecker, !o.NoVRRP, !o.NoBFD}
	var err error
	if st.pids, err = lockPIDFiles(st.paths, enabled, st.prepared.Wanted); err == nil {
		return true
	}
	var failed *pidError
	if errors.As(err, &failed) && failed.message() != "" {
		p.log.Info(failed.message())
	}
	p.log.Info(msgAlreadyRunning)
	return false
}

// goOn continues as the daemon, as a process in other namespaces, or simply
// here.
func (p *parent) goOn(st *state, inNamespace bool) int {
	switch {
	case !p.Options.DontFork:
		if err := st.daemonise(p.Args); err != nil {
			p.log.Error(err.Error())
			return process.ExitFatal
		}
		return 0
	case inNamespace:
		p.logs.Close(time.Second)
		err := st.become(p.Args)
		p.log.Error(err.Error())
		return process.ExitFatal
	default:
		return p.run(st)
	}
}

// run is the parent from the point where it is what it will be.
func (p *parent) run(st *state) int {
	loop := process.NewLoop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	m := &machine{
		loop: loop, log: p.log, args: p.Args, state: st, environment: childEnvironment(st.managed),
		running: make(map[int]*realProcess), runner: script.New(loop, p.log), load: p.reload,
		umaskGiven: p.Options.Umask >= 0, dumps: process.NewDumps(loop), dumpDir: p.DumpDir,
	}
	m.runner.LimitCore(st.core)
	if !m.makeLinks(p.Built[process.BFD]) {
		p.finish(st)
		return process.ExitFatal
	}
	status := process.ExitProgramError
	m.supervisor = New(loop, p.log, m, Options{
		DontRespawn: p.Options.DontRespawn, PID: os.Getpid(), CommandLine: p.Args,
	}, func(s int) { status = s; cancel() })
	m.timetable = newTimetable(loop, p.log, m.supervisor.Reload)
	// Before the pid file says whom to signal.
	stopSignals := process.WatchSignals(loop, func(s os.Signal) { p.signal(m, s) })
	defer stopSignals()
	p.begin(st)
	m.Running(st.prepared.global())
	loop.Post(func() { m.supervisor.Start(st.prepared) })
	p.runLoop(ctx, loop)
	m.timetable.stop()
	p.finish(st)
	return status
}

// begin makes the process the parent that others see.
func (p *parent) begin(st *state) {
	if err := st.pids.parent.Write(os.Getpid()); err != nil {
		p.log.Info(err.Error())
	}
	for _, line := range p.keep(st.prepared.global()) {
		p.log.Info(line)
	}
	if marker := markerPath(st.prepared.global(), st.paths.Parent); marker != "" {
		_ = os.Remove(marker) // of a daemon that died in a reload
	}
	if !st.prepared.global().Global.MaxAutoPrioritySet {
		p.log.Info(msgMaxAuto)
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		p.log.Warn(fmt.Sprintf("child subreaper: %v", err))
	}
	// What reading the configuration took is not needed again soon.
	debug.FreeOSMemory()
}

// runLoop runs the loop; a panic is logged, and ends the daemon: without a
// parent the children stop, and the service manager starts it again.
func (p *parent) runLoop(ctx context.Context, loop *process.Loop) {
	defer func() {
		if v := recover(); v != nil {
			p.log.Error(fmt.Sprintf(msgPanic, v))
			for _, line := range stack() {
				p.log.Error(line)
			}
		}
	}()
	loop.Run(ctx)
}

// stack is the trace of the calling goroutine, line by line.
func stack() []string { return strings.Split(strings.TrimRight(string(debug.Stack()), "\n"), "\n") }

func (p *parent) signal(m *machine, s os.Signal) {
	switch s {
	case syscall.SIGCHLD:
		m.reap()
	case syscall.SIGTERM:
		m.supervisor.Stop()
	case syscall.SIGINT:
		if !p.Options.IgnoreSIGINT {
			m.supervisor.Stop()
		}
	case syscall.SIGHUP:
		m.supervisor.Reload()
	default:
		if sig := process.SignalOf(s); sig != 0 && !m.supervisor.stopping() {
			m.supervisor.Signal(sig)
		}
	}
}

// reload reads the configuration again. Its messages about the reading itself
// come before the parser's.
func (p *parent) reload() (prepared *Prepared) {
	defer func() {
		// A fault of the parser must not end the daemon.
		if v := recover(); v != nil {
			prepared = &Prepared{Status: process.ExitProgramError, All: append([]string{fmt.Sprintf(msgPanic, v)}, stack()...)}
		}
	}()
	l := p.Load(true)
	prepared, err := prepare(l, &p.Options, p.Built)
	if err != nil {
		return &Prepared{Status: process.ExitFatal, All: []string{err.Error()}}
	}
	head := slices.Concat(fileMessages(l, &p.Options), p.keep(l.Config))
	prepared.Messages = slices.Concat(head, prepared.Messages)
	prepared.All = slices.Concat(head, prepared.All)
	debug.FreeOSMemory()
	return prepared
}

// finish undoes what the parent has done outside its process, and says
// good-bye.
func (p *parent) finish(st *state) {
	st.pids.parent.Remove()
	if st.paths.InDirectory {
		removePIDDirectory(st.prepared.global().NetNamespace)
	}
	restoreCorePattern(st.pattern)
	var self, children unix.Rusage
	if p.Options.Detail > 0 && unix.Getrusage(unix.RUSAGE_SELF, &self) == nil && unix.Getrusage(unix.RUSAGE_CHILDREN, &children) == nil {
		p.log.Info(fmt.Sprintf(msgCPUUsage, process.Seconds(self.Utime), process.Seconds(children.Utime), process.Seconds(self.Stime), process.Seconds(children.Stime)))
	}
	p.stopped()
}
