package track

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/process"
)

func TestMatches(t *testing.T) {
	words := func(s string) []string { return strings.Fields(s) }
	for _, c := range []struct {
		conf config.TrackProcess
		p    Running
		want bool
	}{
		{config.TrackProcess{Process: "nginx"}, Running{Comm: "nginx", Args: words("nginx: master")}, true},
		{config.TrackProcess{Process: "nginx"}, Running{Comm: "nginx2"}, false},
		{config.TrackProcess{Process: "a-name-that-is-long"}, Running{Comm: "a-name-that-is-"}, false},
		{config.TrackProcess{Process: "sleep", FullCommand: true}, Running{Comm: "sleep", Args: words("sleep 43")}, true},
		{config.TrackProcess{Process: "sleep", FullCommand: true}, Running{Comm: "sleep", Args: words("/bin/sleep 43")}, false},
		{config.TrackProcess{Process: "sleep", FullCommand: true}, Running{Comm: "sleep"}, false},
		{config.TrackProcess{Process: "sleep", Params: words("43")}, Running{Args: words("sleep 43")}, true},
		{config.TrackProcess{Process: "sleep", Params: words("43")}, Running{Args: words("sleep 43 44")}, false},
		{config.TrackProcess{Process: "sleep", ParamMatch: config.ParamMatchExact}, Running{Args: words("sleep")}, true},
		{config.TrackProcess{Process: "sleep", ParamMatch: config.ParamMatchExact}, Running{Args: words("sleep 43")}, false},
		{config.TrackProcess{Process: "sleep", Params: words("43"), ParamMatch: config.ParamMatchInitial}, Running{Args: words("sleep 4399 x")}, true},
		{config.TrackProcess{Process: "sleep", Params: words("43"), ParamMatch: config.ParamMatchPartial}, Running{Args: words("sleep 4399")}, false},
		{config.TrackProcess{Process: "sleep", Params: words("43"), ParamMatch: config.ParamMatchPartial}, Running{Args: words("sleep 43 99")}, true},
	} {
		n := Count{Config: &c.conf}
		if got := n.matches(&c.p); got != c.want {
			t.Errorf("%+v %+v: %t", c.conf, c.p, got)
		}
	}
}

// Forks and exits may wait, and cancel each other; what a process becomes counts
// at once.
func TestCount(t *testing.T) {
	p := func(pid int, comm string) *Running { return &Running{PID: pid, Comm: comm} }
	n := NewCount(&config.TrackProcess{
		Process: "d", Quorum: 1, QuorumMax: 2, ForkDelay: 2 * time.Second, TerminateDelay: 3 * time.Second,
	}, []Running{*p(1, "d"), *p(2, "other")})
	if !n.Up {
		t.Fatal("it is there")
	}
	for i, c := range []struct {
		do   func() Verdict
		want Verdict
		up   bool
	}{
		{func() Verdict { return n.Fork(2, 3) }, Verdict{}, true},
		{func() Verdict { return n.Fork(1, 4) }, Verdict{}, true},                            // two: still within
		{func() Verdict { return n.Fork(1, 5) }, Verdict{Wait: 2 * time.Second}, true},       // three
		{func() Verdict { return n.Exec(p(5, "child")) }, Verdict{Cancel: true}, true},       // it was only on its way
		{func() Verdict { return n.Exit(5) }, Verdict{}, true},                               // nobody's
		{func() Verdict { return n.Exit(4) }, Verdict{}, true},                               // one
		{func() Verdict { return n.Exit(1) }, Verdict{Wait: 3 * time.Second}, true},          // none
		{func() Verdict { return n.Exec(p(6, "d")) }, Verdict{Cancel: true}, true},           // restarted in time
		{func() Verdict { return n.Exit(6) }, Verdict{Wait: 3 * time.Second}, true},          // none
		{func() Verdict { return n.Elapsed() }, Verdict{Cancel: true, Changed: true}, false}, // for good
		{func() Verdict { return n.Rename(p(2, "d")) }, Verdict{Changed: true}, true},
		{func() Verdict { return n.Rename(p(2, "e")) }, Verdict{Changed: true}, false},
		{func() Verdict { return n.Reset([]Running{*p(7, "d")}) }, Verdict{Changed: true}, true},
	} {
		if got := c.do(); got != c.want || n.Up != c.up {
			t.Errorf("step %d: %+v, up %t; want %+v, %t", i, got, n.Up, c.want, c.up)
		}
	}
}

