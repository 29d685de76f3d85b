package checkers

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keepalived/checkers/internal/fixture"
	"keepalived/core/config"
	"keepalived/core/firewall"
	"keepalived/core/process"
	"keepalived/ipvs"
)

// TestMarksOnKernel runs the process with the packet filter of a real network
// namespace; only the IPVS table is a fake one, for kernels with both are rare.
// What somebody flushes comes back while the process does nothing else.
func TestMarksOnKernel(t *testing.T) {
	name := fmt.Sprintf("marks-%d", os.Getpid())
	command(t, "ip", "netns", "add", name)
	t.Cleanup(func() { command(t, "ip", "netns", "delete", name) })
	nft := func(args ...string) string {
		return command(t, "ip", append([]string{"netns", "exec", name, "nft"}, args...)...)
	}
	loop, record := process.NewLoop(), new(recorder)
	s := newService(process.Env{Loop: loop, Log: slog.New(record)}, deps{
		open: func(*config.Config) (ipvs.Client, error) { return ipvs.NewFake(), nil },
		filter: func(o firewall.Options) (Firewall, error) {
			o.Namespace = filepath.Join("/var/run/netns", name)
			return openFirewall(o)
		},
		listen: func(s *service) listener { s.events.Add(record); return record },
		files:  func(*service) numbers { return unwatched{} },
	})
	ended := make(chan struct{})
	go func() { loop.Run(t.Context()); close(ended) }()
	t.Cleanup(func() { <-ended })
	on := func(f func() error) {
		t.Helper()
		done := make(chan error)
		loop.Post(func() { done <- f() })
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	start := fixture.Read(marked("", "ga TCP 10.9.1.1 80; fd01::10-13 81", "ga UDP 10.9.1.1 80"))
	on(func() error { return s.Start(start) })
	before := nft("list", "ruleset")
	if n := strings.Count(before, "dport map"); n != 4 {
		t.Errorf("%d rules:\n%s", n, before)
	}
	for _, what := range []string{"ruleset", "table ip keepalived_ipvs", "table ip6 keepalived_ipvs"} {
		nft("flush " + what)
		for end := time.Now().Add(20 * time.Second); nft("list", "ruleset") != before; {
			if time.Now().After(end) {
				t.Fatalf("%s is not brought back:\n%s", what, nft("list", "ruleset"))
			}
		}
	}
	reload := fixture.Read(marked("", "ga TCP 10.9.1.2 80"))
	on(func() error { return s.Reload(reload) })
	if got := nft("list", "ruleset"); !strings.Contains(got, "elements = { 10.9.1.2 . 80 : 0x000003e8 }") || strings.Contains(got, "ip6") || strings.Contains(got, "udp") {
		t.Errorf("after the reload:\n%s", got)
	}
	stopped := make(chan struct{})
	on(func() error { s.Stop(func() { close(stopped) }); return nil })
	<-stopped
	if got := nft("list", "ruleset"); got != "" {
		t.Errorf("left behind:\n%s", got)
	}
}

func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, args, err, out)
	}
	return string(out)
}
