package dbus

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	wire "github.com/godbus/dbus/v5"
	"github.com/rogpeppe/go-internal/diff"
	"go.uber.org/goleak"

	"keepalived/core/config"
	"keepalived/core/internal/journal"
	"keepalived/core/notify"
	"keepalived/core/process"
	"keepalived/core/status"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// daemon is a bus of its own.
type daemon struct {
	t      *testing.T
	socket string
	policy string // instead of one that allows everything
	cmd    *exec.Cmd
}

func newDaemon(t *testing.T) *daemon {
	d := &daemon{t: t, socket: filepath.Join(t.TempDir(), "bus")}
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+d.socket)
	t.Cleanup(d.stop)
	return d
}

func (d *daemon) start() {
	d.t.Helper()
	conf := d.socket + ".conf"
	policy := d.policy
	if policy == "" {
		policy = `<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own_prefix="org.keepalived"/></policy>`
	}
	text := `<busconfig><type>system</type><listen>unix:path=` + d.socket + `</listen><auth>EXTERNAL</auth>` + policy + `</busconfig>`
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	d.cmd = exec.Command("dbus-daemon", "--config-file="+conf, "--nofork", "--nopidfile")
	if err := d.cmd.Start(); err != nil {
		d.t.Fatalf("the bus daemon (apt-get install dbus): %v", err)
	}
	eventually(d.t, "the bus listens", func() bool {
		c, err := net.Dial("unix", d.socket)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

func (d *daemon) stop() {
	if d.cmd != nil {
		_ = d.cmd.Process.Signal(syscall.SIGCONT)
		_ = d.cmd.Process.Kill()
		_ = d.cmd.Wait()
		d.cmd = nil
	}
	os.Remove(d.socket)
}

// send calls a method with dbus-send.
func (d *daemon) send(args ...string) string {
	out, _ := exec.Command("dbus-send", append([]string{"--system", "--print-reply", "--dest=org.keepalived.Vrrp1"}, args...)...).CombinedOutput()
	return regexp.MustCompile(`time=\S+ sender=.*`).ReplaceAllString(string(out), "…")
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in 20 s: %s", what)
		}
	}
}

// router is a process with virtual routers.
type router struct {
	journal.Journal
	t    *testing.T
	loop *process.Loop
	bus  *Bus
	done []string // what was asked for
}

func newRouter(t *testing.T) *router {
	r := &router{t: t, loop: process.NewLoop()}
	note := func(what string) func() { return func() { r.done = append(r.done, what) } }
	r.bus = New(r.loop, r.Log(), Process{
		State:     func(*config.Instance) status.State { return status.Master },
		SendGARP:  func(in *config.Instance) { r.done = append(r.done, "garp "+in.Name) },
		PrintData: note("data"), PrintStats: note("stats"), PrintStatsClear: note("clear"), Reload: note("reload"),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); r.loop.Run(ctx) }()
	t.Cleanup(func() {
		r.stop()
		cancel()
		<-ended
	})
	return r
}

func (r *router) logged(line string) bool {
	return slices.Contains(r.Lines(), line)
}

// run runs f on the loop; a loop that waits for the bus fails the test.
func (r *router) run(f func()) {
	r.t.Helper()
	done := make(chan struct{})
	begin := time.Now()
	r.loop.Post(func() { f(); close(done) })
	<-done
	if took := time.Since(begin); took > 2*time.Second {
		r.t.Errorf("the loop stood still for %v", took)
	}
}

func (r *router) stop() {
	done := make(chan struct{})
	r.run(func() { r.bus.Stop(func() { close(done) }) })
	<-done
}

func conf(instances ...*config.Instance) *config.Config {
	c := new(config.Config)
	c.Global.DBus.Enabled = true
	c.VRRP.Instances = instances
	return c
}

func instance(name, link string, vrid uint8, family int) *config.Instance {
	return &config.Instance{Name: name, Interface: link, VRID: vrid, Family: family}
}

// Every call is answered as the C daemon answers it.
func TestCalls(t *testing.T) {
	d := newDaemon(t)
	d.start()
	r := newRouter(t)
	r.run(func() { r.bus.Load(conf(instance("VI_1", "ob0", 51, 4), instance("VI_6", "ob1", 52, 6))) })
	eventually(t, "the name is there", func() bool { return r.logged("Acquired the name org.keepalived.Vrrp1 on the session bus") })
	golden, err := os.ReadFile("testdata/calls.txt")
	if err != nil {
		t.Fatal(err)
	}
	head, text, _ := strings.Cut(string(golden), "$ ")
	got := head
	for _, item := range strings.Split(text, "\n$ ") {
		line, _, _ := strings.Cut(item, "\n")
		answer := d.send(strings.Fields(line)...)
		if strings.Contains(line, "GetAll") && sortedLines(answer) == sortedLines(strings.TrimPrefix(item, line+"\n")) {
			answer = strings.TrimSuffix(strings.TrimPrefix(item, line+"\n"), "\n") + "\n" // the order of a dictionary is open
		}
		got += "$ " + line + "\n" + answer
	}
	got = regexp.MustCompile(`string "[0-9a-f]{32}"`).ReplaceAllString(got, `string "MACHINE"`)
	if got != string(golden) {
		t.Errorf("%s", diff.Diff("C daemon", golden, "ours", []byte(got)))
	}
	d.send("/org/keepalived/Vrrp1/Vrrp", "org.keepalived.Vrrp1.Vrrp.ReloadConfig")
	r.run(func() {
		if want := []string{"garp VI_1", "data", "stats", "clear", "reload"}; !slices.Equal(r.done, want) {
			t.Errorf("done %v, want %v", r.done, want)
		}
	})
}

func sortedLines(s string) string {
	lines := strings.Fields(s)
	slices.Sort(lines)
	return strings.Join(lines, " ")
}

// ear hears the signals of a bus.
func ear(t *testing.T) chan *wire.Signal {
	t.Helper()
	conn, err := wire.ConnectSystemBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.AddMatchSignal(wire.WithMatchPathNamespace("/org/keepalived")); err != nil {
		t.Fatal(err)
	}
	heard := make(chan *wire.Signal, 100)
	conn.Signal(heard)
	return heard
}

func expect(t *testing.T, heard <-chan *wire.Signal, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case s := <-heard:
			short := strings.TrimPrefix(string(s.Path), "/org/keepalived/Vrrp1") + " " + s.Name[strings.LastIndexByte(s.Name, '.')+1:]
			if len(s.Body) > 0 {
				short += fmt.Sprint(" ", s.Body[0])
			}
			if short != w {
				t.Errorf("signal %q, want %q", short, w)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("no signal %q", w)
		}
	}
}

