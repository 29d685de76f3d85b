package supervisor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"keepalived/core/commandline"
	"keepalived/core/config"
	"keepalived/core/process"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func kill(k process.Kind) func(*bench) { return func(b *bench) { b.last[k].die(9) } }
func stop(b *bench)                    { b.s.Stop() }
func reload(b *bench)                  { b.s.Reload() }

func TestStartAndStop(t *testing.T) {
	expect(t, Options{}, prepared("A", process.Checker, process.VRRP), nil, at{1: stop}, `
0 checker 1 with A
0 Starting Healthcheck child process, pid=1
0 vrrp 2 with A
0 Starting VRRP child process, pid=2
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 Stopping
1 systemd: "STOPPING=1"
1 vrrp gets SIGTERM
1 checker gets SIGTERM
1.1 end 0`)
}

// Startup scripts come before the children and shutdown scripts after them; a
// stop does not wait for a startup script, a reload does.
func TestScripts(t *testing.T) {
	p := func() *Prepared {
		p := prepared("A", process.VRRP)
		p.Config.Global.StartupScript, p.Config.Global.ShutdownScript = new(config.Script), new(config.Script)
		return p
	}
	expect(t, Options{}, p(), nil, at{1: reload, 5: stop}, `
0 startup script
1 Reload already in progress, request queued
2 vrrp 1 with A
2 Starting VRRP child process, pid=1
2 Startup complete
2 systemd: "READY=1\nMAINPID=1000"
2 Processing queued reload
2 Reloading ...
2 systemd: "RELOADING=1"
2 vrrp reloads
2 Reload complete
2 systemd: "READY=1\nMAINPID=1000"
5 Stopping
5 systemd: "STOPPING=1"
5 vrrp gets SIGTERM
5.1 shutdown script
7.1 end 0`)
	expect(t, Options{}, p(), nil, at{1: stop}, `
0 startup script
1 Stopping
1 systemd: "STOPPING=1"
1 end 0`)
}

// The delays grow to a minute; a child that has lived for a minute is replaced
// at once, and the delays begin anew (02-runtime section 4).
func TestRespawnDelays(t *testing.T) {
	var b *bench
	steps := at{1000: kill(process.VRRP), 1000.5: kill(process.VRRP), 1001: stop}
	// Ten deaths, each soon after the restart that the one before has led
	// to.
	when := 0.5
	for _, delay := range []float64{0, 1, 2, 4, 8, 16, 32, 60, 60} {
		steps[when] = kill(process.VRRP)
		when += delay + 0.5
	}
	lines := play(t, Options{}, prepared("A", process.VRRP), func(x *bench) { b = x }, steps)
	var delays []string
	for _, l := range lines {
		if strings.Contains(l, "delayed") {
			delays = append(delays, strings.Fields(l)[6])
		}
	}
	if got := strings.Join(delays, " "); got != "0 1 2 4 8 16 32 60 60 0" {
		t.Errorf("delays %s", got)
	}
	if b.pid != 12 {
		t.Errorf("%d processes were started, want 12", b.pid)
	}
}

// A loop that does not answer three hellos is killed; one that does, is not,
// and neither is a child that is long in its start.
func TestWatchdog(t *testing.T) {
	expect(t, Options{}, prepared("A", process.Checker, process.VRRP), nil, at{
		7:  func(b *bench) { b.last[process.VRRP].deaf = true },
		40: stop,
	}, `
0 checker 1 with A
0 Starting Healthcheck child process, pid=1
0 vrrp 2 with A
0 Starting VRRP child process, pid=2
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
25 VRRP child process(2) has not answered for 15 seconds - killing it
25 pid 2 exited due to signal 9 (Killed)
25 VRRP child process(2) died: Respawning
25 Restart of VRRP process delayed 0 seconds to limit respawn rate
25 vrrp 3 with A
25 Starting VRRP child process, pid=3
25 read eventfd count 1, num_reloading 0
40 Stopping
40 systemd: "STOPPING=1"
40 vrrp gets SIGTERM
40 checker gets SIGTERM
40.1 end 0`)
	slow := func(b *bench) {
		b.last[process.VRRP] = &fakeProcess{slow: 50 * time.Second, dead: true}
	}
	expect(t, Options{}, prepared("A", process.VRRP), slow, at{
		0.1: func(b *bench) { b.last[process.VRRP].deaf = true },
		51:  func(b *bench) { b.last[process.VRRP].deaf = false },
		100: stop,
	}, `
0 vrrp 1 with A
0 Starting VRRP child process, pid=1
50 Startup complete
50 systemd: "READY=1\nMAINPID=1000"
100 Stopping
100 systemd: "STOPPING=1"
100 vrrp gets SIGTERM
100.1 end 0`)
}

