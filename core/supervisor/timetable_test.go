package supervisor

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"log/slog"

	"keepalived/core/process"
)

// What the C daemon makes of these times (observed).
func TestParseReloadTime(t *testing.T) {
	now := time.Date(2026, 11, 25, 16, 46, 52, 0, time.Local)
	local := func(y int, mo time.Month, d, h, mi, s int) string {
		return time.Date(y, mo, d, h, mi, s, 0, time.Local).Format(time.DateTime)
	}
	for text, want := range map[string]string{
		"23:59:58":             local(2026, 11, 25, 23, 59, 58),
		"00:00:01":             local(2026, 11, 26, 0, 0, 1),
		"16:46:52":             local(2026, 11, 26, 16, 46, 52),
		"2030-02-03 23:59:57":  local(2030, 2, 3, 23, 59, 57),
		"30-02-03 23:59:57":    local(2030, 2, 3, 23, 59, 57),
		"2030-02-03 23:59:57Z": showTime(time.Date(2030, 2, 3, 23, 59, 57, 0, time.UTC)),
		"garbage":              "Reload time garbage format is incorrect - ignoring|Invalid reload time 'garbage' specified - ignoring",
		"23:59:59x":            "Reload time 23:59:59x format is incorrect - ignoring|Invalid reload time '23:59:59x' specified - ignoring",
		"2030-2-3 3:9:7":       "Reload time 2030-2-3 3:9:7 format is incorrect - ignoring|Invalid reload time '2030-2-3 3:9:7' specified - ignoring",
		"25:00:00":             "Reload date/time 25:00:00 invalid - ignoring|Invalid reload time '25:00:00' specified - ignoring",
		"12:60:00":             "Reload date/time 12:60:00 invalid - ignoring|Invalid reload time '12:60:00' specified - ignoring",
		"12:00:60":             "Reload time 12:00:60 is not valid - ignoring|Invalid reload time '12:00:60' specified - ignoring",
		"2030-02-30 10:00:00":  "Reload time 2030-02-30 10:00:00 is not valid - ignoring|Invalid reload time '2030-02-30 10:00:00' specified - ignoring",
		"2020-01-01 10:00:00":  "Reload time 2020-01-01 10:00:00 is in the past - ignoring|Reload date/time is in the past - ignoring",
		"99-12-31 10:00:00":    "Reload time 99-12-31 10:00:00 is in the past - ignoring|Reload date/time is in the past - ignoring",
	} {
		when, daily, problems := parseReloadTime(text, now)
		got := strings.Join(problems, "|")
		if problems == nil {
			got = showTime(when)
			if daily != (len(text) == 8) {
				t.Errorf("%s: daily %v", text, daily)
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// The file is followed through all that can happen to it and its directory.
func TestTimetable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	path := filepath.Join(dir, "time")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, loop: process.NewLoop(), start: time.Now()}
	lines := make(chan string, 100)
	log := slog.New(lineHandler{bench: b, lines: lines})
	ctx, cancel := context.WithCancel(t.Context())
	reloads := make(chan bool, 10)
	table := newTimetable(b.loop, log, func() { reloads <- true })
	b.loop.Post(func() { table.start(path, false) })
	done := make(chan bool)
	go func() { b.loop.Run(ctx); close(done) }()
	expect := func(part string) {
		t.Helper()
		select {
		case got := <-lines:
			if !strings.Contains(got, part) {
				t.Fatalf("got %q, want %q", got, part)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%q does not come", part)
		}
	}
	write := func(file, text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(path, "2100-01-01 10:00:00\n")
	expect("Scheduling reload for 2100-01-01 10:00:00")
	write(filepath.Join(dir, "new"), "2100-01-01 10:00:01\n")
	if err := os.Rename(filepath.Join(dir, "new"), path); err != nil {
		t.Fatal(err)
	}
	expect("Reload time updated from 2100-01-01 10:00:00 to 2100-01-01 10:00:01")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	expect("Cancelling reload scheduled for 2100-01-01 10:00:01")
	write(path, time.Now().Add(2*time.Second).Format(time.DateTime)+"\n")
	expect("Scheduling")
	select {
	case <-reloads:
	case <-time.After(10 * time.Second):
		t.Fatal("no reload")
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	expect("Directory of reload timer file has disappeared")
	cancel()
	<-done
	table.stop()
}

// lineHandler sends each line to a channel.
type lineHandler struct {
	*bench
	lines chan string
}

func (h lineHandler) Handle(_ context.Context, r slog.Record) error {
	h.lines <- r.Message
	return nil
}
