package script

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// node is a file of the tree below.
type node struct {
	name     string
	mode     fs.FileMode
	uid, gid uint32
	link     string
}

func (n node) Name() string       { return n.name }
func (n node) Size() int64        { return 0 }
func (n node) Mode() fs.FileMode  { return n.mode }
func (n node) ModTime() time.Time { return time.Time{} }
func (n node) IsDir() bool        { return n.mode.IsDir() }
func (n node) Sys() any           { return &syscall.Stat_t{Uid: n.uid, Gid: n.gid} }

const (
	directory = fs.ModeDir | 0o755
	symlink   = fs.ModeSymlink | 0o777
)

// tree is a machine with a merged /usr, on which the user 1000 has a home.
type tree struct {
	reader.Host
	nodes map[string]node
}

func newTree() tree {
	return tree{nodes: map[string]node{
		"/": {mode: directory}, "/usr": {mode: directory}, "/usr/bin": {mode: directory}, "/bin": {mode: symlink, link: "/usr/bin"},
		"/usr/bin/true":      {mode: 0o755},
		"/usr/bin/private":   {mode: 0o700},
		"/usr/bin/grouped":   {mode: 0o775, gid: 5},
		"/usr/bin/rooted":    {mode: 0o775},
		"/usr/bin/world":     {mode: 0o757},
		"/usr/bin/plain":     {mode: 0o644},
		"/usr/bin/suid":      {mode: fs.ModeSetuid | 0o757},
		"/usr/bin/alias":     {mode: symlink, link: "/usr/bin/true"},
		"/usr/bin/odd":       {mode: symlink, link: "/home/u/tool"},
		"/usr/bin/dir":       {mode: directory},
		"/home":              {mode: directory},
		"/home/u":            {mode: fs.ModeDir | 0o700, uid: 1000, gid: 1000},
		"/home/u/tool":       {mode: 0o755, uid: 1000, gid: 1000},
		"/tmp":               {mode: fs.ModeDir | fs.ModeSticky | 0o777},
		"/tmp/tool":          {mode: 0o755},
		"/open":              {mode: fs.ModeDir | 0o777},
		"/open/tool":         {mode: 0o755},
		"/usr/bin/shadowed":  {mode: 0o644},
		"/usr/sbin":          {mode: directory},
		"/usr/sbin/shadowed": {mode: 0o755},
	}}
}

func (tree) Getenv(string) string { return "/usr/bin:/usr/sbin" }

func (t tree) Lstat(name string) (fs.FileInfo, error) {
	real, err := t.RealPath(path.Dir(path.Clean(name)))
	if err != nil {
		return nil, err
	}
	if n, ok := t.nodes[path.Join(real, path.Base(name))]; ok {
		return n, nil
	}
	return nil, syscall.ENOENT
}

func (t tree) Stat(name string) (fs.FileInfo, error) {
	real, err := t.RealPath(name)
	if err != nil {
		return nil, err
	}
	return t.nodes[real], nil
}

func (t tree) RealPath(name string) (string, error) {
	real := "/"
	for _, part := range strings.Split(strings.Trim(path.Clean(name), "/"), "/") {
		if part == "" {
			continue
		}
		next := path.Join(real, part)
		n, ok := t.nodes[next]
		if !ok {
			return "", syscall.ENOENT
		}
		if n.link != "" {
			next = n.link
		}
		real = next
	}
	return real, nil
}

