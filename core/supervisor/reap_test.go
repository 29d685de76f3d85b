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

// startCat starts a process that lives until end is called, which waits for its
// end and leaves the status to be collected.
func startCat(t *testing.T) (cmd *exec.Cmd, end func()) {
	t.Helper()
	cmd = exec.Command("cat")
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, func() {
		t.Helper()
		input.Close()
		if err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// atScript is a machine that does something when it has started a script.
type atScript struct {
	*machine
	do func()
}

func (a atScript) Script(label string, s *config.Script, timeout time.Duration, done func()) {
	a.machine.Script(label, s, timeout, done)
	a.do()
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
	last, endLast := startCat(t)
	other, endOther := startCat(t)
	m.supervisor = New(loop, log, atScript{m, endOther}, Options{}, func(s int) { status = s; cancel() })
	control, inherited, err := process.NewControlPair()
	if err != nil {
		t.Fatal(err)
	}
	inherited.Close()
	child := &realProcess{pid: last.Process.Pid, control: control}
	m.running[child.pid] = child
	p := prepared("A", process.VRRP)
	p.Config.Global.ShutdownScript = &config.Script{Path: "/bin/true", Args: []string{"/bin/true"}}
	m.supervisor.current, m.supervisor.phase = p, phaseStopping
	m.supervisor.children[process.VRRP].process = child

	endLast()
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