// A child that dies while it is waited for is replaced, and the new one's
// report completes the start or the reload.
func TestDeathDuringReload(t *testing.T) {
	expect(t, Options{}, prepared("A", process.VRRP), nil, at{
		1: func(b *bench) {
			b.last[process.VRRP].silent = true
			b.next = prepared("B", process.VRRP)
			b.s.Reload()
		},
		2: kill(process.VRRP),
		3: stop,
	}, `
0 vrrp 1 with A
0 Starting VRRP child process, pid=1
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 Reloading ...
1 systemd: "RELOADING=1"
1 vrrp reloads
2 pid 1 exited due to signal 9 (Killed) - has rlimit_rttime been exceeded?
2 VRRP child process(1) died: Respawning
2 Restart of VRRP process delayed 0 seconds to limit respawn rate
2 vrrp 2 with B
2 Starting VRRP child process, pid=2
2 Reload complete
2 systemd: "READY=1\nMAINPID=1000"
3 Stopping
3 systemd: "STOPPING=1"
3 vrrp gets SIGTERM
3.1 end 0`)
}

// A reload during the delay of a restart starts the child, once: the C daemon
// starts a second one when the delay ends.
func TestReloadDuringRespawnDelay(t *testing.T) {
	expect(t, Options{}, prepared("A", process.VRRP), nil, at{
		1:   kill(process.VRRP),
		1.5: kill(process.VRRP),
		2:   func(b *bench) { b.next = prepared("B", process.VRRP); b.s.Reload() },
		10:  stop,
	}, `
0 vrrp 1 with A
0 Starting VRRP child process, pid=1
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 pid 1 exited due to signal 9 (Killed) - has rlimit_rttime been exceeded?
1 VRRP child process(1) died: Respawning
1 Restart of VRRP process delayed 0 seconds to limit respawn rate
1 vrrp 2 with A
1 Starting VRRP child process, pid=2
1 read eventfd count 1, num_reloading 0
1.5 pid 2 exited due to signal 9 (Killed) - has rlimit_rttime been exceeded?
1.5 VRRP child process(2) died: Respawning
1.5 Restart of VRRP process delayed 1 seconds to limit respawn rate
2 Reloading ...
2 systemd: "RELOADING=1"
2 vrrp 3 with B
2 Starting VRRP child process, pid=3
2 Reload complete
2 systemd: "READY=1\nMAINPID=1000"
10 Stopping
10 systemd: "STOPPING=1"
10 vrrp gets SIGTERM
10.1 end 0`)
}

// Requests during a reload are one more reload, also when they come while the
// file is read; a refused reading does not lose them.
func TestQueuedReloads(t *testing.T) {
	broken := &Prepared{Status: 2, All: []string{"(Line 3) bad"}}
	expect(t, Options{}, prepared("A", process.VRRP), func(b *bench) { b.readTime = time.Second }, at{
		1:   func(b *bench) { b.next = broken; b.s.Reload() },
		1.2: func(b *bench) { b.next = prepared("B", process.VRRP); b.s.Reload() },
		1.4: reload,
		3.5: stop,
	}, `
0 vrrp 1 with A
0 Starting VRRP child process, pid=1
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 Reloading ...
1.2 Reload already in progress, request queued
1.4 Reload already in progress, request queued
2 (Line 3) bad
2 Reload of configuration refused - continuing with the running configuration
2 Processing queued reload
2 Reloading ...
3 systemd: "RELOADING=1"
3 vrrp reloads
3 Reload complete
3 systemd: "READY=1\nMAINPID=1000"
3.5 Stopping
3.5 systemd: "STOPPING=1"
3.5 vrrp gets SIGTERM
3.6 end 0`)
}

// A stop while the new file is read, and one during a respawn delay, are stops
// at once.
func TestStopInBetween(t *testing.T) {
	expect(t, Options{}, prepared("A", process.VRRP), func(b *bench) { b.readTime = time.Second }, at{
		1:   kill(process.VRRP),
		1.1: kill(process.VRRP),
		1.2: reload,
		1.5: stop,
	}, `
0 vrrp 1 with A
0 Starting VRRP child process, pid=1
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 pid 1 exited due to signal 9 (Killed) - has rlimit_rttime been exceeded?
1 VRRP child process(1) died: Respawning
1 Restart of VRRP process delayed 0 seconds to limit respawn rate
1 vrrp 2 with A
1 Starting VRRP child process, pid=2
1 read eventfd count 1, num_reloading 0
1.1 pid 2 exited due to signal 9 (Killed) - has rlimit_rttime been exceeded?
1.1 VRRP child process(2) died: Respawning
1.1 Restart of VRRP process delayed 1 seconds to limit respawn rate
1.2 Reloading ...
1.5 Stopping
1.5 systemd: "STOPPING=1"
1.5 end 0`)
}

