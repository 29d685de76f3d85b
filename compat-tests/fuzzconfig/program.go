package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// An answer is what a program says about a configuration.
type answer struct {
	status   int // negative: the signal that ended the program
	hung     bool
	messages []string
}

// A program is one of the two.
type program struct {
	path string
	// limit is the time that it has for one configuration.
	limit time.Duration
}

// file is the name of the mutant; it is in every message.
const file = "m.conf"

// ask runs -t on a text, in a directory of its own.
func (p program) ask(dir, text string) (answer, error) {
	if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), p.limit)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, p.path, "-t", "-f", file)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &out
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C", "LC_ALL=C"}
	// What it starts must not keep it alive, or live on.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return answer{hung: true}, nil
	case errors.As(err, &exit):
	case err != nil:
		return answer{}, fmt.Errorf("%s: %w", p.path, err)
	}
	a := answer{status: cmd.ProcessState.ExitCode(), messages: lines(out.String())}
	if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
		a.status = -int(ws.Signal())
	}
	return a, nil
}

// stamp is what the C daemon puts before a line when its log is not ready.
var stamp = regexp.MustCompile(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} +\d+ \d\d:\d\d:\d\d \d{4}: `)

// lines splits what was printed.
func lines(out string) []string {
	var all []string
	for _, line := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
		if line = stamp.ReplaceAllString(line, ""); line != "" {
			all = append(all, line)
		}
	}
	return all
}
