package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/process"
)

// bench is a supervisor on a fake host in virtual time. What happens is a
// list of lines "seconds text".
type bench struct {
	t     *testing.T
	loop  *process.Loop
	s     *Supervisor
	start time.Time
	lines []string
	// next is what the following reading gives, after readTime.
	next     *Prepared
	readTime time.Duration
	pid      int
	last     [process.Kinds]*fakeProcess
	noSpawn  bool
	marking  bool // note the marker of a reload
}

// fakeProcess answers as a child does, unless told otherwise.
type fakeProcess struct {
	b       *bench
	kind    process.Kind
	pid     int
	deaf    bool          // does not answer hello
	slow    time.Duration // of start and reload
	silent  bool          // never reports
	ignores bool          // SIGTERM
	dead    bool
}

func (p *fakeProcess) PID() int { return p.pid }

func (p *fakeProcess) Send(m process.Message) error {
	switch {
	case p.deaf || p.dead:
	case m.Kind == process.MessageHello:
		p.b.loop.Post(func() { p.b.s.Message(p, process.Message{Kind: process.MessageAnswer, Number: m.Number}) })
	case m.Kind == process.MessageReload:
		p.b.note("%s reloads", p.kind.Word())
		p.report(process.MessageReloaded)
	case m.Kind == process.MessageSignal:
		p.b.note("%s signal %d", p.kind.Word(), m.Number)
	}
	return nil
}

func (p *fakeProcess) report(k process.MessageKind) {
	if !p.silent {
		p.b.loop.AfterFunc(p.slow, func() { p.b.s.Message(p, process.Message{Kind: k}) })
	}
}

func (p *fakeProcess) Kill(s unix.Signal) {
	if s == unix.SIGTERM {
		p.b.note("%s gets SIGTERM", p.kind.Word())
		if !p.ignores {
			p.b.loop.AfterFunc(100*time.Millisecond, func() { p.die(0) })
		}
		return
	}
	p.die(unix.WaitStatus(s))
}

// die ends the process with a wait status: a signal number, or a status << 8.
func (p *fakeProcess) die(w unix.WaitStatus) {
	if !p.dead {
		p.dead = true
		p.b.loop.Post(func() { p.b.s.Died(p, w) })
	}
}

func (b *bench) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if strings.HasPrefix(text, "  ") {
		return // advice
	}
	b.lines = append(b.lines, fmt.Sprintf("%g %s", time.Since(b.start).Seconds(), text))
}

// The bench is the log's handler.
func (b *bench) Enabled(context.Context, slog.Level) bool { return true }
func (b *bench) Handle(_ context.Context, r slog.Record) error {
	b.note("%s", r.Message)
	return nil
}
func (b *bench) WithAttrs([]slog.Attr) slog.Handler { return b }
func (b *bench) WithGroup(string) slog.Handler      { return b }

// The bench is the host.
func (b *bench) Load(done func(*Prepared)) {
	p := b.next
	b.loop.AfterFunc(b.readTime, func() { done(p) })
}

func (b *bench) Start(k process.Kind, p *Prepared) (Process, error) {
	if b.noSpawn {
		return nil, errors.New("fork: out of processes")
	}
	b.pid++
	f := &fakeProcess{b: b, kind: k, pid: b.pid}
	if old := b.last[k]; old != nil && !old.dead {
		b.t.Errorf("second %s process beside pid %d", k, old.pid)
	}
	if old := b.last[k]; old != nil {
		f.slow = old.slow
	}
	b.last[k] = f
	b.note("%s %d with %s", k.Word(), f.pid, p.Config.Global.RouterID)
	f.report(process.MessageReady)
	return f, nil
}

func (b *bench) Script(label string, s *config.Script, timeout time.Duration, done func()) {
	b.note("%s", label)
	b.loop.AfterFunc(2*time.Second, done)
}
func (b *bench) Notify(state string)    { b.note("systemd: %q", state) }
func (b *bench) Running(*config.Config) {}
func (b *bench) Dump(*config.Config)    {}

func (b *bench) Reading(_ *config.Config, on bool) {
	if b.marking {
		b.note("marker %t", on)
	}
}

func prepared(name string, kinds ...process.Kind) *Prepared {
	p := &Prepared{Config: &config.Config{ChildWaitTime: 5 * time.Second, Global: config.Global{RouterID: name}}}
	for _, k := range kinds {
		p.Wanted[k] = true
	}
	return p
}

// at are steps at their times, in seconds.
type at map[float64]func(*bench)

// expect plays steps and checks what happens.
func expect(t *testing.T, o Options, first *Prepared, setup func(*bench), steps at, want string) {
	t.Helper()
	if got := strings.Join(play(t, o, first, setup, steps), "\n"); got != strings.TrimSpace(want) {
		t.Errorf("got:\n%s\n\nwant:\n%s", got, strings.TrimSpace(want))
	}
}

func play(t *testing.T, o Options, first *Prepared, setup func(*bench), steps at) (lines []string) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		b := &bench{t: t, loop: process.NewLoop(), start: time.Now(), next: first}
		o.PID = 1000
		b.s = New(b.loop, slog.New(b), b, o, func(status int) {
			b.note("end %d", status)
			cancel()
		})
		if setup != nil {
			setup(b)
		}
		b.loop.Post(func() { b.s.Start(first) })
		for seconds, f := range steps {
			b.loop.AfterFunc(time.Duration(seconds*float64(time.Second)), func() { f(b) })
		}
		b.loop.Run(ctx)
		lines = b.lines
	})
	return lines
}
