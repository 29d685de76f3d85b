package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
)

// dyingParent makes this binary a process that starts a script and waits.
const dyingParent = "SCRIPT_TEST_DYING_PARENT"

func TestMain(m *testing.M) {
	if path := os.Getenv(dyingParent); path != "" {
		loop := process.NewLoop()
		New(loop, slog.New(slog.DiscardHandler)).Run(Command{Name: "s", Script: shell("echo $$ > " + path + "; exec sleep 600")})
		loop.Run(context.Background())
	}
	goleak.VerifyTestMain(m)
}

// lines is a log.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) Enabled(context.Context, slog.Level) bool { return true }
func (l *lines) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *lines) WithGroup(string) slog.Handler            { return l }
func (l *lines) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := r.Message
	if r.Level == logging.LevelAlert {
		s = "alert: " + s
	}
	l.all = append(l.all, s)
	return nil
}

// shell is a script that the shell runs.
func shell(command string) *config.Script {
	return &config.Script{Path: "/bin/sh", Args: []string{"/bin/sh", "-c", command}, UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
}

// bench is a loop with a runner.
type bench struct {
	t      *testing.T
	loop   *process.Loop
	runner *Runner
	log    lines
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, loop: process.NewLoop()}
	b.runner = New(b.loop, slog.New(&b.log))
	return b
}

// run runs the loop until every command has ended, and returns the results in
// the order of their ends.
func (b *bench) run(after func(), commands ...Command) []Result {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 30*time.Second)
	defer cancel()
	var results []Result
	b.loop.Post(func() {
		for _, c := range commands {
			c.Done = func(r Result) {
				results = append(results, r)
				if len(results) == len(commands) {
					cancel()
				}
			}
			b.runner.Run(c)
		}
		if after != nil {
			after()
		}
	})
	b.loop.Run(ctx)
	if len(results) != len(commands) || b.runner.Running() != 0 {
		b.t.Fatalf("%d of %d commands ended, %d running", len(results), len(commands), b.runner.Running())
	}
	return results
}

