package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/logging"
)

// record is a service that notes what it is told, and a log.
type record struct {
	mu     sync.Mutex
	lines  []string
	start  error
	reload error
	panics bool
}

func (r *record) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

func (r *record) Start(c *config.Config) error {
	r.note("start %s", c.Instance)
	return r.start
}

func (r *record) Reload(c *config.Config) error {
	r.note("reload %s", c.Instance)
	if r.panics {
		panic("as ordered")
	}
	return r.reload
}
func (r *record) Signal(s Signal) { r.note("signal %d", s) }

// Data shows how often the service has been told to reload.
func (r *record) Data() func(io.Writer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	reloads := 0
	for _, l := range r.lines {
		if strings.HasPrefix(l, "reload ") {
			reloads++
		}
	}
	return func(w io.Writer) { fmt.Fprintf(w, "%d reloads\n", reloads) }
}
func (r *record) Stop(done func())                         { r.note("stop"); done() }
func (r *record) WithGroup(string) slog.Handler            { return r }
func (r *record) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *record) Enabled(context.Context, slog.Level) bool { return true }
func (r *record) Handle(_ context.Context, l slog.Record) error {
	r.note("log %s", l.Message)
	return nil
}

// child runs a service as a child would be, in this process; the test is its
// parent.
type inProcess struct {
	t       *testing.T
	record  *record
	control *Control
	status  chan int
	pid     string
}

func runChild(t *testing.T, first Part, s *record) *inProcess {
	t.Helper()
	control, inherited, err := NewControlPair()
	if err != nil {
		t.Fatal(err)
	}
	part, err := first.Seal("")
	if err != nil {
		t.Fatal(err)
	}
	c := &inProcess{t, s, control, make(chan int, 1), filepath.Join(t.TempDir(), "pid")}
	pid, err := OpenPIDFile(c.pid)
	if err != nil {
		t.Fatal(err)
	}
	in := &Inherited{Kind: VRRP, Control: inherited, Part: part, PID: pid.File(), PIDPath: c.pid}
	r := &runner{
		Child: &Child{New: func(Env) Service { return s }, Log: logging.Open(logging.Options{})},
		in:    in, log: slog.New(s), loop: NewLoop(), pid: pid,
	}
	if r.control, err = NewControl(inherited); err != nil {
		t.Fatal(err)
	}
	go func() { c.status <- r.run() }()
	t.Cleanup(func() { control.Close(); pid.Close() })
	return c
}

func (c *inProcess) send(m Message) {
	c.t.Helper()
	if err := c.control.Send(m); err != nil {
		c.t.Fatal(err)
	}
}

func (c *inProcess) reload(instance string) {
	c.t.Helper()
	p := Part{Config: &config.Config{Instance: instance}}
	f, err := p.Seal("")
	if err != nil {
		c.t.Fatal(err)
	}
	defer f.Close()
	c.send(Message{Kind: MessageReload, Part: f})
}

func (c *inProcess) expect(k MessageKind, number uint64) {
	c.t.Helper()
	if m, err := c.control.Receive(); err != nil || m.Kind != k || m.Number != number {
		c.t.Fatalf("received %+v, %v; want kind %d, number %d", m, err, k, number)
	}
}

func (c *inProcess) ends(status int, lines ...string) {
	c.t.Helper()
	select {
	case got := <-c.status:
		if got != status {
			c.t.Errorf("status %d, want %d", got, status)
		}
	case <-time.After(20 * time.Second):
		c.t.Fatal("does not end")
	}
	c.record.mu.Lock()
	defer c.record.mu.Unlock()
	if got := c.record.lines; !slices.Equal(got[:min(len(got), len(lines))], lines) {
		c.t.Errorf("got:\n%s", strings.Join(got, "\n"))
	}
}

func TestChild(t *testing.T) {
	c := runChild(t, Part{Config: &config.Config{Instance: "one"}, Messages: []string{"(Line 1) x"}}, &record{})
	c.expect(MessageReady, 0)
	c.send(Message{Kind: MessageHello, Number: 7})
	c.expect(MessageAnswer, 7)
	c.reload("two")
	c.expect(MessageReloaded, 0)
	c.send(Message{Kind: MessageSignal, Number: uint64(SignalJSON)})
	c.send(Message{Kind: MessageHello, Number: 8})
	c.expect(MessageAnswer, 8)
	c.control.Close() // the parent is gone
	c.ends(0, "log (Line 1) x", "start one", "log Reloading", "reload two", "signal 4",
		"log "+msgParentGone, "stop", "log Stopped")
	if _, err := os.Stat(c.pid); !os.IsNotExist(err) {
		t.Errorf("pid file: %v", err)
	}
}

// A configuration that cannot be used, and errors of the service, end the
// process with their status.
func TestChildFails(t *testing.T) {
	runChild(t, Part{Status: ExitConfig, Messages: []string{"bad"}}, &record{}).
		ends(ExitConfig, "log bad", "log Stopped")
	good := Part{Config: new(config.Config)}
	runChild(t, good, &record{start: fmt.Errorf("x: %w", &ExitError{ExitMissingPermission, errors.New("y")})}).
		ends(ExitMissingPermission, "start ", "log y", "log Stopped")
	runChild(t, good, &record{start: &ExitError{Code: ExitFatal}}).
		ends(ExitFatal, "start ", "log Stopped")
	runChild(t, good, &record{start: errors.New("some error")}).
		ends(ExitProgramError, "start ", "log some error")
	c := runChild(t, good, &record{panics: true})
	c.expect(MessageReady, 0)
	c.reload("")
	c.ends(ExitProgramError, "start ", "log Reloading", "reload ", "log panic: as ordered")
}

func TestInherited(t *testing.T) {
	in := Inherited{Kind: Checker, Comm: `a "name" with blanks`, PIDPath: ""}
	t.Setenv(RoleVariable, strings.TrimPrefix(in.Environment(), RoleVariable+"="))
	got, moved, ok := parseRole(Role())
	if !ok || moved || got.Kind != in.Kind || got.Comm != in.Comm || got.PIDPath != in.PIDPath {
		t.Errorf("%+v, %v", got, ok)
	}
	in.CoreLimit, in.Links, in.Origin = &unix.Rlimit{Cur: 5, Max: unix.RLIM_INFINITY}, make([]*os.File, 1), os.Stdin
	if got, moved, ok := parseRole(strings.TrimPrefix(in.Environment(), RoleVariable+"=")); !ok || !moved || *got.CoreLimit != *in.CoreLimit || len(got.Links) != 1 {
		t.Errorf("%+v, %v", got, ok)
	}
	if os.Getenv(RoleVariable) != "" {
		t.Error("the variable is still there")
	}
	for _, bad := range []string{"", "daemon 3", "vrrp", `vrrp "a"`, `vrrp "a" "b"`, `vrrp "a" "b" 2`, `vrrp "a" "b" 0`, `bfd "a" "b" 1 false`, `nosuch "a" "b" 0 false`, `vrrp "a" "b" 0 true 1`} {
		if _, _, ok := parseRole(bad); ok {
			t.Errorf("%q accepted", bad)
		}
	}
}
