package ping

import (
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"

	"keepalived/checkers/probe"
	"keepalived/core/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// namespace puts the test into a network namespace of its own, where root may
// ping. The thread ends with the test.
func namespace(t *testing.T, groups string) {
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatalf("a network namespace needs root: %v", err)
	}
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		t.Fatalf("ip link: %v\n%s", err, out)
	}
	if err := os.WriteFile("/proc/sys/net/ipv4/ping_group_range", []byte(groups), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPing(t *testing.T) {
	namespace(t, "0 0")
	for _, addr := range []string{"127.0.0.1", "::1"} {
		p := &Probe{Target: config.Target{Addr: netip.MustParseAddr(addr), Port: 80, Timeout: 5 * time.Second}}
		for range 3 {
			if r := p.Probe(t.Context(), probe.Attempt{}); !r.OK || len(r.Notes) > 0 {
				t.Errorf("%s: %+v", addr, r)
			}
		}
	}
	p := &Probe{Target: config.Target{Addr: netip.MustParseAddr("10.9.9.9"), Timeout: time.Second}}
	if r := p.Probe(t.Context(), probe.Attempt{}); r.OK || r.Void || len(r.Notes) != 1 || r.Notes[0].Text != "send ICMP packet fail" {
		t.Errorf("no route: %+v", r)
	}
}

// Without permission there is no socket, and so no result.
func TestNoSocket(t *testing.T) {
	namespace(t, "1 0")
	p := &Probe{Target: config.Target{Addr: netip.MustParseAddr("127.0.0.1"), Timeout: time.Second}}
	if r := p.Probe(t.Context(), probe.Attempt{}); !r.Void || r.Notes[0].Text != "ICMP connect fail to create socket. Rescheduling." {
		t.Errorf("got %+v", r)
	}
}

// A request is what a real decoder takes for an echo.
func TestRequest(t *testing.T) {
	m, err := icmp.ParseMessage(1, request(false, 7))
	if err != nil {
		t.Fatal(err)
	}
	e, ok := m.Body.(*icmp.Echo)
	if !ok || m.Type != ipv4.ICMPTypeEcho || e.Seq != 7 || len(e.Data) != 128 || string(e.Data[:19]) != "keepalived check - " {
		t.Errorf("got %+v", m)
	}
}
