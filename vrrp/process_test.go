package vrrp

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"keepalived/core/config"
	"keepalived/core/network"
)

// An instance is in FAULT until enough processes run, another one has its
// priority by them. Processes are real ones of this machine, and so is time.
func TestTrackProcess(t *testing.T) {
	program := filepath.Join(t.TempDir(), fmt.Sprintf("vrrp%d", os.Getpid()))
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(sleep)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, data, 0o755); err != nil {
		t.Fatal(err)
	}
	var wire network.Segment
	a := newNode(t, &wire, 1)
	conf := parse(t, instance("priority 100\n"+vip)+strings.NewReplacer("VI_1", "VI_2", "51", "52", "100/24", "101/24").Replace(instance("priority 100\n"+vip)))
	conf.VRRP.TrackProcesses = []*config.TrackProcess{{Name: "worker", Process: filepath.Base(program), Quorum: 1, QuorumMax: math.MaxUint32}}
	conf.VRRP.Instances[0].Tracking.Processes = []config.Tracked{{Name: "worker"}}
	conf.VRRP.Instances[1].Tracking.Processes = []config.Tracked{{Name: "worker", Weight: 20}}
	a.run(func() {
		if err := a.service.Start(conf); err != nil {
			t.Error(err)
		}
	})
	var log strings.Builder
	said := func(line string) {
		t.Helper()
		poll(t, line, func() bool { log.WriteString(a.take()); return strings.Contains(log.String(), line+"\n") })
	}
	said("(VI_1) entering FAULT state (tracked process worker quorum not achieved)")
	said("proc_events has confirmed it is configured")
	cmd := exec.Command(program, "300")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said("Quorum gained for tracked process worker")
	said("(VI_1) Entering BACKUP STATE")
	said("(VI_2) Changing effective priority from 100 to 120")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	said("Quorum lost for tracked process worker")
	said("(VI_1) Entering FAULT STATE")
	said("(VI_2) Changing effective priority from 120 to 100")
	a.stop()
}
