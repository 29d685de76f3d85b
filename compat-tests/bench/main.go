package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

// A contender is one of the two programs.
type contender struct {
	name string
	path string
}

func main() {
	ours := flag.String("daemon", "build/keepalived", "our keepalived")
	oracle := flag.String("oracle", "/usr/sbin/keepalived", "the C daemon")
	only := flag.String("only", "takeover,check,memory", "which measurements")
	guest := flag.Bool("guest", false, "already in a guest with IPVS")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	if err := measure(ctx, *ours, *oracle, *only, *guest); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, ours, oracle, only string, guest bool) error {
	path, err := filepath.Abs(ours)
	if err != nil {
		return err
	}
	contenders := []contender{{"ours", path}, {"C", oracle}}
	for _, c := range contenders {
		if _, err := os.Stat(c.path); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	var missed []error
	for _, m := range []struct {
		name string
		run  func(context.Context, []contender) error
	}{
		{"takeover", takeover},
		{"check", check},
		{"memory", func(ctx context.Context, contenders []contender) error { return memory(ctx, contenders, guest) }},
	} {
		if strings.Contains(","+only+",", ","+m.name+",") {
			if err := m.run(ctx, contenders); err != nil {
				missed = append(missed, fmt.Errorf("%s: %w", m.name, err))
			}
		}
	}
	return errors.Join(missed...)
}

// hasIPVS loads the module if there is one.
func hasIPVS() bool {
	_ = exec.Command("modprobe", "ip_vs").Run()
	_, err := os.Stat("/proc/net/ip_vs")
	return err == nil
}
