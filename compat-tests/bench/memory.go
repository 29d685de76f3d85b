package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"keepalived/compat-tests/laboratory"
	"keepalived/compat-tests/lecture"
	"keepalived/compat-tests/uml"
)

// mostMemory is what all processes together may take.
const mostMemory = 25 << 20

// memory compares the Pss of a director of the demo.
func memory(ctx context.Context, contenders []contender, guest bool) error {
	if !guest && !hasIPVS() {
		return memoryInGuest(ctx, contenders)
	}
	fmt.Println("Memory of all processes, demo's configuration (Pss)")
	var missed error
	for _, c := range contenders {
		total, processes, err := pssOf(ctx, c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		fmt.Printf("%-6s %6.1f MB in %d processes\n", c.name, float64(total)/(1<<20), processes)
		if c.name == "ours" && total >= mostMemory {
			missed = fmt.Errorf("ours takes %d KB, not less than 25 MB", total>>10)
		}
	}
	return missed
}

func memoryInGuest(ctx context.Context, contenders []contender) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	result, err := uml.Boot(ctx, uml.Job{
		Command: []string{self, "-guest", "-only", "memory", "-daemon", contenders[0].path, "-oracle", contenders[1].path},
		Share:   []string{filepath.Dir(self), filepath.Dir(contenders[0].path)},
		Timeout: 4 * time.Minute,
		Output:  os.Stdout,
	})
	if err == nil && result.Status != 0 {
		err = fmt.Errorf("the guest ended with status %d", result.Status)
	}
	return err
}

// pssOf starts one director and measures when it is MASTER and all is checked.
func pssOf(ctx context.Context, c contender) (total int64, processes int, err error) {
	n, err := lecture.Build(ctx, "dr")
	if n != nil {
		defer func() { err = errors.Join(err, n.Lab.Close()) }()
	}
	if err != nil {
		return 0, 0, err
	}
	for _, server := range n.Servers {
		if err := n.StartServer(ctx, server); err != nil {
			return 0, 0, err
		}
	}
	d := n.Directors[0]
	if err := n.StartDirector(ctx, d, c.path); err != nil {
		return 0, 0, err
	}
	err = laboratory.Eventually(ctx, time.Minute, "the director is MASTER with all servers", func() (bool, error) {
		table, err := n.Table(d)
		return n.Master() == "d1" && slices.Equal(table, []string{"rs1", "rs2", "rs3"}) && checked(d.Daemon), err
	})
	if err != nil {
		return 0, 0, err
	}
	family := laboratory.Family(d.Daemon.PID())
	for _, pid := range family {
		size, err := pss(pid)
		if err != nil {
			return 0, 0, err
		}
		total += size
	}
	return total, len(family), nil
}

// checked tells whether every web server has been asked once.
func checked(daemon *laboratory.Process) bool {
	count := 0
	for _, line := range daemon.Lines(0) {
		if bytes.Contains([]byte(line.Text), []byte("succeed on service")) {
			count++
		}
	}
	return count >= 3
}

// pss is the proportional share of the memory that a process has in use.
func pss(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for scanner := bufio.NewScanner(bytes.NewReader(text)); scanner.Scan(); {
		var kilobytes int64
		if _, err := fmt.Sscanf(scanner.Text(), "Pss: %d kB", &kilobytes); err == nil {
			return kilobytes << 10, nil
		}
	}
	return 0, fmt.Errorf("process %d: no Pss", pid)
}
