package explain

import (
	"errors"
	"io/fs"
	"net/netip"
	"path"
	"strings"
	"time"

	"keepalived/parser"
	"keepalived/parser/reader"
)

// machine is the one of the golden configurations: eth0, ifb0 and ifb1, where
// /bin is a link to /usr/bin, and no user keepalived_script.
type machine struct{}

func (machine) Link(name string) (reader.Link, bool) {
	l, ok := map[string]reader.Link{
		"lo":   {Index: 1, MTU: 65536, Loopback: true},
		"eth0": {Index: 2, MTU: 1500, Multicast: true, Ethernet: true},
		"ifb0": {Index: 3, MTU: 1500, Ethernet: true, Kind: "ifb"},
		"ifb1": {Index: 4, MTU: 1500, Ethernet: true, Kind: "ifb"},
		"blue": {Index: 5, MTU: 1500, Kind: "vrf"},
	}[name]
	l.Name = name
	return l, ok
}

func (machine) User(name string) (uid, gid uint32, ok bool) {
	id, ok := map[string]uint32{"root": 0, "0": 0, "daemon": 1, "1": 1, "nobody": 65534, "65534": 65534}[name]
	return id, id, ok
}

func (machine) Group(name string) (gid uint32, ok bool) {
	gid, ok = map[string]uint32{"root": 0, "0": 0, "daemon": 1, "1": 1, "nogroup": 65534, "65534": 65534}[name]
	return gid, ok
}

func (machine) Self() (uid, gid uint32) { return 0, 0 }
func (machine) Username() string        { return "root" }
func (machine) CPUs() int               { return 2 }
func (machine) Hostname() string        { return "golden" }

func (machine) Resolve(name string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(name)
	return a, err == nil
}

func (machine) Getenv(name string) string {
	return map[string]string{"GOLDEN_VRID": "77", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}[name]
}

func (machine) Namespace(string) (parser.Host, error)    { return nil, fs.ErrNotExist }
func (machine) Watchable(string) bool                    { return true }
func (machine) MakeDirectory(string, fs.FileMode) error  { return nil }
func (machine) ReadFile(string) ([]byte, error)          { return nil, fs.ErrNotExist }
func (m machine) Lstat(name string) (fs.FileInfo, error) { return lookup(name) }

func (m machine) Stat(name string) (fs.FileInfo, error) {
	real, err := m.RealPath(name)
	if err != nil {
		return nil, err
	}
	return lookup(real)
}

func (machine) RealPath(name string) (string, error) {
	if !path.IsAbs(name) {
		return "", errors.New("relative path")
	}
	real := path.Clean(name)
	if rest, ok := strings.CutPrefix(real, "/bin/"); ok {
		real = "/usr/bin/" + rest
	}
	_, err := lookup(real)
	return real, err
}

func lookup(name string) (fs.FileInfo, error) {
	mode, ok := map[string]fs.FileMode{
		"/": fs.ModeDir | 0o755, "/bin": fs.ModeSymlink | 0o777, "/usr": fs.ModeDir | 0o755, "/usr/bin": fs.ModeDir | 0o755,
		"/usr/bin/true": 0o755, "/usr/bin/false": 0o755, "/usr/bin/sh": 0o755, "/etc": fs.ModeDir | 0o755, "/etc/passwd": 0o644,
		"/tmp": fs.ModeDir | fs.ModeSticky | 0o777, "/tmp/golden_track_file": 0o644,
	}[path.Clean(name)]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return info{path.Base(name), mode}, nil
}

// info is a file that belongs to root.
type info struct {
	name string
	mode fs.FileMode
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return 0 }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }

// memory is a file system with one configuration file.
type memory string

func (m memory) Stat(string) (fs.FileInfo, error) { return info{"k.conf", 0o644}, nil }
func (m memory) Read(string) (string, error)      { return string(m), nil }
func (m memory) Glob(string) ([]string, error)    { return nil, nil }
func (m memory) Directory() string                { return "/" }

func (machine) Links() []string { return []string{"eth0", "ifb0", "ifb1", "lo"} }
