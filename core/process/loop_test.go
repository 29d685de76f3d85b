package process

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Timers run in the order of their time, then of their setting; a stopped or
// moved one does not run at its old time.
func TestTimerOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLoop()
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		var got []string
		note := func(s string) func() { return func() { got = append(got, s+"@"+time.Since(start).String()) } }
		l.AfterFunc(3*time.Second, note("c"))
		l.AfterFunc(1*time.Second, note("a"))
		l.AfterFunc(1*time.Second, note("b"))
		stopped := l.AfterFunc(2*time.Second, note("never"))
		moved := l.AfterFunc(2*time.Second, note("moved"))
		l.Post(func() { stopped.Stop(); moved.Reset(4 * time.Second) })
		l.AfterFunc(5*time.Second, cancel)
		l.Run(ctx)
		want := []string{"a@1s", "b@1s", "c@3s", "moved@4s"}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// A stream of events never keeps a due timer from running.
func TestTimersBeforeEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLoop()
		ctx, cancel := context.WithCancel(t.Context())
		events := 0
		var flood func()
		flood = func() { events++; time.Sleep(time.Millisecond); l.Post(flood) }
		l.Post(flood)
		l.AfterFunc(10*time.Millisecond, cancel)
		l.Run(ctx)
		if events != 10 {
			t.Errorf("timer ran after %d events of 1 ms, want 10", events)
		}
	})
}

// The timerfd serves real loops: it fires, can be moved, and ends with Run.
func TestTimerFD(t *testing.T) {
	l := NewLoop()
	if err := l.UseTimerFD(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var order []int
	l.AfterFunc(2*time.Millisecond, func() { order = append(order, 2); cancel() })
	l.AfterFunc(time.Millisecond, func() { order = append(order, 1) })
	l.Run(ctx)
	if !slices.Equal(order, []int{1, 2}) {
		t.Errorf("order %v", order)
	}
}
