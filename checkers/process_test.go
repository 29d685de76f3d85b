package checkers

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/checkers/internal/fixture"
	"keepalived/core/config"
	"keepalived/core/process"
	"keepalived/ipvs"
)

// inBubble runs a test in virtual time.
func inBubble(t *testing.T, f func(t *testing.T, l *lab)) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t, process.Options{})
		defer l.close()
		f(t, l)
	})
}

const oneServer = `
virtual_server 10.9.0.1 80 {
    delay_loop 4
    lvs_sched rr
    protocol TCP
    retry 2
    real_server 10.1.1.1 8001 {
        TCP_CHECK { }
    }
}
`

// Without IPVS the start says why, and ends the daemon.
func TestNoIPVS(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		l.openErr = fmt.Errorf("ipvs: %w", syscall.ENOENT)
		err := l.start(oneServer)
		var exit *process.ExitError
		if !errors.As(err, &exit) || exit.Code != process.ExitFatal {
			t.Errorf("error %v", err)
		}
		want := []string{
			"Initializing ipvs", "IPVS: Can't initialize ipvs: No such file or directory",
			"Shutting down service [10.1.1.1]:tcp:8001 from VS [10.9.0.1]:tcp:80",
		}
		if logs, _ := l.record.take(); !slices.Equal(logs, want) {
			t.Errorf("log %q", logs)
		}
	})
}

// Without a virtual server IPVS is not touched.
func TestNothingToDo(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		l.openErr = errors.New("must not be asked")
		if err := l.start(""); err != nil {
			t.Error(err)
		}
		if logs, _ := l.record.take(); !slices.Equal(logs, []string{"Activating BFD healthchecker"}) {
			t.Errorf("log %q", logs)
		}
		l.openErr = nil
		if err := l.reload(oneServer); err != nil {
			t.Error(err)
		}
		if l.kernel.String() != "-A -t 10.9.0.1:80 -s rr\n-a -t 10.9.0.1:80 -r 10.1.1.1:8001 -m -w 1\n" {
			t.Errorf("table after the reload:\n%s", l.kernel)
		}
	})
}

// A reload to virtual servers without IPVS ends nothing, because there was nothing
// of this process: the line tells what is missing, and the next reload tries again.
func TestNoIPVSAtReload(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		if err := l.start(""); err != nil {
			t.Fatal(err)
		}
		l.record.take()
		l.openErr = fmt.Errorf("ipvs: %w", syscall.ENOENT)
		for range 2 {
			if err := l.reload(oneServer); err != nil {
				t.Errorf("error %v", err)
			}
			want := []string{
				"Reinitializing ipvs", "IPVS: Can't initialize ipvs: No such file or directory",
				"Shutting down service [10.1.1.1]:tcp:8001 from VS [10.9.0.1]:tcp:80",
				"No virtual server is served until a reload finds IPVS", "Activating BFD healthchecker",
			}
			if logs, _ := l.record.take(); !slices.Equal(logs, want) {
				t.Errorf("log %q", logs)
			}
			l.wait(time.Minute)
			if logs, _ := l.record.take(); len(logs) > 0 {
				t.Errorf("later: %q", logs)
			}
		}
		l.openErr = nil
		if err := l.reload(oneServer); err != nil {
			t.Error(err)
		}
		if l.kernel.String() != "-A -t 10.9.0.1:80 -s rr\n-a -t 10.9.0.1:80 -r 10.1.1.1:8001 -m -w 1\n" {
			t.Errorf("table after the last reload:\n%s", l.kernel)
		}
	})
}

// The first attempt comes after 1 s and a share of the warmup, the others as
// the machine says; a reload begins anew, and results of attempts before it do
// not count.
func TestTiming(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		if err := l.start(oneServer); err != nil {
			t.Fatal(err)
		}
		l.wait(8 * time.Second)
		l.open("10.1.1.1:8001")
		l.wait(4 * time.Second)
		l.shut("10.1.1.1:8001")
		l.wait(6 * time.Second)
		_ = l.reload(oneServer)
		l.wait(4 * time.Second)
		// 1 s + half of 4 s; down: every 4 s; up again at 11 s, then the next
		// failure at 15 s and retries after 1 s each; the reload at 18 s.
		want := []string{"3s", "7s", "11s", "15s", "16s", "17s", "21s"}
		for i, a := range l.attempts {
			l.attempts[i], _, _ = strings.Cut(a, " ")
		}
		if !slices.Equal(l.attempts, want) {
			t.Errorf("attempts at %v, want %v", l.attempts, want)
		}
	})
}