func TestExamine(t *testing.T) {
	for _, c := range []struct {
		command  string
		user     uint32
		security bool // enable_script_security
		want     Verdict
		unsafe   bool
		path     string
	}{
		{command: "/usr/bin/true", want: Accepted, path: "/usr/bin/true"},
		{command: "/usr//bin/./true", want: Accepted, path: "/usr/bin/true"},
		{command: "/usr/bin/true", security: true, want: Accepted, path: "/usr/bin/true"},
		{command: "/bin/true", want: Insecure},
		{command: "/bin/true", security: true, want: Insecure},
		{command: "/bin/true", user: 1000, want: Accepted, path: "/usr/bin/true"},
		{command: "/usr/bin/alias", want: Accepted, path: "/usr/bin/true"},
		{command: "/usr/bin/nothing", want: NotFound},
		{command: "/usr/bin/plain", want: NotExecutable},
		{command: "/usr/bin/private", user: 1000, want: NotExecutable},
		{command: "/usr/bin/private", want: Accepted, path: "/usr/bin/private"},
		{command: "/usr/bin/grouped", want: Accepted, unsafe: true, path: "/usr/bin/grouped"},
		{command: "/usr/bin/grouped", security: true, want: Insecure, unsafe: true},
		{command: "/usr/bin/grouped", security: true, user: 1000, want: Accepted, path: "/usr/bin/grouped"},
		{command: "/usr/bin/rooted", security: true, want: Accepted, path: "/usr/bin/rooted"},
		{command: "/usr/bin/world", security: true, want: Insecure, unsafe: true},
		{command: "/usr/bin/suid", security: true, user: 1000, want: Insecure, unsafe: true},
		{command: "/usr/bin/dir", want: Insecure},
		{command: "/usr/bin/dir", user: 1000, want: NotExecutable},
		{command: "/home/u/tool", security: true, want: Insecure, unsafe: true},
		{command: "/home/u/tool", security: true, user: 1000, want: Accepted, path: "/home/u/tool"},
		{command: "/home/u/tool", user: 1001, want: NotFound},
		{command: "/usr/bin/odd", security: true, want: Insecure, unsafe: true},
		{command: "/tmp/tool", security: true, want: Accepted, path: "/tmp/tool"},
		{command: "/open/tool", security: true, want: Insecure, unsafe: true},
		{command: "true", want: Accepted, path: "/usr/bin/true"},
		{command: "shadowed", want: Accepted, path: "/usr/sbin/shadowed"},
		{command: "nothing", want: NotFound},
		{command: "private", user: 1000, want: NotFound},
		{command: "</etc/nothing", want: Accepted},
		{command: "< /etc/nothing", want: Accepted},
	} {
		conf := new(config.Config)
		conf.Global.EnableScriptSecurity = c.security
		p := reader.NewPass(config.PassVRRP, reader.Mode{Test: true}, nil, conf, newTree())
		e := NewExaminer(p)
		s := New(strings.Fields(c.command), Owner{UID: c.user, GID: c.user})
		got := e.Examine(s)
		if _, unsafe := e.Executed(); got != c.want || unsafe != c.unsafe || s.Path != c.path {
			t.Errorf("%+v: verdict %d, unsafe %v, path %q", c, got, unsafe, s.Path)
		}
		for _, d := range p.Diagnostics {
			if !d.LogOnly {
				t.Errorf("%+v: %s", c, d.Message)
			}
		}
	}
}

// The first argument is the configured path, cleaned; with use_symlink_paths
// it is what is executed as well.
func TestExaminePaths(t *testing.T) {
	for _, symlinks := range []bool{false, true} {
		conf := new(config.Config)
		conf.Global.UseSymlinkPaths = symlinks
		p := reader.NewPass(config.PassVRRP, reader.Mode{}, nil, conf, newTree())
		s := New([]string{"/usr/bin/../bin//alias", "a b"}, Owner{})
		if v := NewExaminer(p).Examine(s); v != Accepted {
			t.Fatalf("verdict %d", v)
		}
		want := "/usr/bin/true"
		if symlinks {
			want = "/usr/bin/alias"
		}
		if s.Path != want || !slices.Equal(s.Args, []string{"/usr/bin/alias", "a b"}) {
			t.Errorf("use_symlink_paths %v: %q %q", symlinks, s.Path, s.Args)
		}
	}
}
