package trackfile

import (
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keepalived/core/config"
	"keepalived/parser/internal/host"
	"keepalived/parser/keyword"
	"keepalived/parser/reader"
	"keepalived/parser/source"
	"keepalived/parser/syntax"
)

// machine has the directories /tmp and /proc, the file /tmp/file and a pipe.
func machine() host.Host {
	return host.Host{Files: map[string]host.File{
		"/": {Mode: host.Directory}, "/tmp": {Mode: host.Directory}, "/proc": {Mode: host.Directory},
		"/tmp/file": {Mode: 0o644}, "/tmp/pipe": {Mode: fs.ModeNamedPipe | 0o644},
	}}
}

// read reads a configuration for one process and returns its messages.
func read(t *testing.T, r *Room, process config.Pass, mode reader.Mode, conf string, c *config.Config) (messages []string) {
	t.Helper()
	tree, err := syntax.Parse(source.Open(source.Options{Path: "c.conf"}, host.Disk{"/c.conf": conf}), keyword.ScriptLike)
	if err != nil {
		t.Fatal(err)
	}
	p := reader.NewPass(process, mode, tree, c, machine())
	p.Read(reader.NewLanguage(keyword.New(), r.Handlers()), nil)
	for _, d := range p.Diagnostics {
		if !d.LogOnly {
			messages = append(messages, d.Message)
		}
	}
	return messages
}

// Both processes read the blocks, each into its own part.
func TestBothProcesses(t *testing.T) {
	const conf = `track_file a {
	file /tmp/a
	weight -5 reverse
	init_file 7 overwrite
}
vrrp_track_file a {
	file /tmp/second
}
track_file b {
	file b
}
track_file c {
	file /nowhere/c
}
track_file d {
	file /tmp/file/d
}
track_file e {
	file /proc/e
}
`
	want := []string{
		"(c.conf: Line 11) realpath() error 2 (No such file or directory) for b",
		"(c.conf: Line 14) realpath() error 2 (No such file or directory) for c",
		"(c.conf: Line 17) track file directory for d does not exist - removing",
		"(c.conf: Line 20) The filesystem of /proc/e is read only or cannot be monitored - ignoring",
	}
	r, c := New(), new(config.Config)
	for _, process := range []config.Pass{config.PassChecker, config.PassVRRP} {
		if diff := cmp.Diff(want, read(t, r, process, reader.Mode{Test: true}, conf, c)); diff != "" {
			t.Errorf("%v: -want +got\n%s", process, diff)
		}
		first, ok := r.Lookup(process, "a")
		if !ok || *first != (config.TrackFile{Name: "a", Path: "/tmp/a", Weight: -5, Reverse: true, InitFile: true, InitValue: 7, Overwrite: true}) {
			t.Errorf("%v: a is %+v, %v", process, first, ok)
		}
		if _, ok := r.Lookup(process, "c"); ok {
			t.Errorf("%v: c was accepted", process)
		}
	}
	if len(c.LVS.TrackFiles) != 2 || len(c.VRRP.TrackFiles) != 2 || c.LVS.TrackFiles[0] == c.VRRP.TrackFiles[0] {
		t.Errorf("LVS %v, VRRP %v", c.LVS.TrackFiles, c.VRRP.TrackFiles)
	}
}

// What is to be written must be a file; a test or a reload writes nothing.
func TestOverwrite(t *testing.T) {
	const conf = "track_file a {\n file /tmp/pipe\n init_file overwrite\n}\n"
	for _, c := range []struct {
		mode reader.Mode
		ok   bool
	}{{reader.Mode{}, false}, {reader.Mode{Test: true}, true}, {reader.Mode{Reload: true}, true}} {
		r := New()
		messages := read(t, r, config.PassVRRP, c.mode, conf, new(config.Config))
		if _, ok := r.Lookup(config.PassVRRP, "a"); ok != c.ok || (len(messages) == 0) != c.ok {
			t.Errorf("%+v: accepted %v, %q", c.mode, ok, messages)
		}
	}
}