// A start on what a crash has left corrects what differs, touches nothing
// else, and says nothing.
func TestAdopt(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		key := ipvs.AddressKey(config.ProtocolTCP, parse("10.9.0.1"), 80)
		other := ipvs.AddressKey(config.ProtocolTCP, parse("10.9.0.2"), 80)
		dest := func(addr string, port uint16, weight uint32) ipvs.Destination {
			return ipvs.Destination{Key: ipvs.DestinationKey{Addr: parse(addr), Port: port}, Weight: weight}
		}
		for _, err := range []error{
			l.kernel.AddService(ipvs.Service{Key: key, Scheduler: "rr"}), l.kernel.AddService(ipvs.Service{Key: other, Scheduler: "wlc"}),
			l.kernel.AddDestination(key, dest("10.1.1.1", 8001, 1)), l.kernel.AddDestination(key, dest("10.1.1.2", 8001, 7)),
			l.kernel.AddDestination(key, dest("10.1.1.9", 8001, 1)), l.kernel.AddDestination(other, dest("10.1.1.9", 1, 1)),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		l.kernel.Log()
		if err := l.start(strings.Replace(oneServer, "real_server", "real_server 10.1.1.2 8001 { }\n real_server", 1)); err != nil {
			t.Fatal(err)
		}
		want := []string{"-e -t 10.9.0.1:80 -r 10.1.1.2:8001 -m -w 1", "-d -t 10.9.0.1:80 -r 10.1.1.9:8001"}
		if got := l.kernel.Log(); !slices.Equal(got, want) {
			t.Errorf("commands %q, want %q", got, want)
		}
		logs, _ := l.record.take()
		if slices.ContainsFunc(logs, func(s string) bool { return strings.Contains(s, "IPVS cmd") }) {
			t.Errorf("log %q", logs)
		}
		_ = l.reload(strings.Replace(oneServer, "real_server", "real_server 10.1.1.2 8001 { }\n real_server", 1))
		if got := l.kernel.Log(); len(got) != 0 {
			t.Errorf("a reload without change did %q", got)
		}
		l.stop()
		if got := l.kernel.String(); got != "-A -t 10.9.0.2:80 -s wlc\n-a -t 10.9.0.2:80 -r 10.1.1.9:1 -m -w 1\n" {
			t.Errorf("after the stop:\n%s", got)
		}
	})
}

const withGlobals = `
global_defs {
    lvs_timeouts tcp 1000 tcpfin 60
    lvs_sync_daemon d0 id 33 maxlen 1400 port 9999 ttl 5 group 224.0.0.99
}
` + oneServer

// lvs_timeouts and lvs_sync_daemon: applied, changed and undone.
func TestTimeoutsAndDaemons(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		state := func() string {
			timeouts, _ := l.kernel.Timeouts()
			daemons, _ := l.kernel.Daemons()
			s := fmt.Sprint(timeouts)
			for _, d := range daemons {
				s += fmt.Sprintf(" %s=%s,%d,%d,%s,%d,%d", d.Role, d.Interface, d.ID, d.MaxLen, d.Group, d.Port, d.TTL)
			}
			return s
		}
		before := state()
		_ = l.start(withGlobals)
		if got, want := state(), "{1000 60 300} master=d0,33,1400,224.0.0.99,9999,5 backup=d0,33,1400,224.0.0.99,9999,5"; got != want {
			t.Errorf("after the start %s, want %s", got, want)
		}
		l.kernel.Log()
		_ = l.reload(withGlobals)
		for _, c := range l.kernel.Log() {
			if strings.Contains(c, "daemon") {
				t.Errorf("a reload without change: %s", c)
			}
		}
		_ = l.reload(oneServer)
		if got := state(); got != before {
			t.Errorf("after the reload without them %s, want %s", got, before)
		}
		_ = l.reload(withGlobals)
		l.stop()
		if got := state(); got != before {
			t.Errorf("after the stop %s, want %s", got, before)
		}
		if logs, _ := l.record.take(); slices.ContainsFunc(logs, func(s string) bool { return strings.Contains(s, "IPVS cmd") }) {
			t.Errorf("log %q", logs)
		}
	})
}

