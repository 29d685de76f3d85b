package process

import (
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// schedule asks the kernel for the priority, processors and memory that a
// process is to have (02-runtime section 10.3). Every failure is logged and
// harmless.
//
// The kernel keeps these per thread. They are set on every thread that there
// is; threads made later inherit them from the one that makes them.
func schedule(log *slog.Logger, kind Kind, s config.Scheduling) {
	if s.RTPriority > 0 {
		realtime(log, s)
	} else if s.PrioritySet {
		if err := eachThread(func(tid int) error { return unix.Setpriority(unix.PRIO_PROCESS, tid, s.Priority) }); err != nil {
			log.Warn(fmt.Sprintf(msgPriority, s.Priority, err))
		}
	}
	if len(s.CPUAffinity) > 0 {
		var set unix.CPUSet
		for _, cpu := range s.CPUAffinity {
			set.Set(cpu)
		}
		if err := eachThread(func(tid int) error { return unix.SchedSetaffinity(tid, &set) }); err != nil {
			log.Warn(fmt.Sprintf(msgAffinity, kind.Word(), err))
		}
	}
	if s.NoSwap {
		if err := unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE | unix.MCL_ONFAULT); err != nil {
			log.Warn(fmt.Sprintf(msgLockMemory, err))
		}
	}
}

func realtime(log *slog.Logger, s config.Scheduling) {
	limit := unix.Rlimit{Cur: uint64(s.RlimitRTTime) / 2, Max: uint64(s.RlimitRTTime)}
	if err := unix.Setrlimit(unix.RLIMIT_RTTIME, &limit); err != nil {
		log.Warn(msgRTLimit)
	}
	param := struct{ priority int32 }{int32(s.RTPriority)}
	err := eachThread(func(tid int) error {
		const schedRR = 2
		if _, _, e := unix.Syscall(unix.SYS_SCHED_SETSCHEDULER, uintptr(tid), schedRR, uintptr(unsafe.Pointer(&param))); e != 0 {
			return e
		}
		return nil
	})
	if err != nil {
		log.Warn(msgRealtime)
	}
}

// eachThread calls f with the id of each thread, and returns the first error.
func eachThread(f func(tid int) error) error {
	entries, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, e := range entries {
		tid, convErr := strconv.Atoi(e.Name())
		if convErr != nil {
			continue
		}
		if fErr := f(tid); fErr != nil && err == nil {
			err = fErr
		}
	}
	return err
}