func TestParseStat(t *testing.T) {
	for text, want := range map[string]string{"12 (a) b) S 1": "a) b S", "12 (x": "", "": "", "12 (x)": "", "7 () Z 0": " Z"} {
		comm, state, ok := parseStat([]byte(text))
		if got := fmt.Sprintf("%s %c", comm, state); ok && got != want || ok != (want != "") {
			t.Errorf("%q: %q, %t", text, got, ok)
		}
	}
}

// What the kernel says of real processes.
func TestProcesses(t *testing.T) {
	// Processes of the whole machine are looked at: a name of our own.
	program := filepath.Join(t.TempDir(), fmt.Sprintf("tracked%d", os.Getpid()))
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(sleep)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, data, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{"here", "in another network namespace", "in one that the daemon has entered"} {
		t.Run(where, func(t *testing.T) {
			aside(func() {
				if where != "here" {
					if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
						t.Errorf("unshare: %v (this test needs root)", err)
						return
					}
				}
				// That of the first thread, which never leaves it.
				const first = "/proc/self/ns/net"
				if where != "in one that the daemon has entered" {
					countRealProcesses(t, program, first, nil)
					return
				}
				origin, err := os.Open(first)
				if err != nil {
					t.Error(err)
					return
				}
				defer origin.Close()
				countRealProcesses(t, program, "", origin)
			})
		})
	}
}

// Where nothing can be heard of processes nothing is counted, not even once: a
// count that never changes would hide the end of what it counts. (As in the C
// daemon, 2.2.7.)
func TestDeaf(t *testing.T) {
	aside(func() {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Errorf("unshare: %v (this test needs root)", err)
			return
		}
		self, err := os.ReadFile("/proc/self/comm")
		if err != nil {
			t.Error(err)
			return
		}
		p := NewProcesses(process.NewLoop(), slog.New(slog.DiscardHandler), nil, func(*config.TrackProcess, bool) {})
		p.first = "/proc/self/no such namespace"
		me := &config.TrackProcess{Name: "me", Process: strings.TrimSpace(string(self)), Quorum: 1, QuorumMax: math.MaxUint32}
		if known := p.Load([]*config.TrackProcess{me}, 0, false); !known || p.Shown("me").Running != 0 {
			t.Errorf("known %t, %+v", known, p.Shown("me"))
		}
		p.Close()
	})
}

// aside runs f on a thread that ends with it, and that is not the first one of
// the process, which has to stay in its namespace.
func aside(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			aside(f) // nothing else gets the first thread meanwhile
			runtime.UnlockOSThread()
			return
		}
		f()
	}()
	<-done
}

// countRealProcesses finds the first namespace by its path, or by origin.
func countRealProcesses(t *testing.T, program, first string, origin *os.File) {
	start := func() *exec.Cmd {
		cmd := exec.Command(program, "300")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	end := func(cmd *exec.Cmd) {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	name := filepath.Base(program)
	one := start()
	defer end(one)
	loop := process.NewLoop()
	changes := make(chan string, 100)
	p := NewProcesses(loop, slog.New(slog.DiscardHandler), origin, func(c *config.TrackProcess, up bool) { changes <- fmt.Sprintf("%s %t", c.Name, up) })
	if origin == nil {
		p.first = first
	}
	conf := []*config.TrackProcess{
		{Name: "name", Process: name, Quorum: 1, QuorumMax: math.MaxUint32},
		{Name: "two", Process: program, FullCommand: true, Quorum: 2, QuorumMax: math.MaxUint32},
		{Name: "none", Process: name, Quorum: 0, QuorumMax: 0},
	}
	if !p.Load(conf, 0, false) || p.source == nil {
		t.Error("the kernel tells nothing of processes")
		return
	}
	stopped := runLoop(t, loop)
	defer func() {
		loop.Post(p.Close)
		stopped()
	}()
	want := func(lines ...string) {
		t.Helper()
		got := map[string]bool{}
		for deadline := time.After(10 * time.Second); len(got) < len(lines); {
			select {
			case c := <-changes:
				got[c] = true
			case <-deadline:
				t.Errorf("changes %v, want %v", got, lines)
				return
			}
		}
		for _, l := range lines {
			if !got[l] {
				t.Errorf("changes %v, want %v", got, lines)
			}
		}
	}
	up := func(name string, is bool) {
		t.Helper()
		answer := make(chan bool)
		loop.Post(func() { answer <- p.Up(name) })
		if got := <-answer; got != is {
			t.Errorf("%s is up: %t", name, got)
		}
	}
	up("name", true)
	up("two", false)
	up("none", false)
	second := start()
	want("two true")
	end(one)
	want("two false")
	end(second)
	want("name false", "none true")
	third := start()
	want("name true", "none false")
	end(third)
	want("name false", "none true")
}

func FuzzParseOccurrence(f *testing.F) {
	f.Add(make([]byte, 76))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, ok := parseOccurrence(b)
		if ok && o.what != procNone && o.what != procFork && o.what != procExec && o.what != procComm && o.what != procExit {
			t.Errorf("%+v", o)
		}
	})
}

