package script

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// job is what a child's goroutine needs to know.
type job struct {
	argv            []string
	script          *config.Script
	core            *coreLimit    // nil: this process's
	before, started chan struct{} // of a command in order, else nil
}

// end is how a child ended.
type end struct {
	status int
	signal syscall.Signal
	err    error // it never began
	shell  bool  // it had no #! line and was given to the shell
}

// unknownStatus is that of a command whose end somebody else has collected. It
// is a failure.
const unknownStatus = 255

// child is the process of a command. The lock keeps signals away from a pid
// that may be somebody else's by now; nobody blocks while holding it.
type child struct {
	mu     sync.Mutex
	cmd    *exec.Cmd
	reaped bool
	ending bool // a signal to end it was sent
}

// run starts the command, waits for its end and reports it. It keeps its
// thread: the parent death signal of the child comes when that thread ends.
func (c *child) run(j job, report func(end)) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if j.before != nil {
		<-j.before
	}
	restore := ordinaryScheduling()
	e := c.start(j)
	restore()
	if j.started != nil {
		close(j.started)
	}
	if e.err == nil {
		c.wait(&e)
	}
	report(e)
}

// start executes the command; a file that the kernel does not know how to
// execute is given to the shell.
func (c *child) start(j job) (e end) {
	path := j.script.Path
	if j.script.Readable != "" {
		path = j.argv[0]
	}
	e.err = c.execute(path, j.argv, j)
	if errors.Is(e.err, syscall.ENOEXEC) {
		words := make([]string, len(j.argv))
		for i, a := range j.argv {
			words[i] = quote(a)
		}
		words[0] = quote(path)
		e.shell = true
		e.err = c.execute("/bin/sh", []string{"/bin/sh", "-c", strings.Join(words, " ")}, j)
	}
	return e
}

func (c *child) execute(path string, argv []string, j job) error {
	s := j.script
	cmd := &exec.Cmd{
		Path: path, Args: argv, Env: environment(os.Environ()),
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM},
	}
	if os.Geteuid() == 0 || int(s.UID) != os.Geteuid() || int(s.GID) != os.Getegid() {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: s.UID, Gid: s.GID, Groups: []uint32{s.GID}}
	}
	if err := j.core.during(cmd.Start); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cmd = cmd
	if c.ending { // its time was over before it began
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
	}
	return nil
}

// coreLimit is the limit on core dumps that commands get. A command inherits
// it: the process has it, too, while one is being started.
type coreLimit struct {
	mu    sync.Mutex // one at a time
	limit unix.Rlimit
}

func (l *coreLimit) during(start func() error) error {
	var own unix.Rlimit
	if l == nil || unix.Getrlimit(unix.RLIMIT_CORE, &own) != nil {
		return start()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if unix.Setrlimit(unix.RLIMIT_CORE, &l.limit) == nil {
		defer unix.Setrlimit(unix.RLIMIT_CORE, &own)
	}
	return start()
}

// environment is this process's without what changes how programs are loaded
// and words are split.
func environment(env []string) []string {
	return slices.DeleteFunc(env, func(v string) bool {
		return strings.HasPrefix(v, "IFS=") || strings.HasPrefix(v, "LD_PRELOAD=") || strings.HasPrefix(v, "LD_LIBRARY_PATH=")
	})
}

// wait waits for the end. When the command was told to end, what it leaves
// behind of its group is killed while the pid still is its own.
func (c *child) wait(e *end) {
	pid := c.cmd.Process.Pid
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	c.mu.Lock()
	if c.ending {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
	c.reaped = true
	c.mu.Unlock()
	if _ = c.cmd.Wait(); c.cmd.ProcessState == nil {
		e.status = unknownStatus
		return
	}
	switch status := c.cmd.ProcessState.Sys().(syscall.WaitStatus); {
	case status.Signaled():
		e.signal = status.Signal()
	default:
		e.status = status.ExitStatus()
	}
}

// signal signals the command's group, to end it.
func (c *child) signal(s syscall.Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ending = true
	if c.cmd != nil && !c.reaped {
		_ = syscall.Kill(-c.cmd.Process.Pid, s)
	}
}

func (c *child) pid() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cmd == nil {
		return 0
	}
	return c.cmd.Process.Pid
}

// ordinaryScheduling gives this thread ordinary scheduling, for the child to
// inherit, and returns what gives it back its own. (To let the thread end
// instead would not do: the runtime may make another one from it then.)
func ordinaryScheduling() (restore func()) {
	attr, err := unix.SchedGetAttr(0, 0)
	if err != nil || attr.Policy == unix.SCHED_NORMAL && attr.Nice == 0 {
		return func() {}
	}
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_NORMAL}, 0)
	return func() { _ = unix.SchedSetAttr(0, attr, 0) }
}

// quote is a word for the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
