package process

import (
	"container/heap"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Loop is the event loop of one process. Make it with NewLoop.
type Loop struct {
	wake chan struct{} // capacity 1: something was posted

	mu     sync.Mutex // guards queue alone
	queue  []func()
	timers timerHeap
	alarm  alarm
	seq    uint64

	lateness []*Lateness

	breathing bool      // see breathe
	breath    time.Time // when the loop last slept
}

// NewLoop returns a loop that nothing runs yet.
func NewLoop() *Loop {
	return &Loop{wake: make(chan struct{}, 1), alarm: newTimerAlarm()}
}

// UseTimerFD makes the timers precise to some microseconds. Call it before
// Run; without it, or when the kernel refuses, they are as precise as the Go
// runtime's.
func (l *Loop) UseTimerFD() error {
	a, err := newFDAlarm()
	if err != nil {
		return err
	}
	l.alarm.close()
	l.alarm = a
	return nil
}

// Post queues f to run on the loop. Any goroutine may call it, the loop's own
// too; it never blocks.
func (l *Loop) Post(f func()) {
	l.mu.Lock()
	l.queue = append(l.queue, f)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Ask has f run on the loop and waits for its end, on another goroutine. It
// reports whether f has run: not when the loop has not come to it within the
// limit, because it has ended for instance.
func (l *Loop) Ask(limit time.Duration, f func()) bool {
	done := make(chan struct{})
	var taken atomic.Bool
	l.Post(func() {
		if taken.CompareAndSwap(false, true) {
			f()
			close(done)
		}
	})
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		if taken.CompareAndSwap(false, true) {
			return false
		}
		<-done
		return true
	}
}

// Run runs the loop until ctx is done. What is still queued then is dropped.
func (l *Loop) Run(ctx context.Context) {
	defer l.alarm.close()
	for ctx.Err() == nil {
		l.breathe()
		next := l.fire(ctx)
		if ctx.Err() != nil {
			return
		}
		if f := l.take(); f != nil {
			f()
			continue
		}
		l.alarm.set(next)
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-l.alarm.c():
		}
		l.breath = time.Time{}
	}
}

// Lateness is a watch over timers that are served late.
type Lateness struct {
	// Limit is how late a timer may be served without being told of; 0:
	// any.
	Limit time.Duration
	late  func(by time.Duration)
	seen  time.Time // timers due before this one have been told of
}

// WatchLateness has f called on the loop before a timer runs that is served too
// late: once for all timers that were due at that moment, with the lateness of
// the first.
func (l *Loop) WatchLateness(f func(by time.Duration)) *Lateness {
	w := &Lateness{late: f}
	l.lateness = append(l.lateness, w)
	return w
}

func (w *Lateness) look(due, now time.Time) {
	if by := now.Sub(due); w.Limit > 0 && by > w.Limit && due.After(w.seen) {
		w.seen = now
		w.late(by)
	}
}

// longestBreath is how long a realtime loop works without sleeping.
const longestBreath = time.Millisecond

// breathe sleeps for an instant when the loop has worked for long. The kernel
// kills a realtime thread that does not sleep for rlimit_rttime, 10 ms by
// default: many addresses at once take longer.
func (l *Loop) breathe() {
	if !l.breathing {
		return
	}
	switch now := time.Now(); {
	case l.breath.IsZero():
		l.breath = now
	case now.Sub(l.breath) >= longestBreath:
		_ = unix.Nanosleep(&unix.Timespec{Nsec: 50_000}, nil)
		l.breath = time.Time{}
	}
}

// RunTimers runs the timers that are due, for something on the loop that takes
// long and can let them.
func (l *Loop) RunTimers() {
	l.breathe()
	l.fire(context.Background())
}

// TimerDue reports whether a timer waits for the loop.
func (l *Loop) TimerDue() bool {
	return len(l.timers) > 0 && !l.timers[0].when.After(time.Now())
}

// fire runs the timers that are due and returns when the next one is, the
// zero time without one.
func (l *Loop) fire(ctx context.Context) time.Time {
	for len(l.timers) > 0 && ctx.Err() == nil {
		t, now := l.timers[0], time.Now()
		if t.when.After(now) {
			return t.when
		}
		heap.Pop(&l.timers)
		for _, w := range l.lateness {
			w.look(t.when, now)
		}
		t.f()
	}
	return time.Time{}
}

func (l *Loop) take() func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 {
		return nil
	}
	f := l.queue[0]
	l.queue[0] = nil
	if l.queue = l.queue[1:]; len(l.queue) == 0 {
		l.queue = nil
	}
	return f
}

// Timer is a function that runs on the loop at a certain time. Its methods
// may be called on the loop only.
type Timer struct {
	loop  *Loop
	f     func()
	when  time.Time
	seq   uint64
	index int // in the heap, -1 outside
}

// NewTimer returns a timer that is not running.
func (l *Loop) NewTimer(f func()) *Timer { return &Timer{loop: l, f: f, index: -1} }

// AfterFunc runs f on the loop once d has passed. It may be called on the
// loop, and before Run.
func (l *Loop) AfterFunc(d time.Duration, f func()) *Timer {
	t := l.NewTimer(f)
	t.Reset(d)
	return t
}

// Reset makes the timer run once d has passed from now, whatever it was to do
// before.
func (t *Timer) Reset(d time.Duration) { t.ResetAt(time.Now().Add(d)) }

// ResetAt makes the timer run at a point in time. Timers of the same time run
// in the order in which they were set.
func (t *Timer) ResetAt(when time.Time) {
	t.Stop()
	t.loop.seq++
	t.when, t.seq = when, t.loop.seq
	heap.Push(&t.loop.timers, t)
}

// Stop keeps the timer from running, and reports whether it was to run.
func (t *Timer) Stop() bool {
	if t.index < 0 {
		return false
	}
	heap.Remove(&t.loop.timers, t.index)
	return true
}

// Active reports whether the timer is to run.
func (t *Timer) Active() bool { return t.index >= 0 }

// When is the time at which the timer was last set to run.
func (t *Timer) When() time.Time { return t.when }

type timerHeap []*Timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].when.Equal(h[j].when) {
		return h[i].seq < h[j].seq
	}
	return h[i].when.Before(h[j].when)
}
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h *timerHeap) Push(x any) {
	t := x.(*Timer)
	t.index = len(*h)
	*h = append(*h, t)
}
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = -1
	return t
}
