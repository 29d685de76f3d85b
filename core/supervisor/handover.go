package supervisor

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/process"
)

// roleDaemon is the role of a process that goes on where another stage of the
// parent has stopped; the number of its state's descriptor follows.
const roleDaemon = "daemon"

// state is all that the parent knows when it has read its configuration and
// locked its pid files: the point where the C daemon forks.
type state struct {
	prepared *Prepared
	paths    pidPaths
	pids     *pidFiles
	comm     string
	managed  bool         // by systemd: notify it
	pattern  string       // core_pattern to restore at the end, empty: none
	core     *unix.Rlimit // on core dumps before -m; nil without -m
	origin   *os.File     // the network namespace before net_namespace; nil without
}

// stateWire is a state in another process's hands: files are descriptors, -1
// for none.
type stateWire struct {
	Config     []byte
	Wanted     [process.Kinds]bool
	Status     int
	Culprit    config.Pass
	Structural bool
	Parts      [process.Kinds]int
	Paths      pidPaths
	ParentPID  int
	ChildPIDs  [process.Kinds]int
	Comm       string
	Managed    bool
	Pattern    string
	Core       *unix.Rlimit
	Origin     int
}

// wire lists the files that the next process needs; number gives each the
// descriptor that it will have there.
func (s *state) wire(number func(*os.File) int) (*stateWire, error) {
	w := &stateWire{
		Wanted: s.prepared.Wanted, Status: s.prepared.Status, Culprit: s.prepared.Culprit,
		Structural: s.prepared.Structural, Paths: s.paths, Comm: s.comm, Managed: s.managed, Pattern: s.pattern, Core: s.core,
		ParentPID: number(s.pids.parent.File()), Origin: -1,
	}
	if s.origin != nil {
		w.Origin = number(s.origin)
	}
	if s.prepared.Config != nil {
		var err error
		if w.Config, err = s.prepared.Config.Encode(); err != nil {
			return nil, err
		}
	}
	for k := range process.Kinds {
		w.Parts[k], w.ChildPIDs[k] = -1, -1
		if f := s.prepared.Parts[k]; f != nil {
			w.Parts[k] = number(f)
		}
		if f := s.pids.children[k]; f != nil {
			w.ChildPIDs[k] = number(f.File())
		}
	}
	return w, nil
}

// seal writes a wire state to a memory file.
func (w *stateWire) seal() (*os.File, error) {
	fd, err := unix.MemfdCreate("/keepalived/state", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	f := os.NewFile(uintptr(fd), "state")
	if err := gob.NewEncoder(f).Encode(w); err != nil {
		f.Close()
		return nil, fmt.Errorf("state: %w", err)
	}
	return f, nil
}

// daemonise starts the process that goes on as the daemon: a new session, /
// as directory, the standard descriptors on /dev/null (02-runtime section
// 3.3).
func (s *state) daemonise(args []string) error {
	var files []*os.File
	w, err := s.wire(func(f *os.File) int { files = append(files, f); return len(files) + 3 })
	if err != nil {
		return err
	}
	f, err := w.seal()
	if err != nil {
		return err
	}
	defer f.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	p, err := os.StartProcess(executable, args, &os.ProcAttr{
		Dir:   "/",
		Env:   append(os.Environ(), roleEntry(3)),
		Files: append([]*os.File{null, null, null, f}, files...),
		Sys:   &unix.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return fmt.Errorf("daemon: %w", err)
	}
	return p.Release()
}

// become makes this very process start again with the namespaces of the
// calling thread, which a Go program can give to none of its other threads. It
// returns only on failure. The calling goroutine must be locked to its thread.
func (s *state) become(args []string) error {
	var kept []int
	keep := func(f *os.File) int {
		kept = append(kept, int(f.Fd()))
		return int(f.Fd())
	}
	w, err := s.wire(keep)
	if err != nil {
		return err
	}
	f, err := w.seal()
	if err != nil {
		return err
	}
	env := append(os.Environ(), roleEntry(keep(f)))
	for _, fd := range kept {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0); err != nil {
			return err
		}
	}
	return unix.Exec(executable, args, env)
}

func roleEntry(fd int) string { return fmt.Sprintf("%s=%s %d", process.RoleVariable, roleDaemon, fd) }

// executable is the file of this program even after an upgrade has replaced
// it: a child must be of the same version as its parent.
const executable = "/proc/self/exe"

// inheritState takes over what daemonise or become has passed on.
func inheritState(role string) (*state, error) {
	word, number, _ := strings.Cut(role, " ")
	if word != roleDaemon {
		return nil, fmt.Errorf("%s %q: unknown", process.RoleVariable, role)
	}
	s, err := readState(number)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return s, nil
}

func readState(number string) (*state, error) {
	fd, err := strconv.Atoi(number)
	if err != nil {
		return nil, err
	}
	f := adopt(fd, "state")
	defer f.Close()
	data, err := io.ReadAll(io.NewSectionReader(f, 0, math.MaxInt64))
	if err != nil {
		return nil, err
	}
	w := new(stateWire)
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(w); err != nil {
		return nil, err
	}
	p := &Prepared{Wanted: w.Wanted, Status: w.Status, Culprit: w.Culprit, Structural: w.Structural}
	if w.Config != nil {
		if p.Config, err = config.Decode(w.Config); err != nil {
			return nil, err
		}
	}
	s := &state{prepared: p, paths: w.Paths, pids: new(pidFiles), comm: w.Comm, managed: w.Managed, pattern: w.Pattern, core: w.Core}
	s.pids.parent = process.AdoptPIDFile(w.Paths.Parent, adopt(w.ParentPID, w.Paths.Parent))
	if w.Origin >= 0 {
		s.origin = adopt(w.Origin, "origin")
	}
	for k := range process.Kinds {
		if n := w.Parts[k]; n >= 0 {
			p.Parts[k] = adopt(n, "part")
		}
		if n := w.ChildPIDs[k]; n >= 0 {
			s.pids.children[k] = process.AdoptPIDFile(w.Paths.Children[k], adopt(n, w.Paths.Children[k]))
		}
	}
	return s, nil
}

func adopt(fd int, name string) *os.File {
	unix.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), name)
}