// child_wait_time, and what is left after it.
func TestForcedStop(t *testing.T) {
	expect(t, Options{}, prepared("A", process.Checker, process.VRRP), nil, at{
		1: func(b *bench) { b.last[process.VRRP].ignores = true; b.s.Stop() },
		2: func(b *bench) { b.s.Reload(); b.s.Stop() },
	}, `
0 checker 1 with A
0 Starting Healthcheck child process, pid=1
0 vrrp 2 with A
0 Starting VRRP child process, pid=2
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 Stopping
1 systemd: "STOPPING=1"
1 vrrp gets SIGTERM
1 checker gets SIGTERM
6 vrrp process failed to die - forcing termination
6 Keepalived_vrrp exited due to signal 9 (Killed)
6 end 0`)
}

// Permanent errors end the daemon with their status, at once.
func TestPermanentError(t *testing.T) {
	for _, c := range []struct {
		status unix.WaitStatus
		name   string
		errno  int
	}{{1, "FATAL", 22}, {2, "CONFIG", 22}, {4, "missing permission", 1}} {
		expect(t, Options{DontRespawn: true}, prepared("A", process.Checker, process.VRRP), nil, at{
			1: func(b *bench) { b.last[process.VRRP].die(c.status << 8) },
		}, fmt.Sprintf(`
0 checker 1 with A
0 Starting Healthcheck child process, pid=1
0 vrrp 2 with A
0 Starting VRRP child process, pid=2
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 pid 2 exited with permanent error %s. Terminating
1 systemd: "ERRNO=%d"
1 end %d`, c.name, c.errno, c.status))
	}
}

// A child that a reload starts, and that finds that it cannot work here (there is
// no IPVS), does not take the others with it. The next reload tries it again; once
// it has worked its permanent errors are those of the daemon.
func TestPermanentErrorOfReload(t *testing.T) {
	never := func(b *bench) { b.last[process.Checker] = &fakeProcess{slow: time.Hour, dead: true} }
	next := func(name string, kinds ...process.Kind) func(*bench) {
		return func(b *bench) {
			b.next = prepared(name, kinds...)
			b.s.Reload()
		}
	}
	die := func(b *bench) { b.last[process.Checker].die(1 << 8) }
	expect(t, Options{DontRespawn: true}, prepared("A", process.VRRP), never, at{
		1:   next("B", process.Checker, process.VRRP),
		1.5: die,
		1.6: next("B", process.Checker, process.VRRP),
		1.7: die,
		2: func(b *bench) {
			b.last[process.Checker].slow = 0
			next("C", process.Checker, process.VRRP)(b)
		},
		3: die,
	}, `
0 vrrp 1 with A
0 Starting VRRP child process, pid=1
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 Reloading ...
1 systemd: "RELOADING=1"
1 vrrp reloads
1 checker 2 with B
1 Starting Healthcheck child process, pid=2
1.5 pid 2 exited with permanent error FATAL
1.5 There is no Healthcheck process until the next reload or restart
1.5 Reload complete
1.5 systemd: "READY=1\nMAINPID=1000"
1.6 Reloading ...
1.6 systemd: "RELOADING=1"
1.6 vrrp reloads
1.6 checker 3 with B
1.6 Starting Healthcheck child process, pid=3
1.7 pid 3 exited with permanent error FATAL
1.7 There is no Healthcheck process until the next reload or restart
1.7 Reload complete
1.7 systemd: "READY=1\nMAINPID=1000"
2 Reloading ...
2 systemd: "RELOADING=1"
2 vrrp reloads
2 checker 4 with C
2 Starting Healthcheck child process, pid=4
2 Reload complete
2 systemd: "READY=1\nMAINPID=1000"
3 pid 4 exited with permanent error FATAL. Terminating
3 systemd: "ERRNO=22"
3 end 1`)
	// One that worked before the reload is missed: it had a restart pending.
	expect(t, Options{}, prepared("A", process.Checker, process.VRRP), nil, at{
		1: kill(process.Checker),
		1.1: func(b *bench) {
			b.last[process.Checker].slow = time.Hour
			kill(process.Checker)(b)
		},
		1.5: next("B", process.Checker, process.VRRP),
		1.6: die,
	}, `
0 checker 1 with A
0 Starting Healthcheck child process, pid=1
0 vrrp 2 with A
0 Starting VRRP child process, pid=2
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 pid 1 exited due to signal 9 (Killed) - has rlimit_rttime been exceeded?
1 Healthcheck child process(1) died: Respawning
1 Restart of Healthcheck process delayed 0 seconds to limit respawn rate
1 checker 3 with A
1 Starting Healthcheck child process, pid=3
1 read eventfd count 1, num_reloading 0
1.1 pid 3 exited due to signal 9 (Killed) - has rlimit_rttime been exceeded?
1.1 Healthcheck child process(3) died: Respawning
1.1 Restart of Healthcheck process delayed 1 seconds to limit respawn rate
1.5 Reloading ...
1.5 systemd: "RELOADING=1"
1.5 vrrp reloads
1.5 checker 4 with B
1.5 Starting Healthcheck child process, pid=4
1.6 pid 4 exited with permanent error FATAL. Terminating
1.6 systemd: "ERRNO=22"
1.6 end 1`)
	// Without another child there is nothing to keep.
	expect(t, Options{}, prepared("A"), never, at{
		1:   next("B", process.Checker),
		1.5: die,
	}, `
0 Warning - keepalived has no configuration to run
1 Reloading ...
1 systemd: "RELOADING=1"
1 checker 1 with B
1 Starting Healthcheck child process, pid=1
1.5 pid 1 exited with permanent error FATAL. Terminating
1.5 systemd: "ERRNO=22"
1.5 end 1`)
}

