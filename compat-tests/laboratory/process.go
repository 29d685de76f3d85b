package laboratory

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// A Line is one line that a process wrote, with the time of its arrival.
type Line struct {
	At   time.Time
	Text string
}

// lastLines is how long the output of a process that has ended is waited for.
const lastLines = 2 * time.Second

// A Process runs in a node; its standard output and error are collected.
type Process struct {
	cmd     *exec.Cmd
	done    chan struct{} // closed when it has ended
	drained chan struct{} // closed when all that it wrote has been read

	mu     sync.Mutex
	lines  []Line
	status int
}

// Command prepares a command that runs inside the node, in its directory.
func (n *Node) Command(ctx context.Context, argv ...string) *exec.Cmd {
	return n.prepare(exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", n.Namespace}, argv...)...))
}

// prepare gives a command the node's directory and environment.
func (n *Node) prepare(cmd *exec.Cmd) *exec.Cmd {
	cmd.Dir = n.Dir
	// Files that the daemon writes for its user go to the node's directory.
	cmd.Env = append(append(os.Environ(), "TMPDIR="+n.Dir, "LC_ALL=C"), n.Environment...)
	// A background process that the command left may hold its output for ever.
	cmd.WaitDelay = 2 * time.Second
	return cmd
}

// Run runs a command in the node and returns its standard output and error.
func (n *Node) Run(ctx context.Context, argv ...string) (string, error) {
	output, err := n.Command(ctx, argv...).CombinedOutput()
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return string(output), fmt.Errorf("node %s: %v: %w: %s", n.Name, argv, err, output)
	}
	return string(output), nil
}

// Launch starts a program in the node and collects what it writes. The program
// replaces the helper that entered the namespace, so its process is PID().
func (n *Node) Launch(argv ...string) (*Process, error) {
	return n.launch(n.Command(context.Background(), argv...))
}

// LaunchOutside starts a program that enters the node's namespace itself.
func (n *Node) LaunchOutside(argv ...string) (*Process, error) {
	return n.launch(n.prepare(exec.Command(argv[0], argv[1:]...)))
}

func (n *Node) launch(cmd *exec.Cmd) (*Process, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", n.Name, err)
	}
	cmd.Stdout, cmd.Stderr = writer, writer
	// An own process group: a signal to the test's group must not reach it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("node %s: %v: %w", n.Name, cmd.Args, err), reader.Close(), writer.Close())
	}
	_ = writer.Close()
	p := &Process{cmd: cmd, done: make(chan struct{}), drained: make(chan struct{}), status: -1}
	go p.collect(reader)
	go p.reap()
	return p, nil
}

func (p *Process) collect(reader io.ReadCloser) {
	defer close(p.drained)
	defer reader.Close()
	scanner := bufio.NewScanner(reader)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		p.mu.Lock()
		p.lines = append(p.lines, Line{time.Now(), scanner.Text()})
		p.mu.Unlock()
	}
}

// reap does not wait for the end of the output: children of a killed daemon
// may hold the pipe for a while.
func (p *Process) reap() {
	state, err := p.cmd.Process.Wait()
	p.mu.Lock()
	if err == nil {
		p.status = state.ExitCode()
		if s, ok := state.Sys().(syscall.WaitStatus); ok && s.Signaled() {
			p.status = 128 + int(s.Signal())
		}
	}
	p.mu.Unlock()
	close(p.done)
}

// PID is the process' number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Lines returns what has been written from the given line on.
func (p *Process) Lines(from int) []Line {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Line(nil), p.lines[min(from, len(p.lines)):]...)
}

// Exited tells whether the process has ended, and its status: the exit code,
// or 128 plus the signal's number.
func (p *Process) Exited() (int, bool) {
	select {
	case <-p.done:
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.status, true
	default:
		return 0, false
	}
}

// Wait waits for the end of the process, and then shortly for its last lines:
// children of a killed daemon may hold the pipe open for a while.
func (p *Process) Wait(ctx context.Context, limit time.Duration) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case <-p.done:
		select {
		case <-p.drained:
		case <-time.After(lastLines):
		}
		status, _ := p.Exited()
		return status, nil
	case <-ctx.Done():
		return 0, fmt.Errorf("process %d did not end within %v", p.PID(), limit)
	}
}

// Signal sends a signal to the process itself, not to its children.
func (p *Process) Signal(signal syscall.Signal) error {
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("process %d: signal %v: %w", p.PID(), signal, err)
	}
	return nil
}

// Family lists the process and all its descendants.
func Family(pid int) []int {
	family := []int{pid}
	for i := 0; i < len(family); i++ {
		tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", family[i]))
		for _, task := range tasks {
			text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", family[i], task.Name()))
			family = append(family, numbers(string(text))...)
		}
	}
	return family
}

// Crash kills the process and its descendants at once, as a power failure
// would, and waits until they are gone. All are stopped first: a child that is
// told of its parent's death would otherwise have time for an orderly end.
func (p *Process) Crash(ctx context.Context, limit time.Duration) error {
	family := Family(p.PID())
	var problems []error
	for _, signal := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL} {
		for _, pid := range family {
			if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
				problems = append(problems, fmt.Errorf("process %d: %w", pid, err))
			}
		}
	}
	// Orphans are gone when init has reaped them.
	problems = append(problems, Eventually(ctx, limit, "the killed processes are gone", func() (bool, error) {
		for _, pid := range family {
			if syscall.Kill(pid, 0) == nil {
				return false, nil
			}
		}
		return true, nil
	}))
	return errors.Join(problems...)
}
