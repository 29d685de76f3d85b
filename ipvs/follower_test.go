package ipvs

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// loop is where a Follower's functions go: the test runs them.
type loop chan func()

// wait runs what comes until nothing is being done any more.
func (l loop) wait(f *Follower) {
	for f.busy {
		(<-l)()
	}
}

func daemons(t *testing.T, c Client) string {
	t.Helper()
	list, err := c.Daemons()
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, d := range list {
		text = append(text, fmt.Sprintf("%s %s %d %d", d.Role, d.Interface, d.ID, d.Port))
	}
	return strings.Join(text, ", ")
}

// One daemon runs, in the role that is wanted last; what does not differ is not
// touched, and what has the wanted one's place is stopped.
func TestFollower(t *testing.T) {
	kernel := NewFake()
	l := make(loop, 8)
	var failures []string
	f := NewFollower(func(do func()) { l <- do }, func(err error) { failures = append(failures, err.Error()) })
	f.open = func(*config.Config) (Client, error) { return kernel, nil }
	c := &config.Config{Global: config.Global{LVSSyncDaemon: &config.SyncDaemon{Interface: "eth0", Instance: "V"}}}
	expect := func(what, want string) {
		t.Helper()
		l.wait(f)
		if got := daemons(t, kernel); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}

	// What a crash has left.
	if err := kernel.StartDaemon(Daemon{Role: Master, Interface: "eth9", ID: 51}); err != nil {
		t.Fatal(err)
	}
	f.Run(c, false, 51)
	expect("start", "backup eth0 51 8848")
	f.Run(c, true, 51)
	expect("master", "master eth0 51 8848")
	kernel.Log()
	f.Run(c, true, 51)
	expect("unchanged", "master eth0 51 8848")
	if commands := kernel.Log(); len(commands) > 0 {
		t.Errorf("%q", commands)
	}
	// Changes while the kernel is busy: the last one counts.
	f.Run(c, false, 51)
	f.Run(c, true, 51)
	f.Run(c, false, 51)
	expect("there and back", "backup eth0 51 8848")
	changed := *c
	changed.Global.LVSSyncDaemon = &config.SyncDaemon{Interface: "eth0", Instance: "V", Port: 9999}
	f.Run(&changed, false, 7)
	expect("changed by a reload", "backup eth0 7 9999")
	f.Stop()
	expect("keyword removed", "")

	kernel.Interfaces = []string{"eth1"}
	f.Run(c, true, 51)
	expect("refused", "")
	if len(failures) != 1 || !strings.Contains(failures[0], "IP_VS_SO_SET_STARTDAEMON") {
		t.Errorf("%q", failures)
	}
	kernel.Interfaces = nil
	f.Run(c, true, 51)
	expect("asked again, as by a reload", "master eth0 51 8848")
	closed := false
	f.Close(func() { closed = true })
	expect("stop", "")
	if !closed {
		t.Error("done was not called")
	}
}

// A daemon of the other role that somebody else runs is left alone at the stop.
func TestFollowerStopsItsOwn(t *testing.T) {
	kernel := NewFake()
	l := make(loop, 8)
	f := NewFollower(func(do func()) { l <- do }, func(err error) { t.Error(err) })
	f.open = func(*config.Config) (Client, error) { return kernel, nil }
	f.Run(&config.Config{Global: config.Global{LVSSyncDaemon: &config.SyncDaemon{Interface: "eth0"}}}, true, 1)
	l.wait(f)
	if err := kernel.StartDaemon(Daemon{Role: Backup, Interface: "eth1", ID: 2}); err != nil {
		t.Fatal(err)
	}
	f.Close(func() {})
	l.wait(f)
	if got := daemons(t, kernel); got != "backup eth1 2 8848" {
		t.Errorf("%q", got)
	}
}

// What has been handed over is another process's: neither a stop nor the end
// touches it, also when it was handed over while the kernel was busy.
func TestFollowerHandsOver(t *testing.T) {
	kernel := NewFake()
	l := make(loop, 8)
	f := NewFollower(func(do func()) { l <- do }, func(err error) { t.Error(err) })
	f.open = func(*config.Config) (Client, error) { return kernel, nil }
	c := &config.Config{Global: config.Global{LVSSyncDaemon: &config.SyncDaemon{Interface: "eth0"}}}
	expect := func(what, want string) {
		t.Helper()
		l.wait(f)
		if got := daemons(t, kernel); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	f.Run(c, true, 1)
	expect("start", "master eth0 1 8848")
	f.HandOver()
	expect("handed over", "master eth0 1 8848")
	f.Stop()
	expect("stop", "master eth0 1 8848")
	f.Run(c, false, 1)
	expect("taken back", "backup eth0 1 8848")
	f.Run(c, true, 1)
	f.HandOver()
	expect("handed over while busy", "master eth0 1 8848")
	f.Run(c, true, 1)
	f.HandOver()
	f.Run(c, false, 2)
	expect("and taken back", "backup eth0 2 8848")
	f.HandOver()
	f.Close(func() {})
	expect("end", "backup eth0 2 8848")
}

// A daemon that was started is the follower's own although another one could not
// be stopped.
func TestFollowerStopRefused(t *testing.T) {
	kernel := NewFake()
	l := make(loop, 8)
	var failures []string
	f := NewFollower(func(do func()) { l <- do }, func(err error) { failures = append(failures, err.Error()) })
	f.open = func(*config.Config) (Client, error) { return kernel, nil }
	if err := kernel.StartDaemon(Daemon{Role: Backup, Interface: "eth1", ID: 2}); err != nil {
		t.Fatal(err)
	}
	kernel.Fail(CommandStopDaemon, unix.EPERM)
	f.Run(&config.Config{Global: config.Global{LVSSyncDaemon: &config.SyncDaemon{Interface: "eth0"}}}, true, 1)
	l.wait(f)
	if got := daemons(t, kernel); got != "master eth0 1 8848, backup eth1 2 8848" || len(failures) != 1 {
		t.Errorf("%q, failures %q", got, failures)
	}
	f.Close(func() {})
	l.wait(f)
	if got := daemons(t, kernel); got != "backup eth1 2 8848" {
		t.Errorf("after the end: %q", got)
	}
}