// runLoop runs a loop until the function that it returns is called, which first
// lets it do what has been posted.
func runLoop(t *testing.T, loop *process.Loop) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); loop.Run(ctx) }()
	return func() {
		done := make(chan struct{})
		loop.Post(func() { close(done) })
		<-done
		cancel()
		<-ended
	}
}

// What is shown of a count, also while a change waits for its delay.
func TestShown(t *testing.T) {
	n := NewCount(&config.TrackProcess{
		Process: "d", Quorum: 2, QuorumMax: 3, ForkDelay: time.Second, TerminateDelay: time.Second,
	}, []Running{{PID: 1, Comm: "d"}})
	for i, c := range []struct {
		step func() Verdict
		want Shown
	}{
		{func() Verdict { return Verdict{} }, Shown{Running: 1}},
		{func() Verdict { return n.Fork(1, 2) }, Shown{Running: 2, Forked: true}},
		{n.Elapsed, Shown{Running: 2, Up: true}},
		{func() Verdict { return n.Exit(2) }, Shown{Running: 1, Up: true, Terminating: true}},
		{func() Verdict { return n.Fork(1, 3) }, Shown{Running: 2, Up: true}},
		{func() Verdict { n.Fork(1, 4); return n.Fork(1, 5) }, Shown{Running: 4, Up: true, Forked: true}},
		{n.Elapsed, Shown{Running: 4}},
	} {
		c.step()
		if got := n.shown(); got != c.want {
			t.Errorf("step %d: %+v, want %+v", i, got, c.want)
		}
	}
}

// A kernel that says nothing is reported; one that has spoken is not, even if the
// reader comes to it when the time is over.
func TestMute(t *testing.T) {
	for _, speaks := range []bool{false, true} {
		// In place of the connector's socket: the kernel answers what is asked here.
		fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
		if err != nil {
			t.Fatal(err)
		}
		c := &connector{file: os.NewFile(uintptr(fd), "route"), stopped: make(chan struct{}), limit: -time.Second}
		told := make(chan uint32, 100)
		c.deliver = func(list []occurrence) {
			for _, o := range list {
				told <- o.what
			}
		}
		if speaks {
			// Nothing is called NLMSG_MIN_TYPE: the answer is an error.
			question := []byte{16, 0, 0, 0, unix.NLMSG_MIN_TYPE, 0, unix.NLM_F_REQUEST | unix.NLM_F_ACK, 0, 0, 0, 0, 0, 0, 0, 0, 0}
			if err := unix.Sendto(fd, question, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
				t.Fatal(err)
			}
		}
		raw, err := c.file.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		if c.empty(raw) == speaks {
			t.Errorf("speaks %t: the answer is not there, or something is", speaks)
		}
		go c.run()
		if !speaks {
			if got := <-told; got != procMute {
				t.Errorf("%#x instead of silence", got)
			}
		}
		for !c.empty(raw) {
			runtime.Gosched()
		}
		c.close()
		if len(told) > 0 {
			t.Errorf("speaks %t: %#x", speaks, <-told)
		}
	}
}