// The signals of a start, of changes, of a reload and of a stop, in the order
// of 05-observability section 9.4.
func TestSignals(t *testing.T) {
	d := newDaemon(t)
	d.start()
	heard := ear(t)
	r := newRouter(t)
	one, six, new := instance("VI_1", "ob0.x", 51, 4), instance("VI_6", "", 52, 6), instance("VI_2", "ob1", 53, 4)
	tell := func(in *config.Instance, s notify.State) { r.bus.Notify(notify.InstanceState{Instance: in, State: s}) }
	r.run(func() {
		r.bus.Load(conf(one, six))
		tell(one, notify.Backup)
		tell(six, notify.Fault)
		tell(one, notify.BackupPriority)
		tell(one, notify.Master)
	})
	expect(t, heard, "/Vrrp VrrpStarted", "/Instance/ob0_x/51/IPv4 VrrpStatusChange 1", "/Instance/none/52/IPv6 VrrpStatusChange 3",
		"/Instance/ob0_x/51/IPv4 VrrpStatusChange 2")
	r.run(func() {
		r.bus.Load(conf(one, new))
		tell(six, notify.Deleted)
		tell(new, notify.Backup)
		r.bus.Loaded()
	})
	expect(t, heard, "/Instance/none/52/IPv6 VrrpStatusChange 97", "/Vrrp VrrpReloaded", "/Instance/ob1/53/IPv4 VrrpStatusChange 1")
	r.run(func() {
		r.bus.Load(conf(one, new))
		r.bus.Loaded()
		tell(one, notify.Stop)
	})
	expect(t, heard, "/Vrrp VrrpReloaded", "/Instance/ob0_x/51/IPv4 VrrpStatusChange 98")
	r.stop()
	expect(t, heard, "/Vrrp VrrpStopped")
	for _, line := range []string{"Acquired DBus bus org.keepalived.Vrrp1", "Deleted DBus object for instance VI_6", "Released DBus"} {
		if !r.logged(line) {
			t.Errorf("not logged: %s", line)
		}
	}
}