// file makes an executable file.
func file(t *testing.T, content string, mode os.FileMode) string {
	path := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestResults(t *testing.T) {
	noShebang := file(t, "[ \"$1\" = \"it's\" ] && exit 7\nexit 1\n", 0o755)
	notExecutable := file(t, "#!/bin/sh\n", 0o644)
	readable := file(t, "", 0o644)
	plain := func(argv ...string) *config.Script {
		return &config.Script{Path: argv[0], Args: argv, UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
	}
	for _, c := range []struct {
		name   string
		script *config.Script
		extra  []string
		want   Result
		log    string
	}{
		{"success", shell("exit 0"), nil, Result{}, ""},
		{"status", shell("exit 3"), nil, Result{Status: 3}, ""},
		{"signal", shell("kill -9 $$"), nil, Result{Signal: syscall.SIGKILL}, ""},
		{"extra arguments", shell(`exit "$1"`), []string{"x", "9"}, Result{}, ""},
		{"no shebang", plain(noShebang, "it's"), nil, Result{Status: 7}, "Please add a #! shebang to script " + noShebang},
		{"not executable", plain(notExecutable), nil, Result{Err: syscall.EACCES}, "alert: Error exec-ing command '" + notExecutable + "', error 13: Permission denied"},
		{"missing", plain("/nonexistent/x"), nil, Result{Err: syscall.ENOENT}, "alert: Error exec-ing command '/nonexistent/x', error 2: No such file or directory"},
		{"readable", &config.Script{Readable: readable}, nil, Result{}, ""},
		{"not readable", &config.Script{Readable: "/nonexistent/it's"}, nil, Result{Status: 2}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "extra arguments" {
				c.script.Args = []string{"/bin/sh", "-c", `exit "$1"`}
				c.want.Status = 9
			}
			b := newBench(t)
			got := b.run(nil, Command{Name: c.name, Script: c.script, Extra: c.extra})[0]
			if got.Status != c.want.Status || got.Signal != c.want.Signal || !errors.Is(got.Err, c.want.Err) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if got := strings.Join(b.log.all, "\n"); got != c.log {
				t.Errorf("log %q, want %q", got, c.log)
			}
		})
	}
}

// What a script finds around itself (02-runtime section 15.4).
func TestSurroundings(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	leak, err := os.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	defer leak.Close()
	if _, _, e := syscall.Syscall(syscall.SYS_FCNTL, leak.Fd(), syscall.F_SETFD, 0); e != 0 { // inherited without close-on-exec
		t.Fatal(e)
	}
	t.Setenv("IFS", "x")
	t.Setenv("LD_LIBRARY_PATH", "/nonexistent")
	t.Setenv("KEPT", "yes")
	b := newBench(t)
	s := shell(`exec >` + out + `; sh -c 'echo pgid $(ps -o pgid= -p $PPID) pid $PPID'; grep -E '^(Uid|Gid|Groups|SigBlk|SigIgn):' /proc/self/status
		for f in 0 1 2; do :; done; for f in /proc/$$/fd/*; do echo "fd $(basename $f) $(readlink $f)"; done
		echo cwd $(pwd); env | grep -E '^(LD_LIBRARY_PATH|KEPT)='; echo argv0 $0`)
	s.Path, s.Args = "/bin/sh", []string{"/bin/../bin/sh", "-c", s.Args[2], "name"}
	b.run(nil, Command{Name: "s", Script: s})
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Fields(string(data))
	text := string(data)
	for _, want := range []string{"KEPT=yes", "argv0 name", "SigBlk:\t0000000000000000", "fd 0 /dev/null", "fd 2 /dev/null"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "LD_LIBRARY_PATH") {
		t.Errorf("LD_LIBRARY_PATH is there:\n%s", text)
	}
	if dir, _ := os.Getwd(); !strings.Contains(text, "cwd "+dir+"\n") || strings.Contains(text, " "+dir+"\nfd") {
		t.Errorf("working directory, or it leaked as a descriptor:\n%s", text)
	}
	if pgid, pid := got[1], got[3]; pgid != pid {
		t.Errorf("process group %s, pid %s", pgid, pid)
	}
}

// A script runs as its user and group and has no other group.
func TestUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("this test needs root: sudo make test")
	}
	dir := t.TempDir()
	for d := dir; d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o777); err != nil && d == dir {
			t.Fatal(err)
		}
		if d == os.TempDir() {
			break
		}
	}
	out := filepath.Join(dir, "out")
	s := shell("grep -E '^(Uid|Gid|Groups):' /proc/self/status >" + out)
	s.UID, s.GID = 65534, 65533
	if r := newBench(t).run(nil, Command{Name: "s", Script: s})[0]; r.Status != 0 {
		t.Fatalf("%+v", r)
	}
	data, _ := os.ReadFile(out)
	want := "Uid: 65534 65534 65534 65534 Gid: 65533 65533 65533 65533 Groups: 65533"
	if got := strings.Join(strings.Fields(string(data)), " "); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// A command that takes too long is ended with its whole group, and its result
// comes when it has ended.
func TestTimeout(t *testing.T) {
	out := filepath.Join(t.TempDir(), "pid")
	b := newBench(t)
	r := b.run(nil, Command{Name: "s", Timeout: 50 * time.Millisecond,
		Script: shell("(trap '' TERM; echo $$ >/dev/null; sh -c 'echo $PPID' >" + out + "; sleep 600) & sleep 600")})[0]
	if !r.TimedOut || r.Signal != syscall.SIGTERM {
		t.Errorf("%+v", r)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(data)))
	until(t, func() bool { return gone(pid) }, "what ignored SIGTERM in the group still runs")
}

