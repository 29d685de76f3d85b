package network

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// inNamespace runs f in a network namespace of its own. f may use the testing
// functions that end a test.
func inNamespace(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Never unlocked: the thread ends with the goroutine, and the
		// namespace with the thread.
		runtime.LockOSThread()
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Errorf("unshare: %v (this test needs root)", err)
			return
		}
		ip(t, "link set lo up")
		f()
	}()
	<-done
}

// ip runs ip(8) with the words of args in the namespace of the calling thread.
func ip(t *testing.T, args string) string {
	t.Helper()
	out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput()
	if err != nil {
		t.Fatalf("ip %s: %v: %s", args, err, out)
	}
	return string(out)
}

func sysctl(t *testing.T, key, value string) {
	t.Helper()
	if err := os.WriteFile("/proc/sys/"+key, []byte(value), 0o644); err != nil {
		t.Fatal(err)
	}
}

// withPair makes two namespaces that are joined by a veth pair called eth0 in
// both, with the addresses .1 and .2 of 192.0.2.0/24 and fe80::1 and fe80::2.
// f runs in the first; in runs something in the second.
func withPair(t *testing.T, f func(in func(func()))) {
	t.Helper()
	inNamespace(t, func() {
		jobs, jobDone, tid := make(chan func()), make(chan struct{}), make(chan int)
		go inNamespace(t, func() {
			tid <- unix.Gettid()
			for job := range jobs {
				job()
				jobDone <- struct{}{}
			}
		})
		in := func(job func()) { jobs <- job; <-jobDone }
		defer close(jobs)
		ip(t, fmt.Sprintf("link add eth0 address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns %d", <-tid))
		setup := func(n int) {
			sysctl(t, "net/ipv6/conf/eth0/accept_dad", "0")
			sysctl(t, "net/ipv6/conf/eth0/addr_gen_mode", "1")
			ip(t, fmt.Sprintf("addr add 192.0.2.%d/24 dev eth0", n))
			ip(t, fmt.Sprintf("addr add fe80::%d/64 dev eth0 nodad", n))
			ip(t, "link set eth0 up")
		}
		// IPv6 routes exist only once the kernel has noticed the carrier,
		// up to a second later.
		ready := func() {
			poll(t, "carrier", func() bool { return strings.Contains(ip(t, "link show eth0"), "state UP") })
		}
		setup(1)
		in(func() { setup(2); ready() })
		ready()
		f(in)
	})
}

// poll waits until a condition holds.
func poll(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
