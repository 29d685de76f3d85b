package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/internal/journal"
	"keepalived/core/process"
)

// world runs a sender on a loop in a bubble.
type world struct {
	*testing.T
	*journal.Journal
	loop   *process.Loop
	sender *Sender
}

// in runs f on a loop whose sender dials with dial, and ends the loop when f
// has returned.
func in(t *testing.T, dial func(context.Context, netip.AddrPort) (net.Conn, int, error), f func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, Journal: &journal.Journal{}, loop: process.NewLoop()}
		w.sender = NewSender(w.loop, w.Log())
		w.sender.dial = dial
		ctx, end := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.loop.Run(ctx) }()
		f(w)
		w.do(w.sender.Close)
		synctest.Wait()
		end()
		<-done
	})
}

func (w *world) do(f func()) { w.loop.Post(f); synctest.Wait() }

// mail sends a message called subject.
func (w *world) mail(subject string) {
	w.do(func() { w.sender.Send(exim, Message{Date: time.Now(), Subject: subject, From: "f", To: []string{"t"}}) })
}

// subjects are those of the messages that the servers have heard of.
func subjects(said <-chan []string) (all []string) {
	for {
		select {
		case lines := <-said:
			for _, line := range lines {
				if s, ok := strings.CutPrefix(line, "Subject: "); ok {
					all = append(all, s)
				}
			}
		default:
			return all
		}
	}
}

// Mails go in their order, over a connection each, one at a time.
func TestOrder(t *testing.T) {
	var servers []chan []string // in the order of the connections
	var open, most atomic.Int32
	in(t, func(ctx context.Context, addr netip.AddrPort) (net.Conn, int, error) {
		most.Store(max(most.Load(), open.Add(1)))
		servers = append(servers, make(chan []string, 1))
		conn, fd, err := pipe(nil, servers[len(servers)-1])(ctx, addr)
		return counted{conn, &open}, fd, err
	}, func(w *world) {
		var want []string
		w.do(func() {
			for i := range 50 {
				want = append(want, fmt.Sprint(i))
				w.sender.Send(exim, Message{Date: time.Now(), Subject: want[i], From: "f", To: []string{"t"}})
			}
		})
		var got []string
		for _, said := range servers {
			got = append(got, subjects(said)...)
		}
		if !slices.Equal(got, want) || most.Load() != 1 || open.Load() != 0 {
			t.Errorf("got %q, at most %d connections, %d left", got, most.Load(), open.Load())
		}
	})
}

// counted is a connection that counts itself.
type counted struct {
	net.Conn
	open *atomic.Int32
}

func (c counted) Close() error { c.open.Add(-1); return c.Conn.Close() }

// A server that hangs holds up neither the loop nor, once it is back, new
// mails; those that have waited for its time-out are lost, with a line each.
func TestSilentServer(t *testing.T) {
	said := make(chan []string, 100)
	var back atomic.Bool
	in(t, func(ctx context.Context, addr netip.AddrPort) (net.Conn, int, error) {
		if !back.Load() {
			<-ctx.Done() // 30 s
			return nil, 7, ctx.Err()
		}
		return pipe(nil, said)(ctx, addr)
	}, func(w *world) {
		w.mail("one") // dialed until 30 s
		w.mail("two")
		time.Sleep(20 * time.Second)
		w.mail("three") // dialed until 60 s
		start := time.Now()
		turned := false
		w.do(func() { turned = true })
		if !turned || time.Since(start) != 0 {
			t.Error("the loop waits for the server")
		}
		time.Sleep(20 * time.Second)
		w.mail("four")
		back.Store(true)
		time.Sleep(25 * time.Second)
		synctest.Wait()
		if got := subjects(said); !slices.Equal(got, []string{"four"}) {
			t.Errorf("delivered %q", got)
		}
		want := []string{
			"Timeout opening connection to remote SMTP server [192.0.2.25]:2525.",
			"SMTP alert 'two' dropped - the mail server does not answer",
			"Timeout opening connection to remote SMTP server [192.0.2.25]:2525.",
			"Remote SMTP server [192.0.2.25]:2525 connected.", "SMTP alert successfully sent.",
		}
		if !slices.Equal(w.Lines(), want) {
			t.Errorf("logged\n%s", strings.Join(w.Lines(), "\n"))
		}
	})
}

