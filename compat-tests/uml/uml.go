package uml

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

//go:embed init.sh
var initScript []byte

const (
	kernelName  = "linux.uml"
	modulesTree = "/usr/lib/uml/modules"
	install     = "apt-get install user-mode-linux kmod"

	defaultTimeout = 5 * time.Minute
	defaultMemory  = "1G"
)

// Job is what to run in a guest.
type Job struct {
	Command []string // program and arguments, as for exec.Command
	Env     []string // NAME=value, added to a minimal environment
	Dir     string   // working directory; empty: /
	Share   []string // absolute directories of the host, mounted read-write under the same path
	Timeout time.Duration
	Memory  string    // as the kernel reads it, "512M"; empty: 1G
	Output  io.Writer // receives the output while the job runs; may be nil
	// NFTables asks for a kernel that has nftables of all families beside IPVS:
	// Debian's own, under QEMU, which is ten times slower (see the package's
	// text).
	NFTables bool
	// Terminal gives the command a terminal as its standard output and error.
	// Without it they are a pipe.
	Terminal bool
}

// Result is what a job did.
type Result struct {
	Output string // standard output and error of the command, as printed
	Status int    // exit status; 128+n after a signal n
}

// Boot runs the job in a guest of its own and returns when the guest has
// ended. It fails when the guest could not run the job to its end: a missing
// package, a kernel panic, the time limit (the error then ends with the last
// lines of the console); a command that fails is no error.
func Boot(ctx context.Context, job Job) (Result, error) {
	machine := umlMachine()
	if job.NFTables {
		machine = qemuMachine()
	}
	if err := machine.prepare(); err != nil {
		return Result{}, fmt.Errorf("%s: %w", machine.name, err)
	}
	dir, err := os.MkdirTemp("", "uml-job-")
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", machine.name, err)
	}
	defer os.RemoveAll(dir)
	if err := writeJob(dir, job, machine.mount); err != nil {
		return Result{}, fmt.Errorf("%s: %w", machine.name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, orDefault(job.Timeout, defaultTimeout))
	defer cancel()
	c := newConsole(filepath.Base(dir), job.Output)
	words := []string{"quiet", "loglevel=1", "uml_job=" + dir, "uml_mark=" + strings.TrimSpace(c.mark)} // a panic is still told
	if job.Terminal {
		words = append(words, "uml_terminal=1")
	}
	command, err := machine.command(dir, job, words)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", machine.name, err)
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	c.atEnd = stop
	err = run(running, command, c)
	switch {
	case c.ended:
	case ctx.Err() != nil:
		return Result{Output: c.output.String()}, fmt.Errorf("%s: %v: %w\n%s", machine.name, job.Command, ctx.Err(), c.Tail())
	default:
		return Result{Output: c.output.String()}, fmt.Errorf("%s: the guest died (%v)\n%s", machine.name, err, c.Tail())
	}
	return Result{Output: c.output.String(), Status: c.status}, nil
}

// run starts the guest and waits for its end. Nothing of the guest outlives
// this call, nor this process: the kernel kills it with the thread that
// started it, which therefore is kept, and its helper processes with it, for
// they are a process id namespace. It has a process group of its own, so that
// an interrupt from the keyboard is for the caller to judge.
func run(ctx context.Context, cmd *exec.Cmd, console io.Writer) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.Stdout, cmd.Stderr = console, console
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: unix.SIGKILL, Cloneflags: unix.CLONE_NEWPID}
	if err := cmd.Start(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	return cmd.Wait()
}

// machine is a way to have a guest.
type machine struct {
	name    string
	prepare func() error
	// mount is the command that mounts the share of a number.
	mount func(number int, path string) string
	// command starts the guest; words are for its kernel's command line.
	command func(dir string, job Job, words []string) (*exec.Cmd, error)
}

func umlMachine() machine {
	return machine{
		name: "user mode linux",
		prepare: func() error {
			if _, err := exec.LookPath(kernelName); err != nil {
				return fmt.Errorf("missing (%w): %s", err, install)
			}
			return prepareModules(modulesTree, install)
		},
		mount: func(_ int, path string) string {
			return fmt.Sprintf("mount -t hostfs -o %s none %[1]s", quote(path))
		},
		command: func(dir string, job Job, words []string) (*exec.Cmd, error) {
			return exec.Command(kernelName, append([]string{
				"mem=" + orDefault(job.Memory, defaultMemory),
				"rootfstype=hostfs", "rootflags=/", "ro",
				"con=null", "con0=fd:0,fd:1",
				"uml_dir=" + dir, "umid=guest",
				"init=" + filepath.Join(dir, "init.sh"), "uml_modules=" + modulesTree,
			}, words...)...), nil
		},
	}
}

// prepareModules makes the modules of a guest's kernel loadable in the guest.
func prepareModules(in, install string) error {
	trees, err := filepath.Glob(filepath.Join(in, "*", "kernel"))
	if err != nil || len(trees) == 0 {
		return fmt.Errorf("no modules in %s: %s", in, install)
	}
	if err := os.MkdirAll("/lib/modules", 0o755); err != nil {
		return fmt.Errorf("mount point of the guest's modules: %w", err)
	}
	for _, tree := range trees {
		if err := index(filepath.Dir(tree)); err != nil {
			return err
		}
	}
	return nil
}

