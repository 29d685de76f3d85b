package vrrp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/network"
	"keepalived/core/process"
)

// twoHosts makes two network namespaces joined by a wire: eth0 is
// 192.0.2.1/24 and fe80::1 in the first, .2 and ::2 in the second. f runs in
// the first; in runs something in the second.
func twoHosts(t *testing.T, f func(in func(func()))) {
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
			for key, value := range map[string]string{"accept_dad": "0", "addr_gen_mode": "1"} {
				if err := os.WriteFile("/proc/sys/net/ipv6/conf/eth0/"+key, []byte(value), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			ip(t, fmt.Sprintf("addr add 192.0.2.%d/24 dev eth0", n))
			ip(t, fmt.Sprintf("addr add fe80::%d/64 dev eth0 nodad", n))
			ip(t, "link set eth0 up")
		}
		carrier := func() {
			poll(t, "carrier", func() bool { return strings.Contains(ip(t, "link show eth0"), "state UP") })
		}
		setup(1)
		in(func() { setup(2); carrier() })
		carrier()
		f(in)
	})
}

func inNamespace(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good: the namespace ends with the thread
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Errorf("unshare: %v (this test needs root)", err)
			return
		}
		ip(t, "link set lo up")
		f()
	}()
	<-done
}

func ip(t *testing.T, args string) string {
	t.Helper()
	out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput()
	if err != nil {
		t.Fatalf("ip %s: %v: %s", args, err, out)
	}
	return string(out)
}

// patience is how long a test waits for something to happen.
const patience = time.Minute

func poll(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func hasVIP(t *testing.T) bool {
	return strings.Contains(ip(t, "-o addr show dev eth0"), "192.0.2.100/24")
}

// daemon is our VRRP process on the namespace of the thread that made it.
type daemon struct {
	*journal
	t       *testing.T
	loop    *process.Loop
	service *service
	cancel  func()
	ended   chan struct{}
}

func newDaemon(t *testing.T, conf string) *daemon {
	t.Helper()
	host, err := network.Open()
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{journal: &journal{begin: time.Now()}, t: t, loop: process.NewLoop(), ended: make(chan struct{})}
	if err := d.loop.UseTimerFD(); err != nil {
		t.Fatal(err)
	}
	d.service = newService(process.Env{Loop: d.loop, Log: slog.New(d.journal), Options: process.Options{TmpDir: t.TempDir()}},
		func() (Host, error) { return realHost{host}, nil })
	// What is opened in the namespace is opened by Start, which therefore
	// runs on this thread, before the loop does.
	if err := d.service.Start(parse(t, conf)); err != nil {
		t.Fatal(err)
	}
	var ctx context.Context
	ctx, d.cancel = context.WithCancel(context.Background())
	go func() { defer close(d.ended); d.loop.Run(ctx) }()
	return d
}

func (d *daemon) stop() {
	done := make(chan struct{})
	d.loop.Post(func() { d.service.Stop(func() { close(done) }) })
	<-done
	d.cancel()
	<-d.ended
	if d.t.Failed() {
		d.t.Logf("our log:\n%s", d.take())
	}
}

// oracle is the C daemon in the namespace of the calling thread.
type oracle struct {
	t   *testing.T
	cmd *exec.Cmd
	out strings.Builder
}

func startOracle(t *testing.T, conf string) *oracle {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "keepalived.conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	o := &oracle{t: t}
	o.cmd = exec.Command("/usr/sbin/keepalived", "-n", "-l", "-G", "-P", "-D", "-f", file,
		"-p", dir+"/main.pid", "-r", dir+"/vrrp.pid")
	o.cmd.Stdout, o.cmd.Stderr = &o.out, &o.out
	o.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := o.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return o
}

// end sends a signal to the daemon and its children, and waits.
func (o *oracle) end(s syscall.Signal) {
	pid := o.cmd.Process.Pid
	if s == syscall.SIGKILL {
		pid = -pid
	}
	if err := syscall.Kill(pid, s); err != nil {
		o.t.Error(err)
	}
	var exit *exec.ExitError
	if err := o.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		o.t.Error(err)
	}
	if o.t.Failed() {
		o.t.Logf("log of the C daemon:\n%s", o.out.String())
	}
}

// A C daemon and ours hand the address to each other: preemption, an orderly
// stop, and a kill.
func TestMixedWithC(t *testing.T) {
	conf := func(version, priority int, interval string) string {
		return instance(fmt.Sprintf("version %d\npriority %d\nadvert_int %s\n%s", version, priority, interval, vip))
	}
	for _, c := range []struct {
		version  int
		interval string
	}{{2, "1"}, {3, "0.1"}} {
		t.Run(fmt.Sprintf("version %d", c.version), func(t *testing.T) {
			t.Parallel()
			twoHosts(t, func(in func(func())) {
				there := func() (has bool) { in(func() { has = hasVIP(t) }); return has }
				var b *oracle
				in(func() { b = startOracle(t, conf(c.version, 100, c.interval)) })
				poll(t, "C to be MASTER", there)

				a := newDaemon(t, conf(c.version, 150, c.interval))
				poll(t, "Go to preempt", func() bool { return hasVIP(t) && !there() })
				a.stop()
				poll(t, "C to take over", func() bool { return there() && !hasVIP(t) })

				in(func() { b.end(syscall.SIGTERM) })
				in(func() { b = startOracle(t, conf(c.version, 200, c.interval)) })
				poll(t, "C to be MASTER again", there)
				a = newDaemon(t, conf(c.version, 150, c.interval))
				poll(t, "Go to hear C", func() bool { return strings.Contains(a.take(), "master set to 192.0.2.2") })
				if hasVIP(t) {
					t.Error("Go is MASTER beside C")
				}
				in(func() { b.end(syscall.SIGKILL) })
				poll(t, "Go to take over", func() bool { return hasVIP(t) })
				a.stop()
				if hasVIP(t) {
					t.Error("the VIP is left over")
				}
			})
		})
	}
}

