package script

import (
	"io/fs"
	"path"
	"strings"
	"syscall"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// Verdict is what the examination of a script comes to.
type Verdict uint8

// The verdicts. Only an accepted script may be run.
const (
	Accepted Verdict = iota
	// NotFound is a command that does not exist or cannot be accessed by
	// its user.
	NotFound
	// NotExecutable is a file that is simply not executable.
	NotExecutable
	// Insecure is a path with a component of the wrong type, or that
	// others than root may change while enable_script_security is set.
	Insecure
)

// What is only logged about a script.
const (
	logSearched      = "WARNING - script `%s` resolved by path search to `%s`. Please specify full path."
	logNotInPath     = "Cannot find script %s in path - disabling"
	logPathForbidden = "Permissions failure for script %s in path - disabling"
	logInaccessible  = "Script %s cannot be accessed - %s"
	logNotExecutable = "WARNING - script '%s' is not executable for uid:gid %d:%d - disabling."
	logUnsafe        = "Unsafe permissions found for script '%s'.%s"
	logWrongType     = "Wrong file type found in script path '%s'."
	logVanished      = "check_script_secure could not find script '%s' - disabling"
	disabling        = " - disabling."
)

// Examiner examines the scripts of one process after it has read its
// configuration (02-runtime section 15.3), and remembers what they have in
// common.
type Examiner struct {
	p *reader.Pass
	// executed is set by a script that can be executed, unsafe by one that
	// others than root may change.
	executed, unsafe bool
}

// NewExaminer returns an examiner for a pass.
func NewExaminer(p *reader.Pass) *Examiner { return &Examiner{p: p} }

// Executed reports whether any script can be executed, including those that
// are disabled for a wrong file type; unsafe, whether one of those examined
// may be changed by others than root.
func (e *Examiner) Executed() (executed, unsafe bool) { return e.executed, e.unsafe }

// Examine decides whether a script may run, and completes its path and its
// first argument. A readability test is not executed, and always accepted.
func (e *Examiner) Examine(s *config.Script) Verdict {
	if s.Readable != "" || strings.HasPrefix(s.Args[0], "<") {
		return Accepted
	}
	configured := s.Args[0]
	if !strings.Contains(configured, "/") {
		found, ok := e.search(configured, s)
		if !ok {
			return NotFound
		}
		e.p.Log(logSearched, configured, found)
		configured = found
	}
	real, err := e.p.Host.RealPath(configured)
	if err == nil && !e.reachable(real, s) {
		err = syscall.EACCES
	}
	if err != nil {
		_, text := reader.Errno(err)
		e.p.Log(logInaccessible, configured, text)
		return NotFound
	}
	info, err := e.p.Host.Stat(real)
	if err != nil {
		_, text := reader.Errno(err)
		e.p.Log(logInaccessible, configured, text)
		return NotFound
	}
	runsAsRoot := s.UID == 0 || s.GID == 0 || setIDRoot(info)
	if !allows(info, s.UID, s.GID, 1) || !info.Mode().IsRegular() && !runsAsRoot {
		e.p.Log(logNotExecutable, configured, s.UID, s.GID)
		return NotExecutable
	}
	e.executed = true // even if it is disabled below, as in the C daemon
	if runsAsRoot {
		if v := e.secure(configured, real); v != Accepted {
			return v
		}
	}
	cleaned := path.Clean(configured)
	s.Path = real
	if e.p.Config.Global.UseSymlinkPaths {
		s.Path = cleaned
	}
	s.Args[0] = e.p.Keep(cleaned)
	return Accepted
}

// search looks a bare name up in PATH, as the user of the script.
func (e *Examiner) search(name string, s *config.Script) (found string, ok bool) {
	forbidden := false
	for _, directory := range strings.Split(e.p.Host.Getenv("PATH"), ":") {
		if directory == "" {
			directory = "."
		}
		candidate := directory + "/" + name
		info, err := e.p.Host.Stat(candidate)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		real, err := e.p.Host.RealPath(candidate)
		if err == nil && e.reachable(real, s) && allows(info, s.UID, s.GID, 1) {
			return candidate, true
		}
		forbidden = true
	}
	if forbidden {
		e.p.Log(logPathForbidden, name)
	} else {
		e.p.Log(logNotInPath, name)
	}
	return "", false
}

// secure walks a path as configured and as resolved. Both count: version
// 2.4.3 takes a symbolic link that serves as a directory for the wrong type,
// so that /bin/true is refused where /bin is a link.
func (e *Examiner) secure(configured, real string) Verdict {
	paths := []string{real}
	if path.IsAbs(configured) {
		paths = []string{path.Clean(configured), real}
	}
	unsafe := false
	for _, p := range paths {
		verdict, u := e.walk(p)
		if verdict != Accepted {
			return verdict
		}
		unsafe = unsafe || u
	}
	if !unsafe {
		return Accepted
	}
	e.unsafe = true
	if e.p.Config.Global.EnableScriptSecurity {
		e.p.Log(logUnsafe, configured, disabling)
		return Insecure
	}
	e.p.Log(logUnsafe, configured, "")
	return Accepted
}

// walk examines every component from the root on, without following links.
func (e *Examiner) walk(p string) (v Verdict, unsafe bool) {
	at := "/"
	parts := strings.Split(strings.Trim(p, "/"), "/")
	for i := -1; i < len(parts); i++ {
		if i >= 0 {
			at = path.Join(at, parts[i])
		}
		info, err := e.p.Host.Lstat(at)
		if err != nil {
			e.p.Log(logVanished, p)
			return NotFound, false
		}
		last := i == len(parts)-1
		mode := info.Mode()
		if !last && !mode.IsDir() || last && !mode.IsRegular() && mode&fs.ModeSymlink == 0 {
			e.p.Log(logWrongType, p)
			return Insecure, false
		}
		unsafe = unsafe || changeable(info)
	}
	return Accepted, unsafe
}

// changeable reports whether others than root may change a component.
func changeable(info fs.FileInfo) bool {
	uid, gid := owner(info)
	if uid != 0 {
		return true
	}
	mode := info.Mode()
	if mode&fs.ModeSymlink != 0 || mode.IsDir() && mode&fs.ModeSticky != 0 {
		return false
	}
	return mode.Perm()&0o002 != 0 || mode.Perm()&0o020 != 0 && gid != 0
}

// reachable reports whether the user of a script may pass through all the
// directories of a real path.
func (e *Examiner) reachable(real string, s *config.Script) bool {
	if s.UID == 0 {
		return true
	}
	for directory := path.Dir(real); ; directory = path.Dir(directory) {
		info, err := e.p.Host.Stat(directory)
		if err != nil || !allows(info, s.UID, s.GID, 1) {
			return false
		}
		if directory == "/" || directory == "." {
			return true
		}
	}
}

// allows reports whether a user has a permission (4 read, 2 write, 1
// execute). Root needs somebody's permission to execute, and none else.
func allows(info fs.FileInfo, uid, gid uint32, permission fs.FileMode) bool {
	mode := info.Mode().Perm()
	fileUID, fileGID := owner(info)
	switch {
	case uid == 0:
		return permission != 1 || info.IsDir() || mode&0o111 != 0
	case uid == fileUID:
		return mode>>6&permission != 0
	case gid == fileGID:
		return mode>>3&permission != 0
	}
	return mode&permission != 0
}

// setIDRoot reports whether a file runs with root's user or group whoever
// starts it.
func setIDRoot(info fs.FileInfo) bool {
	uid, gid := owner(info)
	return info.Mode()&fs.ModeSetuid != 0 && uid == 0 || info.Mode()&fs.ModeSetgid != 0 && gid == 0
}

// owner returns the owner of a file; root, when the file system does not say.
func owner(info fs.FileInfo) (uid, gid uint32) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Uid, s.Gid
	}
	return 0, 0
}
