package process

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// RoleVariable tells a re-executed process what it is: a Go program cannot
// fork, and its command line must look like the parent's. The process removes
// it from its environment at once.
const RoleVariable = "KEEPALIVED_ROLE"

// The descriptors that a child inherits.
const (
	fdControl = iota + 3
	fdPart
	fdCrash
	fdFirst // links, then the pid file, then the namespace
)

// Inherited is what a child gets from its parent.
type Inherited struct {
	Kind    Kind
	Comm    string // the name of the process, as the kernel shows it
	Control *os.File
	Part    *os.File
	Crash   *os.File // gets the trace of a crash
	// Links are the ends towards the kinds that Linked lists; none when the
	// program has no BFD process.
	Links   []*os.File
	PID     *os.File // locked; nil without one
	PIDPath string
	// Origin is the network namespace in which the daemon was started; nil
	// when it is in it still, and for who does not need it.
	Origin *os.File
	// CoreLimit is the limit on core dumps before -m raised it; nil when it
	// did not.
	CoreLimit *unix.Rlimit
}

// Role returns the value of RoleVariable, empty when the process was started by
// somebody else, and removes it from the environment.
func Role() string {
	role := os.Getenv(RoleVariable)
	_ = os.Unsetenv(RoleVariable)
	return role
}

// Environment is the entry that makes the child of in.
func (in *Inherited) Environment() string {
	entry := fmt.Sprintf("%s=%s %q %q %d %t", RoleVariable, in.Kind.Word(), in.Comm, in.PIDPath, len(in.Links), in.Origin != nil)
	if l := in.CoreLimit; l != nil {
		entry += fmt.Sprintf(" %d %d", l.Cur, l.Max)
	}
	return entry
}

// Files lists the descriptors of the child from 3 on, in the order in which
// Inherit expects them.
func (in *Inherited) Files() []*os.File {
	files := append([]*os.File{in.Control, in.Part, in.Crash}, in.Links...)
	if in.PID != nil {
		files = append(files, in.PID)
	}
	if in.Origin != nil {
		files = append(files, in.Origin)
	}
	return files
}

// Inherit takes over what Environment and Files describe. role is what Role
// returned; ok is false when it is not that of a child.
func Inherit(role string) (in *Inherited, ok bool) {
	in, moved, ok := parseRole(role)
	if !ok {
		return nil, false
	}
	in.Control = inheritFile(fdControl, "control")
	in.Part = inheritFile(fdPart, memoryFileName)
	in.Crash = inheritFile(fdCrash, "crash")
	next := fdFirst
	for i := range in.Links {
		in.Links[i] = inheritFile(next, "link")
		next++
	}
	if in.PIDPath != "" {
		in.PID = inheritFile(next, in.PIDPath)
		next++
	}
	if moved {
		in.Origin = inheritFile(next, "origin")
	}
	return in, true
}

// parseRole reads what Environment writes; moved: there is an Origin.
func parseRole(role string) (in *Inherited, moved, ok bool) {
	in = new(Inherited)
	var word string
	var links int
	var core unix.Rlimit
	switch n, _ := fmt.Sscanf(role, "%s %q %q %d %t %d %d", &word, &in.Comm, &in.PIDPath, &links, &moved, &core.Cur, &core.Max); n {
	case 5:
	case 7:
		in.CoreLimit = &core
	default:
		return nil, false, false
	}
	if in.Kind, ok = ParseKind(word); !ok || links != 0 && links != len(Linked(in.Kind)) {
		return nil, false, false
	}
	in.Links = make([]*os.File, links)
	return in, moved, true
}

func inheritFile(fd int, name string) *os.File {
	unix.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), name)
}
