package script

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"keepalived/core/config"
	"keepalived/parser/internal/host"
	"keepalived/parser/reader"
)

// machine has a merged /usr, and the user 1000 has a home there.
func machine() host.Host {
	return host.Host{
		Environment: map[string]string{"PATH": "/usr/bin:/usr/sbin"},
		Files: map[string]host.File{
			"/": {Mode: host.Directory}, "/usr": {Mode: host.Directory}, "/usr/bin": {Mode: host.Directory}, "/bin": {Mode: host.Symlink, Link: "/usr/bin"},
			"/usr/bin/true":      {Mode: 0o755},
			"/usr/bin/private":   {Mode: 0o700},
			"/usr/bin/grouped":   {Mode: 0o775, GID: 5},
			"/usr/bin/rooted":    {Mode: 0o775},
			"/usr/bin/world":     {Mode: 0o757},
			"/usr/bin/plain":     {Mode: 0o644},
			"/usr/bin/suid":      {Mode: fs.ModeSetuid | 0o757},
			"/usr/bin/alias":     {Mode: host.Symlink, Link: "/usr/bin/true"},
			"/usr/bin/odd":       {Mode: host.Symlink, Link: "/home/u/tool"},
			"/usr/bin/dir":       {Mode: host.Directory},
			"/home":              {Mode: host.Directory},
			"/home/u":            {Mode: fs.ModeDir | 0o700, UID: 1000, GID: 1000},
			"/home/u/tool":       {Mode: 0o755, UID: 1000, GID: 1000},
			"/tmp":               {Mode: fs.ModeDir | fs.ModeSticky | 0o777},
			"/tmp/tool":          {Mode: 0o755},
			"/open":              {Mode: fs.ModeDir | 0o777},
			"/open/tool":         {Mode: 0o755},
			"/usr/bin/shadowed":  {Mode: 0o644},
			"/usr/sbin":          {Mode: host.Directory},
			"/usr/sbin/shadowed": {Mode: 0o755},
		},
	}
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
		p := reader.NewPass(config.PassVRRP, reader.Mode{Test: true}, nil, conf, machine())
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
		p := reader.NewPass(config.PassVRRP, reader.Mode{}, nil, conf, machine())
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
