package checkers

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"keepalived/checkers/internal/fixture"
	"keepalived/checkers/machine"
	"keepalived/checkers/probe"
	"keepalived/core/config"
	"keepalived/core/firewall"
	"keepalived/core/notify"
	"keepalived/core/process"
	"keepalived/ipvs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lab runs the service in virtual time against a fake kernel and servers that
// are open, closed or silent as the test says.
type lab struct {
	t      *testing.T
	kernel *ipvs.Fake
	table  ipvs.Client    // what the process uses: kernel, unless a test sets it
	nft    *firewall.Fake // nil until it is opened
	// nftOptions are those with which it has been opened so far.
	nftOptions []firewall.Options
	loop       *process.Loop
	s          *service
	record     *recorder
	cancel     context.CancelFunc
	ended      chan struct{}
	stopd      bool

	// servers say how an attempt at an address ends; those not named refuse.
	servers map[string]probe.Result
	// exits say how the script with an argument ends.
	exits map[string]machine.MiscResult
	// attempts are the attempts so far, "seconds target".
	attempts []string
	begin    time.Time
	openErr  error
}

// recorder keeps log lines and FIFO lines.
type recorder struct {
	mu   sync.Mutex
	logs []string
	fifo []string
	mail []string

	hasFIFO bool
}

func (r *recorder) Enabled(context.Context, slog.Level) bool { return true }
func (r *recorder) Handle(_ context.Context, rec slog.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.logs = append(r.logs, rec.Message)
	return nil
}
func (r *recorder) WithAttrs([]slog.Attr) slog.Handler { return r }
func (r *recorder) WithGroup(string) slog.Handler      { return r }

// Load notes whether there is a FIFO.
func (r *recorder) Load(c *config.Config) {
	r.hasFIFO = c.Global.LVSNotifyFIFO != nil || c.Global.NotifyFIFO != nil
}

func (r *recorder) Close() {}

// Notify writes what a FIFO reader would see.
func (r *recorder) Notify(e notify.Event) {
	word := func(up bool) string {
		if up {
			return "UP"
		}
		return "DOWN"
	}
	switch e := e.(type) {
	case notify.Mail:
		r.mail = append(r.mail, e.Subject+": "+e.Body)
	}
	if !r.hasFIFO {
		return
	}
	switch e := e.(type) {
	case notify.RealServerState:
		r.fifo = append(r.fifo, fmt.Sprintf("RS %s %s %s", e.RS, e.VS, word(e.Up)))
	case notify.VirtualServerState:
		r.fifo = append(r.fifo, fmt.Sprintf("VS %s %s", e.VS, word(e.Up)))
	}
}

func (r *recorder) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.logs)
}

func (r *recorder) take() (logs, fifo []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	logs, fifo = r.logs, r.fifo
	r.logs, r.fifo = nil, nil
	return logs, fifo
}

// unwatched are the numbers in files at a start or a reload; what changes between
// a test says itself.
type unwatched map[string]int64

func (u unwatched) Load(files []*config.TrackFile, _ bool) {
	clear(u)
	for _, f := range files {
		b, _ := os.ReadFile(f.Path)
		u[f.Name], _ = strconv.ParseInt(string(b), 0, 64)
	}
}

func (u unwatched) Value(name string) int64 { return u[name] }
func (u unwatched) Close()                  {}

// newLab must be called in a synctest bubble.
func newLab(t *testing.T, o process.Options) *lab {
	l := &lab{
		t: t, kernel: ipvs.NewFake(), loop: process.NewLoop(), record: new(recorder), ended: make(chan struct{}),
		servers: map[string]probe.Result{}, exits: map[string]machine.MiscResult{}, begin: time.Now(),
	}
	l.table = l.kernel
	ctx, cancel := context.WithCancel(t.Context())
	l.cancel = cancel
	l.s = newService(process.Env{Loop: l.loop, Log: slog.New(l.record), Options: o}, deps{
		open:   func(*config.Config) (ipvs.Client, error) { return shared{l.table}, l.openErr },
		count:  func(*config.Config) (ipvs.Client, error) { return ipvs.NewFake(), nil },
		filter: l.openFilter, probes: l.attempter,
		random: func(d time.Duration) time.Duration { return d / 2 },
		listen: func(s *service) listener { s.events.Add(l.record); return l.record },
		watch:  func(*service) (func(), error) { return func() {}, nil },
		files:  func(*service) numbers { return unwatched{} },
		run:    l.run,
	})
	go func() { l.loop.Run(ctx); close(l.ended) }()
	return l
}

