package logging

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConsoleLine(t *testing.T) {
	got := string(consoleLine(time.Date(2026, 11, 1, 9, 5, 8, 0, time.UTC), "text"))
	if want := "Sun Nov  1 09:05:08 2026: text\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// The facilities and priorities of 02-runtime section 9.
func TestSyslogLine(t *testing.T) {
	at := time.Date(2026, 11, 1, 9, 5, 8, 0, time.UTC)
	for _, c := range []struct {
		facility, want string
		level          slog.Level
	}{
		{"daemon", "<30>Nov  1 09:05:08 Keepalived[7]: x", slog.LevelInfo},
		{"local5", "<174>Nov  1 09:05:08 Keepalived[7]: x", LevelDetail},
		{"5", "<174>Nov  1 09:05:08 Keepalived[7]: x", LevelExtraDetail},
		{"user", "<14>Nov  1 09:05:08 Keepalived[7]: x", slog.LevelInfo},
		{"daemon", "<25>Nov  1 09:05:08 Keepalived[7]: x", LevelAlert},
		{"daemon", "<27>Nov  1 09:05:08 Keepalived[7]: x", slog.LevelError},
		{"daemon", "<28>Nov  1 09:05:08 Keepalived[7]: x", slog.LevelWarn},
		{"daemon", "<31>Nov  1 09:05:08 Keepalived[7]: x", slog.LevelDebug},
	} {
		f, err := ParseFacility(c.facility)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(syslogLine(int(f)<<3|severity(c.level), at, "Keepalived", 7, "x")); got != c.want {
			t.Errorf("%s %v: %q, want %q", c.facility, c.level, got, c.want)
		}
	}
	for _, bad := range []string{"", "8", "local8", "local", "kern", "local55"} {
		if _, err := ParseFacility(bad); err == nil {
			t.Errorf("facility %q accepted", bad)
		}
	}
}

func TestDetail(t *testing.T) {
	for detail, want := range []string{"", "detail", "detail extra"} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		l := Open(Options{Console: w, Detail: detail})
		log := slog.New(l)
		log.Log(context.Background(), LevelDetail, "detail")
		log.Log(context.Background(), LevelExtraDetail, "extra")
		l.Close(time.Second)
		w.Close()
		text, err := io.ReadAll(r)
		r.Close()
		var words []string
		for line := range strings.Lines(string(text)) {
			words = append(words, strings.TrimSpace(line[26:]))
		}
		if got := strings.Join(words, " "); err != nil || got != want {
			t.Errorf("detail %d: %q, want %q (%v)", detail, got, want, err)
		}
	}
}

// A syslog daemon that is not there yet, and one that is restarted, get the
// lines from when they are there.
func TestSyslog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := Open(Options{Ident: "Keepalived", Facility: Daemon, Syslog: true, SyslogSocket: path})
	log := slog.New(l)
	log.Info("lost")
	for _, text := range []string{"first", "second"} {
		daemon, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		log.Info(text)
		b := make([]byte, 200)
		if err := daemon.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := daemon.Read(b)
		if want := regexp.MustCompile(`^<30>\w{3} [ \d]\d \d\d:\d\d:\d\d Keepalived(_vrrp)?\[\d+\]: ` + text + `$`); err != nil || !want.Match(b[:n]) {
			t.Errorf("%q, %v", b[:n], err)
		}
		daemon.Close()
		os.Remove(path)
		l.SetIdent("Keepalived_vrrp")
	}
	l.Close(time.Second)
}

// stuck is an output that takes lines only when it is told to.
type stuck struct {
	mu    sync.Mutex
	lines []string
	open  chan struct{}
}

func (s *stuck) try([]byte) bool { return false }
func (s *stuck) wait(b []byte) {
	<-s.open
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, string(b))
}
func (s *stuck) lost(n int) []byte { return []byte(lostText(n)) }

// A destination that does not take lines delays nobody; what it can have when
// it takes them again is what fits, in order, and how much did not.
func TestStuckOutput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stuck{open: make(chan struct{})}
		q := &queue{out: s}
		line := []byte(strings.Repeat("x", maxWaiting/4))
		for range 7 {
			q.put(line)
			synctest.Wait() // the first line is on its way, four wait
		}
		start := time.Now()
		q.flush(3 * time.Second)
		if waited := time.Since(start); waited != 3*time.Second {
			t.Errorf("flush waited %v", waited)
		}
		close(s.open)
		q.flush(time.Hour)
		if len(s.lines) != 6 || s.lines[5] != "2 log lines lost" {
			t.Errorf("%d lines, last %.40q", len(s.lines), s.lines[len(s.lines)-1])
		}
	})
}

// A pipe with room for a short line takes only a part of a long one: that must
// not be waited for either.
func TestLongLine(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l := Open(Options{Console: w})
	long := strings.Repeat("x", 60000)
	written := make(chan struct{})
	go func() {
		defer close(written)
		log := slog.New(l)
		log.Info(long)
		log.Info(long)
	}()
	select {
	case <-written:
	case <-time.After(10 * time.Second):
		t.Error("the caller waits for the reader of the log")
	}
	done := make(chan int)
	go func() {
		text, _ := io.ReadAll(r)
		done <- len(text)
	}()
	<-written
	l.Close(10 * time.Second)
	w.Close()
	if n := <-done; n < 2*len(long) {
		t.Errorf("%d bytes came", n)
	}
}
