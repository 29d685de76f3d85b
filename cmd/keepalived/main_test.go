package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"keepalived/checkers/genhash"
	"keepalived/core/config"
	"keepalived/core/process"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		// The whole program, with services that only say what they are
		// told, so that what is tested is the processes.
		"keepalived": func() {
			runtime.LockOSThread()
			os.Exit(program{children: [process.Kinds]func(process.Env) process.Service{
				process.Checker: fake("checker"), process.VRRP: fake("VRRP"),
			}, genhash: genhash.Main}.run(os.Args, os.Stdout, os.Stderr))
		},
		"genhash": func() { os.Exit(program{genhash: genhash.Main}.run(os.Args, os.Stdout, os.Stderr)) },
		"systemd": serviceManager,
	})
}

// fakeService logs what it is told. What it does wrong is read from the router
// id of its configuration.
type fakeService struct {
	process.Env
	name string
}

func fake(name string) func(process.Env) process.Service {
	return func(env process.Env) process.Service { return &fakeService{env, name} }
}

func (s *fakeService) say(format string, args ...any) {
	s.Log.Info("fake " + s.name + " " + fmt.Sprintf(format, args...))
}

func (s *fakeService) Start(c *config.Config) error {
	s.say("started with %s", c.Global.RouterID)
	return s.obey(c.Global.RouterID)
}

func (s *fakeService) Reload(c *config.Config) error {
	s.say("reloaded with %s", c.Global.RouterID)
	return s.obey(c.Global.RouterID)
}

func (s *fakeService) obey(what string) error {
	switch what {
	case "environment":
		s.say("sees %q", os.Getenv("NOTIFY_SOCKET"))
	case "panic":
		s.Loop.AfterFunc(time.Millisecond, func() { panic("as ordered") })
	case "crash":
		go func() { panic("beside the loop") }()
	case "stuck":
		s.Loop.AfterFunc(time.Millisecond, func() { select {} })
	case "fatal":
		return &process.ExitError{Code: process.ExitFatal, Err: fmt.Errorf("fake: cannot work")}
	case "forbidden":
		return &process.ExitError{Code: process.ExitMissingPermission}
	case "slow":
		// A service must not wait, but a kernel may be slow.
		poll(func() bool { _, err := os.Stat(filepath.Join(os.Getenv("TMPDIR"), "go-on")); return err == nil })
	}
	return nil
}

func (s *fakeService) Signal(sig process.Signal) { s.say("signal %d", sig) }

func (s *fakeService) Data() func(io.Writer) {
	return func(w io.Writer) { fmt.Fprintln(w, "data") }
}

func (s *fakeService) Stop(done func()) {
	s.say("stops")
	s.Loop.AfterFunc(10*time.Millisecond, done)
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			// Pid files of its own for every script.
			w := env.WorkDir
			env.Setenv("PIDS", fmt.Sprintf("-p %s/main.pid -r %s/vrrp.pid -c %s/checkers.pid -b %s/bfd.pid", w, w, w, w))
			env.Setenv("TMPDIR", w)
			env.Setenv("NS", fmt.Sprintf("kt%d", os.Getpid()))
			// A script that fails is not to be waited for until its daemon
			// ends: nobody has told that, and some ignore the interrupt.
			env.Defer(func() { killAll("WORK=" + w) })
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"wait-line":     waitLine,
			"wait-gone":     waitGone,
			"signal":        sendSignal,
			"sequence":      sequence,
			"wait-sequence": waitSequence,
			"processes":     processes,
			"wait-file":     waitFile,
			"daemonised":    daemonised,
			"defer-exec":    deferExec,
		},
	})
}

