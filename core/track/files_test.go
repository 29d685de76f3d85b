package track

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/process"
)

func TestLeadingNumber(t *testing.T) {
	for text, want := range map[string]string{
		"": "0", "abc": "0", "12": "12", " \t12abc": "12", "-5\n": "-5", "+7": "7", "0x1Fg": "0x1F", "-0x10": "-0x10",
		"017": "017", "018": "01", "0x": "0", "0xg": "0", "-": "0", "99999999999999999999": "99999999999999999999", "0": "0",
	} {
		if got := leadingNumber([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// A file is read at the start, when it was written, replaced, moved and
// deleted; a number out of range changes nothing.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "tf")
	var log strings.Builder
	loop := process.NewLoop()
	values := make(chan int64, 10)
	f := NewFiles(loop, slog.New(slog.NewTextHandler(&log, nil)), func(_ *config.TrackFile, v int64) { values <- v })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); loop.Run(ctx) }()
	run := func(do func()) {
		done := make(chan struct{})
		loop.Post(func() { do(); close(done) })
		<-done
	}
	expect := func(want int64) {
		t.Helper()
		select {
		case v := <-values:
			if v != want {
				t.Errorf("value %d, want %d", v, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("no value %d", want)
		}
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// replace never shows a file that is only half written.
	replace := func(text string) {
		t.Helper()
		write("new", text)
		if err := os.Rename(filepath.Join(dir, "new"), path); err != nil {
			t.Fatal(err)
		}
	}
	run(func() { f.Load([]*config.TrackFile{{Name: "tf", Path: path, InitFile: true, InitValue: 5}}, true) })
	if b, err := os.ReadFile(path); string(b) != "5\n" || err != nil {
		t.Fatalf("created %q, %v", b, err)
	}
	run(func() {
		if v := f.Value("tf"); v != 5 {
			t.Errorf("first value %d", v)
		}
	})
	write("tf", "10")
	expect(10)
	write("other", "99")
	replace("4294967296")
	refused := "Invalid number 4294967296 read from " + path + " - ignoring"
	for deadline := time.Now().Add(10 * time.Second); ; {
		seen := false
		run(func() { seen = strings.Contains(log.String(), refused) })
		if seen {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the number is not refused: %s", log.String())
		}
	}
	replace("-3 and more")
	expect(-3)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	expect(0)
	write("tf", "8")
	expect(8)
	run(func() {
		f.Load([]*config.TrackFile{{Name: "tf", Path: path, InitFile: true, Overwrite: true}}, false)
		if v := f.Value("tf"); v != 8 {
			t.Errorf("value %d after a reload", v)
		}
		f.Close()
		if strings.Count(log.String(), refused) != 1 {
			t.Errorf("log: %s", log.String())
		}
	})
	cancel()
	<-ended
}

// A FIFO in the place of a file blocks nobody, and counts as missing.
func TestFileIsFIFO(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mkfifo(filepath.Join(dir, "tf"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := NewFiles(process.NewLoop(), slog.New(slog.DiscardHandler), nil)
	f.Load([]*config.TrackFile{{Name: "tf", Path: filepath.Join(dir, "tf")}}, false)
	defer f.Close()
	if v := f.Value("tf"); v != 0 {
		t.Errorf("value %d", v)
	}
}
