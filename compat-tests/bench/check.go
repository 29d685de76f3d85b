package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// lines is the size of the generated configuration.
const lines = 100_000

// check times -t, alternating between the two programs; the best of three counts.
func check(ctx context.Context, contenders []contender) error {
	dir, err := os.MkdirTemp("", "keepalived-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "keepalived.conf")
	written, err := generate(path)
	if err != nil {
		return err
	}
	best, memory, status := map[string]time.Duration{}, map[string]int64{}, map[string]int{}
	for range 3 {
		for _, c := range contenders {
			cmd := exec.CommandContext(ctx, c.path, "-t", "-f", path)
			begin := time.Now()
			err := cmd.Run()
			took := time.Since(begin)
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				return err
			}
			status[c.name] = cmd.ProcessState.ExitCode()
			if best[c.name] == 0 || took < best[c.name] {
				best[c.name] = took
			}
			if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
				memory[c.name] = usage.Maxrss
			}
		}
	}
	fmt.Printf("Configuration test of %d lines (best of 3)\n", written)
	for _, c := range contenders {
		fmt.Printf("%-6s %8s   exit status %d   %d MB\n", c.name, best[c.name].Round(time.Millisecond), status[c.name], memory[c.name]/1024)
	}
	ratio := best["ours"].Seconds() / best["C"].Seconds()
	fmt.Printf("ours / C = %.2f\n\n", ratio)
	if status["ours"] != status["C"] {
		return fmt.Errorf("the verdicts differ: %d and %d", status["ours"], status["C"])
	}
	if ratio > 2 {
		return fmt.Errorf("ours takes %.2f times as long, more than 2", ratio)
	}
	return nil
}

// generate writes virtual servers with ten real servers each.
func generate(path string) (int, error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	w := bufio.NewWriter(file)
	count := 0
	line := func(format string, arguments ...any) {
		fmt.Fprintf(w, format+"\n", arguments...)
		count++
	}
	for vs := 0; count < lines; vs++ {
		line("virtual_server 10.%d.%d.%d 80 {", vs>>16, vs>>8&255, vs&255)
		line("    delay_loop 10")
		line("    lvs_sched wlc")
		line("    lvs_method DR")
		line("    protocol TCP")
		for rs := 1; rs <= 10; rs++ {
			line("    real_server 192.168.%d.%d 80 {", vs&255, rs)
			line("        weight %d", rs)
			line("        TCP_CHECK {")
			line("            connect_timeout 3")
			line("        }")
			line("    }")
		}
		line("}")
	}
	return count, errors.Join(w.Flush(), file.Close())
}