// index runs depmod for a tree of modules unless that was done. Test binaries
// of several packages may come here at once.
func index(tree string) error {
	lock, err := os.Open(tree)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return fmt.Errorf("lock %s: %w", tree, err)
	}
	if _, err := os.Stat(filepath.Join(tree, "modules.dep.bin")); err == nil {
		return nil
	}
	// depmod only knows BASE/lib/modules/VERSION.
	base, err := os.MkdirTemp("", "uml-depmod-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(base)
	if err := os.Mkdir(filepath.Join(base, "lib"), 0o755); err != nil {
		return err
	}
	if err := os.Symlink(filepath.Dir(tree), filepath.Join(base, "lib/modules")); err != nil {
		return err
	}
	depmod, err := sbin("depmod")
	if err != nil {
		return err
	}
	if out, err := exec.Command(depmod, "-b", base, filepath.Base(tree)).CombinedOutput(); err != nil {
		return fmt.Errorf("depmod %s: %w: %s", filepath.Base(tree), err, out)
	}
	return nil
}

// sbin finds a system program, also for a user whose PATH lacks /sbin.
func sbin(name string) (string, error) {
	for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/bin", "/bin"} {
		if path := filepath.Join(dir, name); unix.Access(path, unix.X_OK) == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is missing: %s", name, install)
}

// writeJob writes what init.sh reads.
func writeJob(dir string, job Job, mount func(number int, path string) string) error {
	if len(job.Command) == 0 {
		return errors.New("a job without command")
	}
	var mounts bytes.Buffer
	for i, path := range shared(dir, job) {
		if !filepath.IsAbs(path) {
			return fmt.Errorf("share %q: not an absolute path", path)
		}
		fmt.Fprintf(&mounts, "mkdir -p %s 2>/dev/null; %s || echo cannot share %[1]s\n", quote(path), mount(i, path))
	}
	script := bytes.NewBufferString("unset uml_job uml_mark uml_terminal\n")
	for _, assignment := range job.Env {
		fmt.Fprintf(script, "export %s\n", quote(assignment))
	}
	fmt.Fprintf(script, "cd %s || exit 127\nexec", quote(orDefault(job.Dir, "/")))
	for _, word := range job.Command {
		script.WriteString(" " + quote(word))
	}
	script.WriteString("\n")
	for name, data := range map[string][]byte{"init.sh": initScript, "mounts.sh": mounts.Bytes(), "job.sh": script.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// shared are the directories of the host that the guest may write to.
func shared(dir string, job Job) []string { return append(slices.Clone(job.Share), dir) }

// quote makes one word of a shell command line.
func quote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// orDefault is v, or d for the zero value.
func orDefault[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

// console splits what the guest prints: kernel messages and init's complaints
// before the first mark, the command's output up to the last.
type console struct {
	mark   string
	live   io.Writer
	begun  bool
	ended  bool
	status int
	before bytes.Buffer // before the command
	output bytes.Buffer
	held   []byte // what may be the beginning of a mark
	atEnd  func() // called at the end mark
}

func newConsole(name string, live io.Writer) *console {
	return &console{mark: "@@" + name + " ", live: live}
}

// Write takes the next octets of the console.
func (c *console) Write(p []byte) (int, error) {
	data := append(c.held, p...)
	c.held = nil
	for len(data) > 0 && !c.ended {
		at := possible(data, c.mark)
		c.emit(data[:at])
		data = data[at:]
		line, rest, whole := bytes.Cut(data, []byte("\n"))
		if !whole {
			c.held = bytes.Clone(data)
			break
		}
		c.take(strings.TrimPrefix(strings.TrimRight(string(line), "\r"), c.mark))
		data = rest
	}
	return len(p), nil
}

// possible is where a mark begins in the data, or may begin at its end; the
// length of the data when it does not.
func possible(data []byte, mark string) int {
	if at := bytes.Index(data, []byte(mark)); at >= 0 {
		return at
	}
	for at := max(0, len(data)-len(mark)); at < len(data); at++ {
		if strings.HasPrefix(mark, string(data[at:])) {
			return at
		}
	}
	return len(data)
}

// take carries out what init says behind a mark.
func (c *console) take(word string) {
	if word == "begin" {
		c.begun = true
		return
	}
	if status, err := strconv.Atoi(strings.TrimPrefix(word, "end ")); err == nil {
		c.status, c.ended = status, true
		c.atEnd()
	}
}

func (c *console) emit(p []byte) {
	if !c.begun {
		c.before.Write(p)
		return
	}
	c.output.Write(p)
	if c.live != nil {
		_, _ = c.live.Write(p)
	}
}

// Tail is the last of the console, for an error.
func (c *console) Tail() string {
	all := c.before.String() + c.output.String()
	return all[max(0, len(all)-4096):]
}
