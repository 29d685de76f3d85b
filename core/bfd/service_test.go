package bfd

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/process"
)

// pass lets time pass.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// Two processes find each other at once, notice a cut within the detection time,
// and find each other again.
func TestSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c cable
		a, b := c.node(t, "192.0.2.1", nil), c.node(t, "192.0.2.2", nil)
		for _, n := range []struct {
			*node
			neighbor string
		}{{a, "192.0.2.2"}, {b, "192.0.2.1"}} {
			if err := n.start(instance("b1", n.neighbor)); err != nil {
				t.Fatal(err)
			}
		}
		pass(10 * time.Millisecond)
		if a.state("b1") != "Up" || b.state("b1") != "Up" {
			t.Fatalf("a %s, b %s", a.state("b1"), b.state("b1"))
		}
		pass(time.Second)
		a.log.take("")
		c.setCut(true)
		pass(300 * time.Millisecond)
		if got := a.state("b1"); got != "Up" {
			t.Errorf("%s before the detection time", got)
		}
		pass(100 * time.Millisecond)
		if got, want := a.log.take(""), "(b1) Expired after 400 ms (0 usec overdue)\n"+
			"(b1) Entering Down state (Local diagnostic - Control Detection Time Expired, Remote diagnostic - No Diagnostic)"; got != want {
			t.Errorf("%s", got)
		}
		c.setCut(false)
		pass(time.Second)
		if a.state("b1") != "Up" || b.state("b1") != "Up" {
			t.Errorf("a %s, b %s", a.state("b1"), b.state("b1"))
		}
	})
}

// A multihop session has a port of its own, which is open as long as some session
// needs it.
func TestPorts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c cable
		a, b := c.node(t, "192.0.2.1", nil), c.node(t, "192.0.2.2", nil)
		multihop := func(c *config.BFDInstance) { c.Multihop = true }
		if err := errors.Join(a.start(instance("m", "192.0.2.2", multihop)), b.start(instance("m", "192.0.2.1", multihop))); err != nil {
			t.Fatal(err)
		}
		pass(10 * time.Millisecond)
		if got := a.state("m"); got != "Up" {
			t.Error(got)
		}
		ports := func() (single, multi bool) {
			c.mu.Lock()
			defer c.mu.Unlock()
			return a.net.inputs[3784] != nil, a.net.inputs[4784] != nil
		}
		if single, multi := ports(); single || !multi {
			t.Errorf("open: %t, %t", single, multi)
		}
		a.reload(instance("s", "192.0.2.2"))
		if single, multi := ports(); !single || multi {
			t.Errorf("open after the reload: %t, %t", single, multi)
		}
		a.reload()
		if single, multi := ports(); single || multi {
			t.Errorf("open without sessions: %t, %t", single, multi)
		}
	})
}

// A port that cannot be had ends the daemon.
func TestNoPort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c cable
		a := c.node(t, "192.0.2.1", nil)
		a.net.refuse = os.NewSyscallError("bind", unix.EADDRINUSE)
		var exit *process.ExitError
		if err := a.start(instance("b1", "192.0.2.2")); !errors.As(err, &exit) || exit.Code != process.ExitFatal {
			t.Errorf("%v", err)
		}
		if got := a.log.take(""); got != "bind() error 98 (Address already in use)\nUnable to open listening socket" {
			t.Errorf("%s", got)
		}
	})
}

// A session whose source address is not there is AdminDown, and tries again each
// minute; packets that cannot be sent are told of once.
func TestOutput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c cable
		a, b := c.node(t, "192.0.2.1", nil), c.node(t, "192.0.2.2", nil)
		if err := b.start(instance("b1", "192.0.2.1")); err != nil {
			t.Fatal(err)
		}
		// The port is open already: it is the output that fails.
		if err := a.start(instance("other", "192.0.2.9")); err != nil {
			t.Fatal(err)
		}
		a.on(func() { a.net.refuse = notAvailable() })
		a.log.take("")
		a.reload(instance("other", "192.0.2.9"), instance("b1", "192.0.2.2"))
		if got, want := a.log.take("b1"), "(b1) bind() error (Cannot assign requested address)\n(b1) Unable to open output socket, disabling instance\n(b1) Entering AdminDown state"; got != want {
			t.Errorf("%s", got)
		}
		pass(59 * time.Second)
		a.on(func() { a.net.refuse = nil; a.net.down = unreachable() })
		if got := a.state("b1"); got != "AdminDown" {
			t.Error(got)
		}
		a.log.take("")
		pass(5 * time.Second)
		if got := a.log.take("rror"); got != strings.Join([]string{
			"sendto() error (Network is unreachable)", "(other) Error sending packet", "sendto() error (Network is unreachable)", "(b1) Error sending packet"}, "\n") {
			t.Errorf("%s", got)
		}
		a.on(func() { a.net.down = nil })
		pass(2 * time.Second)
		if got := a.state("b1"); got != "Up" {
			t.Error(got)
		}
	})
}

