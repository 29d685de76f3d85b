package tcp

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/core/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func listener(t testing.TB) (net.Listener, config.Target) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	a := l.Addr().(*net.TCPAddr).AddrPort()
	return l, config.Target{Addr: a.Addr(), Port: a.Port(), Timeout: 5 * time.Second}
}

// full is the address of a listener that answers no more.
func full(t *testing.T) config.Target {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	target := config.Target{Addr: netip.MustParseAddr("127.0.0.1"), Port: uint16(sa.(*unix.SockaddrInet4).Port), Timeout: 200 * time.Millisecond}
	for range 4 { // until its queue holds no more
		c, err := net.DialTimeout("tcp", netip.AddrPortFrom(target.Addr, target.Port).String(), 100*time.Millisecond)
		if err == nil {
			t.Cleanup(func() { c.Close() })
		}
	}
	return target
}

// TestOutcomes are the rows of section 7.5 and the texts of 8.1.
func TestOutcomes(t *testing.T) {
	_, open := listener(t)
	closed, shut := listener(t)
	closed.Close()
	with := func(c config.Target, f func(*config.Target)) config.Target { f(&c); return c }
	for _, c := range []struct {
		name   string
		target config.Target
		ok     bool
		void   bool
		text   string
		notes  []string
	}{
		{name: "open", target: open, ok: true},
		{name: "closed", target: shut, text: "failed"},
		{name: "silent", target: full(t), text: "timeout"},
		{name: "unreachable", target: with(open, func(c *config.Target) { c.Addr = netip.MustParseAddr("255.255.255.255") })},
		{name: "source", target: with(open, func(c *config.Target) { c.BindAddr = netip.MustParseAddr("127.0.0.9") }), ok: true},
		{name: "no such source", target: with(open, func(c *config.Target) { c.BindAddr = netip.MustParseAddr("192.0.2.1") }), void: true,
			notes: []string{"Checker bind failed: Cannot assign requested address", message.TCPBindFailed}},
		{name: "no such device", target: with(open, func(c *config.Target) { c.BindInterface = "nosuch0" }), void: true,
			notes: []string{"Checker can't bind to device nosuch0: No such device", message.TCPBindFailed}},
		{name: "device", target: with(open, func(c *config.Target) { c.BindInterface, c.FWMark = "lo", 7 }), ok: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := (&Probe{Target: c.target}).Probe(t.Context(), probe.Attempt{})
			if r.OK != c.ok || r.Void != c.void || r.Text != c.text {
				t.Errorf("got %+v", r)
			}
			if len(r.Notes) != len(c.notes) {
				t.Fatalf("notes %v, want %q", r.Notes, c.notes)
			}
			for i, n := range r.Notes {
				if n.Text != c.notes[i] {
					t.Errorf("note %q, want %q", n.Text, c.notes[i])
				}
			}
		})
	}
}

// A server that answers nothing holds an attempt no longer than its context.
func TestCancel(t *testing.T) {
	target := full(t)
	target.Timeout = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	(&Probe{Target: target}).Probe(ctx, probe.Attempt{})
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

// BenchmarkProbe is one attempt, in a goroutine of its own as the process
// makes it.
func BenchmarkProbe(b *testing.B) {
	l, target := listener(b)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	p := &Probe{Target: target}
	b.ReportAllocs()
	for b.Loop() {
		end := make(chan probe.Result)
		go func() { end <- p.Probe(context.Background(), probe.Attempt{}) }()
		if r := <-end; !r.OK {
			b.Fatal(r)
		}
	}
	l.Close()
	<-done
}
