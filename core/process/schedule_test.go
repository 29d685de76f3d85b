package process

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// A standstill is told of once, however many timers it made late.
func TestLateTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLoop()
		ctx, cancel := context.WithCancel(t.Context())
		var got []time.Duration
		l.WatchLateness(func(by time.Duration) { got = append(got, by) }).Limit = time.Second
		l.WatchLateness(func(time.Duration) { t.Error("told without a limit") })
		for _, at := range []time.Duration{1, 2, 3, 20, 30} {
			l.AfterFunc(at*time.Second, func() {})
		}
		l.AfterFunc(500*time.Millisecond, func() { time.Sleep(5 * time.Second) }) // to 5.5 s
		l.AfterFunc(19*time.Second, func() { time.Sleep(1500 * time.Millisecond) })
		l.AfterFunc(28*time.Second, func() { time.Sleep(4 * time.Second) }) // to 32 s
		l.AfterFunc(40*time.Second, cancel)
		l.Run(ctx)
		want := []time.Duration{4500 * time.Millisecond, 2 * time.Second}
		if !slices.Equal(got, want) {
			t.Errorf("late by %v, want %v", got, want)
		}
	})
}

// threads prints policy, priority, nice value and processors of the threads,
// each kind once.
func threads(t *testing.T) string {
	t.Helper()
	var all []string
	err := eachThread(func(tid int) error {
		attr, err := unix.SchedGetAttr(tid, 0)
		if err != nil {
			return err
		}
		var set unix.CPUSet
		if err := unix.SchedGetaffinity(tid, &set); err != nil {
			return err
		}
		s := fmt.Sprintf("policy %d priority %d nice %d cpus %d", attr.Policy, attr.Priority, attr.Nice, set.Count())
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}

// What a configuration asks for is set on every thread, and undone when the
// next one does not ask for it; lateness raises the priority step by step.
func TestScheduling(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("this test needs root: sudo make test")
	}
	log := &record{}
	s := newScheduling(slog.New(log), VRRP, NewLoop())
	before := threads(t)
	defer s.apply(&config.Global{}, config.Scheduling{})
	// A limit that would be felt by the rest of this test.
	const limit = 10_000_000
	for _, step := range []struct {
		name string
		g    config.Global
		s    config.Scheduling
		late int
		want string
	}{
		{"nice", config.Global{}, config.Scheduling{Priority: 5, PrioritySet: true}, 0, "policy 0 priority 0 nice 5 cpus 2"},
		{"processor", config.Global{}, config.Scheduling{CPUAffinity: []int{0}}, 0, "policy 0 priority 0 nice 0 cpus 1"},
		{"realtime", config.Global{}, config.Scheduling{RTPriority: 3, RlimitRTTime: limit}, 0, "policy 2 priority 3 nice 0 cpus 2"},
		{"nothing", config.Global{}, config.Scheduling{}, 3, before},
		{"raised", config.Global{MaxAutoPriority: 2}, config.Scheduling{RlimitRTTime: limit}, 3, "policy 2 priority 2 nice 0 cpus 2"},
		{"stays raised", config.Global{MaxAutoPriority: 5}, config.Scheduling{RlimitRTTime: limit}, 0, "policy 2 priority 2 nice 0 cpus 2"},
		{"above the configured", config.Global{MaxAutoPriority: 5}, config.Scheduling{RTPriority: 4, RlimitRTTime: limit}, 3, "policy 2 priority 5 nice 0 cpus 2"},
		{"no more", config.Global{}, config.Scheduling{}, 0, before},
	} {
		s.apply(&step.g, step.s)
		for range step.late {
			s.late(1500 * time.Millisecond)
		}
		want := strings.NewReplacer("cpus 2", fmt.Sprintf("cpus %d", runtime.NumCPU()),
			"policy 0 priority 0 nice 0", fmt.Sprintf("policy 0 priority 0 nice %d", s.ordinary.nice)).Replace(step.want)
		if got := threads(t); got != want {
			t.Errorf("%s: %s, want %s", step.name, got, want)
		}
	}
	var raised []string
	for _, line := range log.lines {
		if strings.Contains(line, "Set realtime") {
			raised = append(raised, line[len(line)-1:])
		}
	}
	if got := strings.Join(raised, " "); got != "1 2 5" {
		t.Errorf("raised to %s, want 1 2 5", got)
	}
}

// Threads that are made while the threads are gone through are met too.
func TestEachThread(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	want, seen := threadIDs(t), map[int]bool{}
	made := 0
	err := eachThread(func(tid int) error {
		seen[tid] = true
		if made < 10 {
			made++
			ready := make(chan int)
			go func() {
				runtime.LockOSThread()
				ready <- unix.Gettid()
				<-stop
			}()
			want = append(want, <-ready)
		}
		return nil
	})
	// Threads that have ended meanwhile need not have been seen, nor those
	// that the runtime has made since the last look.
	left := threadIDs(t)
	for _, tid := range want {
		if slices.Contains(left, tid) && !seen[tid] {
			t.Errorf("thread %d of %d was not seen", tid, len(want))
		}
	}
	if err != nil || made != 10 {
		t.Errorf("%d threads made, %v", made, err)
	}
}

// threadIDs lists the threads of this process.
func threadIDs(t *testing.T) (tids []int) {
	entries, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		tid, err := strconv.Atoi(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		tids = append(tids, tid)
	}
	return tids
}

// A realtime loop that has much to do sleeps in between, for the kernel to see:
// RLIMIT_RTTIME counts the time since a thread last slept.
func TestBreath(t *testing.T) {
	sleeps := func(breathing bool) int64 {
		slept := make(chan int64)
		go func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			l := NewLoop()
			l.breathing = breathing
			ctx, cancel := context.WithCancel(t.Context())
			// 20 ms or, where the processor is shared, more: what is
			// counted does not depend on how much.
			left := 200
			var work func()
			work = func() {
				for from := time.Now(); time.Since(from) < 100*time.Microsecond; {
				}
				if left--; left == 0 {
					cancel()
				}
				l.Post(work)
			}
			l.Post(work)
			var before, after unix.Rusage
			_ = unix.Getrusage(unix.RUSAGE_THREAD, &before)
			l.Run(ctx)
			_ = unix.Getrusage(unix.RUSAGE_THREAD, &after)
			slept <- after.Nvcsw - before.Nvcsw
		}()
		return <-slept
	}
	if with, without := sleeps(true), sleeps(false); with < 15 || with < 2*without {
		t.Errorf("slept %d times, %d times without need", with, without)
	}
}
