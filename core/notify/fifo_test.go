package notify

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/internal/journal"
	"keepalived/core/process"
	"keepalived/core/script"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// on runs f on a loop with a runner, and the loop until every script has
// ended.
func on(t *testing.T, f func(loop *process.Loop, runner *script.Runner, log *slog.Logger)) []string {
	t.Helper()
	loop, log := process.NewLoop(), &journal.Journal{}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	runner := script.New(loop, log.Log())
	var poll func()
	poll = func() {
		if runner.Running() == 0 {
			cancel()
			return
		}
		loop.AfterFunc(time.Millisecond, poll)
	}
	loop.Post(func() { f(loop, runner, log.Log()); poll() })
	loop.Run(ctx)
	if runner.Running() != 0 {
		t.Fatal("scripts still run")
	}
	return log.Lines()
}

func me(path string) *config.FIFO {
	return &config.FIFO{Path: path, UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
}

func sh(command string, words ...string) *config.Script {
	return &config.Script{Path: "/bin/sh", Args: append([]string{"/bin/sh", "-c", command, "sh"}, words...), UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
}

// drain reads what is in a FIFO.
func drain(t *testing.T, path string) string {
	t.Helper()
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	var all strings.Builder
	buf := make([]byte, 1<<16)
	for {
		n, err := unix.Read(fd, buf)
		if n <= 0 || err != nil {
			return all.String()
		}
		all.Write(buf[:n])
	}
}

var (
	vi1 = InstanceState{Instance: &config.Instance{Name: "VI_1"}, State: Master, Priority: 150}
	g1  = GroupState{Group: &config.SyncGroup{Name: "G1"}, State: Backup}
	rs  = RealServerState{RS: "[192.0.2.1]:tcp:80", VS: "[192.0.2.100]:tcp:80", Up: true, RealServer: &config.RealServer{}}
	vs  = VirtualServerState{VS: "[192.0.2.100]:tcp:80", VirtualServer: &config.VirtualServer{}}
)

func TestLines(t *testing.T) {
	for want, e := range map[string]Event{
		"INSTANCE \"VI_1\" MASTER 150\n":                  vi1,
		"GROUP \"G1\" BACKUP 0\n":                         g1,
		"RS [192.0.2.1]:tcp:80 [192.0.2.100]:tcp:80 UP\n": rs,
		"VS [192.0.2.100]:tcp:80 DOWN\n":                  vs,
		"INSTANCE \"VI_1\" MASTER_RX_LOWER_PRI 100\n":     InstanceState{vi1.Instance, MasterRxLowerPri, 100},
		"INSTANCE \"VI_1\" BACKUP_PRIORITY 100\n":         InstanceState{vi1.Instance, BackupPriority, 100},
	} {
		if got := Line(e); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Both FIFOs of a process get every line, with or without a reader; they are
// made, and removed at the end.
func TestFIFOs(t *testing.T) {
	dir := t.TempDir()
	global, own := filepath.Join(dir, "global"), filepath.Join(dir, "own")
	old := unix.Umask(0o177)
	defer unix.Umask(old)
	lines := on(t, func(_ *process.Loop, runner *script.Runner, log *slog.Logger) {
		f := NewFIFOs(true, runner, log)
		f.Load(&config.Config{Global: config.Global{NotifyFIFO: me(global), VRRPNotifyFIFO: me(own), LVSNotifyFIFO: me(filepath.Join(dir, "lvs"))}})
		f.Notify(vi1)
		f.Notify(g1)
		for _, path := range []string{global, own} {
			if got, want := drain(t, path), Line(vi1)+Line(g1); got != want {
				t.Errorf("%s: got %q, want %q", path, got, want)
			}
			if st, err := os.Stat(path); err != nil || st.Mode() != fs.ModeNamedPipe|0o600 {
				t.Errorf("%s: %v, %v", path, st.Mode(), err)
			}
		}
		f.Close()
		f.Notify(vi1)
	})
	if left, _ := os.ReadDir(dir); len(left) != 0 || len(lines) != 0 {
		t.Errorf("left behind: %v, logged %q", left, lines)
	}
}

// A FIFO that nobody reads never holds the process up: what does not fit is
// lost, and what is there is whole lines.
func TestFullFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	on(t, func(_ *process.Loop, runner *script.Runner, log *slog.Logger) {
		f := NewFIFOs(true, runner, log)
		f.Load(&config.Config{Global: config.Global{NotifyFIFO: me(path)}})
		defer f.Close()
		start := time.Now()
		for range 10000 {
			f.Notify(vi1)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("took %v", d)
		}
		got := drain(t, path)
		if n := strings.Count(got, Line(vi1)); n*len(Line(vi1)) != len(got) || n < 1000 {
			t.Errorf("%d octets, %d lines", len(got), n)
		}
		f.Notify(g1)
		if got := drain(t, path); got != Line(g1) {
			t.Errorf("after it was read: %q", got)
		}
	})
}

// What is there already is used and left behind; what is no FIFO is not
// touched.
func TestExisting(t *testing.T) {
	dir := t.TempDir()
	fifo, file, link := filepath.Join(dir, "fifo"), filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(fifo, link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, want string }{
		{fifo, ""},
		{file, "notify fifo " + file + " is not a fifo we own - not using"},
		{link, fmt.Sprintf("Unable to open notify fifo %s - errno %d", link, int(unix.ELOOP))},
		{filepath.Join(dir, "no", "such"), "Unable to create notify fifo " + filepath.Join(dir, "no", "such")},
	} {
		lines := on(t, func(_ *process.Loop, runner *script.Runner, log *slog.Logger) {
			f := NewFIFOs(true, runner, log)
			f.Load(&config.Config{Global: config.Global{NotifyFIFO: me(c.path)}})
			f.Notify(vi1)
			f.Close()
		})
		if got := strings.Join(lines, "\n"); got != c.want {
			t.Errorf("%s: log %q, want %q", c.path, got, c.want)
		}
		if _, err := os.Lstat(c.path); err != nil && c.path != filepath.Join(dir, "no", "such") {
			t.Error(err)
		}
	}
	if data, _ := os.ReadFile(file); string(data) != "kept" {
		t.Errorf("file: %q", data)
	}
}

// The reader's script gets the path, every line, and SIGTERM at the end. A
// reload that changes nothing leaves it and the FIFO alone.
func TestReader(t *testing.T) {
	dir := t.TempDir()
	path, out := filepath.Join(dir, "fifo"), filepath.Join(dir, "out")
	conf := &config.Config{Global: config.Global{VRRPNotifyFIFO: me(path)}}
	conf.Global.VRRPNotifyFIFO.Script = sh(`echo start "$@" >>`+out+`; trap 'echo end >>`+out+`; exit' TERM; while :; do while read line; do echo "$line" >>`+out+`; done <"$2"; done`, "word")
	has := func(s string) bool {
		data, _ := os.ReadFile(out)
		return strings.Contains(string(data), s)
	}
	lines := on(t, func(loop *process.Loop, runner *script.Runner, log *slog.Logger) {
		f := NewFIFOs(true, runner, log)
		f.Load(conf)
		f.Notify(vi1)
		steps := []struct {
			when func() bool
			do   func()
		}{
			{func() bool { return has("MASTER 150") }, func() { f.Load(conf); f.Notify(g1) }},
			{func() bool { return has("GROUP") }, f.Close},
		}
		var poll func()
		poll = func() {
			if steps[0].when() {
				steps[0].do()
				steps = steps[1:]
			}
			if len(steps) > 0 {
				loop.AfterFunc(time.Millisecond, poll)
			}
		}
		poll()
	})
	data, _ := os.ReadFile(out)
	if got, want := string(data), "start word "+path+"\n"+strings.TrimSpace(Line(vi1))+"\n"+strings.TrimSpace(Line(g1))+"\nend\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(lines) != 0 {
		t.Errorf("logged %q", lines)
	}
}

// A reader that ends is reported, and started again by the next reload only.
func TestReaderEnds(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	conf := &config.Config{Global: config.Global{LVSNotifyFIFO: me(filepath.Join(dir, "fifo"))}}
	conf.Global.LVSNotifyFIFO.Script = sh("echo run >>" + out)
	var f *FIFOs
	lines := on(t, func(loop *process.Loop, runner *script.Runner, log *slog.Logger) {
		f = NewFIFOs(false, runner, log)
		f.Load(conf)
		// Another script keeps the loop until the second one has begun.
		runner.Run(script.Command{Name: "keep", Script: sh("until [ \"$(wc -l <" + out + ")\" = 2 ]; do sleep 0.01; done 2>/dev/null")})
		var again func()
		again = func() {
			if f.reader["lvs_"].run == nil {
				f.Load(conf)
				return
			}
			loop.AfterFunc(time.Millisecond, again)
		}
		again()
	})
	f.Close()
	if want := []string{"lvs notify fifo script terminated", "lvs notify fifo script terminated"}; !slices.Equal(lines, want) {
		t.Errorf("logged %q", lines)
	}
}

// Which process runs which script, and what happens to equal paths.
func TestWishes(t *testing.T) {
	with := func(path string, s *config.Script) *config.FIFO { f := me(path); f.Script = s; return f }
	a, b, c := sh("a"), sh("b"), sh("c")
	for _, c := range []struct {
		name       string
		vrrp       bool
		conf       config.Config
		want, line string
	}{
		{"vrrp alone runs the global script", true, config.Config{Global: config.Global{NotifyFIFO: with("/g", a), VRRPNotifyFIFO: with("/v", b)}}, "/g a,vrrp_/v b", ""},
		{"with checkers it does not", true, config.Config{HasLVS: true, Global: config.Global{NotifyFIFO: with("/g", a), VRRPNotifyFIFO: with("/v", b)}}, "/g -,vrrp_/v b", ""},
		{"the checker runs it", false, config.Config{HasLVS: true, Global: config.Global{NotifyFIFO: with("/g", a), LVSNotifyFIFO: with("/l", c)}}, "/g a,lvs_/l c", ""},
		{"global and vrrp equal", true, config.Config{Global: config.Global{NotifyFIFO: with("/g", a), VRRPNotifyFIFO: with("/g", b)}}, "/g a", "notify FIFO /g has been specified for global and vrrp FIFO - ignoring vrrp FIFO"},
		{"global and lvs equal", false, config.Config{HasLVS: true, Global: config.Global{NotifyFIFO: with("/g", nil), LVSNotifyFIFO: with("/g", nil)}}, "/g -", "notify FIFO /g has been specified for global and LVS FIFO - ignoring LVS FIFO"},
		{"lvs and vrrp equal", false, config.Config{HasLVS: true, Global: config.Global{VRRPNotifyFIFO: with("/v", b), LVSNotifyFIFO: with("/v", c)}}, "lvs_/v -", "LVS notify FIFO and vrrp FIFO are the same both with scripts - ignoring LVS FIFO script"},
	} {
		log := &journal.Journal{}
		var got []string
		for _, w := range NewFIFOs(c.vrrp, nil, log.Log()).wishes(&c.conf) {
			name := "-"
			if w.script != nil {
				name = w.script.Args[2]
			}
			got = append(got, w.kind+w.conf.Path+" "+name)
		}
		if got := strings.Join(got, ","); got != c.want || strings.Join(log.Lines(), "\n") != c.line {
			t.Errorf("%s: got %s, log %q", c.name, got, log.Lines())
		}
	}
}
