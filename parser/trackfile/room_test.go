package trackfile

import (
	"io/fs"
	"path"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keepalived/core/config"
	"keepalived/parser/keyword"
	"keepalived/parser/reader"
	"keepalived/parser/source"
	"keepalived/parser/syntax"
)

// machine has the directories /tmp and /proc, and the file /tmp/file.
type machine struct{ reader.Host }

type entry struct {
	name string
	mode fs.FileMode
}

func (e entry) Name() string       { return e.name }
func (e entry) Size() int64        { return 0 }
func (e entry) Mode() fs.FileMode  { return e.mode }
func (e entry) ModTime() time.Time { return time.Time{} }
func (e entry) IsDir() bool        { return e.mode.IsDir() }
func (e entry) Sys() any           { return nil }

func (machine) Stat(name string) (fs.FileInfo, error) {
	switch name {
	case "/tmp", "/proc":
		return entry{path.Base(name), fs.ModeDir | 0o755}, nil
	case "/tmp/file":
		return entry{"file", 0o644}, nil
	case "/tmp/pipe":
		return entry{"pipe", fs.ModeNamedPipe | 0o644}, nil
	}
	return nil, syscall.ENOENT
}

func (m machine) RealPath(name string) (string, error) {
	_, err := m.Stat(name)
	return name, err
}

func (machine) Watchable(name string) bool { return name != "/proc" }

type text string

func (t text) Stat(string) (fs.FileInfo, error) { return entry{"c.conf", 0o644}, nil }
func (t text) Read(string) (string, error)      { return string(t), nil }
func (t text) Glob(string) ([]string, error)    { return nil, nil }
func (t text) Directory() string                { return "/" }

// read reads a configuration for one process and returns its messages.
func read(t *testing.T, r *Room, process config.Pass, mode reader.Mode, conf string, c *config.Config) (messages []string) {
	t.Helper()
	tree, err := syntax.Parse(source.Open(source.Options{Path: "c.conf"}, text(conf)), keyword.ScriptLike)
	if err != nil {
		t.Fatal(err)
	}
	p := reader.NewPass(process, mode, tree, c, machine{})
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
