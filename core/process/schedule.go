package process

import (
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

const schedRR = 2 // SCHED_RR

// scheduling is how this process is scheduled (02-runtime section 10.3). Every
// failure is logged and harmless.
//
// The kernel keeps it per thread. It is set on every thread that there is;
// threads made later inherit it from the one that makes them.
type scheduling struct {
	log  *slog.Logger
	kind Kind
	loop *Loop
	now  config.Scheduling
	max  int // priority up to which lateness may raise
	auto int // realtime priority to which it has raised, 0: none
	// lateness tells of timers that were late.
	lateness *Lateness

	ordinary struct { // as the process was started
		nice     int
		affinity unix.CPUSet
	}
}

func newScheduling(log *slog.Logger, kind Kind, loop *Loop) *scheduling {
	s := &scheduling{log: log, kind: kind, loop: loop}
	s.lateness = loop.WatchLateness(s.late)
	if n, err := unix.Getpriority(unix.PRIO_PROCESS, 0); err == nil {
		s.ordinary.nice = 20 - n // the system call's result is never negative
	}
	_ = unix.SchedGetaffinity(0, &s.ordinary.affinity)
	return s
}

// apply goes over to what a configuration asks for, and undoes what it does not
// ask for any more.
func (s *scheduling) apply(g *config.Global, want config.Scheduling) {
	had := s.now
	s.now, s.max = want, max(g.MaxAutoPriority, 0)
	s.auto = min(s.auto, s.max)
	s.lateness.Limit = g.MinAutoPriorityDelay
	switch {
	case s.realtime() > 0:
		s.setRealtime()
	case had.RTPriority > 0 || s.loop.breathing:
		s.setPolicy(unix.SCHED_NORMAL, 0)
	}
	if s.realtime() == 0 {
		s.setNice(had, want)
	}
	s.setAffinity(had, want)
	switch {
	case want.NoSwap && !had.NoSwap:
		if err := unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE | unix.MCL_ONFAULT); err != nil {
			s.log.Warn(fmt.Sprintf(msgLockMemory, err))
		}
	case had.NoSwap && !want.NoSwap:
		_ = unix.Munlockall()
	}
}

// realtime is the realtime priority that the process is to have, 0 for none.
func (s *scheduling) realtime() int { return max(s.now.RTPriority, s.auto) }

func (s *scheduling) setRealtime() {
	limit := unix.Rlimit{Cur: uint64(s.now.RlimitRTTime) / 2, Max: uint64(s.now.RlimitRTTime)}
	if err := unix.Setrlimit(unix.RLIMIT_RTTIME, &limit); err != nil {
		s.log.Warn(msgRTLimit)
	}
	if !s.setPolicy(schedRR, s.realtime()) {
		s.log.Warn(msgRealtime)
	}
}

// setPolicy reports whether it could. A realtime loop has to sleep now and
// then: a thread that does not is killed when its rlimit_rttime is over.
func (s *scheduling) setPolicy(policy uintptr, priority int) bool {
	param := struct{ priority int32 }{int32(priority)}
	err := eachThread(func(tid int) error {
		if _, _, e := unix.Syscall(unix.SYS_SCHED_SETSCHEDULER, uintptr(tid), policy, uintptr(unsafe.Pointer(&param))); e != 0 {
			return e
		}
		return nil
	})
	if err == nil {
		s.loop.breathing = policy == schedRR
	}
	return err == nil
}

func (s *scheduling) setNice(had, want config.Scheduling) {
	nice := want.Priority
	if !want.PrioritySet {
		if nice = s.ordinary.nice; !had.PrioritySet {
			return
		}
	}
	if err := eachThread(func(tid int) error { return unix.Setpriority(unix.PRIO_PROCESS, tid, nice) }); err != nil {
		s.log.Warn(fmt.Sprintf(msgPriority, nice, err))
	}
}

func (s *scheduling) setAffinity(had, want config.Scheduling) {
	set := s.ordinary.affinity
	if len(want.CPUAffinity) > 0 {
		set.Zero()
		for _, cpu := range want.CPUAffinity {
			set.Set(cpu)
		}
	} else if len(had.CPUAffinity) == 0 {
		return
	}
	if err := eachThread(func(tid int) error { return unix.SchedSetaffinity(tid, &set) }); err != nil {
		s.log.Warn(fmt.Sprintf(msgAffinity, s.kind.Word(), err))
	}
}

// late is a timer that was served late: the process does not get the processor
// when it needs it, and asks for more by one step. (The C daemon does so once
// and never again.)
func (s *scheduling) late(by time.Duration) {
	s.log.Info(fmt.Sprintf(msgLate, by/time.Second, by%time.Second/time.Microsecond))
	if s.realtime() >= s.max {
		return
	}
	s.auto = s.realtime() + 1
	s.setRealtime()
	s.log.Info(fmt.Sprintf(msgRaised, s.auto))
}

// eachThread calls f with the id of each thread, and returns the first error.
// It looks again until there is none that it has not seen: one that was made
// meanwhile may come from one whose turn had not come yet.
func eachThread(f func(tid int) error) error {
	seen := map[int]bool{}
	var failed error
	for more := true; more; {
		more = false
		entries, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, e := range entries {
			tid, err := strconv.Atoi(e.Name())
			if err != nil || seen[tid] {
				continue
			}
			seen[tid], more = true, true
			if err := f(tid); err != nil && err != unix.ESRCH && failed == nil { // it may have ended
				failed = err
			}
		}
	}
	return failed
}