// A bus that is missing, goes away, hangs or refuses the name never holds the
// loop, and is found again.
func TestBadBus(t *testing.T) {
	d := newDaemon(t)
	r := newRouter(t)
	one := instance("VI_1", "ob0", 51, 4)
	flood := func() {
		r.run(func() {
			for range 2 * waiting {
				r.bus.Notify(notify.InstanceState{Instance: one, State: notify.Master})
			}
		})
	}
	acquired := func() bool {
		return strings.Contains(d.send("/org/keepalived/Vrrp1/Vrrp", "org.freedesktop.DBus.Peer.Ping"), "method return")
	}
	r.run(func() { r.bus.Load(conf(one)) })
	flood()
	eventually(t, "the missing bus is told", func() bool {
		lines := r.Lines()
		return len(lines) > 0 && strings.HasPrefix(lines[0], "DBus is not reachable")
	})
	d.start()
	eventually(t, "a bus that appears is found", acquired)
	d.stop()
	eventually(t, "the loss is told", func() bool { return r.logged(msgBusLost) })
	flood()
	d.start()
	eventually(t, "a bus that comes back is found", acquired)
	_ = d.cmd.Process.Signal(syscall.SIGSTOP)
	flood()
	flood()
	begin := time.Now()
	r.stop()
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("the stop took %v with a bus that hangs", took)
	}
}

// A reload may take the process from a bus that hangs, and another one bring it
// back when the bus is well again: what was left unsaid is not said then.
func TestReturn(t *testing.T) {
	d := newDaemon(t)
	deaf, err := net.Listen("unix", d.socket) // nobody accepts
	if err != nil {
		t.Fatal(err)
	}
	r := newRouter(t)
	off := new(config.Config)
	var ended chan struct{}
	r.run(func() { r.bus.Load(conf()); ended = r.bus.ended })
	r.run(func() { r.bus.Load(off) })
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("the connection is still there")
	}
	deaf.Close()
	d.start()
	heard := ear(t)
	r.run(func() { r.bus.Load(conf()) })
	expect(t, heard, "/Vrrp VrrpStarted")
	r.run(func() { r.bus.Load(conf()) })
	r.run(r.bus.Loaded)
	expect(t, heard, "/Vrrp VrrpReloaded")
}

// Who does not get the name says so, serves nevertheless, and gets the name when
// the other one leaves.
func TestSecondOwner(t *testing.T) {
	d := newDaemon(t)
	d.start()
	a, b := newRouter(t), newRouter(t)
	a.run(func() { a.bus.Load(conf(instance("VI_1", "ob0", 51, 4))) })
	const acquired, lost = "Acquired the name org.keepalived.Vrrp1 on the session bus", "Lost the name org.keepalived.Vrrp1 on the session bus"
	eventually(t, "the first has the name", func() bool { return a.logged(acquired) })
	b.run(func() { b.bus.Load(conf(instance("VI_2", "ob0", 52, 4))) })
	eventually(t, "the second has not", func() bool { return b.logged(lost) })
	a.stop()
	eventually(t, "the second has the name", func() bool { return b.logged(acquired) })
	if got := d.send("/org/keepalived/Vrrp1/Instance/ob0/52/IPv4", "org.keepalived.Vrrp1.Instance.SendGarp"); !strings.Contains(got, "method return") {
		t.Error(got)
	}
}

