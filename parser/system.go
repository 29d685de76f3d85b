package parser

import (
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/netip"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"keepalived/parser/reader"
)

// machine is the Host that this process runs on.
type machine struct {
	links map[string]reader.Link
}

// System returns the machine that this process runs on, with its interfaces
// as they are now.
func System() Host {
	links, err := systemLinks()
	if err != nil {
		links = nil // no interface exists, as far as the configuration can tell
	}
	return &machine{links: links}
}

// Links returns the names of all interfaces.
func (m *machine) Links() []string { return slices.Sorted(maps.Keys(m.links)) }

// Link implements Host.
func (m *machine) Link(name string) (reader.Link, bool) {
	l, ok := m.links[name]
	return l, ok
}

// User implements Host.
func (m *machine) User(name string) (uid, gid uint32, ok bool) {
	u, err := user.Lookup(name)
	if err != nil {
		return 0, 0, false
	}
	id, err1 := strconv.ParseUint(u.Uid, 10, 32)
	group, err2 := strconv.ParseUint(u.Gid, 10, 32)
	return uint32(id), uint32(group), err1 == nil && err2 == nil
}

// Group implements Host.
func (m *machine) Group(name string) (gid uint32, ok bool) {
	g, err := user.LookupGroup(name)
	if err != nil {
		return 0, false
	}
	id, err := strconv.ParseUint(g.Gid, 10, 32)
	return uint32(id), err == nil
}

// Self implements Host.
func (m *machine) Self() (uid, gid uint32) { return uint32(os.Geteuid()), uint32(os.Getegid()) }

// Username implements Host.
func (m *machine) Username() string {
	u, err := user.LookupId(strconv.Itoa(os.Getuid()))
	if err != nil {
		return strconv.Itoa(os.Getuid())
	}
	return u.Username
}

// Resolve implements Host. It may block as long as the resolver does.
func (m *machine) Resolve(name string) (netip.Addr, bool) {
	addrs, err := net.LookupHost(name)
	if err != nil || len(addrs) == 0 {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(addrs[0])
	return a, err == nil
}

// CPUs implements Host.
func (m *machine) CPUs() int {
	text, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		return runtime.NumCPU()
	}
	n := 0
	for part := range strings.SplitSeq(strings.TrimSpace(string(text)), ",") {
		first, last, ranged := strings.Cut(part, "-")
		if !ranged {
			last = first
		}
		a, err1 := strconv.Atoi(first)
		b, err2 := strconv.Atoi(last)
		if err1 != nil || err2 != nil || b < a {
			return runtime.NumCPU()
		}
		n += b - a + 1
	}
	return n
}

// Hostname implements Host.
func (m *machine) Hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// Getenv implements Host.
func (m *machine) Getenv(name string) string { return os.Getenv(name) }

// Lstat implements Host.
func (m *machine) Lstat(path string) (fs.FileInfo, error) { return os.Lstat(path) }

// Stat implements Host.
func (m *machine) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

// RealPath implements Host.
func (m *machine) RealPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// ReadFile implements Host.
func (m *machine) ReadFile(path string) ([]byte, error) { return os.ReadFile(path) }

// Watchable implements Host. Pseudo and network file systems do not tell
// inotify about all changes (02-runtime section 13).
func (m *machine) Watchable(path string) bool {
	var s unix.Statfs_t
	if unix.Statfs(path, &s) != nil || s.Flags&unix.ST_RDONLY != 0 {
		return false
	}
	switch uint32(s.Type) {
	case unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.CGROUP_SUPER_MAGIC, unix.CGROUP2_SUPER_MAGIC, unix.NFS_SUPER_MAGIC,
		unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.FUSE_SUPER_MAGIC, unix.DEBUGFS_MAGIC,
		unix.DEVPTS_SUPER_MAGIC, unix.TRACEFS_MAGIC, unix.SECURITYFS_MAGIC, unix.BPF_FS_MAGIC, unix.PSTOREFS_MAGIC,
		unix.CODA_SUPER_MAGIC, unix.AFS_SUPER_MAGIC, unix.V9FS_MAGIC:
		return false
	}
	return true
}

// MakeDirectory implements Host.
func (m *machine) MakeDirectory(path string, mode fs.FileMode) error {
	return os.Mkdir(path, mode)
}

// namespaceDirectory is where ip-netns(8) keeps namespaces.
const namespaceDirectory = "/run/netns/"

// Namespace implements Host. Only the interfaces are those of the namespace.
func (m *machine) Namespace(name string) (Host, error) {
	if strings.Contains(name, "/") {
		return nil, fmt.Errorf("network namespace %s: not a plain name", name)
	}
	f, err := os.Open(namespaceDirectory + name)
	if err != nil {
		return nil, fmt.Errorf("network namespace %s: %w", name, err)
	}
	defer f.Close()
	type outcome struct {
		links map[string]reader.Link
		err   error
	}
	done := make(chan outcome)
	go func() {
		// The thread is in the namespace from here on, and ends with
		// this goroutine because it stays locked.
		runtime.LockOSThread()
		if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- outcome{nil, err}
			return
		}
		links, err := systemLinks()
		done <- outcome{links, err}
	}()
	o := <-done
	if o.err != nil {
		return nil, fmt.Errorf("network namespace %s: %w", name, o.err)
	}
	return &machine{links: o.links}, nil
}

// systemLinks lists the interfaces of the current thread's namespace. It is
// the one netlink question of the parser, and needs no library.
func systemLinks() (map[string]reader.Link, error) {
	rib, err := syscall.NetlinkRIB(syscall.RTM_GETLINK, syscall.AF_UNSPEC)
	if err != nil {
		return nil, os.NewSyscallError("netlink", err)
	}
	messages, err := syscall.ParseNetlinkMessage(rib)
	if err != nil {
		return nil, os.NewSyscallError("netlink", err)
	}
	links := make(map[string]reader.Link)
	names := make(map[int]string)
	base, master := make(map[string]int), make(map[string]int)
	for i := range messages {
		l, b, m, ok := parseLink(&messages[i])
		if !ok {
			continue
		}
		links[l.Name], names[l.Index] = l, l.Name
		base[l.Name], master[l.Name] = b, m
	}
	for name, l := range links {
		l.Base, l.Master = names[base[name]], names[master[name]]
		if l.Base == name {
			l.Base = ""
		}
		links[name] = l
	}
	return links, nil
}