// A process that cannot be started is tried again, ever less often.
func TestStartFails(t *testing.T) {
	expect(t, Options{}, prepared("A", process.VRRP), func(b *bench) { b.noSpawn = true }, at{
		2: func(b *bench) { b.noSpawn = false },
		5: stop,
	}, `
0 Unable to start VRRP child process: fork: out of processes
0 Restart of VRRP process delayed 0 seconds to limit respawn rate
0 Unable to start VRRP child process: fork: out of processes
0 Restart of VRRP process delayed 1 seconds to limit respawn rate
1 Unable to start VRRP child process: fork: out of processes
1 Restart of VRRP process delayed 2 seconds to limit respawn rate
3 vrrp 1 with A
3 Starting VRRP child process, pid=1
3 Startup complete
3 systemd: "READY=1\nMAINPID=1000"
5 Stopping
5 systemd: "STOPPING=1"
5 vrrp gets SIGTERM
5.1 end 0`)
}

// reload_check_config refuses what has any problem, and what would be refused
// without it too.
func TestReloadCheckConfig(t *testing.T) {
	checked := func(name string) *Prepared {
		p := prepared(name, process.VRRP)
		p.Config.Global.ReloadCheckConfig = true
		return p
	}
	bad := checked("B")
	bad.TestStatus, bad.Problems = 5, []string{"(Line 1) warning"}
	expect(t, Options{}, checked("A"), nil, at{
		1: func(b *bench) { b.next = bad; b.s.Reload() },
		2: func(b *bench) { b.next = checked("C"); b.s.Reload() },
		3: stop,
	}, `
0 vrrp 1 with A
0 Starting VRRP child process, pid=1
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 validate conf before Reload
1 New config failed validation, see /dev/null for details
2 validate conf before Reload
2 Reloading ...
2 systemd: "RELOADING=1"
2 vrrp reloads
2 Reload complete
2 systemd: "READY=1\nMAINPID=1000"
3 Stopping
3 systemd: "STOPPING=1"
3 vrrp gets SIGTERM
3.1 end 0`)
}

// A configuration with which a child would end is not gone over to.
func TestReloadToCheckConfig(t *testing.T) {
	c := &config.Config{HasVRRP: true}
	c.Global.ReloadCheckConfig = true
	built := [process.Kinds]bool{process.VRRP: true, process.Checker: true}
	for pass, ends := range map[config.Pass]bool{config.PassVRRP: true, config.PassChecker: false, config.PassParent: false} {
		l := &Loaded{Config: c, Diagnostics: []config.Diagnostic{{Pass: pass, Class: config.ClassGeneral, Message: "m"}}, TestStatus: 5}
		p, err := prepare(l, &commandline.Options{}, built)
		if err != nil {
			t.Fatal(err)
		}
		p.close()
		if p.Ends != ends {
			t.Errorf("a problem of %s: ends %t", pass, p.Ends)
		}
	}
	bad := prepared("B", process.VRRP)
	bad.Ends = true
	expect(t, Options{}, prepared("A", process.VRRP), nil, at{
		1: func(b *bench) { b.next = bad; b.s.Reload() },
		2: stop,
	}, `
0 vrrp 1 with A
0 Starting VRRP child process, pid=1
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 Reloading ...
1 Reload of configuration refused - continuing with the running configuration
2 Stopping
2 systemd: "STOPPING=1"
2 vrrp gets SIGTERM
2.1 end 0`)
}