// Between both roles here and the role of an instance, which is the VRRP
// process's, one process acts: whichever of the two reloads first, the daemons are
// those of the new configuration.
func TestDaemonsChangeHands(t *testing.T) {
	byInstance := strings.Replace(withGlobals, "lvs_sync_daemon d0 ", "lvs_sync_daemon d0 inst V ", 1)
	for _, first := range []bool{false, true} { // this process reloads first
		inBubble(t, func(t *testing.T, l *lab) {
			other := []ipvs.Daemon{{Role: ipvs.Master, Interface: "d0", ID: 33, MaxLen: 1400, Port: 9999, TTL: 5, Group: netip.MustParseAddr("224.0.0.99")}}
			both := []ipvs.Daemon{other[0], other[0]}
			both[1].Role = ipvs.Backup
			expect := func(what string, want []ipvs.Daemon) {
				t.Helper()
				if got, err := l.kernel.Daemons(); err != nil || !slices.Equal(got, want) {
					t.Errorf("%s: %+v, %v, want %+v", what, got, err, want)
				}
			}
			inOrder := func(here, there func()) {
				if first {
					here()
					there()
				} else {
					there()
					here()
				}
			}
			reload := func(text string) func() {
				c := fixture.Read(text)
				c.HasVRRP = true
				return func() {
					l.on(func() {
						if err := l.s.Reload(c); err != nil {
							t.Error(err)
						}
					})
				}
			}
			if err := l.start(withGlobals); err != nil {
				t.Error(err)
			}
			expect("both roles", both)
			inOrder(reload(byInstance), func() {
				if err := ipvs.SetDaemons(l.kernel, other, nil); err != nil {
					t.Error(err)
				}
			})
			expect("that of the instance", other)
			l.wait(time.Minute)
			expect("still", other)
			inOrder(reload(withGlobals), func() {}) // the other process leaves them
			expect("both roles again", both)
			// But it was in the midst of something.
			if err := l.kernel.StopDaemon(both[0]); err != nil {
				t.Error(err)
			}
			l.wait(time.Minute)
			expect("both roles after a while", both)
		})
	}
}

// Where no VRRP process is to act for an instance, this one stops its own daemons.
func TestDaemonsWithoutVRRP(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		if err := l.start(withGlobals); err != nil {
			t.Error(err)
		}
		if err := l.reload(strings.Replace(withGlobals, "lvs_sync_daemon d0 ", "lvs_sync_daemon d0 inst V ", 1)); err != nil {
			t.Error(err)
		}
		if got, err := l.kernel.Daemons(); err != nil || len(got) > 0 {
			t.Errorf("left: %+v, %v", got, err)
		}
	})
}

// A mail goes to the stream of events, with the name of the server.
func TestMail(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		_ = l.start(oneServer)
		l.wait(4 * time.Second)
		want := []string{"Realserver [10.1.1.1]:tcp:8001 of virtual server [10.9.0.1]:tcp:80 - DOWN: => TCP CHECK failed on service <="}
		if !slices.Equal(l.record.mail, want) {
			t.Errorf("mail %q", l.record.mail)
		}
	})
}

