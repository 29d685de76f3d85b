package vrrp

import (
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/network"
	"keepalived/core/process"
	"keepalived/core/status"
	"keepalived/parser"
	"keepalived/parser/reader"
	"keepalived/vrrp/fsm"
)

// The dumps of the C daemon 2.4.3 in testdata/dump are those of its own
// configuration in the same directory, on a machine with the interfaces of the
// case.
func TestDumpLikeC(t *testing.T) {
	for _, c := range []dumpCase{
		{name: "full", links: []string{"ob0 10.77.0.1/24 fe80::1/64", "ob1 10.78.0.1/24 fe80::2/64"}, peer: instancePeer},
		{name: "tracking-jsonv2", links: []string{"v0 10.9.0.1/24 fe80::1/64", "c0 10.7.0.1/24 fe80::2/64", "d0 10.8.0.1/24 fe80::3/64"}},
		{name: "jsonv2", links: []string{"ob0 10.77.0.1/24 fe80::1/64", "ob1 10.78.0.1/24 fe80::2/64", "ob0.x@ob0 10.77.9.1/24 fe80::3/64"}},
		{name: "hmac", links: []string{"ob0 10.77.0.1/24 fe80::1/64", "ob1 10.78.0.1/24 fe80::2/64", "ob0.x@ob0 10.77.9.1/24 fe80::3/64"}, noLinks: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			scripts := t.TempDir()
			for _, name := range []string{"ok.sh", "notify.sh", "bad.sh"} {
				status := "0"
				if name == "bad.sh" {
					status = "1"
				}
				if err := os.WriteFile(filepath.Join(scripts, name), []byte("#!/bin/sh\nexit "+status+"\n"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			c.compare(t, c.load(t, scripts), scripts)
		})
	}
}

// instancePeer is the other end of UNI_BACK.
const instancePeer = "vrrp_instance X {\ninterface ob1\nvirtual_router_id 64\npriority 120\nunicast_src_ip 10.78.0.2\n" +
	"unicast_peer {\n10.78.0.1\n}\nvirtual_ipaddress {\n10.78.0.164/24\n}\n}\n"

type dumpCase struct {
	name    string
	links   []string // name, perhaps @ and the one below, addresses
	noLinks bool     // the kernel makes none
	peer    string   // configuration of a neighbour with 10.78.0.2 on ob1
}

func (c *dumpCase) path(name string) string { return filepath.Join("testdata/dump", c.name, name) }

// scriptsOfC is where the scripts were.
const scriptsOfC = "/etc/keepalived/scripts"

// dumpHost is the machine, with the interfaces of the case, and with files that
// nobody else may write, wherever the tests run.
type dumpHost struct {
	parser.Host
	names []string
}

// safe is a file that only its owner may write.
type safe struct{ fs.FileInfo }

func (f safe) Mode() fs.FileMode { return f.FileInfo.Mode() &^ 0o022 }
func (f safe) Sys() any {
	st := *f.FileInfo.Sys().(*syscall.Stat_t)
	st.Mode &^= 0o022
	return &st
}

func (h dumpHost) Lstat(path string) (fs.FileInfo, error) {
	f, err := h.Host.Lstat(path)
	if err != nil {
		return nil, err
	}
	return safe{f}, nil
}

func (h dumpHost) Stat(path string) (fs.FileInfo, error) {
	f, err := h.Host.Stat(path)
	if err != nil {
		return nil, err
	}
	return safe{f}, nil
}

func (h dumpHost) Link(name string) (reader.Link, bool) {
	i := slices.Index(h.names, name)
	return reader.Link{Name: name, Index: i + 2, MTU: 1500, Multicast: true, Ethernet: true}, i >= 0
}

func (c *dumpCase) load(t *testing.T, scripts string) *config.Config {
	text, err := os.ReadFile(c.path("keepalived.conf"))
	if err != nil {
		t.Fatal(err)
	}
	conf := strings.NewReplacer(scriptsOfC, scripts, "/tmp/tf_rs", filepath.Join(scripts, "tf_rs")).Replace(string(text))
	path := filepath.Join(scripts, "keepalived.conf")
	if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(scripts, "tf_rs"), []byte("3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := dumpHost{Host: parser.System()}
	for _, l := range c.links {
		name, _, _ := strings.Cut(strings.Fields(l)[0], "@")
		h.names = append(h.names, name)
	}
	r := parser.Load(parser.Options{Path: path, Host: h})
	if r.Config == nil {
		t.Fatal(r.Diagnostics)
	}
	return r.Config
}

func (c *dumpCase) compare(t *testing.T, cfg *config.Config, scripts string) {
	var wire network.Segment
	a := newNode(t, &wire, 1)
	a.host.DelLink("eth0")
	for i, line := range c.links {
		words := strings.Fields(line)
		name, below, _ := strings.Cut(words[0], "@")
		link := network.Link{Name: name, Flags: network.EthernetFlags, MTU: 1500, HardwareType: unix.ARPHRD_ETHER, MAC: net.HardwareAddr{2, 0, 0, 0, 0, byte(i)}}
		if name == "d0" {
			link.Flags &^= unix.IFF_MULTICAST
			link.Flags |= unix.IFF_NOARP
		}
		if below != "" {
			base, err := a.host.LinkByName(below)
			if err != nil {
				t.Fatal(err)
			}
			link.Kind, link.Mode, link.Parent = network.KindMACVLAN, network.MACVLANBridge, base.Index
		}
		index := a.host.AddLink(link)
		if name == "ob1" {
			wire.Attach(a.host, "ob1")
		}
		for _, p := range words[1:] {
			if err := a.host.AddAddress(&network.Address{Link: index, Prefix: netip.MustParsePrefix(p), Preferred: network.Forever}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := a.host.AddAddress(&network.Address{Link: 1, Prefix: netip.MustParsePrefix("127.0.0.1/8"), Scope: unix.RT_SCOPE_HOST, Preferred: network.Forever}); err != nil {
		t.Fatal(err)
	}
	if c.peer != "" {
		b := newNode(t, &wire, 2)
		b.host.RenameLink("eth0", "ob1")
		if err := b.host.AddAddress(&network.Address{Link: 2, Prefix: netip.MustParsePrefix("10.78.0.2/24"), Preferred: network.Forever}); err != nil {
			t.Fatal(err)
		}
		b.start(c.peer)
		defer b.stop()
		// First, so that the router that must stay BACKUP never waits for it.
		poll(t, "the neighbour to be MASTER", func() (is bool) {
			b.run(func() { is = b.service.routers[0].in.State == fsm.Master })
			return is
		})
	}
	if c.noLinks {
		a.host.Deny(unix.RTM_NEWLINK, unix.EOPNOTSUPP)
	}
	a.service.env.Options.DumpConf = true
	a.run(func() {
		if err := a.service.Start(cfg); err != nil {
			t.Error(err)
		}
	})
	if golden, err := os.ReadFile(c.path("configuration.txt")); err == nil {
		_, text, _ := strings.Cut(a.take("Registering", "Assigned"), "------< Global")
		text = "------< Global" + stampOfJournal.ReplaceAllString(text, "")
		text, _, _ = strings.Cut(text, "(FAULTY): entering")
		if want, got := dumpText(string(golden)), dumpText(strings.ReplaceAll(text, scripts, scriptsOfC)); got != want {
			t.Errorf("%s", diff.Diff("C daemon -d", []byte(want), "ours", []byte(got)))
		}
	}
	// Real time, because tracked files and scripts are real: the states have
	// become those of the C daemon when all is equal.
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		differences := c.differences(t, a, scripts)
		if differences == "" {
			break
		}
		if time.Now().After(deadline) {
			t.Error(differences)
			break
		}
	}
	a.stop()
}

var stampOfJournal = regexp.MustCompile(`(?m)^\d+\.\d{3} `)

// differences compares all files with those of the C daemon.
func (c *dumpCase) differences(t *testing.T, a *node, scripts string) string {
	var v *status.VRRP
	a.run(func() { v = a.service.snapshot() })
	var all strings.Builder
	for _, file := range []struct {
		name   string
		render func(io.Writer)
		fit    func(string) string
	}{{"data.txt", v.Data, dumpText}, {"stats.txt", v.Stats, statsText}, {"json.txt", v.JSON, jsonText}} {
		golden, err := os.ReadFile(c.path(file.name))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		file.render(&b)
		got := strings.NewReplacer(scripts+"/tf_rs", "/tmp/tf_rs", scripts, scriptsOfC,
			strings.ReplaceAll(scripts, "/", `\/`), strings.ReplaceAll(scriptsOfC, "/", `\/`)).Replace(b.String())
		if want, got := file.fit(string(golden)), file.fit(got); got != want {
			all.Write(diff.Diff("C daemon", []byte(want), "ours", []byte(got)))
		}
	}
	return all.String()
}

// What differs from run to run, or from machine to machine.
var volatile = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`\d+\.\d{6} \([A-Z][^)]*\)`), "TIME"},
	{regexp.MustCompile(`\d{10}\.\d{6}`), "TIME"},
	{regexp.MustCompile(`fd_in (\d+)`), "fd_in N"},
	{regexp.MustCompile(`fd_out (= )?\d+`), "fd_out ${1}N"},
	{regexp.MustCompile(`Master down timer = \d+`), "Master down timer = N"},
	{regexp.MustCompile(`MAC = .*`), "MAC"},
	{regexp.MustCompile(`fe80::[0-9a-f:]{8,}|fe80::\d\b`), "LOCAL"},
	{regexp.MustCompile(`index = \d+\n`), "index = N\n"},
	{regexp.MustCompile(`ifindex \d+`), "ifindex N"},
	// What the sysctls of that machine were, and where it has iproute2.
	{regexp.MustCompile(`(?m)^   (Original (arp_ignore|arp_filter|promote_secondaries)|rp_filter) .*\n`), ""},
	{regexp.MustCompile(`(?m)iproute usr directory .*`), "iproute usr directory"},
	{regexp.MustCompile(`(?m)^   Rate-limit flags.*\n`), ""}, // of neighbours that are not here
	{regexp.MustCompile(`Bfd is (up|down)`), "Bfd is"},
	{regexp.MustCompile(`(?m)^ libnftnl version .*\n`), ""}, // which ours has not
}

func dumpText(s string) string {
	for _, v := range volatile {
		s = v.pattern.ReplaceAllString(s, v.with)
	}
	return s
}

var count = regexp.MustCompile(`(?m): \d+$`)

// statsText leaves the layout.
func statsText(s string) string { return count.ReplaceAllString(s, ": N") }

var counter = regexp.MustCompile(`("(advert_\w+|auth_ext_invalid_hmac|auth_ext_unknown_key|packet_len_err|become_master)":)\d+`)

// jsonText puts every key on a line of its own.
func jsonText(s string) string {
	s = counter.ReplaceAllString(s, "${1}N")
	return strings.NewReplacer(",\"", ",\n\"", "{", "{\n").Replace(dumpText(s))
}

// Without an instance there is no JSON file (05-observability section 7); with
// one a configured name is obeyed beside the usual one.
func TestJSONFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start("")
		directory := a.service.env.Options.TmpDir
		write := func() (names []string) {
			a.run(func() { a.service.Signal(process.SignalJSON) })
			synctest.Wait()
			entries, err := os.ReadDir(directory)
			if err != nil {
				t.Error(err)
			}
			for _, e := range entries {
				names = append(names, e.Name())
			}
			return names
		}
		if names := write(); len(names) > 0 {
			t.Errorf("files without an instance: %v", names)
		}
		cfg := parse(t, instance(vip))
		cfg.Global.JSONDumpFile = "somewhere/other.json"
		a.run(func() {
			if err := a.service.Reload(cfg); err != nil {
				t.Error(err)
			}
		})
		if names := write(); !slices.Equal(names, []string{"keepalived.json", "other.json"}) {
			t.Errorf("files %v", names)
		}
		a.take()
		a.stop()
	})
}
