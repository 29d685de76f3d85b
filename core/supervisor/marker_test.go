package supervisor

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"keepalived/core/config"
	"keepalived/core/process"
)

// The marker of reload_file is there while a plain reload reads the files too,
// for which it is meant. (In the C daemon it is there only while a validation
// runs.)
func TestMarker(t *testing.T) {
	expect(t, Options{}, prepared("A", process.VRRP), func(b *bench) { b.marking, b.readTime = true, time.Second }, at{
		1: reload, 4: stop,
	}, `
0 vrrp 1 with A
0 Starting VRRP child process, pid=1
0 Startup complete
0 systemd: "READY=1\nMAINPID=1000"
1 Reloading ...
1 marker true
2 marker false
2 systemd: "RELOADING=1"
2 vrrp reloads
2 Reload complete
2 systemd: "READY=1\nMAINPID=1000"
4 Stopping
4 systemd: "STOPPING=1"
4 vrrp gets SIGTERM
4.1 end 0`)
}

// It is an empty file that everybody may read, by default beside the pid file.
func TestMarkerFile(t *testing.T) {
	dir := t.TempDir()
	b := &bench{t: t}
	loop, log := process.NewLoop(), slog.New(b)
	m := &machine{
		loop: loop, log: log, timetable: newTimetable(loop, log, nil),
		state: &state{paths: pidPaths{Parent: filepath.Join(dir, "keepalived.pid")}},
	}
	for name, file := range map[string]string{"-": "keepalived.reload", filepath.Join(dir, "own"): "own"} {
		c := &config.Config{Global: config.Global{ReloadFile: name}}
		path := filepath.Join(dir, file)
		m.Reading(c, true)
		if info, err := os.Stat(path); err != nil || info.Size() != 0 || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: %v, %v", path, info, err)
		}
		m.Reading(c, false)
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
	m.Reading(&config.Config{Global: config.Global{ReloadFile: filepath.Join(dir, "missing", "x")}}, true)
	if len(b.lines) != 1 {
		t.Errorf("log: %q", b.lines)
	}
}