// A command that ignores SIGTERM is killed 2 s later.
func TestTimeoutKill(t *testing.T) {
	b := newBench(t)
	start := time.Now()
	r := b.run(nil, Command{Name: "s", Timeout: 500 * time.Millisecond, Script: shell("trap '' TERM; sleep 600; sleep 600")})[0]
	if d := time.Since(start); !r.TimedOut || r.Signal != syscall.SIGKILL || d < 2500*time.Millisecond || d > 6*time.Second {
		t.Errorf("%+v after %v", r, d)
	}
}

// Terminate ends a command before its time, which is no timeout.
func TestTerminate(t *testing.T) {
	b := newBench(t)
	r := b.run(func() {
		for run := range b.runner.running {
			run.Terminate(time.Second)
			run.Terminate(time.Second)
		}
	}, Command{Name: "s", Script: shell("exec sleep 600")})[0]
	if r.TimedOut || r.Signal != syscall.SIGTERM {
		t.Errorf("%+v", r)
	}
}

// Commands in order begin in that order; others do not wait.
func TestInOrder(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	var commands []Command
	var want []string
	for i := range 20 {
		// The first thing that a command does is to append to the file.
		commands = append(commands, Command{Name: "s", InOrder: true, Script: shell(fmt.Sprintf("sleep 0.05; ps -o lstart= -p $$ >/dev/null; echo $$ %d >>%s", i, out))})
		want = append(want, strconv.Itoa(i))
	}
	newBench(t).run(nil, commands...)
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	type started struct {
		pid  int
		name string
	}
	var all []started
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		pid, _ := strconv.Atoi(f[0])
		all = append(all, started{pid, f[1]})
	}
	slices.SortFunc(all, func(a, b started) int { // pids count up, and begin anew at their end
		if d := a.pid - b.pid; d < 1<<14 && d > -1<<14 {
			return d
		}
		return b.pid - a.pid
	})
	var got []string
	for _, s := range all {
		got = append(got, s.name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("started in the order %v", got)
	}
}

// Two hundred commands at once: each gives its own result, and other children
// of this process are left to whom they belong.
func TestMany(t *testing.T) {
	other := exec.Command("/bin/sh", "-c", "exit 5")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	var commands []Command
	for i := range 200 {
		commands = append(commands, Command{Name: "s", Script: shell(fmt.Sprint("exit ", i%100))})
	}
	sum := 0
	for _, r := range newBench(t).run(nil, commands...) {
		sum += r.Status
	}
	if sum != 2*4950 {
		t.Errorf("sum of statuses %d", sum)
	}
	var exit *exec.ExitError
	if err := other.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 5 {
		t.Errorf("another child: %v", err)
	}
}

// When the process that started it dies, a script gets SIGTERM.
func TestParentDeath(t *testing.T) {
	out := filepath.Join(t.TempDir(), "pid")
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), dyingParent+"="+out)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	until(t, func() bool {
		data, _ := os.ReadFile(out)
		pid, _ = strconv.Atoi(strings.TrimSpace(string(data)))
		return pid > 0
	}, "the script did not begin")
	if gone(pid) {
		t.Fatal("the script does not run")
	}
	_ = parent.Process.Kill()
	_ = parent.Wait()
	until(t, func() bool { return gone(pid) }, "the script outlives its parent")
}

// gone reports whether a process runs no more, be it a zombie.
func gone(pid int) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || bytes.Contains(data, []byte(") Z "))
}

// until polls a condition.
func until(t *testing.T, ok func() bool, what string) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
		<-tick.C
	}
}

func TestQuote(t *testing.T) {
	if got := quote("it's $HOME"); got != `'it'\''s $HOME'` {
		t.Error(got)
	}
}

// The end of a command that somebody else has collected is not known, which is
// a failure of the command and not of this process.
func TestCollectedElsewhere(t *testing.T) {
	c := &child{cmd: exec.Command("true")}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := syscall.Wait4(c.cmd.Process.Pid, nil, 0, nil); err != nil {
		t.Fatal(err)
	}
	var e end
	if c.wait(&e); e != (end{status: unknownStatus}) {
		t.Errorf("%+v", e)
	}
}