// openFilter opens a packet filter. One that was there before has left tables.
func (l *lab) openFilter(o firewall.Options) (Firewall, error) {
	l.nftOptions = append(l.nftOptions, o)
	var old []int
	if l.nft != nil {
		for i, family := range []string{"table ip ", "table ip6 "} {
			if strings.Contains(l.nft.String(), family+o.Table) {
				old = append(old, 4+2*i)
			}
		}
	}
	l.nft = firewall.NewFake(o, old...)
	return l.nft, nil
}

func (l *lab) ruleset() string {
	if l.nft == nil {
		return ""
	}
	return l.nft.String()
}

// shared is a table that outlives the process that closes it.
type shared struct{ ipvs.Client }

func (shared) Close() error { return nil }

func (l *lab) attempter(_ *service, k *machine.Checker) (attempter, error) {
	if k.Config.Misc != nil {
		return newMisc(l.s, k), nil
	}
	return fakeAttempter{l, k}, nil
}

type fakeAttempter struct {
	l *lab
	k *machine.Checker
}

func (f fakeAttempter) attempt(_ context.Context, a probe.Attempt, done func(outcome)) {
	t := f.k.Config.Target
	target := fmt.Sprintf("%s:%d", t.Addr, t.Port)
	if h := f.k.Config.HTTP; h != nil {
		target += h.URLs[a.URL].Path
	}
	f.l.attempts = append(f.l.attempts, fmt.Sprintf("%v %s", time.Since(f.l.begin), target))
	r, ok := f.l.servers[target]
	if !ok {
		r = probe.Result{Text: "failed"}
	}
	f.l.loop.Post(func() { done(outcome{Result: r}) })
}

func (l *lab) run(_ context.Context, _ *service, script *config.Script, _ time.Duration, done func(outcome)) {
	name := script.Args[1]
	l.attempts = append(l.attempts, fmt.Sprintf("%v script %s", time.Since(l.begin), name))
	r := l.exits[name]
	l.loop.Post(func() { done(outcome{misc: r}) })
}

// on runs f on the loop and waits for everything that follows at once.
func (l *lab) on(f func()) {
	l.loop.Post(f)
	synctest.Wait()
}

func (l *lab) start(text string) (err error) {
	c := fixture.Read(text)
	l.on(func() { err = l.s.Start(c) })
	return err
}

func (l *lab) reload(text string) (err error) {
	c := fixture.Read(text)
	l.on(func() { err = l.s.Reload(c) })
	return err
}

// wait lets time pass. The loop first sees what the test has done.
func (l *lab) wait(d time.Duration) {
	l.on(func() {})
	time.Sleep(d)
	synctest.Wait()
}

// stop stops the service, which must be finished at once.
func (l *lab) stop() {
	finished := false
	l.on(func() { l.s.Stop(func() { finished = true }) })
	if !finished {
		l.t.Error("the stop has not finished")
	}
	l.stopd = true
}

// close ends the loop.
func (l *lab) close() {
	if !l.stopd {
		l.stop()
	}
	l.cancel()
	<-l.ended
}

func (l *lab) open(targets ...string) {
	for _, t := range targets {
		l.answers(t, probe.Result{OK: true, Text: "HTTP status code"})
	}
}

// answers says how attempts at a target end from now on.
func (l *lab) answers(target string, r probe.Result) {
	l.on(func() { l.servers[target] = r })
}

// exit says how the script with an argument ends from now on.
func (l *lab) exit(name string, r machine.MiscResult) {
	l.on(func() { l.exits[name] = r })
}

func (l *lab) shut(targets ...string) {
	for _, t := range targets {
		l.on(func() { delete(l.servers, t) })
	}
}
