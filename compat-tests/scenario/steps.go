package scenario

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"keepalived/compat-tests/laboratory"
)

// command compiles one step.
func (c *Case) command(words []string) (action, error) {
	verb, rest := words[0], words[1:]
	switch verb {
	case "mark":
		return func(r *run) error { r.mark(); return nil }, nil
	case "observe":
		return compileObserve(rest)
	case "wait", "expect":
		return c.compileExpectation(verb, rest)
	case "record":
		return c.compileRecord(rest)
	case "inject":
		return c.compileInject(rest)
	}
	if len(rest) == 0 || !c.declared(rest[0]) {
		return nil, fmt.Errorf("%s: want a declared node", verb)
	}
	node, rest := rest[0], rest[1:]
	act, err := c.nodeCommand(verb, node, rest)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", verb, err)
	}
	return act, nil
}

// nodeCommand compiles a step whose first word is a node.
func (c *Case) nodeCommand(verb, node string, words []string) (action, error) {
	arity := map[string][2]int{ // least and greatest number of words after the node
		"start": {0, 99}, "check": {0, 99}, "stop": {0, 0}, "crash": {0, 0}, "signal": {1, 2}, "reload": {0, 1},
		"write": {2, 2}, "link": {2, 2}, "cable": {2, 2}, "exec": {1, 99},
		"nginx": {1, 2}, "serve": {2, 2}, "mail": {1, 9}, "end": {1, 1}, "get": {2, 4},
	}
	limits, known := arity[verb]
	if !known {
		return nil, errors.New("no such command")
	}
	if len(words) < limits[0] || len(words) > limits[1] {
		return nil, fmt.Errorf("%d words after the node", len(words))
	}
	switch verb {
	case "start", "check":
		return c.compileStart(verb, node, words)
	case "stop":
		return changing(func(r *run) error { return r.stop(node) }), nil
	case "crash":
		return changing(func(r *run) error { return r.crash(node) }), nil
	case "signal":
		return compileSignal(node, words)
	case "reload":
		return changing(func(r *run) error { return r.reload(node, words) }), nil
	case "write":
		return func(r *run) error { return r.replace(node, words[0], words[1]) }, nil
	case "link", "cable":
		if words[1] != "up" && words[1] != "down" {
			return nil, errors.New("up or down")
		}
		return changing(func(r *run) error { return r.link(verb, node, words[0], words[1]) }), nil
	case "exec":
		return changing(func(r *run) error { _, err := r.lab.Node(node).Run(r.ctx, words...); return err }), nil
	case "get":
		return compileGet(node, words)
	}
	return compileServer(verb, node, words)
}

// changing sets the mark before the action.
func changing(act action) action {
	return func(r *run) error {
		r.mark()
		return act(r)
	}
}

func compileObserve(words []string) (action, error) {
	if len(words) != 1 {
		return nil, errors.New("observe DURATION")
	}
	span, err := time.ParseDuration(words[0])
	if err != nil {
		return nil, err
	}
	return func(r *run) error {
		select {
		case <-time.After(span):
			return nil
		case <-r.ctx.Done():
			return r.ctx.Err()
		}
	}, nil
}

// program tells which daemon a node runs in this case.
func (c *Case) program(node string) Daemon {
	if program, ok := c.Programs[node]; ok {
		return program
	}
	return c.Programs[""]
}

func (c *Case) compileStart(verb, node string, words []string) (action, error) {
	program := c.program(node)
	if len(words) >= 2 && words[0] == "as" {
		program, words = Daemon(words[1]), words[2:]
	}
	if program != Ours && program != Oracle {
		return nil, fmt.Errorf("node %s: no program %q", node, program)
	}
	outside := len(words) > 0 && words[0] == "outside"
	if outside {
		words = words[1:]
	}
	if verb == "check" {
		if outside {
			return nil, errors.New("nothing is left by a check")
		}
		return func(r *run) error { return r.check(node, program, words) }, nil
	}
	if len(words) == 0 {
		words = []string{"-D"}
	}
	return changing(func(r *run) error { return r.start(node, program, words, outside) }), nil
}

// start runs the daemon in the foreground, with files of its own. From outside it
// enters the node's namespace by -s.
func (r *run) start(name string, program Daemon, options []string, outside bool) error {
	node, d := r.lab.Node(name), r.daemons[name]
	if d.process != nil {
		if _, ended := d.process.Exited(); !ended {
			return errors.New("the node's daemon still runs")
		}
		d.earlier = d.lines()
	}
	argv := []string{r.env.Programs[program], "-n", "-l", "-G", "-f", filepath.Join(node.Dir, "keepalived.conf")}
	for _, pid := range []string{"parent", "vrrp", "checkers", "bfd"} {
		argv = append(argv, pidOption(pid), filepath.Join(node.Dir, pid+".pid"))
	}
	launch := node.Launch
	if outside {
		launch = node.LaunchOutside
		argv = append(argv, "-s", node.Namespace)
	}
	process, err := launch(append(argv, options...)...)
	if err != nil {
		return err
	}
	d.process = process
	return nil
}