// What arrived while the process stood still counts: a neighbour that has gone on
// sending is not given up.
func TestStandstill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c cable
		a, b := c.node(t, "192.0.2.1", nil), c.node(t, "192.0.2.2", nil)
		if err := errors.Join(a.start(instance("b1", "192.0.2.2")), b.start(instance("b1", "192.0.2.1", func(c *config.BFDInstance) { c.Multiplier = 20 }))); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Second)
		// b waits for 4 × 100 ms of silence of a, a for 20 × 100 ms.
		b.on(func() { time.Sleep(600 * time.Millisecond) })
		pass(time.Second)
		if got := b.log.take("Expired"); got != "" {
			t.Errorf("b: %s", got)
		}
		if got := a.log.take("Expired"); got != "" {
			t.Errorf("a: %s", got)
		}
	})
}

// A reload keeps what has not changed, sockets too.
func TestReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c cable
		a, b := c.node(t, "192.0.2.1", nil), c.node(t, "192.0.2.2", nil)
		if err := errors.Join(a.start(instance("b1", "192.0.2.2")), b.start(instance("b1", "192.0.2.1"))); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		a.log.take("")
		a.reload(instance("b1", "192.0.2.2"))
		pass(time.Second)
		if got := a.log.take(""); !regexp.MustCompile(`^Reload finished in \d+ usec$`).MatchString(got) || a.net.opened != 1 {
			t.Errorf("%d sockets\n%s", a.net.opened, got)
		}
		a.reload(instance("b1", "192.0.2.2", func(c *config.BFDInstance) { c.TTL = 64 }), instance("b2", "192.0.2.3"))
		pass(100 * time.Millisecond)
		if got := a.state("b1"); got != "Up" || a.net.opened != 3 {
			t.Errorf("%s, %d sockets", got, a.net.opened)
		}
		// b wants 255 and hears nothing any more.
		pass(time.Second)
		if got := b.log.take("Packet ttl"); !strings.HasPrefix(got, "Packet ttl(64) < 255 - discarding") {
			t.Errorf("%q", got)
		}
		a.reload(instance("b2", "192.0.2.3"))
		pass(time.Second)
		if n := len(a.runs); n != 1 || b.state("b1") != "Down" {
			t.Errorf("%d sessions, b is %s", n, b.state("b1"))
		}
	})
}

// The dump is that of 05-observability section 5. Addresses are not compared.
func TestDump(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c cable
		a, b := c.node(t, "192.0.2.1", nil), c.node(t, "192.0.2.2", nil)
		if err := errors.Join(a.start(
			instance("b1", "192.0.2.2", func(c *config.BFDInstance) { c.Source, c.Checker = a.net.addr, false }),
			instance("b2", "2001:db8::2", func(c *config.BFDInstance) { c.TTL, c.MaxHops, c.Passive = 64, -1, true }),
		), b.start(instance("b1", "192.0.2.1"))); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		a.on(func() { a.Signal(process.SignalData) })
		a.on(func() { a.Signal(process.SignalStats) })
		synctest.Wait()
		data, err := os.ReadFile(filepath.Join(a.env.Options.TmpDir, "keepalived_bfd.data"))
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ := strings.Cut(string(data), "------< BFD Data >------\n")
		for _, r := range [][2]string{{`0x0x[0-9a-f]+`, "0x0xADDRESS"}, {`discriminator = 0x[0-9a-f]{2,}`, "discriminator = 0xNUMBER"},
			{`\d+\.(\d{6}) \(... ... .. ..:..:.. 2000\.(\d{6})\)`, "TIME"}} {
			text = regexp.MustCompile(r[0]).ReplaceAllString(text, r[1])
		}
		want, err := os.ReadFile("testdata/dump.txt")
		if err != nil {
			t.Fatal(err)
		}
		if text != string(want) {
			t.Errorf("%s", text)
		}
		if got := a.log.take("Printing"); !regexp.MustCompile(`^Printing BFD data for process\(\d+\) on signal$`).MatchString(got) {
			t.Error(got)
		}
	})
}
