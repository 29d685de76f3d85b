package supervisor

import (
	"bufio"
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"

	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
	"keepalived/core/script"
	"keepalived/core/status"
)

// machine is the real Host. Its methods are called on the parent's loop, on
// the thread that must live as long as the parent: the kernel takes the end of
// the thread that has started a child for the death of its parent.
type machine struct {
	loop       *process.Loop
	log        *slog.Logger
	args       []string
	state      *state
	supervisor *Supervisor
	load       func() *Prepared
	// environment is that of the children.
	environment []string
	running     map[int]*realProcess
	links       links
	// scripts is how many scripts run, also of those that have been given
	// up: they are waited for by who has started them.
	scripts    int
	umaskGiven bool // -u
	timetable  *timetable
	dumps      *process.Dumps
	dumpDir    string
	runner     *script.Runner
}

// childEnvironment is the environment that the children inherit: without the
// service manager's socket when it is the parent that speaks to it (02-runtime
// section 3).
func childEnvironment(managed bool) []string {
	var env []string
	for _, e := range os.Environ() {
		if !managed || !strings.HasPrefix(e, "NOTIFY_SOCKET=") {
			env = append(env, e)
		}
	}
	return env
}

// Load reads the configuration on another goroutine: a big one takes seconds,
// in which children may die and be asked to stop.
func (m *machine) Load(done func(*Prepared)) {
	go func() {
		p := m.load()
		m.loop.Post(func() { done(p) })
	}()
}

// Start starts a child.
func (m *machine) Start(k process.Kind, p *Prepared) (Process, error) {
	control, inherited, err := process.NewControlPair()
	if err != nil {
		return nil, err
	}
	defer inherited.Close()
	crash, crashOut, err := os.Pipe()
	if err != nil {
		control.Close()
		return nil, fmt.Errorf("crash output: %w", err)
	}
	defer crashOut.Close()
	in := &process.Inherited{
		Kind: k, Comm: m.state.comm, CoreLimit: m.state.core,
		Control: inherited, Part: p.Parts[k], Crash: crashOut, Links: m.links.of(k),
	}
	if k == process.VRRP {
		in.Origin = m.state.origin
	}
	if f := m.pidFile(k); f != nil {
		in.PID, in.PIDPath = f.File(), f.Path()
	}
	pid, err := m.fork(in)
	if err != nil {
		control.Close()
		crash.Close()
		return nil, err
	}
	r := &realProcess{pid: pid, control: control}
	m.running[pid] = r
	go m.receive(r)
	go m.readCrash(k, pid, crash)
	return r, nil
}

func (m *machine) fork(in *process.Inherited) (pid int, err error) {
	files := []uintptr{0, 1, 2}
	for _, f := range in.Files() {
		files = append(files, f.Fd())
	}
	dir := ""
	if in.Kind == process.BFD {
		dir = "/" // 02-runtime section 3.3
	}
	pid, err = syscall.ForkExec(executable, m.args, &syscall.ProcAttr{
		Dir:   dir,
		Env:   append(m.environment[:len(m.environment):len(m.environment)], in.Environment()),
		Files: files,
		// The orderly stop of a child whose parent is killed.
		Sys: &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM},
	})
	if err != nil {
		return 0, fmt.Errorf("execute %s: %w", m.args[0], err)
	}
	return pid, nil
}

// pidFile is the locked pid file of a kind. A file that has been removed or
// replaced is made again; without one the child runs all the same.
func (m *machine) pidFile(k process.Kind) *process.PIDFile {
	f := m.state.pids.children[k]
	if f != nil && f.Current() {
		return f
	}
	fresh, err := process.OpenPIDFile(m.state.paths.Children[k])
	if err != nil {
		m.log.Info(err.Error())
		return f
	}
	if f != nil {
		f.Close()
	}
	m.state.pids.children[k] = fresh
	return fresh
}

// receive decodes a child's messages.
func (m *machine) receive(r *realProcess) {
	for {
		msg, err := r.control.Receive()
		if err != nil {
			return // its death is reported by SIGCHLD
		}
		m.loop.Post(func() { m.supervisor.Message(r, msg) })
	}
}

// readCrash logs what the runtime of a child writes when it crashes.
func (m *machine) readCrash(k process.Kind, pid int, crash *os.File) {
	defer crash.Close()
	lines := bufio.NewScanner(crash)
	for lines.Scan() {
		m.log.Error(fmt.Sprintf(msgCrashLine, k, pid, lines.Text()))
	}
}

// reap collects every child that has ended: signals of children that end at
// the same instant are one. Among them are orphans of the children, which the
// parent as their subreaper adopts. While a script of the parent's own runs
// only the children are collected: the script is waited for by who runs it. The
// end of the last child may begin one.
func (m *machine) reap() {
	for m.scripts == 0 {
		if !m.collect(-1) {
			return
		}
	}
	for pid := range m.running {
		m.collect(pid)
	}
}

// collect collects one process that has ended, and reports whether there was
// one.
func (m *machine) collect(pid int) bool {
	var w unix.WaitStatus
	got, err := unix.Wait4(pid, &w, unix.WNOHANG, nil)
	if err != nil || got <= 0 {
		return false
	}
	if r := m.running[got]; r != nil {
		delete(m.running, got)
		r.control.Close()
		m.supervisor.Died(r, w)
	}
	return true
}

// Running gives the parent what its part of a configuration says of it.
func (m *machine) Running(c *config.Config) {
	name := m.state.comm
	if c.Global.ProcessName != "" {
		name = c.Global.ProcessName
	}
	process.SetName(name)
	if c.Global.UmaskSet && !m.umaskGiven {
		unix.Umask(int(c.Global.Umask))
	}
	m.timetable.start(c.Global.ReloadTimeFile, c.Global.ReloadRepeat)
}

// Notify tells systemd.
func (m *machine) Notify(text string) {
	if !m.state.managed {
		return
	}
	if _, err := daemon.SdNotify(false, text); err != nil {
		m.log.Warn(err.Error())
	}
}

// Dump writes the global definitions, which is what the parent knows.
func (m *machine) Dump(c *config.Config) {
	var b bytes.Buffer
	status.ParentGlobals(&b, c, m.timetable.when, !m.timetable.daily)
	path := process.DumpPath(c, m.dumpDir, "_parent")
	m.dumps.Write(path, b.Bytes(), func(err error) {
		number, text := logging.Strerror(err)
		m.printf(msgDumpFile, path, number, text)
	})
}

// Reading makes or removes the marker of a reload. While files are read none
// is scheduled.
func (m *machine) Reading(c *config.Config, on bool) {
	m.timetable.stop()
	path := markerPath(c, m.state.paths.Parent)
	if path == "" {
		return
	}
	if err := setMarker(path, on); err != nil {
		number, text := logging.Strerror(err)
		m.log.Info(fmt.Sprintf(msgReloadFileFailed, path, number, text))
	}
}

// realProcess is a child that runs.
type realProcess struct {
	pid     int
	control *process.Control
}

func (r *realProcess) PID() int                     { return r.pid }
func (r *realProcess) Send(m process.Message) error { return r.control.Send(m) }

// Kill sends a signal. The pid is the child's until reap has collected it.
func (r *realProcess) Kill(s unix.Signal) { _ = unix.Kill(r.pid, s) }
