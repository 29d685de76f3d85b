package supervisor

import (
	"context"
	"log/slog"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/process"
	"keepalived/core/script"
)

// ended starts a process and waits for its end, of which it leaves the status
// to be collected.
func ended(t *testing.T) *exec.Cmd {
	cmd := exec.Command("true")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// The shutdown script begins while the last child's end is being collected. From
// then on what else has ended may be the script, which is not the supervisor's
// to collect.
func TestReapLeavesScripts(t *testing.T) {
	loop, log := process.NewLoop(), slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	status := -1
	m := &machine{loop: loop, log: log, running: map[int]*realProcess{}, runner: script.New(loop, log)}
	m.supervisor = New(loop, log, m, Options{}, func(s int) { status = s; cancel() })
	control, inherited, err := process.NewControlPair()
	if err != nil {
		t.Fatal(err)
	}
	inherited.Close()
	last, other := ended(t), ended(t)
	child := &realProcess{pid: last.Process.Pid, control: control}
	m.running[child.pid] = child
	p := prepared("A", process.VRRP)
	p.Config.Global.ShutdownScript = &config.Script{Path: "/bin/true", Args: []string{"/bin/true"}}
	m.supervisor.current, m.supervisor.phase = p, phaseStopping
	m.supervisor.children[process.VRRP].process = child

	m.reap()
	if m.scripts != 1 {
		t.Fatalf("%d scripts run", m.scripts)
	}
	if err := other.Wait(); err != nil {
		t.Errorf("what had ended beside the child: %v", err)
	}
	loop.Run(ctx)
	if status != 0 || m.scripts != 0 {
		t.Errorf("status %d, %d scripts", status, m.scripts)
	}
	_ = last.Process.Release()
}
