//go:build uml

// The tests of this file need a kernel with IPVS; TestGuest runs them in one.

package ipvs_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"keepalived/core/config"
	"keepalived/ipvs"
)

// open opens the guest's table, empty and without daemons, as it is left.
func open(t testing.TB, o ipvs.Options) ipvs.Client {
	t.Helper()
	c, err := ipvs.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	reset(t, c)
	t.Cleanup(func() {
		reset(t, c)
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func reset(t testing.TB, c ipvs.Client) {
	t.Helper()
	err := c.Flush()
	daemons, readErr := c.Daemons()
	err = errors.Join(err, readErr, c.SetTimeouts(ipvs.Timeouts{TCP: 900, TCPFin: 120, UDP: 300}))
	for _, d := range daemons {
		err = errors.Join(err, c.StopDaemon(d))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// shell runs a command and returns what it prints.
func shell(t testing.TB, command string) string {
	t.Helper()
	out, err := exec.Command("sh", "-c", command).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

// TestGuestAutoload must be the first of the guest: opening loads the module.
func TestGuestAutoload(t *testing.T) {
	modules, err := os.ReadFile("/proc/modules")
	if err != nil || bytes.Contains(modules, []byte("ip_vs ")) {
		t.Fatalf("ip_vs is loaded already (%v):\n%s", err, modules)
	}
	open(t, ipvs.Options{})
}

// TestGuestCases plays the cases of TestFakeCases on the kernel, and looks at
// the table through ipvsadm.
func TestGuestCases(t *testing.T) {
	shell(t, "ip link add sync0 type dummy; ip addr add 192.0.2.1/24 dev sync0; ip link set sync0 up")
	cases(t, func(t *testing.T, _ string, a *txtar.Archive) {
		failures, table, state := play(t, open(t, ipvs.Options{}), a)
		if got := shell(t, "ipvsadm -Sn"); got != table {
			t.Errorf("ipvsadm -Sn prints\n%s\nbut Save\n%s", got, table)
		}
		compare(t, a, failures, table, state)
	})
}

// TestGuestNamespace shows that a client works on the table of its namespace.
func TestGuestNamespace(t *testing.T) {
	// Without an address the kernel takes no address for that of a server.
	shell(t, "ip netns add other; ip -n other link set lo up")
	own := open(t, ipvs.Options{})
	path := ipvs.NamespacePath(&config.Config{NetNamespaceIPVSSet: true, NetNamespaceIPVS: "other"})
	other := open(t, ipvs.Options{NetNS: path, ReceiveBuffer: 1 << 20, ForceReceiveBuffer: true})
	for i, c := range []ipvs.Client{own, other} {
		if err := command(t, c, fmt.Sprintf("-A -t 10.0.0.%d:80 -s rr", i+1)); err != nil {
			t.Fatal(err)
		}
		if err := command(t, c, fmt.Sprintf("-a -t 10.0.0.%d:80 -r 10.1.1.1:80 -m -w 1", i+1)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := shell(t, "ipvsadm -Sn"), "-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.1.1.1:80 -m -w 1\n"; got != want {
		t.Errorf("own table %q, want %q", got, want)
	}
	if got, want := shell(t, "ip netns exec other ipvsadm -Sn"), "-A -t 10.0.0.2:80 -s rr\n-a -t 10.0.0.2:80 -r 10.1.1.1:80 -m -w 1\n"; got != want {
		t.Errorf("other table %q, want %q", got, want)
	}
	if _, err := ipvs.Open(ipvs.Options{NetNS: "/run/netns/absent"}); !errors.Is(err, unix.ENOENT) {
		t.Errorf("open in a namespace that is not there: %v, want ENOENT", err)
	}
}

// TestGuestModel runs the same random commands on the kernel and on the fake:
// the same errors, the same table.
func TestGuestModel(t *testing.T) {
	c := open(t, ipvs.Options{})
	rapid.Check(t, func(r *rapid.T) {
		reset(t, c)
		fake := ipvs.NewFake()
		fake.Schedulers = kernelSchedulers()
		for range rapid.IntRange(1, 30).Draw(r, "length") {
			step := drawStep(r)
			got, want := step(c), step(fake)
			if text(got) != text(want) {
				r.Fatalf("%v: kernel %v, fake %v", fake.Log(), got, want)
			}
		}
		sameTable(r, c, fake)
	})
}

// TestGuestApply brings the kernel and the fake from the same random state to
// the same random wish, twice.
func TestGuestApply(t *testing.T) {
	c := open(t, ipvs.Options{})
	rapid.Check(t, func(r *rapid.T) {
		reset(t, c)
		fake := ipvs.NewFake()
		kernelTable, fakeTable := ipvs.NewTable(c), ipvs.NewTable(fake)
		for range 3 {
			wish := rapid.SliceOfN(virtuals(), 0, 6).Draw(r, "wish")
			got, want := kernelTable.Apply(wish), fakeTable.Apply(wish)
			if text(got) != text(want) {
				r.Fatalf("kernel %v, fake %v", got, want)
			}
			sameTable(r, c, fake)
		}
	})
}

// sameTable compares what two clients show.
func sameTable(r *rapid.T, a, b ipvs.Client) {
	x, err := ipvs.List(a)
	if err != nil {
		r.Fatal(err)
	}
	y, err := ipvs.List(b)
	if err != nil {
		r.Fatal(err)
	}
	if fmt.Sprint(x) != fmt.Sprint(y) {
		r.Fatalf("tables differ:\n%v\n%v", x, y)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestGuestCounters sends connections through a service and shows that they
// are counted, and that Apply of another wish leaves the counters alone.
func TestGuestCounters(t *testing.T) {
	c := open(t, ipvs.Options{})
	shell(t, "ip addr add 10.0.0.1/32 dev lo")
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "hello")
			_ = conn.Close()
		}
	}()
	port := server.Addr().(*net.TCPAddr).AddrPort().Port()
	service := ipvs.Service{Key: ipvs.AddressKey(config.ProtocolTCP, netip.MustParseAddr("10.0.0.1"), 80), Scheduler: "rr"}
	busy := ipvs.Destination{Key: ipvs.DestinationKey{Addr: netip.MustParseAddr("127.0.0.1"), Port: port}, Weight: 1}
	idle := ipvs.Destination{Key: ipvs.DestinationKey{Addr: netip.MustParseAddr("127.0.0.2"), Port: port}}
	table := ipvs.NewTable(c)
	if err := table.Apply([]ipvs.Virtual{{Service: service, Destinations: []ipvs.Destination{busy}}}); err != nil {
		t.Fatal(err)
	}
	const connections = 5
	for range connections {
		conn, err := net.DialTimeout("tcp", "10.0.0.1:80", 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := io.ReadAll(conn); err != nil || string(answer) != "hello" {
			t.Fatalf("answer %q, %v", answer, err)
		}
		conn.Close()
	}
	// Change everything that can change without touching the destination, then
	// the destination too.
	service.Scheduler, service.Flags, service.Timeout = "wlc", ipvs.FlagPersistent, 60
	if err := table.Apply([]ipvs.Virtual{{Service: service, Destinations: []ipvs.Destination{busy, idle}}}); err != nil {
		t.Fatal(err)
	}
	busy.Weight = 7
	if err := table.Apply([]ipvs.Virtual{{Service: service, Destinations: []ipvs.Destination{busy}}}); err != nil {
		t.Fatal(err)
	}
	s := counted(t, c, service.Key, connections)
	if len(s.Destinations) != 1 || s.Destinations[0].Key != busy.Key {
		t.Fatalf("statistics of the wrong destinations: %+v", s)
	}
	for _, counters := range []ipvs.Counters{s.Counters, s.Destinations[0].Counters} {
		if counters.Connections != connections || counters.PacketsIn < 4*connections || counters.BytesIn < 200*connections || counters.PacketsOut == 0 || counters.BytesOut == 0 {
			t.Errorf("counters %+v after %d connections", counters, connections)
		}
	}
	if s.Destinations[0].Inactive+s.Destinations[0].Active != connections {
		t.Errorf("%d active and %d inactive connections, want %d together", s.Destinations[0].Active, s.Destinations[0].Inactive, connections)
	}
	if alone, err := c.Counters(service.Key); err != nil || alone.Connections != connections {
		t.Errorf("counters alone %+v, %v", alone, err)
	}
	if _, err := c.Statistics(ipvs.FWMarkKey(4, 99)); !errors.Is(err, unix.ENOENT) {
		t.Errorf("statistics of a service that is not there: %v, want ENOENT", err)
	}
}

// counted reads the statistics of a service until its connections are in them:
// the kernel sums its counters up every two seconds.
func counted(t *testing.T, c ipvs.Client, service ipvs.ServiceKey, connections uint64) ipvs.Statistics {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		s, err := c.Statistics(service)
		if err != nil {
			t.Fatal(err)
		}
		if s.Counters.Connections == connections {
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("counters %+v, want %d connections", s.Counters, connections)
		}
		runtime.Gosched()
	}
}

// TestGuestForeign shows that Apply and its end leave what ipvsadm made.
func TestGuestForeign(t *testing.T) {
	c := open(t, ipvs.Options{})
	foreign := "-A -t 10.9.9.9:80 -s nq\n-a -t 10.9.9.9:80 -r 10.1.1.1:80 -m -w 3\n"
	shell(t, "ipvsadm -A -t 10.9.9.9:80 -s nq; ipvsadm -a -t 10.9.9.9:80 -r 10.1.1.1:80 -m -w 3")
	table := ipvs.NewTable(c)
	own := ipvs.Service{Key: ipvs.AddressKey(config.ProtocolTCP, netip.MustParseAddr("10.0.0.1"), 80), Scheduler: "rr"}
	if err := table.Apply([]ipvs.Virtual{{Service: own}}); err != nil {
		t.Fatal(err)
	}
	if got := shell(t, "ipvsadm -Sn"); got != "-A -t 10.0.0.1:80 -s rr\n"+foreign && got != foreign+"-A -t 10.0.0.1:80 -s rr\n" {
		t.Errorf("table\n%s", got)
	}
	if err := table.Apply(nil); err != nil {
		t.Fatal(err)
	}
	if got := shell(t, "ipvsadm -Sn"); got != foreign {
		t.Errorf("table\n%s\nwant\n%s", got, foreign)
	}
}

// TestGuestApplySpeed tells how long the kernel takes, here for 100 services
// of 50 destinations; see BenchmarkApply for what of it is ours.
func TestGuestApplySpeed(t *testing.T) {
	c := open(t, ipvs.Options{})
	table := ipvs.NewTable(c)
	wish := grid(100, 50)
	measure := func(what string, wish []ipvs.Virtual) {
		start := time.Now()
		if err := table.Apply(wish); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %v", what, time.Since(start).Round(time.Millisecond))
	}
	measure("fill", wish)
	measure("nothing to do", wish)
	wish[50].Destinations[25].Weight = 9
	measure("one weight", wish)
	if got := strings.Count(shell(t, "ipvsadm -Sn"), "\n"); got != 100*51 {
		t.Errorf("%d lines in the table, want %d", got, 100*51)
	}
	measure("empty", nil)
}
