package supervisor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"keepalived/core/commandline"
	"keepalived/core/config"
	"keepalived/core/process"
)

// runDirectory is where pid files are.
const runDirectory = "/run"

// pidDirectory is where they are with use_pid_dir, an instance or a namespace.
const pidDirectory = runDirectory + "/keepalived"

// pidPaths are the paths of the pid files.
type pidPaths struct {
	Parent   string
	Children [process.Kinds]string
	// InDirectory is set when some are in pidDirectory.
	InDirectory bool
}

// pidPathsOf says where the pid files of a configuration are (02-runtime
// section 2.2).
func pidPathsOf(c *config.Config, o *commandline.Options) pidPaths {
	directory, suffix := runDirectory, ".pid"
	var p pidPaths
	if c.UsePIDDir || c.Instance != "" || c.NetNamespace != "" {
		directory, p.InDirectory = pidDirectory, true
	}
	if c.Instance != "" {
		suffix = "_" + c.Instance + ".pid"
	}
	path := func(given, word string) string {
		if given != "" {
			return given
		}
		return filepath.Join(directory, word+suffix)
	}
	p.Parent = path(o.PIDFile, "keepalived")
	p.Children[process.Checker] = path(o.CheckersPIDFile, "checkers")
	p.Children[process.VRRP] = path(o.VRRPPIDFile, "vrrp")
	p.Children[process.BFD] = path(o.BFDPIDFile, "bfd")
	return p
}

// pidFiles are the pid files that are open and locked; nil where a subsystem
// is not enabled.
type pidFiles struct {
	parent   *process.PIDFile
	children [process.Kinds]*process.PIDFile
}

// lockPIDFiles locks the pid files of all enabled subsystems, so that no second
// daemon can start, and removes those of children that will not run. The error
// is process.ErrLocked when another daemon has one.
func lockPIDFiles(paths pidPaths, enabled, run [process.Kinds]bool) (*pidFiles, error) {
	files := new(pidFiles)
	var err error
	if files.parent, err = process.OpenPIDFile(paths.Parent); err != nil {
		return nil, &pidError{paths.Parent, err}
	}
	for _, k := range []process.Kind{process.VRRP, process.Checker, process.BFD} {
		if !enabled[k] {
			continue
		}
		f, err := process.OpenPIDFile(paths.Children[k])
		if err != nil {
			files.remove()
			return nil, &pidError{paths.Children[k], err}
		}
		files.children[k] = f
		if !run[k] {
			f.Remove()
		}
	}
	return files, nil
}

// remove undoes lockPIDFiles after a failure.
func (f *pidFiles) remove() {
	f.parent.Remove()
	f.parent.Close()
	for _, c := range f.children {
		if c != nil {
			c.Remove()
			c.Close()
		}
	}
}

// pidError says which pid file could not be had.
type pidError struct {
	path string
	err  error
}

func (e *pidError) Error() string { return e.err.Error() }
func (e *pidError) Unwrap() error { return e.err }

// message is the C daemon's line about it, empty when it has none.
func (e *pidError) message() string {
	if errors.Is(e.err, process.ErrLocked) {
		return fmt.Sprintf(msgPIDLocked, e.path)
	}
	return ""
}

// makePIDDirectory creates the directory of pid files, with a mode that does
// not depend on the umask.
func makePIDDirectory(directory string) error {
	if err := os.Mkdir(directory, 0o755); err != nil {
		if errors.Is(err, os.ErrExist) {
			return nil
		}
		return err
	}
	return os.Chmod(directory, 0o755)
}

func trimExtension(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }
