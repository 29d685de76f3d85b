package status

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/parser"
)

// Addresses, routes and rules with all that they can have.
func TestLines(t *testing.T) {
	a, err := txtar.ParseFile("testdata/lines.txtar")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "keepalived.conf")
	if err := os.WriteFile(path, a.Files[0].Data, 0o600); err != nil {
		t.Fatal(err)
	}
	r := parser.Load(parser.Options{Path: path, Host: machine{parser.System()}})
	if r.Config == nil {
		t.Fatal(r.Diagnostics)
	}
	var b strings.Builder
	w := lines{Writer: &b}
	c := &r.Config.VRRP
	for _, x := range c.StaticRoutes {
		w.line("    %s", Route(x))
	}
	for _, x := range c.StaticRules {
		w.line("    %s", Rule(x))
	}
	in := c.Instances[0]
	for _, x := range in.VIPs {
		link := x.Interface
		if link == "" {
			link = in.Interface
		}
		w.line("    %s", &Address{Config: x, Link: link})
	}
	for _, x := range in.Routes {
		w.line("    %s", Route(x))
	}
	if want := string(a.Files[1].Data); b.String() != want {
		t.Errorf("%s", diff.Diff("C daemon", []byte(want), "ours", []byte(b.String())))
	}
}

// What the machines of the recorded dumps had not: the lines of 05-observability
// section 3.
func TestRareLines(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 5000, time.UTC)
	local := time.Local
	time.Local = time.UTC
	defer func() { time.Local = local }()
	addr := netip.MustParseAddr
	v := &VRRP{Config: &config.Config{}}
	for _, c := range []struct {
		name  string
		write func(w lines)
		want  []string // some of the lines
	}{
		{"interface", func(w lines) {
			w.link(v, &Link{
				Name: "ipv", Index: 7, IPv4: []netip.Addr{addr("192.0.2.1"), addr("192.0.2.2")}, Flags: unix.IFF_UP | unix.IFF_POINTOPOINT | unix.IFF_BROADCAST | unix.IFF_MULTICAST,
				MasterDown: true, UpDelay: time.Second, DownDelay: 2 * time.Millisecond, DelayRunning: true, Kind: "ipvlan", Mode: "bridge", Base: &Link{Name: "eth0"},
				Ours: true, HardwareType: 32, Polling: "NIC ioctl refresh polling", VRF: "red", Forwarding: true, ForwardingRead: noon,
			})
		}, []string{
			" Name = ipv", "   IPv4 address = 192.0.2.1", "   Additional IPv4 addresses :", "     192.0.2.2", "   IPv6 address = (none)",
			"   State = UP, not RUNNING, point to point, master down", "   Delayed state change running = true", "   Up debounce timer = 1000000us", "   Down debounce timer = 2000us",
			"   IPVLAN type bridge, underlying interface = eth0, state = not UP, not RUNNING", "   I/f created by keepalived", "   HW Type = UNKNOWN (32)",
			"   NIC ioctl refresh polling", "   VRF slave of red", "   IPv6 forwarding. Last checked 1795348800.000005 (Sun Nov 22 12:00:00 2026.000005)",
		}},
		{"VRF", func(w lines) { w.link(v, &Link{Name: "red", Index: 8, VRFTable: 10, Changeable: true}) },
			[]string{"   Interface type/base can be changed", "   VRF master table 10"}},
		{"owner", func(w lines) {
			w.instance(&Instance{
				Config: &config.Instance{Name: "O", Version: 3, Family: 4, Priority: 255, VRF: "red", DontTrackPrimary: true, NoVirtualIPAddress: true, Strict: true},
				State:  Master, Wanted: Stopped, Rogue: Rogue{Count: 1, Timer: true, Interval: time.Second}, LoggedOnce: 0x60,
				Faults: Faults{Config: 1, Trackers: 2, Duplicate: true, BaseDown: true},
			})
		}, []string{
			"   Rogue master counter = 1", "   Roger timer thread = 0x1", "   Roger adver interval = 1000 ms", "   Flags:", "   Rate-limit flags = 0x60", "   Wantstate = unknown",
			"   Number of config faults = 1", "   Number of tracker faults = 2", "     unspecified", "     base i/f down", "     duplicate VRID", "     config error", "   Duplicate VRID",
			"   Read timeout = DISABLED", "   VRF = red", "   VRRP interface tracking disabled", "   Suppress no VIPs warning", "   Enforcing strict VRRP compliance",
			"   No sockets allocated",
		}},
		{"backup", func(w lines) {
			w.instance(&Instance{
				Config: &config.Instance{Name: "B", Version: 3, Family: 6, NoPreempt: true, PreemptDelay: 2500 * time.Millisecond, Unicast: true, UnicastTTL: -1,
					VMAC: &config.VMAC{Name: "v", MAC: [6]byte{2}, Group: 5, GroupSet: true, NetlinkNotify: true}, UseVMACAddr: true},
				State: Backup, MasterInterval: 70 * time.Millisecond, Duplicated: true, OldSums: true, Link: "v",
				LastTransition: noon, Deadline: noon.Add(time.Second),
			})
		}, []string{
			"   Using Native IPv6", "   Master router = (none)", "   Master advert interval = 70 milli-sec", "     Using unicast with VRID duplication",
			"   Last transition = 1795348800.000005 (Sun Nov 22 12:00:00.000005 2026)", "   Read timeout = 1795348801.000005 (Sun Nov 22 12:00:01.000005 2026)",
			"   Use VMAC, i/f name v, is_up = false, xmit_base = false", "     MAC = 02:00:00:00:00:00", "     Force netlink update for base interface",
			"     Use VMAC for VIPs on other interfaces", "     Interface group 5", "   Interface = v, vmac on (unknown)", "   Highest other priority = 0",
			"   Preempt delay = 2.5 secs", "   Unicast checksum compatibility = auto",
		}},
		{"spacing", func(w lines) {
			w.lanes([]Lane{{Interfaces: []string{"eth0", "eth1"}}, {NAInterval: 1500 * time.Microsecond, NextNA: noon}})
		},
			[]string{" No configuration", " Interfaces", "  eth0", "  eth1", " GNA interval = 0.001500", " GNA next time 1795348800.000005 (Sun Nov 22 12:00:00.000005)"}},
		{"script", func(w lines) {
			w.script(v, &Script{Config: &config.TrackScript{Name: "s", Script: &config.Script{Args: []string{"/bin/x", "it's"}, Path: "/usr/bin/x"},
				Interval: 1500 * time.Millisecond, Timeout: 2 * time.Second, Rise: 2}, Result: 2, Init: "INIT/RELOAD", Run: "forcing termination"})
		}, []string{`   Command = '/bin/x' 'it'\''s'`, "   Path = /usr/bin/x", "   Interval = 1.500 sec", "   Timeout = 2 sec", "   Init state = INIT/RELOAD", "   Status = GOOD", "   State = forcing termination"}},
		{"sockets", func(w lines) { w.socket(&Socket{In: 3, Out: 4, Link: "eth0", VRF: "red", Family: 4, AH: true}) },
			[]string{" fd_in 3 fd_out = 4", "   VRF = red", "   Protocol = AH", "   Type = Multicast"}},
		{"group", func(w lines) {
			w.group(&Group{Config: &config.SyncGroup{Name: "G", TrackingWeight: true, Notify: config.Notify{PriorityChanges: true}}, State: Fault, Faulty: 1})
		}, []string{" VRRP Sync Group = G, FAULT", "   Num member fault 1, num member init 0", "   sync group tracking weight set", "   Notify priority changes = yes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			c.write(lines{Writer: &b})
			rest := b.String()
			for _, want := range c.want {
				_, after, found := strings.Cut(rest, want+"\n")
				if !found {
					t.Fatalf("no %q (in this order) in\n%s", want, b.String())
				}
				rest = after
			}
		})
	}
	if got := fmt.Sprint(&Address{Config: &config.Address{Prefix: netip.MustParsePrefix("192.0.2.1/32"), UseVMAC: true, TrackGroup: "g"}, Link: "eth9", Absent: true}); got != "192.0.2.1 dev eth9@NOWHERE use_vmac scope global track_group g" {
		t.Error(got)
	}
}
