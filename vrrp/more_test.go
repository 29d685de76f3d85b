package vrrp

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/network"
	"keepalived/core/process"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/packet"
)

// startWith starts a node with a configuration that was changed after parsing.
func (d *node) startWith(conf string, change func(*config.Config)) {
	d.t.Helper()
	cfg := parse(d.t, conf)
	change(cfg)
	d.run(func() {
		if err := d.service.Start(cfg); err != nil {
			d.t.Errorf("start: %v", err)
		}
	})
}

// advert is one of a router that is not there.
func advert(t *testing.T, conf string, source, destination string) network.Message {
	t.Helper()
	cfg := parse(t, conf)
	e := packet.NewEndpoint(cfg.VRRP.Instances[0], &cfg.Global)
	e.Begin(time.Now(), cfg.VRRP.Instances[0].Priority, netip.MustParseAddr(source))
	dst := netip.MustParseAddr(destination)
	return network.Message{Data: e.Append(nil, dst), Destination: dst}
}

// Statistics and the data dump are written to files (16.2, 16.3), and the
// clearing signal clears.
func TestDumpFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start(instance("priority 150\n" + vip))
		sleep(5 * time.Second)
		dir := a.service.env.Options.TmpDir
		read := func(name string, sig process.Signal) string {
			t.Helper()
			a.run(func() { a.service.Signal(sig) })
			synctest.Wait()
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		if got := read("keepalived.stats", process.SignalStatsClear); !strings.Contains(got, "VRRP Instance: VI_1\n  Advertisements:\n    Received: 0\n    Sent: 2\n  Became master: 1\n") {
			t.Errorf("statistics:\n%s", got)
		}
		if got := read("keepalived.stats", process.SignalStats); !strings.Contains(got, "    Sent: 0\n  Became master: 0\n") {
			t.Errorf("cleared statistics:\n%s", got)
		}
		data := read("keepalived.data", process.SignalData)
		for _, want := range []string{
			" VRRP Instance = VI_1\n", "   State = MASTER\n", "   Wantstate = MASTER\n", "   Using src_ip = 192.0.2.1\n", "   Effective priority = 150\n",
			"   Virtual IP (1):\n     192.0.2.100/24 dev eth0 scope global set\n", "     VI_1 vrid 51\n",
		} {
			if !strings.Contains(data, want) {
				t.Errorf("no %q in\n%s", want, data)
			}
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
			t.Errorf("files left: %v, %v", files, err)
		}
		a.stop()
	})
}

// Two unicast routers share a VRID and a pair of sockets; a datagram goes to
// the one that has its sender as a peer (6.1 R5). Of others it is said, if
// asked for, that nobody knows them (R4).
func TestUnicastSharedVRID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		router := func(name, peer, address string) string {
			return strings.ReplaceAll(instance("priority 100\nunicast_src_ip 192.0.2.1\nunicast_peer {\n"+peer+"\n}\nvirtual_ipaddress {\n"+address+"/24\n}"), "VI_1", name)
		}
		a.start("global_defs {\nlog_unknown_vrids\n}\n" + router("VI_1", "192.0.2.7", "192.0.2.100") + router("VI_2", "192.0.2.8", "192.0.2.101"))
		if n := len(a.service.pools); n != 1 {
			t.Errorf("%d pairs of sockets, want 1", n)
		}
		a.take()
		from := func(source string) {
			conf := instance("priority 200\nunicast_src_ip " + source + "\nunicast_peer {\n192.0.2.1\n}\n" + vip)
			wire.Inject(advert(t, conf, source, "192.0.2.1"), 112)
			synctest.Wait()
		}
		from("192.0.2.8")
		from("192.0.2.7")
		from("192.0.2.9")
		equal(t, "log", a.take("not present"), `
0.000 (VI_2) master set to 192.0.2.8
0.000 (VI_1) master set to 192.0.2.7
0.000 Unknown VRID(51) received on interface(eth0) from 192.0.2.9. ignoring...
`)
		a.stop()
	})
}

// A unicast router without a configured source follows the interface's
// address, with its sockets.
func TestUnicastSourceChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		second := network.Address{Link: 2, Prefix: netip.MustParsePrefix("192.0.2.77/32"), Preferred: network.Forever}
		if err := a.host.AddAddress(&second); err != nil {
			t.Fatal(err)
		}
		a.start(instance("priority 100\nunicast_peer {\n192.0.2.9\n}\n" + vip))
		sleep(4 * time.Second)
		if err := a.host.DelAddress(&network.Address{Link: 2, Prefix: netip.MustParsePrefix("192.0.2.1/24")}); err != nil {
			t.Fatal(err)
		}
		sleep(5 * time.Second)
		var last []byte
		for _, f := range wire.Frames() {
			if !f.Announced.IsValid() {
				last = f.Message.Data
			}
		}
		if got := netip.AddrFrom4([4]byte(last[12:16])); got != second.Prefix.Addr() {
			t.Errorf("last advert from %v", got)
		}
		if got := a.service.pools[0].key.local; len(a.service.pools) != 1 || got != second.Prefix.Addr() {
			t.Errorf("sockets on %v", got)
		}
		a.stop()
	})
}

