package vrrp

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keepalived/core/network"
)

// Requests from the bus reach the routers: their state is shown, they announce
// their addresses, and files are written. The protocol of the bus is tested in
// core/dbus.
func TestBus(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "bus")
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+socket)
	policy := `<busconfig><type>system</type><listen>unix:path=` + socket + `</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own_prefix="org.keepalived"/></policy></busconfig>`
	if err := os.WriteFile(socket+".conf", []byte(policy), 0o600); err != nil {
		t.Fatal(err)
	}
	daemon := exec.Command("dbus-daemon", "--config-file="+socket+".conf", "--nofork", "--nopidfile")
	if err := daemon.Start(); err != nil {
		t.Fatalf("the bus daemon (apt-get install dbus): %v", err)
	}
	defer func() { _ = daemon.Process.Kill(); _ = daemon.Wait() }()
	eventually := func(what string, is func() bool) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("not in 20 s: %s", what)
			}
		}
	}
	eventually("the bus listens", func() bool {
		c, err := net.Dial("unix", socket)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	call := func(object, method string, args ...string) string {
		out, _ := exec.Command("dbus-send", append([]string{"--system", "--print-reply", "--dest=org.keepalived.Vrrp1",
			"/org/keepalived/Vrrp1/" + object, method}, args...)...).CombinedOutput()
		return string(out)
	}
	var wire network.Segment
	a := newNode(t, &wire, 1)
	cfg := parse(t, instance("version 3\nadvert_int 0.1\n"+vip))
	cfg.Global.DBus.Enabled = true
	a.run(func() {
		if err := a.service.Start(cfg); err != nil {
			t.Error(err)
		}
	})
	eventually("the state is shown as MASTER", func() bool {
		return strings.Contains(call("Instance/eth0/51/IPv4", "org.freedesktop.DBus.Properties.Get", "string:org.keepalived.Vrrp1.Instance", "string:State"), `"Master"`)
	})
	announced := func() (n int) {
		for _, f := range wire.Frames() {
			if f.Announced.IsValid() {
				n++
			}
		}
		return n
	}
	eventually("the first burst is out", func() bool { return announced() >= 5 })
	before := announced()
	call("Instance/eth0/51/IPv4", "org.keepalived.Vrrp1.Instance.SendGarp")
	eventually("a burst more", func() bool { return announced() >= before+5 })
	call("Vrrp", "org.keepalived.Vrrp1.Vrrp.PrintStatsClear")
	file := filepath.Join(a.service.env.Options.TmpDir, "keepalived.stats")
	eventually("the statistics are written", func() bool {
		text, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(text), "Became master: 1")
	})
	a.run(func() {
		if n := a.service.routers[0].in.Counters.BecameMaster; n != 0 {
			t.Errorf("the statistics are not cleared: %d", n)
		}
	})
	a.stop()
}