func pidOption(process string) string {
	switch process {
	case "vrrp":
		return "-r"
	case "checkers":
		return "-c"
	case "bfd":
		return "-b"
	}
	return "-p"
}

// check runs the configuration test and keeps what it said.
func (r *run) check(name string, program Daemon, options []string) error {
	node, d := r.lab.Node(name), r.daemons[name]
	argv := append([]string{r.env.Programs[program], "-t", "-f", filepath.Join(node.Dir, "keepalived.conf")}, options...)
	output, err := node.Command(r.ctx, argv...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	d.status, d.output = 0, string(output)
	if exit != nil {
		d.status = exit.ExitCode()
	}
	return nil
}

// running is the node's daemon, which must have been started.
func (r *run) running(node string) (*daemon, error) {
	d := r.daemons[node]
	if d.process == nil {
		return nil, errors.New("no daemon was started there")
	}
	return d, nil
}

func (r *run) stop(node string) error {
	d, err := r.running(node)
	if err != nil {
		return err
	}
	if err := d.process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	_, err = d.process.Wait(r.ctx, r.limit(15*time.Second))
	return err
}

func (r *run) crash(node string) error {
	d, err := r.running(node)
	if err != nil {
		return err
	}
	return d.process.Crash(r.ctx, r.limit(10*time.Second))
}

func compileSignal(node string, words []string) (action, error) {
	signals := map[string]syscall.Signal{
		"HUP": syscall.SIGHUP, "TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "KILL": syscall.SIGKILL, "STOP": syscall.SIGSTOP,
		"CONT": syscall.SIGCONT, "USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "QUIT": syscall.SIGQUIT,
		"JSON": 36, "STATS_CLEAR": 63,
	}
	signal, known := signals[words[0]]
	if !known {
		return nil, fmt.Errorf("no signal %q", words[0])
	}
	target := "parent"
	if len(words) == 2 {
		target = words[1]
	}
	if !strings.Contains(" parent vrrp checkers bfd ", " "+target+" ") {
		return nil, fmt.Errorf("no process %q", target)
	}
	return changing(func(r *run) error {
		pid, err := r.pid(node, target)
		if err != nil {
			return err
		}
		return syscall.Kill(pid, signal)
	}), nil
}

// pid reads a process' number from its pid file.
func (r *run) pid(node, process string) (int, error) {
	text, err := os.ReadFile(filepath.Join(r.lab.Dir, node, process+".pid"))
	if err != nil {
		return 0, err
	}
	var pid int
	if _, err := fmt.Sscan(string(text), &pid); err != nil || pid <= 1 {
		return 0, fmt.Errorf("pid file of %s: %q", process, text)
	}
	return pid, nil
}

func (r *run) reload(node string, words []string) error {
	d, err := r.running(node)
	if err != nil {
		return err
	}
	if len(words) == 1 {
		if err := r.replace(node, "keepalived.conf", words[0]); err != nil {
			return err
		}
	}
	return d.process.Signal(syscall.SIGHUP)
}

// replace puts a copy of one of the node's files in the place of another, at once.
func (r *run) replace(node, target, source string) error {
	dir := filepath.Join(r.lab.Dir, node)
	info, err := os.Stat(filepath.Join(dir, source))
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(dir, source))
	if err != nil {
		return err
	}
	temporary := filepath.Join(dir, "."+filepath.Base(target)+".new")
	if err := os.WriteFile(temporary, data, info.Mode()); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(dir, target))
}

func (r *run) link(verb, name, port, state string) error {
	node := r.lab.Node(name)
	if verb == "cable" {
		return r.lab.SetCable(r.ctx, node, port, state == "up")
	}
	_, err := node.Run(r.ctx, "ip", "link", "set", port, state)
	return err
}

// compileInject reads "NET [xN every D] WORD...".
func (c *Case) compileInject(words []string) (action, error) {
	if len(words) < 2 {
		return nil, errors.New("inject NET [xN every D] WORDS")
	}
	network, words := words[0], words[1:]
	count, every := 1, time.Duration(0)
	if len(words) > 3 && words[1] == "every" {
		if _, err := fmt.Sscanf(words[0], "x%d", &count); err != nil {
			return nil, fmt.Errorf("%q: want xN", words[0])
		}
		var err error
		if every, err = time.ParseDuration(words[2]); err != nil {
			return nil, err
		}
		words = words[3:]
	}
	frame, err := laboratory.Forge(words)
	if err != nil {
		return nil, err
	}
	return changing(func(r *run) error { return r.inject(network, frame, count, every) }), nil
}

func (r *run) inject(network string, frame []byte, count int, every time.Duration) error {
	for i := range count {
		if err := r.lab.Send(network, frame); err != nil {
			return err
		}
		if i == count-1 {
			break
		}
		select {
		case <-time.After(every):
		case <-r.ctx.Done():
			return r.ctx.Err()
		}
	}
	return nil
}
