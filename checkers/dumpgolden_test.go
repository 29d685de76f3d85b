package checkers

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/diff"

	"keepalived/core/config"
	"keepalived/parser"
	"keepalived/parser/reader"
)

// The dumps of the C daemon 2.4.3 in testdata/dump are those of its own
// configuration in the same directory. Of the servers only some were there.
func TestDumpLikeC(t *testing.T) {
	for _, name := range []string{"lvs-full", "lvs-nosorry"} {
		t.Run(name, func(t *testing.T) {
			directory := filepath.Join("testdata/dump", name)
			golden, err := os.ReadFile(filepath.Join(directory, "data.txt"))
			if err != nil {
				t.Fatal(err)
			}
			scripts := t.TempDir()
			cfg := load(t, filepath.Join(directory, "keepalived.conf"), scripts)
			inBubble(t, func(t *testing.T, l *lab) {
				l.open("10.9.0.11:80/", "10.9.0.11:80/x", "10.9.0.11:80", "10.9.0.12:81", "10.9.0.13:0", "10.9.0.13:80", "10.9.0.12:53")
				l.s.env.Options.DumpConf = true
				l.on(func() {
					if err := l.s.Start(cfg); err != nil {
						t.Error(err)
					}
				})
				l.on(func() { l.s.fileChanged("tf_rs", 3) })
				l.wait(20 * time.Second)
				var b strings.Builder
				l.on(func() { l.s.Data()(&b) })
				if logs, _ := l.record.take(); !slices.Contains(logs, " VS VIP = 10.8.0.100, VPORT = 80") {
					t.Error("-d has not logged the virtual server")
				}
				got := strings.ReplaceAll(b.String(), scripts, scriptsOfC)
				if want, got := steady(string(golden)), steady(got); got != want {
					t.Errorf("%s", diff.Diff("C daemon", []byte(want), "ours", []byte(got)))
				}
			})
		})
	}
}

// scriptsOfC is where the scripts were.
const scriptsOfC = "/etc/keepalived/scripts"

// What differs from run to run, or from machine to machine.
var volatile = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`\d+\.\d{6} \([A-Z][^)]*\)`), "TIME"},
	{regexp.MustCompile(`(Retries iterations|ICMP seq no) = \d{1,3}\n`), "${1} = N\n"},
	{regexp.MustCompile(`Has run = \w+`), "Has run"},
	{regexp.MustCompile(`previous effective_weight = \d+`), "previous effective_weight"}, // of the first look at a file
	{regexp.MustCompile(`(?m)^ (libnftnl|iproute|Smtp HELO name) .*\n`), ""},
}

func steady(s string) string {
	for _, v := range volatile {
		s = v.pattern.ReplaceAllString(s, v.with)
	}
	return s
}

// safeHost is this machine with the interfaces of the case, and with files that
// nobody else may write, wherever the tests run.
type safeHost struct{ parser.Host }

func (h safeHost) Link(name string) (reader.Link, bool) {
	return reader.Link{Name: name, Index: 2, MTU: 1500, Multicast: true, Ethernet: true}, slices.Contains([]string{"v0", "c0", "d0"}, name)
}

// safe is a file that only its owner may write.
type safe struct{ fs.FileInfo }

func (f safe) Mode() fs.FileMode { return f.FileInfo.Mode() &^ 0o022 }
func (f safe) Sys() any {
	st := *f.FileInfo.Sys().(*syscall.Stat_t)
	st.Mode &^= 0o022
	return &st
}

func (h safeHost) Lstat(path string) (fs.FileInfo, error) { return safely(h.Host.Lstat(path)) }
func (h safeHost) Stat(path string) (fs.FileInfo, error)  { return safely(h.Host.Stat(path)) }

func safely(f fs.FileInfo, err error) (fs.FileInfo, error) {
	if err != nil {
		return nil, err
	}
	return safe{f}, nil
}

// load reads a configuration of the C daemon, with its scripts in another
// directory.
func load(t *testing.T, conf, scripts string) *config.Config {
	t.Helper()
	text, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ok.sh", "notify.sh"} {
		if err := os.WriteFile(filepath.Join(scripts, name), []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(scripts, "keepalived.conf")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), scriptsOfC, scripts)), 0o600); err != nil {
		t.Fatal(err)
	}
	r := parser.Load(parser.Options{Path: path, Host: safeHost{parser.System()}})
	if r.Config == nil {
		t.Fatal(r.Diagnostics)
	}
	return r.Config
}

// What a reload finds in both configurations is shown as reloaded, what it
// brings is not.
func TestDumpReloaded(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		if err := l.start(oneServer); err != nil {
			t.Fatal(err)
		}
		show := func() string {
			var b strings.Builder
			l.on(func() { l.s.snapshot().Servers(&b) })
			var list []string
			for line := range strings.Lines(b.String()) {
				if line = strings.TrimSpace(line); strings.HasPrefix(line, "VS VIP") || strings.HasPrefix(line, "RIP") || strings.HasPrefix(line, "reloaded") {
					list = append(list, strings.Split(line, ",")[0])
				}
			}
			return strings.Join(list, "; ")
		}
		for _, want := range []string{
			"VS VIP = 10.9.0.1; reloaded = 0; RIP = 10.1.1.1; reloaded = 0",
			"VS VIP = 10.9.0.1; reloaded = 1; RIP = 10.1.1.1; reloaded = 1; RIP = 10.1.1.2; reloaded = 0",
			"VS VIP = 10.9.0.1; reloaded = 1; RIP = 10.1.1.1; reloaded = 1; RIP = 10.1.1.2; reloaded = 1",
		} {
			if got := show(); got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
			if err := l.reload(strings.TrimSuffix(oneServer, "}\n") + "    real_server 10.1.1.2 8002 {\n    TCP_CHECK { }\n    }\n}\n"); err != nil {
				t.Fatal(err)
			}
		}
	})
}