// A new MAC is announced; a new name is another interface.
func TestMACAndName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.startWith(instance("priority 150\n"+vip), func(c *config.Config) { c.Global.DynamicInterfaces = true })
		sleep(9 * time.Second)
		a.take()
		a.host.SetMAC("eth0", net.HardwareAddr{2, 0, 0, 0, 0, 9})
		sleep(time.Second)
		equal(t, "MAC", a.take("Sending gratuitous"), `
9.000 (eth0) MAC address changed from 02:00:00:00:02:01 to 02:00:00:00:00:09
9.000 (VI_1) Sending/queueing gratuitous ARPs on eth0 for 192.0.2.100
`)
		a.host.RenameLink("eth0", "wan0")
		sleep(10 * time.Second)
		if a.service.machine.Instances[0].State != fsm.Faulty {
			t.Error("not in FAULT without its interface")
		}
		if text := a.host.AddressesText(); strings.Contains(text, "192.0.2.100") {
			t.Errorf("the interface has taken the virtual address with it:\n%s", text)
		}
		if log := a.take(); strings.Contains(log, "Netlink: error") {
			t.Errorf("errors:\n%s", log)
		}
		a.host.RenameLink("wan0", "eth0")
		sleep(4 * time.Second)
		equal(t, "name", a.take("Sending", "fe80"), `
20.000 Interface name has changed from wan0 to eth0
20.000 Interface eth0 added
20.000 Netlink reports eth0 up
20.000 (VI_1) Entering BACKUP STATE
23.414 (VI_1) Receive advertisement timeout
23.414 (VI_1) Entering MASTER STATE
23.414 (VI_1) setting VIPs.
`)
		a.stop()
	})
}

// What the process changes for its time is put back at its end.
func TestSysctlsRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const promote = "net/ipv4/conf/eth0/promote_secondaries"
		var wire network.Segment
		a := newNode(t, &wire, 1)
		if err := a.host.SetSysctl(igmpKey, "1"); err != nil {
			t.Fatal(err)
		}
		a.startWith(instance("priority 150\n"+vip), func(c *config.Config) {
			c.Global.DisableLocalIGMP = true
			c.VRRP.Instances[0].PromoteSecondaries = true
		})
		check := func(when, igmp, secondaries string) {
			t.Helper()
			i, _ := a.host.Sysctl(igmpKey)
			s, _ := a.host.Sysctl(promote)
			if i != igmp || s != secondaries {
				t.Errorf("%s: igmp %s, promote_secondaries %s", when, i, s)
			}
		}
		check("running", "0", "1")
		a.stop()
		check("stopped", "1", "0")
	})
}

// With -V the addresses stay, and nothing is sent.
func TestDontRelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.service.env.Options.DontReleaseVRRP = true
		a.start(instance("priority 150\n" + vip))
		sleep(4 * time.Second)
		n := len(wire.Frames())
		a.stop()
		if len(wire.Frames()) != n {
			t.Error("something was sent")
		}
		if !strings.Contains(a.host.AddressesText(), "192.0.2.100/24") {
			t.Error("the VIP is gone")
		}
	})
}

