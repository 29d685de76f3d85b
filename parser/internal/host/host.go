package host

import (
	"io/fs"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"syscall"

	"keepalived/parser/reader"
)

// Host is a machine in values; it implements reader.Host. This process is
// root's there.
type Host struct {
	// Interfaces by name; Link fills the name in.
	Interfaces map[string]reader.Link
	// Users and Groups are the ids by name. A user's own group has the id of
	// the user.
	Users, Groups map[string]uint32
	// Environment has the variables of this process.
	Environment map[string]string
	// Namespaces are the network namespaces that can be entered, in which the
	// machine looks the same.
	Namespaces []string
	// Files by their absolute and clean path, directories and links as well.
	Files map[string]File
	// Directory is the one that this process works in; without it no
	// relative path exists.
	Directory string
}

// Link implements reader.Host.
func (h Host) Link(name string) (reader.Link, bool) {
	l, ok := h.Interfaces[name]
	l.Name = name
	return l, ok
}

// Links returns the sorted names of all interfaces.
func (h Host) Links() []string { return slices.Sorted(maps.Keys(h.Interfaces)) }

// User implements reader.Host.
func (h Host) User(name string) (uid, gid uint32, ok bool) {
	id, ok := h.Users[name]
	return id, id, ok
}

// Group implements reader.Host.
func (h Host) Group(name string) (gid uint32, ok bool) {
	gid, ok = h.Groups[name]
	return gid, ok
}

// Self implements reader.Host.
func (Host) Self() (uid, gid uint32) { return 0, 0 }

// Username implements reader.Host.
func (Host) Username() string { return "root" }

// CPUs implements reader.Host.
func (Host) CPUs() int { return 2 }

// Hostname implements reader.Host.
func (Host) Hostname() string { return "golden" }

// Resolve implements reader.Host; only numeric addresses are found.
func (Host) Resolve(name string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(name)
	return a, err == nil
}

// Getenv implements reader.Host.
func (h Host) Getenv(name string) string { return h.Environment[name] }

// Namespace implements reader.Host.
func (h Host) Namespace(name string) (reader.Host, error) {
	if slices.Contains(h.Namespaces, name) {
		return h, nil
	}
	return nil, fs.ErrNotExist
}

// Watchable implements reader.Host: all but /proc can be watched.
func (Host) Watchable(name string) bool { return name != "/proc" && !strings.HasPrefix(name, "/proc/") }

// MakeDirectory implements reader.Host. It makes nothing, but fails without
// the directory above.
func (h Host) MakeDirectory(name string, _ fs.FileMode) error {
	info, err := h.Stat(name[:strings.LastIndexByte(name, '/')+1])
	if err == nil && !info.IsDir() {
		err = syscall.ENOTDIR
	}
	return err
}