// With the policy that is shipped everybody may look at the routers, and nobody
// but root may have them do something.
func TestPolicy(t *testing.T) {
	d := newDaemon(t)
	for _, directory := range []string{filepath.Dir(d.socket), filepath.Dir(filepath.Dir(d.socket))} {
		if err := os.Chmod(directory, 0o755); err != nil { // so that others reach the socket
			t.Fatal(err)
		}
	}
	shipped, err := filepath.Abs("../../packaging/org.keepalived.Vrrp1.conf")
	if err != nil {
		t.Fatal(err)
	}
	// The first policy is that of every system bus (dbus-daemon's system.conf).
	d.policy = `<policy context="default"><allow user="*"/><deny own="*"/><deny send_type="method_call"/><allow send_type="signal"/>
<allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
<allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/>
<allow send_destination="org.freedesktop.DBus"/></policy><include>` + shipped + `</include>`
	d.start()
	r := newRouter(t)
	r.run(func() { r.bus.Load(conf(instance("VI_1", "ob0", 51, 4))) })
	eventually(t, "root has the name", func() bool { return r.logged("Acquired the name org.keepalived.Vrrp1 on the session bus") })
	const nobody = 65534
	object := "/org/keepalived/Vrrp1/Instance/ob0/51/IPv4"
	for _, c := range []struct {
		uid  uint32
		args []string
		want string
	}{
		{nobody, []string{object, ifaceProperties + ".Get", "string:" + ifaceInstance, "string:State"}, `string "Master"`},
		{nobody, []string{object, ifaceInstance + ".SendGarp"}, "org.freedesktop.DBus.Error.AccessDenied"},
		{nobody, []string{"/org/keepalived/Vrrp1/Vrrp", ifaceDaemon + ".ReloadConfig"}, "org.freedesktop.DBus.Error.AccessDenied"},
		{0, []string{object, ifaceInstance + ".SendGarp"}, "method return"},
	} {
		cmd := exec.Command("dbus-send", append([]string{"--system", "--print-reply", "--dest=org.keepalived.Vrrp1"}, c.args...)...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: c.uid, Gid: c.uid}}
		if out, _ := cmd.CombinedOutput(); !strings.Contains(string(out), c.want) {
			t.Errorf("uid %d, %v: %s", c.uid, c.args, out)
		}
	}
	r.run(func() {
		if want := []string{"garp VI_1"}; !slices.Equal(r.done, want) {
			t.Errorf("done %v, want %v", r.done, want)
		}
	})
}

// The addresses that a bus can have.
func TestEndpoint(t *testing.T) {
	for address, want := range map[string]string{
		systemBus:                        "unix /var/run/dbus/system_bus_socket <nil>",
		"unix:path=/a%20b,guid=00":       "unix /a b <nil>",
		"unix:abstract=/tmp/x":           "unix @/tmp/x <nil>",
		"tcp:host=::1,port=5,family=ip6": "tcp [::1]:5 <nil>",
		"unixexec:path=/bin/false":       "  address unixexec:path=/bin/false: unknown transport",
		"unix:path=%zz":                  `  address unix:path=%zz: invalid URL escape "%zz"`,
		"":                               "  address : unknown transport",
	} {
		network, place, err := endpoint(address)
		if got := fmt.Sprint(network, " ", place, " ", err); got != want {
			t.Errorf("%q: %s, want %s", address, got, want)
		}
	}
}

// Names that are no elements of a path are made such.
func TestNames(t *testing.T) {
	c := conf(instance("VI_1", "eth0.10", 51, 4))
	c.NetNamespace, c.Instance = "ns-1", "i.2"
	if n := namesOf(c); n.instances["/org/keepalived/Vrrp1/ns_1/i_2/Instance/eth0_10/51/IPv4"] == nil || !wire.ObjectPath(n.daemon()).IsValid() {
		t.Errorf("%v, %s", n.instances, n.daemon())
	}
}
