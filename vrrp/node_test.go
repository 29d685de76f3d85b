package vrrp

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"keepalived/core/config"
	"keepalived/core/firewall"
	"keepalived/core/network"
	"keepalived/core/process"
	"keepalived/vrrp/internal/golden"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeHost is a Host on a network.Fake.
type fakeHost struct{ *network.Fake }

func (h fakeHost) OpenSocket(spec network.SocketSpec, o network.SocketOptions, ready func()) (Socket, error) {
	s, err := h.Fake.OpenSocket(spec, o, ready)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (h fakeHost) OpenFirewall(o firewall.Options) (Firewall, error) {
	return firewall.NewFake(o), nil
}

func (h fakeHost) Watch(o network.WatchOptions, deliver func([]network.Event)) (Watcher, error) {
	return h.Fake.Watch(o, deliver)
}

// journal is a slog handler that keeps lines with the time since the start of
// the test.
type journal struct {
	mu    sync.Mutex
	begin time.Time
	lines []string
}

func (j *journal) Enabled(context.Context, slog.Level) bool { return true }
func (j *journal) WithAttrs([]slog.Attr) slog.Handler       { return j }
func (j *journal) WithGroup(string) slog.Handler            { return j }
func (j *journal) Handle(_ context.Context, r slog.Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	at := time.Since(j.begin)
	j.lines = append(j.lines, fmt.Sprintf("%.3f %s", at.Seconds(), r.Message))
	return nil
}

// take returns the lines since the last call, without those that have one of
// the words.
func (j *journal) take(without ...string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var b strings.Builder
next:
	for _, l := range j.lines {
		for _, w := range without {
			if strings.Contains(l, w) {
				continue next
			}
		}
		b.WriteString(l + "\n")
	}
	j.lines = nil
	return b.String()
}

// node is a VRRP process on a fake host in virtual time.
type node struct {
	*journal
	t       *testing.T
	host    *network.Fake
	loop    *process.Loop
	service *service
	cancel  func()
	ended   chan struct{}
}

// newNode makes a host with eth0, which has 192.0.2.N/24 and fe80::N, on a
// segment.
func newNode(t *testing.T, segment *network.Segment, n byte) *node {
	t.Helper()
	h := network.NewFake()
	addLink(h, segment, "eth0", n, 2)
	d := &node{journal: &journal{begin: time.Now()}, t: t, host: h, loop: process.NewLoop(), ended: make(chan struct{})}
	d.service = newService(process.Env{Loop: d.loop, Log: slog.New(d.journal), Options: process.Options{TmpDir: t.TempDir()}},
		func() (Host, error) { return fakeHost{h}, nil })
	var ctx context.Context
	ctx, d.cancel = context.WithCancel(t.Context())
	go func() { defer close(d.ended); d.loop.Run(ctx) }()
	t.Cleanup(func() { d.cancel(); <-d.ended })
	return d
}

func addLink(h *network.Fake, segment *network.Segment, name string, n, subnet byte) {
	link := h.AddLink(network.Link{Name: name, Flags: network.EthernetFlags, MAC: net.HardwareAddr{2, 0, 0, 0, subnet, n}})
	segment.Attach(h, name)
	for _, a := range []network.Address{
		{Link: link, Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, subnet, n}), 24), Preferred: network.Forever},
		{Link: link, Prefix: netip.MustParsePrefix(fmt.Sprintf("fe80::%d/64", n)), Preferred: network.Forever},
	} {
		if err := h.AddAddress(&a); err != nil {
			panic(err)
		}
	}
}

// run runs f on the loop.
func (d *node) run(f func()) {
	done := make(chan struct{})
	d.loop.Post(func() { f(); close(done) })
	<-done
}

func (d *node) start(conf string) {
	d.t.Helper()
	d.run(func() {
		if err := d.service.Start(parse(d.t, conf)); err != nil {
			d.t.Errorf("start: %v", err)
		}
	})
}

func (d *node) reload(conf string) {
	d.t.Helper()
	d.run(func() {
		if err := d.service.Reload(parse(d.t, conf)); err != nil {
			d.t.Errorf("reload: %v", err)
		}
	})
}

// stop stops the process and waits for its end.
func (d *node) stop() {
	done := make(chan struct{})
	d.run(func() { d.service.Stop(func() { close(done) }) })
	<-done
}

// kill ends the process without a word.
func (d *node) kill() {
	d.cancel()
	<-d.ended
}

func parse(t *testing.T, conf string) *config.Config {
	t.Helper()
	return golden.Parse(t, conf)
}

// instance is the text of an instance VI_1 with the given words.
func instance(words string) string {
	return "vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\n" + words + "\n}\n"
}

const vip = "virtual_ipaddress {\n192.0.2.100/24\n}"

// sleep lets virtual time pass, and everything settle.
func sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// adverts prints the adverts that a host has sent: time, priority, source.
func adverts(s *network.Segment, h *network.Fake, begin time.Time) string {
	var b bytes.Buffer
	for _, f := range s.Frames() {
		if f.Host != h || f.Announced.IsValid() {
			continue
		}
		pdu := f.Message.Data
		if f.Message.Destination.Is4() {
			pdu = pdu[20:]
		}
		fmt.Fprintf(&b, "%.3f prio %d\n", f.At.Sub(begin).Seconds(), pdu[2])
	}
	return b.String()
}

func equal(t *testing.T, what, got, want string) {
	t.Helper()
	if want = strings.TrimPrefix(want, "\n"); got != want {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, want)
	}
}

// newLoop runs another loop for a node whose first one has ended.
func newLoop(t *testing.T, d *node) *process.Loop {
	d.loop, d.ended = process.NewLoop(), make(chan struct{})
	var ctx context.Context
	ctx, d.cancel = context.WithCancel(t.Context())
	loop, ended, cancel := d.loop, d.ended, d.cancel
	go func() { defer close(ended); loop.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	return loop
}
