package checkers

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/checkers/internal/fixture"
	"keepalived/core/config"
	"keepalived/core/process"
	"keepalived/ipvs"
)

// BenchmarkChecks runs 10,000 TCP checks with a delay_loop of 10 s for one
// such loop, and reports what of a processor they take (with the answering
// side, which is in this process as well), and the memory.
func BenchmarkChecks(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	var text strings.Builder
	for v := range 100 {
		fmt.Fprintf(&text, "virtual_server 10.9.0.%d 80 {\n delay_loop 10\n lvs_sched rr\n protocol TCP\n", v)
		for r := range 100 {
			fmt.Fprintf(&text, " real_server 10.1.%d.%d 80 {\n TCP_CHECK {\n connect_ip 127.0.0.1\n connect_port %d\n }\n }\n", v, r, l.Addr().(*net.TCPAddr).Port)
		}
		text.WriteString("}\n")
	}
	c := fixture.Read(text.String())
	for b.Loop() {
		loop := process.NewLoop()
		s := New(process.Env{Loop: loop, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}).(*service)
		s.deps.open = func(*config.Config) (ipvs.Client, error) { return ipvs.NewFake(), nil }
		ctx, cancel := context.WithCancel(b.Context())
		ended := make(chan struct{})
		go func() { loop.Run(ctx); close(ended) }()
		var before, after unix.Rusage
		loop.Post(func() {
			if err := s.Start(c); err != nil {
				b.Error(err)
			}
			_ = unix.Getrusage(unix.RUSAGE_SELF, &before)
		})
		time.Sleep(11 * time.Second) // one whole loop: this is what is measured
		_ = unix.Getrusage(unix.RUSAGE_SELF, &after)
		cpu := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(100*cpu.Seconds()/11, "%cpu")
		b.ReportMetric(float64(m.Sys-m.HeapReleased)/1e6, "MB")
		b.ReportMetric(float64(cpu.Microseconds())/10000, "µs/check")
		stopped := make(chan struct{})
		loop.Post(func() { s.Stop(func() { close(stopped) }) })
		<-stopped
		cancel()
		<-ended
	}
	l.Close()
	<-served
}

// BenchmarkReload starts 10,000 checks, in one virtual server and in a
// hundred, and then reloads: without any change, and with every server
// replaced. The loop does nothing else meanwhile.
func BenchmarkReload(b *testing.B) {
	for _, vss := range []int{1, 100} {
		text := func(net int) string {
			var t strings.Builder
			for v := range vss {
				fmt.Fprintf(&t, "virtual_server 10.9.0.%d 80 {\n delay_loop 10\n lvs_sched rr\n protocol TCP\n", v)
				for r := range 10000 / vss {
					fmt.Fprintf(&t, " real_server 10.%d.%d.%d 80 {\n TCP_CHECK { }\n }\n", net, r/250, r%250)
				}
				t.WriteString("}\n")
			}
			return t.String()
		}
		first, other := fixture.Read(text(1)), fixture.Read(text(2))
		for _, change := range []struct {
			name string
			next *config.Config
		}{{"same", first}, {"swap", other}} {
			b.Run(fmt.Sprintf("%d/%s", vss, change.name), func(b *testing.B) {
				loop := process.NewLoop()
				s := New(process.Env{Loop: loop, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}).(*service)
				s.deps.open = func(*config.Config) (ipvs.Client, error) { return ipvs.NewFake(), nil }
				if err := s.Start(first); err != nil {
					b.Fatal(err)
				}
				now, next := first, change.next
				for b.Loop() {
					if err := s.Reload(next); err != nil {
						b.Fatal(err)
					}
					now, next = next, now
				}
				s.stopAttempts()
			})
		}
	}
}

// BenchmarkData is what a data dump keeps the loop from, with 1,000 virtual
// servers of 20 real servers each. It is rendered elsewhere.
func BenchmarkData(b *testing.B) {
	var text strings.Builder
	for v := range 1000 {
		fmt.Fprintf(&text, "virtual_server 10.9.%d.%d 80 {\n delay_loop 10\n lvs_sched rr\n protocol TCP\n", v/250, v%250)
		for r := range 20 {
			fmt.Fprintf(&text, " real_server 10.1.%d.%d 80 {\n TCP_CHECK { }\n }\n", v/10, v%10*20+r)
		}
		text.WriteString("}\n")
	}
	loop := process.NewLoop()
	s := New(process.Env{Loop: loop, Log: slog.New(slog.DiscardHandler)}).(*service)
	s.deps.open = func(*config.Config) (ipvs.Client, error) { return ipvs.NewFake(), nil }
	if err := s.Start(fixture.Read(text.String())); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Data()
	}
	s.stopAttempts()
}
