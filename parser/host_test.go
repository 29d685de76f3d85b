package parser

import (
	"io/fs"
	"net/netip"
	"path"
	"strings"
	"syscall"
	"time"

	"keepalived/parser/reader"
)

// fakeHost is the machine on which the golden verdicts were recorded: eth0
// with multicast and MTU 1500, ifb0 and ifb1 without multicast, a merged
// /usr, and no user keepalived_script. It also has a macvlan vmac0, a VRF vrf0,
// and sit9, which is no Ethernet.
type fakeHost struct{}

func (fakeHost) Link(name string) (reader.Link, bool) {
	switch name {
	case "lo":
		return reader.Link{Name: "lo", Index: 1, MTU: 65536, Loopback: true}, true
	case "eth0":
		return reader.Link{Name: "eth0", Index: 2, MTU: 1500, Multicast: true, Ethernet: true}, true
	case "ifb0":
		return reader.Link{Name: "ifb0", Index: 3, MTU: 1500, Ethernet: true, Kind: "ifb"}, true
	case "ifb1":
		return reader.Link{Name: "ifb1", Index: 4, MTU: 1500, Ethernet: true, Kind: "ifb"}, true
	case "vmac0":
		return reader.Link{Name: "vmac0", Index: 5, MTU: 1500, Multicast: true, Ethernet: true, Kind: "macvlan", Base: "eth0"}, true
	case "sit9":
		return reader.Link{Name: "sit9", Index: 6, MTU: 1480, Multicast: true, Kind: "sit"}, true
	case "vrf0":
		return reader.Link{Name: "vrf0", Index: 7, MTU: 65575, Ethernet: true, Kind: "vrf"}, true
	}
	return reader.Link{}, false
}

func (fakeHost) User(name string) (uid, gid uint32, ok bool) {
	switch name {
	case "root":
		return 0, 0, true
	case "nobody":
		return 65534, 65534, true
	case "daemon":
		return 1, 1, true
	}
	return 0, 0, false
}

func (fakeHost) Group(name string) (gid uint32, ok bool) {
	switch name {
	case "root":
		return 0, true
	case "nogroup":
		return 65534, true
	case "daemon":
		return 1, true
	}
	return 0, false
}

func (fakeHost) Self() (uid, gid uint32) { return 0, 0 }
func (fakeHost) Username() string        { return "root" }
func (fakeHost) CPUs() int               { return 2 }
func (fakeHost) Hostname() string        { return "golden" }

func (fakeHost) Resolve(name string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(name)
	return a, err == nil
}

func (fakeHost) Getenv(name string) string {
	return map[string]string{"GOLDEN_VRID": "77", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}[name]
}

func (h fakeHost) Namespace(name string) (Host, error) {
	if name == "other" {
		return h, nil
	}
	return nil, fs.ErrNotExist
}

func (fakeHost) Watchable(name string) bool { return name != "/proc" }

func (h fakeHost) MakeDirectory(name string, _ fs.FileMode) error {
	_, err := h.RealPath(path.Dir(name))
	return err
}

// fakeFiles are the files that exist besides the configuration.
var fakeFiles = map[string]fakeInfo{
	"/":                      {mode: fs.ModeDir | 0o755},
	"/bin":                   {mode: fs.ModeSymlink | 0o777, link: "/usr/bin"},
	"/usr":                   {mode: fs.ModeDir | 0o755},
	"/usr/bin":               {mode: fs.ModeDir | 0o755},
	"/usr/bin/true":          {mode: 0o755},
	"/usr/bin/false":         {mode: 0o755},
	"/usr/bin/sh":            {mode: 0o755},
	"/etc":                   {mode: fs.ModeDir | 0o755},
	"/etc/passwd":            {mode: 0o644},
	"/proc":                  {mode: fs.ModeDir | 0o555},
	"/etc/hmac.key":          {mode: 0o600, text: "0123456789abcdef0123456789abcdef\n"},
	"/etc/hmac.open":         {mode: 0o644, text: "0123456789abcdef0123456789abcdef\n"},
	"/etc/hmac.long":         {mode: 0o600, text: strings.Repeat("a", 4096)},
	"/tmp":                   {mode: fs.ModeDir | fs.ModeSticky | 0o777},
	"/tmp/golden_track_file": {mode: 0o644},
}

// fakeInfo is a file that belongs to root.
type fakeInfo struct {
	name string
	mode fs.FileMode
	link string
	text string
}

func (i fakeInfo) Name() string       { return i.name }
func (i fakeInfo) Size() int64        { return int64(len(i.text)) }
func (i fakeInfo) Mode() fs.FileMode  { return i.mode }
func (i fakeInfo) ModTime() time.Time { return time.Time{} }
func (i fakeInfo) IsDir() bool        { return i.mode.IsDir() }
func (i fakeInfo) Sys() any           { return nil }

func (h fakeHost) Lstat(name string) (fs.FileInfo, error) {
	dir, base := path.Split(path.Clean(name))
	dir, err := h.RealPath(dir)
	if err != nil {
		return nil, err
	}
	if info, ok := fakeFiles[path.Join(dir, base)]; ok {
		info.name = base
		return info, nil
	}
	return nil, fs.ErrNotExist
}

func (h fakeHost) Stat(name string) (fs.FileInfo, error) {
	real, err := h.RealPath(name)
	if err != nil {
		return nil, err
	}
	return fakeFiles[real], nil
}

func (h fakeHost) RealPath(name string) (string, error) {
	if !path.IsAbs(name) {
		return "", syscall.ENOENT
	}
	real := "/"
	for _, part := range strings.Split(path.Clean(name), "/") {
		if part == "" {
			continue
		}
		if fakeFiles[real].mode.IsRegular() {
			return "", syscall.ENOTDIR
		}
		next := path.Join(real, part)
		info, ok := fakeFiles[next]
		if !ok {
			return "", syscall.ENOENT
		}
		if info.link != "" {
			next = info.link
		}
		real = next
	}
	return real, nil
}

func (fakeHost) ReadFile(name string) ([]byte, error) {
	if f, ok := fakeFiles[name]; ok && f.text != "" {
		return []byte(f.text), nil
	}
	return nil, syscall.ENOENT
}
