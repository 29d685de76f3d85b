package script

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A script of a realtime process runs in ordinary scheduling, and the process
// stays what it was.
func TestScheduling(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("this test needs root: sudo make test")
	}
	threads := func(f func(tid int)) {
		entries, err := os.ReadDir("/proc/self/task")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if tid, err := strconv.Atoi(e.Name()); err == nil {
				f(tid)
			}
		}
	}
	set := func(policy, priority uint32) {
		threads(func(tid int) {
			if err := unix.SchedSetAttr(tid, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: policy, Priority: priority}, 0); err != nil && err != unix.ESRCH {
				t.Fatal(err)
			}
		})
	}
	const roundRobin = 2
	ordinary := func() (n int) {
		threads(func(tid int) {
			if attr, err := unix.SchedGetAttr(tid, 0); err == nil && attr.Policy != roundRobin {
				n++
			}
		})
		return n
	}
	defer set(unix.SCHED_NORMAL, 0)
	until(t, func() bool { // a thread may be made meanwhile by one that was not set yet
		set(roundRobin, 1)
		return ordinary() == 0
	}, "cannot become realtime")
	out := filepath.Join(t.TempDir(), "out")
	newBench(t).run(nil, Command{Name: "s", Script: shell("cut -d' ' -f19,41 /proc/$$/stat >" + out)}) // nice, policy
	data, err := os.ReadFile(out)
	if got := strings.TrimSpace(string(data)); err != nil || got != "0 0" {
		t.Errorf("nice and policy of the script: %q, %v", got, err)
	}
	if n := ordinary(); n != 0 {
		t.Errorf("%d threads of the process have lost their policy", n)
	}
}

// Scripts of a process that -m lets dump core are not let to.
func TestCoreLimit(t *testing.T) {
	var own, after unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &own); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	b := newBench(t)
	b.runner.LimitCore(&unix.Rlimit{Cur: 8 * 512, Max: own.Max})
	b.run(nil, Command{Name: "s", Script: shell("ulimit -c >" + out)})
	data, err := os.ReadFile(out)
	if got := strings.TrimSpace(string(data)); err != nil || got != "8" {
		t.Errorf("limit of the script: %q, %v", got, err)
	}
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &after); err != nil || after != own {
		t.Errorf("the process has %v, had %v, %v", after, own, err)
	}
}
