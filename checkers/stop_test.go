package checkers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"keepalived/checkers/internal/fixture"
	"keepalived/core/config"
	"keepalived/core/process"
	"keepalived/ipvs"
)

// real runs the service with real probes and scripts in real time; only the
// kernel's table is the fake one.
type real struct {
	t      *testing.T
	s      *service
	fake   *ipvs.Fake
	record *recorder
	loop   *process.Loop
}

func newReal(t *testing.T) *real {
	r := &real{t: t, record: new(recorder), loop: process.NewLoop(), fake: ipvs.NewFake()}
	r.s = New(process.Env{Loop: r.loop, Log: slog.New(r.record), Options: process.Options{TmpDir: t.TempDir()}}).(*service)
	r.s.deps.open = func(*config.Config) (ipvs.Client, error) { return r.fake, nil }
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { r.loop.Run(ctx); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return r
}

// on runs f on the loop and waits for it.
func (r *real) on(f func()) {
	done := make(chan struct{})
	r.loop.Post(func() { f(); close(done) })
	<-done
}

func (r *real) start(text string) {
	r.t.Helper()
	var err error
	r.on(func() { err = r.s.Start(fixture.Read(text)) })
	if err != nil {
		r.t.Fatal(err)
	}
}

// table is the kernel's table.
func (r *real) table() (text string) { r.on(func() { text = r.fake.String() }); return text }

// until waits for a condition.
func (r *real) until(what string, f func() bool) {
	r.t.Helper()
	for end := time.Now().Add(20 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("not reached: %s\n%s\n%s", what, r.table(), strings.Join(r.record.lines(), "\n"))
		}
	}
}

// stop stops the service, which must end in time, and returns how long it took.
func (r *real) stop() time.Duration {
	r.t.Helper()
	begin := time.Now()
	stopped := make(chan struct{})
	r.on(func() { r.s.Stop(func() { close(stopped) }) })
	select {
	case <-stopped:
	case <-time.After(10 * time.Second):
		r.t.Fatal("the stop does not end")
	}
	if left := r.fake.String(); left != "" {
		r.t.Errorf("left behind:\n%s", left)
	}
	return time.Since(begin)
}

// script writes a shell script that leaves its pid in a file beside it.
func (r *real) script(body string) (path string) {
	path = filepath.Join(r.t.TempDir(), "script")
	text := fmt.Sprintf("#!/bin/sh\necho $$ > %s.tmp && mv %[1]s.tmp %[1]s.pid\n%[2]s\n", path, body)
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		r.t.Fatal(err)
	}
	return path
}

// lastPID is the process of the last start of a script, 0 before the first.
func lastPID(path string) int {
	b, _ := os.ReadFile(path + ".pid")
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return pid
}

func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// stubborn is a script that does not end by itself nor by SIGTERM.
const stubborn = "trap '' TERM\nwhile :; do sleep 1; done"

// silent is a server that takes connections and datagrams and says nothing.
func silent(t *testing.T) (port int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	port = l.Addr().(*net.TCPAddr).Port
	p, err := net.ListenPacket("udp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return port
}

// Every kind of check waits for a server that is silent, and scripts that
// ignore SIGTERM run, when a reload and then the stop comes: the stop ends in
// time, and nothing of it is left.
func TestStopWhileEverythingHangs(t *testing.T) {
	r := newReal(t)
	check, down := r.script(stubborn), r.script(stubborn)
	var b strings.Builder
	port := silent(t)
	for i, kind := range []string{
		"HTTP_GET { \n url {\n path /\n }\n }", "SSL_GET {\n url {\n path /\n }\n }", "SMTP_CHECK { }",
		"DNS_CHECK { }", "UDP_CHECK { \n require_reply\n }", "MISC_CHECK {\n misc_path " + check + "\n }",
	} {
		fmt.Fprintf(&b, "virtual_server 10.9.0.%d 80 {\n protocol TCP\n lvs_sched rr\n delay_loop 60\n warmup 0\n connect_timeout 60\n omega\n quorum_down %s\n", i+1, down)
		fmt.Fprintf(&b, " real_server 127.0.0.1 %d {\n %s\n }\n}\n", port, kind)
	}
	r.start(b.String())
	hang := func(before int) (pid int) {
		r.until("everything runs", func() bool {
			running := 0
			r.on(func() { running = r.s.running })
			pid = lastPID(check)
			return pid != before && running == 6
		})
		return pid
	}
	first := hang(0)
	begin := time.Now()
	r.on(func() { _ = r.s.Reload(fixture.Read(b.String())) })
	if d := time.Since(begin); d > 5*time.Second {
		t.Errorf("the reload took %v", d)
	}
	second := hang(first)
	r.until("the script of before is gone", func() bool { return gone(first) })
	if d := r.stop(); d > stopScripts+2*time.Second {
		t.Errorf("the stop took %v", d)
	}
	r.until("the scripts are gone", func() bool { return gone(second) && lastPID(down) != 0 && gone(lastPID(down)) })
}

// A check script that cannot be executed says nothing about the server: what
// serves goes on, what does not serve stays out.
func TestMiscNotExecutable(t *testing.T) {
	r := newReal(t)
	gone := filepath.Join(t.TempDir(), "gone")
	r.start(fmt.Sprintf(`
virtual_server 10.9.0.1 80 {
    protocol TCP
    lvs_sched rr
    delay_loop 0.05
    warmup 0
    real_server 10.1.1.1 80 {
        MISC_CHECK {
            misc_path %s
        }
    }
    real_server 10.1.1.2 80 {
        alpha
        MISC_CHECK {
            misc_path %[1]s
        }
    }
}
`, gone))
	r.until("both have been tried twice", func() bool {
		n := 0
		for _, line := range r.record.lines() {
			if strings.Contains(line, gone) {
				n++
			}
		}
		return n >= 4
	})
	if got, want := r.table(), "-A -t 10.9.0.1:80 -s rr\n-a -t 10.9.0.1:80 -r 10.1.1.1:80 -m -w 1\n"; got != want {
		t.Errorf("table\n%swant\n%s", got, want)
	}
	r.stop()
}