// A child that an option switches off has nothing to do, and the others know: what
// it would do nobody does, or they do it.
func TestSwitchedOff(t *testing.T) {
	built := [process.Kinds]bool{process.VRRP: true, process.Checker: true, process.BFD: true}
	for _, o := range []commandline.Options{{}, {NoVRRP: true}, {NoChecker: true, NoBFD: true}, {NoChecker: true, All: true}} {
		p, err := prepare(&Loaded{Config: &config.Config{HasVRRP: true, HasLVS: true, HasBFD: true}}, &o, built)
		if err != nil {
			t.Fatal(err)
		}
		for k := range process.Kinds {
			part, err := process.ReadPart(p.Parts[k])
			if err != nil {
				t.Fatal(err)
			}
			c := part.Config
			if got, want := [...]bool{c.HasVRRP, c.HasLVS, c.HasBFD}, [...]bool{!o.NoVRRP, !o.NoChecker, !o.NoBFD}; got != want {
				t.Errorf("%t %t %t: %s is told %v, want %v", o.NoVRRP, o.NoChecker, o.NoBFD, k.Word(), got, want)
			}
		}
		p.close()
	}
}

// Structural errors refuse a reload only if the running configuration had
// none: a daemon that was started with them can be given new ones.
func TestStructural(t *testing.T) {
	broken := func(name string) *Prepared {
		p := prepared(name, process.VRRP)
		p.Structural = true
		return p
	}
	expect(t, Options{}, broken("A"), nil, at{
		1: func(b *bench) { b.next = broken("B"); b.s.Reload() },
		2: func(b *bench) { b.next = prepared("C", process.VRRP); b.s.Reload() },
		3: func(b *bench) { b.next = broken("D"); b.s.Reload() },
		4: stop,
	}, `
0 vrrp 1 with A
0 Starting VRRP child process, pid=1
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 Reloading ...
1 systemd: "RELOADING=1"
1 vrrp reloads
1 Reload complete
1 systemd: "READY=1\nMAINPID=1000"
2 Reloading ...
2 systemd: "RELOADING=1"
2 vrrp reloads
2 Reload complete
2 systemd: "READY=1\nMAINPID=1000"
3 Reloading ...
3 Reload of configuration refused - continuing with the running configuration
4 Stopping
4 systemd: "STOPPING=1"
4 vrrp gets SIGTERM
4.1 end 0`)
}

// Signals go to those that serve them.
func TestForwardedSignals(t *testing.T) {
	expect(t, Options{}, prepared("A", process.Checker, process.VRRP), nil, at{
		1: func(b *bench) {
			for _, s := range []process.Signal{process.SignalData, process.SignalStats, process.SignalStatsClear, process.SignalJSON} {
				b.s.Signal(s)
			}
		},
		2: stop,
	}, `
0 checker 1 with A
0 Starting Healthcheck child process, pid=1
0 vrrp 2 with A
0 Starting VRRP child process, pid=2
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 vrrp signal 1
1 checker signal 1
1 Printing parent data for process(1000) on signal
1 vrrp signal 2
1 vrrp signal 3
1 vrrp signal 4
2 Stopping
2 systemd: "STOPPING=1"
2 vrrp gets SIGTERM
2 checker gets SIGTERM
2.1 end 0`)
}

// Every forbidden change has its line, and none is missed.
func TestForbiddenChanges(t *testing.T) {
	now := &config.Config{NetNamespace: "a", NetNamespaceIPVS: "b", Instance: "c"}
	now.Global.Firewall.NFTables, now.Global.Firewall.NFTablesIPVS = "d", "e"
	now.Global.TmpConfigDirectory, now.Global.DisableLocalIGMP = "f", true
	got := strings.Join(forbiddenChanges(new(config.Config), now), ", ")
	want := "network namespace, IPVS network namespace, instance name, nftables table name, IPVS nftables table name, config_directory, disable_local_igmp"
	if got != want {
		t.Errorf("got %s", got)
	}
	if got := forbiddenChanges(now, now); got != nil {
		t.Errorf("unchanged: %v", got)
	}
}