// What happens to the kernel's network reaches the state machine.
func TestKernelEvents(t *testing.T) {
	twoHosts(t, func(func(func())) {
		a := newDaemon(t, instance("version 3\npriority 150\nadvert_int 0.05\n"+vip))
		master := func(what string) {
			t.Helper()
			poll(t, what, func() bool { return hasVIP(t) })
			a.take()
		}
		said := func(lines ...string) {
			t.Helper()
			var got strings.Builder
			poll(t, strings.Join(lines, ", "), func() bool {
				got.WriteString(a.take())
				for _, l := range lines {
					if !strings.Contains(got.String(), l) {
						return false
					}
				}
				return true
			})
		}
		master("the first time")
		ip(t, "addr del 192.0.2.100/24 dev eth0")
		said("Netlink reflector reports IP 192.0.2.100 removed from eth0", "(VI_1) Entering BACKUP STATE", "Entering MASTER STATE")
		master("after the VIP was deleted")
		ip(t, "link set eth0 down")
		said("Netlink reports eth0 down", "(VI_1) Entering FAULT STATE", "(VI_1) removing VIPs.")
		ip(t, "link set eth0 up")
		said("Netlink reports eth0 up", "(VI_1) Entering BACKUP STATE")
		master("after the link came back")
		ip(t, "addr flush dev eth0")
		said("Deassigned address 192.0.2.1 from interface eth0", "(VI_1) Entering FAULT STATE")
		ip(t, "addr add 192.0.2.1/24 dev eth0")
		said("Assigned address 192.0.2.1 for interface eth0", "(VI_1) Entering BACKUP STATE")
		master("after the address came back")
		a.stop()
	})
}

// A storm of datagrams, malformed and foreign ones, does not keep adverts from
// being sent, and is counted. (TestStormOfDatagrams says when they are sent.)
func TestStorm(t *testing.T) {
	twoHosts(t, func(in func(func())) {
		a := newDaemon(t, instance("version 3\npriority 150\nadvert_int 0.05\n"+vip))
		poll(t, "MASTER", func() bool { return hasVIP(t) })
		group := netip.MustParseAddr("224.0.0.18")
		var storm *network.Socket
		var seen atomic.Int32
		pending := make(chan struct{}, 1)
		in(func() {
			h, err := network.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			links, err := h.Links()
			if err != nil {
				t.Fatal(err)
			}
			spec := network.SocketSpec{Family: 4, Protocol: 112, Group: group, Interface: links[len(links)-1].Index}
			storm, err = h.OpenSocket(spec, network.SocketOptions{}, func() {
				select {
				case pending <- struct{}{}:
				default:
				}
			})
			if err != nil {
				t.Fatal(err)
			}
		})
		defer storm.Close()
		stop := make(chan struct{})
		go func() { // the adverts, as they arrive
			var d network.Datagram
			for {
				select {
				case <-stop:
					return
				case <-pending:
					for storm.Next(&d) {
						seen.Add(1)
					}
				}
			}
		}()
		bad := [][]byte{
			datagram(10, []byte{0x31, 51, 200, 1, 0, 5, 0, 0, 192, 0, 2, 100}), // TTL
			datagram(255, []byte{0x31, 51, 200, 1, 0, 5, 0xde, 0xad, 192, 0, 2, 100}),
			datagram(255, []byte{0x31, 51}),
			datagram(255, []byte{0x31, 51, 200, 255, 0, 5, 0, 0}), // length
			datagram(255, []byte{0x3f, 51, 200, 1, 0, 5, 0, 0, 192, 0, 2, 100}),
			datagram(255, make([]byte, 1400)),
			datagram(255, []byte{0x31, 52, 200, 1, 0, 5, 0, 0, 192, 0, 2, 100}), // nobody's VRID
		}
		const enough = 20
		begin, sent := time.Now(), 0
		for ; seen.Load() < enough; sent++ {
			if err := storm.Send(&network.Message{Data: bad[sent%len(bad)], Destination: group}); err != nil && !errors.Is(err, unix.ENOBUFS) {
				t.Fatal(err)
			}
			if time.Since(begin) > patience {
				t.Fatalf("%d adverts in %v of storm", seen.Load(), patience)
			}
		}
		close(stop)
		t.Logf("%d datagrams sent while there were %d adverts", sent, enough)
		if !hasVIP(t) {
			t.Error("not MASTER any more")
		}
		done := make(chan struct{})
		a.loop.Post(func() {
			defer close(done)
			c := a.service.machine.Instances[0].Counters
			if c.TTL == 0 || c.Checksum == 0 || c.PacketLength == 0 || c.AdvertReceived != 0 {
				t.Errorf("counters %+v", c)
			}
		})
		<-done
		if n := strings.Count(a.take(), "\n"); n > 60*int(1+time.Since(begin)/time.Second) {
			t.Errorf("%d lines were logged about %d datagrams", n, sent)
		}
		a.stop()
	})
}

// datagram is an IPv4 datagram of 192.0.2.2 to the group.
func datagram(ttl byte, payload []byte) []byte {
	n := 20 + len(payload)
	h := []byte{0x45, 0xc0, byte(n >> 8), byte(n), 0, 1, 0, 0, ttl, 112, 0, 0, 192, 0, 2, 2, 224, 0, 0, 18}
	return append(h, payload...)
}