// A slow server that takes the mails loses none, however long they wait.
func TestSlowServer(t *testing.T) {
	said := make(chan []string, 100)
	in(t, func(ctx context.Context, addr netip.AddrPort) (net.Conn, int, error) {
		time.Sleep(20 * time.Second)
		return pipe(nil, said)(ctx, addr)
	}, func(w *world) {
		for range 10 {
			w.mail("x")
		}
		time.Sleep(201 * time.Second)
		synctest.Wait()
		if got := subjects(said); len(got) != 10 {
			t.Errorf("delivered %q, logged %q", got, w.Lines())
		}
	})
}

// The queue is bounded; the oldest goes first.
func TestFull(t *testing.T) {
	in(t, func(ctx context.Context, _ netip.AddrPort) (net.Conn, int, error) {
		<-ctx.Done()
		return nil, 7, ctx.Err()
	}, func(w *world) {
		w.do(func() {
			for i := range maxWaiting + 3 {
				w.sender.Send(exim, Message{Date: time.Now(), Subject: fmt.Sprintf("no %d", i)})
			}
		})
		if n := len(w.sender.waiting); n != maxWaiting {
			t.Errorf("%d wait", n)
		}
		// The first one is being sent.
		want := []string{"SMTP alert 'no 1' dropped - 4096 are waiting", "SMTP alert 'no 2' dropped - 4096 are waiting"}
		if !slices.Equal(w.Lines(), want) {
			t.Errorf("logged %q", w.Lines())
		}
	})
}

// Close waits for nothing, ends the mail that is being sent, and keeps quiet.
func TestClose(t *testing.T) {
	for _, hang := range []string{"BANNER", "HELO", "QUIT"} {
		said := make(chan []string, 1)
		in(t, pipe(script{hang: "hang"}, said), func(w *world) {
			w.mail("one")
			w.mail("two")
			before := len(w.Lines())
			start := time.Now()
			w.do(w.sender.Close)
			w.mail("three")
			if lines := <-said; time.Since(start) != 0 || slices.Contains(lines, "Subject: two") {
				t.Errorf("%s: %v, said %q", hang, time.Since(start), lines)
			}
			if len(w.Lines()) != before {
				t.Errorf("%s: logged %q", hang, w.Lines()[before:])
			}
		})
	}
}

// The errors of a real connection: refused, of both families, with its
// descriptor.
func TestRefused(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		addr := listener.Addr().(*net.TCPAddr).AddrPort()
		listener.Close() // nobody has it now
		log := &journal.Journal{}
		a := &attempt{Server{Addr: addr, Timeout: 5 * time.Second}, alert, log.Log(), t.Context()}
		if a.send(dial) {
			t.Error("silent")
		}
		var fd int
		if len(log.Lines()) != 1 {
			t.Fatalf("logged %q", log.Lines())
		}
		if _, err := fmt.Sscanf(log.Lines()[0], "smtp fd %d returned write error", &fd); err != nil || fd < 3 {
			t.Errorf("logged %q: %v", log.Lines(), err)
		}
		_, _, err = dial(t.Context(), addr)
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%v", err)
		}
	}
}

// A connection that cannot even be tried is told of in the same words.
func TestNoRoute(t *testing.T) {
	log := &journal.Journal{}
	a := &attempt{exim, alert, log.Log(), t.Context()}
	silent := a.send(func(context.Context, netip.AddrPort) (net.Conn, int, error) { return nil, 7, syscall.ENETUNREACH })
	if silent || !slices.Equal(log.Lines(), []string{"smtp fd 7 returned write error"}) {
		t.Errorf("silent %v, logged %q", silent, log.Lines())
	}
}

// The dialer's time-out is told from its other errors.
func TestConnectTimeout(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	_, _, err := dial(ctx, exim.Addr)
	log := &journal.Journal{}
	a := &attempt{exim, alert, log.Log(), t.Context()}
	silent := a.send(func(context.Context, netip.AddrPort) (net.Conn, int, error) { return nil, 0, err })
	if !silent || !slices.Equal(log.Lines(), []string{"Timeout opening connection to remote SMTP server [192.0.2.25]:2525."}) {
		t.Errorf("%v: silent %v, logged %q", err, silent, log.Lines())
	}
}
