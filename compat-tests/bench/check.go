package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// A paper is a configuration that both programs test, with what ours may take.
// A limit of 0 is none.
type paper struct {
	name   string
	write  func(w *bufio.Writer)
	rounds int
	// slow is set when the C daemon needs minutes: it gets one round.
	slow bool
	// times and memory are relative to the C daemon.
	times, memory float64
	most          time.Duration
}

func papers() []paper {
	return []paper{
		{name: "an instance and a virtual server", write: small, rounds: 11, times: 2, most: 15 * time.Millisecond},
		{name: "1,516 virtual servers with 10 real servers", write: services, rounds: 5, times: 1, memory: 2},
		{name: "1,000 virtual servers with 100 real servers", write: farm, rounds: 5, times: 0.5, memory: 2},
		{name: "65,024 instances of a ~SEQ", write: sequence, rounds: 3, slow: true, most: 3 * time.Second},
	}
}

// patience is how long a program may take before it is stopped.
const patience = 5 * time.Minute

// A mark is what a program took: the best of all rounds, and the most memory.
// The time is the clock's or, when others have had the processors meanwhile, the
// processors'.
type mark struct {
	time    time.Duration
	memory  int64 // KB
	status  int
	stopped bool // it was too slow
}

// check times -t, alternating between the two programs.
func check(ctx context.Context, contenders []contender) error {
	dir, err := os.MkdirTemp("", "keepalived-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "keepalived.conf")
	var missed []error
	fmt.Printf("Configuration test (best of several rounds)\n%-44s %-6s %9s %8s %8s\n", "", "", "time", "memory", "status")
	for _, p := range papers() {
		if err := p.save(path); err != nil {
			return err
		}
		marks, err := p.sit(ctx, contenders, path)
		if err != nil {
			return err
		}
		for _, c := range contenders {
			m := marks[c.name]
			status := strconv.Itoa(m.status)
			if m.stopped {
				status = "stopped"
			}
			fmt.Printf("%-44s %-6s %9s %5d MB %8s\n", p.name, c.name, m.time.Round(time.Millisecond/10), m.memory/1024, status)
		}
		missed = append(missed, p.judge(marks["ours"], marks["C"]))
	}
	fmt.Println()
	return errors.Join(missed...)
}

// save writes the configuration to a file.
func (p *paper) save(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	p.write(w)
	return errors.Join(w.Flush(), file.Close())
}

// sit lets the programs test a file in turn.
func (p *paper) sit(ctx context.Context, contenders []contender, path string) (map[string]mark, error) {
	marks := make(map[string]mark)
	for round := range p.rounds {
		for _, c := range contenders {
			if p.slow && c.name == "C" && round > 0 {
				continue
			}
			m, err := measureTest(ctx, c.path, path)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", p.name, c.name, err)
			}
			if best, ok := marks[c.name]; ok {
				m.time, m.memory = min(m.time, best.time), max(m.memory, best.memory)
			}
			marks[c.name] = m
		}
	}
	return marks, nil
}

// measureTest runs a program's -t once.
func measureTest(ctx context.Context, program, path string) (m mark, err error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(limited, program, "-t", "-f", path)
	begin := time.Now()
	err = cmd.Run()
	m.time = time.Since(begin)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return m, err
	}
	m.status, m.stopped = cmd.ProcessState.ExitCode(), limited.Err() != nil
	m.time = min(m.time, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.memory = usage.Maxrss
	}
	return m, ctx.Err()
}

// judge compares what ours took with what it may take.
func (p *paper) judge(ours, c mark) error {
	var missed []error
	if ours.stopped || ours.status != c.status && !c.stopped {
		missed = append(missed, fmt.Errorf("%s: the verdicts differ: %d and %d", p.name, ours.status, c.status))
	}
	if ratio := ours.time.Seconds() / c.time.Seconds(); p.times > 0 && ratio > p.times {
		missed = append(missed, fmt.Errorf("%s: ours takes %.2f times as long, more than %g", p.name, ratio, p.times))
	}
	if ratio := float64(ours.memory) / float64(c.memory); p.memory > 0 && ratio > p.memory {
		missed = append(missed, fmt.Errorf("%s: ours takes %.2f times the memory, more than %g", p.name, ratio, p.memory))
	}
	if p.most > 0 && ours.time > p.most {
		missed = append(missed, fmt.Errorf("%s: ours takes %v, more than %v", p.name, ours.time, p.most))
	}
	return errors.Join(missed...)
}