// TestReal runs the real probes, scripts and FIFOs against servers on
// loopback; only the kernel's table is the fake one.
func TestReal(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	dir := t.TempDir()
	mark, check := filepath.Join(dir, "mark"), filepath.Join(dir, "check")
	if err := os.WriteFile(check, []byte("#!/bin/sh\nexit 7\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`
virtual_server 10.9.0.1 80 {
    delay_loop 0.05
    warmup 0
    delay_before_retry 0.01
    lvs_sched rr
    protocol TCP
    quorum_up "/bin/touch %s"
    real_server 127.0.0.1 %d {
        TCP_CHECK { }
        MISC_CHECK {
            misc_path %s
            misc_dynamic
        }
        FILE_CHECK { track_file f1
            weight 1
        }
    }
}
track_file f1 {
    file %s/f1
}
global_defs {
    lvs_notify_fifo %s/fifo
}
`, mark, port, check, dir, dir)
	r := newReal(t)
	r.s.env.Options.TmpDir = dir
	head := "-A -t 10.9.0.1:80 -s rr\n"
	server := func(w int) string {
		return head + fmt.Sprintf("-a -t 10.9.0.1:80 -r 127.0.0.1:%d -m -w %d\n", port, w)
	}
	r.start(text)
	reader, err := os.OpenFile(filepath.Join(dir, "fifo"), os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	r.until("the script's weight", func() bool { return r.table() == server(5) })
	if err := os.WriteFile(filepath.Join(dir, "f1"), []byte("3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r.until("the file's weight", func() bool { return r.table() == server(8) })
	r.until("the quorum script", func() bool { _, err := os.Stat(mark); return err == nil })
	l.Close()
	r.until("down", func() bool { return r.table() == head })
	r.on(func() { r.s.Signal(process.SignalData) })
	r.until("the dump", func() bool {
		b, err := os.ReadFile(filepath.Join(dir, "keepalived_check.data"))
		return err == nil && strings.Contains(string(b), "   num failed checkers = 1\n")
	})
	r.stop()
	want := fmt.Sprintf("VS [10.9.0.1]:tcp:80 UP\nRS [127.0.0.1]:tcp:%d [10.9.0.1]:tcp:80 DOWN\nVS [10.9.0.1]:tcp:80 DOWN\n", port)
	b := make([]byte, 4096)
	n, _ := reader.Read(b)
	if string(b[:n]) != want {
		t.Errorf("fifo %q, want %q", b[:n], want)
	}
}

// A group with ha_suspend is checked while this host has one of its addresses.
func TestSuspendGroup(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		_ = l.start(`
virtual_server_group g {
    10.9.1.1-9 80
}
virtual_server group g {
    delay_loop 2
    warmup 0
    ha_suspend
    lvs_sched rr
    protocol TCP
    real_server 10.1.1.1 8001 {
        TCP_CHECK { }
    }
}
`)
		l.wait(10 * time.Second)
		if len(l.attempts) != 0 {
			t.Errorf("checked without an address: %v", l.attempts)
		}
		for _, c := range []struct{ add, line string }{
			{"10.9.1.10", ""}, {"10.9.1.5", "Activating"}, {"fd00::1", ""}, {"-10.9.1.5", "Suspending"},
		} {
			l.record.take()
			l.on(func() { l.s.addressChanged(parse(strings.TrimPrefix(c.add, "-")), c.add[0] != '-', false) })
			logs, _ := l.record.take()
			logs = slices.DeleteFunc(logs, func(s string) bool { return strings.HasPrefix(s, "Netlink") })
			want := []string{c.line + " healthchecker for service [10.1.1.1]:tcp:8001 for VS [g]:0"}
			if c.line == "" {
				want = nil
			}
			if !slices.Equal(logs, want) {
				t.Errorf("%s: %q, want %q", c.add, logs, want)
			}
		}
	})
}

// Thresholds that a reload changes reach the kernel, and nothing else is
// touched.
func TestThresholdsAtReload(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		text := func(thresholds string) string {
			return strings.Replace(oneServer, "TCP_CHECK", thresholds+"\n TCP_CHECK", 1) + strings.Replace(oneServer, "10.9.0.1", "10.9.0.2", 1)
		}
		l.open("10.1.1.1:8001")
		_ = l.start(text("uthreshold 10\n lthreshold 5"))
		l.wait(5 * time.Second)
		for _, c := range []struct{ thresholds, want string }{
			{"uthreshold 20\n lthreshold 5", "-e -t 10.9.0.1:80 -r 10.1.1.1:8001 -m -w 1 -x 20 -y 5"},
			{"", "-e -t 10.9.0.1:80 -r 10.1.1.1:8001 -m -w 1"},
		} {
			l.kernel.Log()
			_ = l.reload(text(c.thresholds))
			if got := l.kernel.Log(); !slices.Equal(got, []string{c.want}) {
				t.Errorf("%q: commands %q, want %q", c.thresholds, got, c.want)
			}
		}
	})
}

// The persistence granularity of a virtual server is that of every service of
// its group.
func TestGroupGranularity(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		_ = l.start(`
virtual_server_group g {
    10.9.1.1-2 80
    fwmark 5
}
virtual_server group g {
    protocol TCP
    lvs_sched rr
    persistence_timeout 60
    persistence_granularity 255.255.255.0
    real_server 10.1.1.1 8001 { }
}
`)
		want := ""
		for _, service := range []string{"-t 10.9.1.1:80", "-t 10.9.1.2:80", "-f 5"} {
			want += fmt.Sprintf("-A %s -s rr -p 60 -M 255.255.255.0\n-a %[1]s -r 10.1.1.1:8001 -m -w 1\n", service)
		}
		if got := l.kernel.String(); got != want {
			t.Errorf("table\n%swant\n%s", got, want)
		}
	})
}

// A PING_CHECK rests at once when the address of its virtual server leaves,
// also when its last probe was good.
func TestSuspendPing(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		l.open("10.1.1.1:8001")
		_ = l.start(strings.NewReplacer("TCP_CHECK", "PING_CHECK", "protocol TCP", "protocol TCP\n ha_suspend\n warmup 0").Replace(oneServer))
		attempts := func(d time.Duration) int {
			before := len(l.attempts)
			l.wait(d)
			return len(l.attempts) - before
		}
		if n := attempts(20 * time.Second); n != 0 {
			t.Errorf("%d attempts without the address", n)
		}
		l.on(func() { l.s.addressChanged(parse("10.9.0.1"), true, false) })
		if n := attempts(40 * time.Second); n != 10 {
			t.Errorf("%d attempts in 40 s with the address, want 10", n)
		}
		l.on(func() { l.s.addressChanged(parse("10.9.0.1"), false, false) })
		if n := attempts(40 * time.Second); n != 0 {
			t.Errorf("%d attempts after the address has left", n)
		}
	})
}