// Routes and rules come and go with MASTER; that none was there to be removed at
// the start is no error; one that somebody deletes makes
// the router start over (scenario 76); our own deletions do not.
func TestRoutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		route := &config.Route{Family: 4, Dst: netip.MustParsePrefix("198.51.100.0/24"), Type: unix.RTN_UNICAST, Interface: "eth0", Table: unix.RT_TABLE_MAIN, Protocol: network.Protocol}
		rule := &config.Rule{Family: 4, From: netip.MustParsePrefix("10.0.0.0/8"), Action: unix.FR_ACT_TO_TBL, Table: 100, Priority: 100, SuppressPrefixLen: -1, Protocol: network.Protocol}
		a.startWith(instance("priority 150\n"+vip), func(c *config.Config) {
			c.VRRP.Instances[0].Routes, c.VRRP.Instances[0].Rules = []*config.Route{route}, []*config.Rule{rule}
		})
		sleep(4 * time.Second)
		if log := a.take(); strings.Contains(log, "Netlink") && strings.Contains(log, "error") {
			t.Errorf("errors at the start:\n%s", log)
		}
		equal(t, "routes", a.host.RoutesText(), "198.51.100.0/24 proto 18 table 254 dev eth0\n")
		again := func(what string) {
			t.Helper()
			sleep(time.Second)
			log := a.take()
			if strings.Count(log, "Entering BACKUP STATE") != 1 || strings.Count(log, "Entering MASTER STATE") != 1 {
				t.Errorf("%s:\n%s", what, log)
			}
			if a.host.RoutesText() == "" || a.host.RuleCount() != 1 {
				t.Errorf("%s: not restored", what)
			}
		}
		if err := a.host.DelRoute(route, func(string) int { return 2 }); err != nil {
			t.Fatal(err)
		}
		again("route deleted")
		if err := a.host.DelRule(rule); err != nil {
			t.Fatal(err)
		}
		again("rule deleted")
		a.stop()
		if a.host.RoutesText() != "" || a.host.RuleCount() != 0 {
			t.Error("left over at the end")
		}
	})
}

// A static address is there while the process runs, and is put back when its
// group watches it.
func TestStatics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		static := &config.Address{Prefix: netip.MustParsePrefix("203.0.113.1/24"), Interface: "eth0", PreferredLifetime: config.Forever, TrackGroup: "T1"}
		a.startWith(instance("priority 150\n"+vip), func(c *config.Config) { c.VRRP.StaticAddresses = []*config.Address{static} })
		has := func() bool { return strings.Contains(a.host.AddressesText(), "203.0.113.1/24") }
		if !has() {
			t.Fatal("not set")
		}
		a.take()
		if err := a.host.DelAddress(&network.Address{Link: 2, Prefix: static.Prefix}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		equal(t, "log", a.take(), "0.000 Restoring deleted static address 203.0.113.1/24 dev eth0 scope global track_group T1 set\n")
		if !has() {
			t.Error("not restored")
		}
		a.reload(instance("priority 150\n" + vip))
		if has() {
			t.Error("still there after a reload without it")
		}
		a.stop()
	})
}

// An address that moves from one router to another at a reload stays or comes
// back at once, and nobody loses it.
func TestAddressMovesAtReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		two := func(first, second string) string {
			return instance("priority 150\nvirtual_ipaddress {\n"+first+"\n}") +
				strings.NewReplacer("VI_1", "VI_2", "id 51", "id 52").Replace(instance("priority 150\nvirtual_ipaddress {\n"+second+"\n}"))
		}
		a.start(two("192.0.2.100/24", "192.0.2.101/24\n192.0.2.102/24"))
		sleep(4 * time.Second)
		a.take()
		a.reload(two("192.0.2.100/24\n192.0.2.102/24", "192.0.2.101/24"))
		a.reload(two("192.0.2.100/24", "192.0.2.101/24\n192.0.2.102/24"))
		sleep(4 * time.Second)
		if log := a.take(); strings.Contains(log, "BACKUP") {
			t.Errorf("log:\n%s", log)
		}
		if n := strings.Count(a.host.AddressesText(), "proto 18"); n != 3 {
			t.Errorf("addresses:\n%s", a.host.AddressesText())
		}
		a.stop()
	})
}

// Sending an advert allocates nothing.
func TestAdvertAllocatesNothing(t *testing.T) {
	loop := process.NewLoop()
	for _, words := range []string{"version 2", "version 3", "version 2\nauthentication {\nauth_type PASS\nauth_pass secret\n}"} {
		cfg := parse(t, instance(words+"\npriority 150\n"+vip))
		s := &service{env: process.Env{Loop: loop}, loop: loop, log: nil, cfg: cfg, of: map[*fsm.Instance]*router{}}
		s.machine = fsm.New(cfg.VRRP.Instances, nil)
		r := newRouter(s, s.machine.Instances[0])
		r.in.Source = netip.MustParseAddr("192.0.2.1")
		sink := &sinkSocket{}
		r.pool = &pool{service: s, socket: sink}
		if n := testing.AllocsPerRun(100, func() { r.advertise(150) }); n > 0 {
			t.Errorf("%s: %v allocations", words, n)
		}
		if id := binary.BigEndian.Uint16(sink.last[4:]); id < 100 {
			t.Errorf("%s: identification %d", words, id)
		}
	}
}

type sinkSocket struct {
	Socket
	last []byte
}

func (s *sinkSocket) Send(m *network.Message) error { s.last = m.Data; return nil }