// killAll kills every process that has an entry in its environment.
func killAll(entry string) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, f := range files {
		text, _ := os.ReadFile(f)
		if slices.Contains(strings.Split(string(text), "\x00"), entry) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// patience is how long a script waits for something to happen.
const patience = 40 * time.Second

func poll(done func() bool) bool {
	for deadline := time.Now().Add(patience); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// wait-line FILE TEXT [N]: waits until TEXT stands N times in FILE.
func waitLine(ts *testscript.TestScript, _ bool, args []string) {
	n := 1
	if len(args) == 3 {
		n, _ = strconv.Atoi(args[2])
	}
	want := strings.ReplaceAll(args[1], "$WORK", ts.Getenv("WORK"))
	var text []byte
	if !poll(func() bool {
		text, _ = os.ReadFile(ts.MkAbs(args[0]))
		return strings.Count(string(text), want) >= n
	}) {
		ts.Fatalf("%q does not come %d times:\n%s", args[1], n, text)
	}
}

// wait-gone PIDFILE...: waits until the processes are gone.
func waitGone(ts *testscript.TestScript, _ bool, args []string) {
	for _, a := range args {
		pid := readPID(ts, a)
		if !poll(func() bool { return syscall.Kill(pid, 0) != nil }) {
			ts.Fatalf("process %d of %s lives", pid, a)
		}
	}
}

func readPID(ts *testscript.TestScript, file string) int {
	pid, err := strconv.Atoi(strings.TrimSpace(ts.ReadFile(file)))
	ts.Check(err)
	return pid
}

// signal NUMBER PIDFILE: sends a signal.
func sendSignal(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(syscall.Kill(readPID(ts, args[1]), syscall.Signal(n)))
}

// sequence LOG WANT: the lines of WANT stand in LOG in this order, with others
// between them. <pid> stands for any number.
func sequence(ts *testscript.TestScript, _ bool, args []string) {
	if line, log := missing(ts, args[0], args[1]); line != "" {
		ts.Fatalf("line %q is missing, or not in its place:\n%s", line, log)
	}
}

// wait-sequence LOG WANT: waits until that is so.
func waitSequence(ts *testscript.TestScript, neg bool, args []string) {
	poll(func() bool { line, _ := missing(ts, args[0], args[1]); return line == "" })
	sequence(ts, neg, args)
}

// missing returns the first line of a sequence that a log has not, and the log.
func missing(ts *testscript.TestScript, logFile, wantFile string) (line, log string) {
	log = regexp.MustCompile(`pid[= ]\d+|process\(\d+\)`).ReplaceAllStringFunc(ts.ReadFile(logFile), func(m string) string {
		return regexp.MustCompile(`\d+`).ReplaceAllString(m, "<pid>")
	})
	rest := log
	for want := range strings.Lines(ts.ReadFile(wantFile)) {
		want = strings.NewReplacer("$WORK", ts.Getenv("WORK"), "$NS", ts.Getenv("NS")).Replace(strings.TrimRight(want, "\n"))
		_, after, found := strings.Cut(rest, ": "+want+"\n")
		if !found {
			return want, log
		}
		rest = after
	}
	return "", log
}

// defer-exec COMMAND...: runs a command when the script is over, whether or not
// that is still necessary.
func deferExec(ts *testscript.TestScript, _ bool, args []string) {
	ts.Defer(func() { _ = exec.Command(args[0], args[1:]...).Run() })
}

// processes PIDFILE...: the processes of all files are of the same command
// line and name, the first is the parent of the others, which are in its
// session and process group, and no descriptor of theirs is a socket or file
// that belongs to another.
func processes(ts *testscript.TestScript, _ bool, args []string) {
	parent := readPID(ts, args[0])
	for _, a := range args[1:] {
		pid := readPID(ts, a)
		for _, file := range []string{"cmdline", "comm"} {
			if x, y := proc(ts, parent, file), proc(ts, pid, file); x != y {
				ts.Fatalf("%s: %q, of the parent %q", file, y, x)
			}
		}
		x, y := strings.Fields(proc(ts, parent, "stat")), strings.Fields(proc(ts, pid, "stat"))
		if y[3] != x[0] || y[4] != x[4] || y[5] != x[5] {
			ts.Fatalf("pid, parent, group, session: %q, of the parent %q", y[:6], x[:6])
		}
	}
}

// wait-file FILE: waits until a pid file has its content.
func waitFile(ts *testscript.TestScript, _ bool, args []string) {
	if !poll(func() bool { info, err := os.Stat(ts.MkAbs(args[0])); return err == nil && info.Size() > 0 }) {
		ts.Fatalf("%s does not come", args[0])
	}
}

// daemonised PIDFILE: the process has no terminal and is not of this session.
func daemonised(ts *testscript.TestScript, _ bool, args []string) {
	pid := readPID(ts, args[0])
	for _, link := range []string{"fd/0", "fd/1", "fd/2", "cwd"} {
		want := map[bool]string{true: "/", false: os.DevNull}[link == "cwd"]
		if got, err := os.Readlink(fmt.Sprintf("/proc/%d/%s", pid, link)); err != nil || got != want {
			ts.Fatalf("%s is %s, want %s (%v)", link, got, want, err)
		}
	}
	if stat := strings.Fields(proc(ts, pid, "stat")); stat[6] != "0" {
		ts.Fatalf("terminal %s", stat[6])
	}
}

func proc(ts *testscript.TestScript, pid int, file string) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
	ts.Check(err)
	return string(text)
}
