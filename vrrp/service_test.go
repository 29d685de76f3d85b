package vrrp

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/config"
	"keepalived/core/network"
	"keepalived/vrrp/fsm"
)

// One router alone: scenario 1 of 03-vrrp section 18, line by line.
func TestAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start(instance("priority 100\n" + vip))
		sleep(8 * time.Second)
		equal(t, "log", a.take("Sending gratuitous ARP on"), `
0.000 Registering Kernel netlink reflector
0.000 Registering Kernel netlink command channel
0.000 Assigned address 192.0.2.1 for interface eth0
0.000 Assigned address fe80::1 for interface eth0
0.000 Registering gratuitous ARP shared channel
0.000 (VI_1) removing VIPs.
0.000 (VI_1) removing VIPs.
0.000 (VI_1) Entering BACKUP STATE (init)
0.000 VRRP sockpool: [ifindex(  2), family(IPv4), proto(112), fd(10,11) multicast, address(224.0.0.18)]
3.609 (VI_1) Receive advertisement timeout
3.609 (VI_1) Entering MASTER STATE
3.609 (VI_1) setting VIPs.
3.609 (VI_1) Sending/queueing gratuitous ARPs on eth0 for 192.0.2.100
`)
		equal(t, "addresses", a.host.AddressesText(), `
2: eth0    inet 192.0.2.1/24 scope global eth0
2: eth0    inet 192.0.2.100/24 scope global secondary proto 18 eth0
2: eth0    inet6 fe80::1/64 scope link
`)
		a.stop()
		equal(t, "log", a.take(), `
8.000 (VI_1) sent 0 priority
8.000 (VI_1) removing VIPs.
`)
		if now := time.Since(a.begin); now != 9*time.Second {
			t.Errorf("stopped at %v, want 9s", now)
		}
		equal(t, "adverts", adverts(&wire, a.host, a.begin), `
3.609 prio 100
4.609 prio 100
5.609 prio 100
6.609 prio 100
7.609 prio 100
8.000 prio 0
`)
		if strings.Contains(a.host.AddressesText(), "100") {
			t.Error("the VIP is still there")
		}
		garps := 0
		for _, f := range wire.Frames() {
			if f.Announced.IsValid() {
				garps++
			}
		}
		if garps != 5 {
			t.Errorf("%d gratuitous ARPs, want 5 (the second burst would be at 8.609)", garps)
		}
	})
}

// A stops and B takes over after the skew time; A comes back and preempts;
// A dies and B takes over after the whole interval (scenarios 11 and 13).
func TestTakeover(t *testing.T) {
	for _, c := range []struct{ name, words, vip, skew, full string }{
		{"version 2", "version 2", "192.0.2.100/24", "7.609", "18.609"},
		{"version 3", "version 3", "192.0.2.100/24", "7.609", "18.609"},
		{"IPv6", "version 3", "fe80::100/64", "7.609", "18.609"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conf := func(priority int) string {
					return instance(fmt.Sprintf("%s\npriority %d\nvirtual_ipaddress {\n%s\n}", c.words, priority, c.vip))
				}
				var wire network.Segment
				a, b := newNode(t, &wire, 1), newNode(t, &wire, 2)
				a.start(conf(150))
				b.start(conf(100))
				sleep(7 * time.Second)
				a.stop() // ends at 8.0; its priority 0 is at 7.0
				noise := []string{"Registering", "Assigned", "sockpool", "removing", "setting", "Sending", "master set"}
				equal(t, "b", b.take(noise...), `
0.000 (VI_1) Entering BACKUP STATE (init)
7.000 (VI_1) Backup received priority 0 advertisement
`+c.skew+` (VI_1) Receive advertisement timeout
`+c.skew+` (VI_1) Entering MASTER STATE
`)
				a2 := newNode(t, &wire, 3)
				sleep(2 * time.Second)
				a2.start(conf(150))
				sleep(5 * time.Second)
				equal(t, "b", strings.ReplaceAll(b.take(noise...), "fe80::3", "192.0.2.3"), `
13.414 (VI_1) Master received advert from 192.0.2.3 with higher priority 150, ours 100
13.414 (VI_1) Entering BACKUP STATE
`)
				a2.kill() // at 15.0; its last advert was at 14.414
				sleep(4 * time.Second)
				if b.service.machine.Instances[0].State != fsm.Master {
					t.Error("b is not MASTER again")
				}
				equal(t, "b", b.take(noise...), `
18.023 (VI_1) Receive advertisement timeout
18.023 (VI_1) Entering MASTER STATE
`)
				b.stop()
			})
		})
	}
}

// The link of a MASTER goes down and comes back (scenario 32).
func TestLinkDownUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start(instance("priority 150\n" + vip))
		sleep(5 * time.Second)
		a.take()
		a.host.SetLink("eth0", false)
		sleep(time.Second)
		a.host.SetLink("eth0", true)
		sleep(4 * time.Second)
		equal(t, "log", a.take("Sending", "Assigned address fe80", "Deassigned address fe80"), `
5.000 Netlink reports eth0 down
5.000 (VI_1) Entering FAULT STATE
5.000 (VI_1) sent 0 priority
5.000 (VI_1) removing VIPs.
6.000 Netlink reports eth0 up
6.000 (VI_1) Entering BACKUP STATE
9.414 (VI_1) Receive advertisement timeout
9.414 (VI_1) Entering MASTER STATE
9.414 (VI_1) setting VIPs.
`)
		a.stop()
	})
}

// The VIP of a MASTER is deleted by somebody else (scenario 31), then the
// primary address with it (65).
func TestAddressesDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start(instance("priority 150\n" + vip))
		sleep(5 * time.Second)
		a.take()
		del := func(i int) {
			all, err := a.host.Addresses()
			if err != nil {
				t.Fatal(err)
			}
			if err := a.host.DelAddress(&all[i]); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		del(1) // 192.0.2.100
		sleep(time.Second)
		equal(t, "VIP deleted", a.take("Sending"), `
5.000 Netlink reflector reports IP 192.0.2.100 removed from eth0
5.000 (VI_1) Entering BACKUP STATE
5.000 (VI_1) sent 0 priority
5.000 (VI_1) removing VIPs.
5.414 (VI_1) Receive advertisement timeout
5.414 (VI_1) Entering MASTER STATE
5.414 (VI_1) setting VIPs.
`)
		all, _ := a.host.Addresses()
		primary := all[0]
		del(0) // 192.0.2.1, and the VIP with it
		sleep(time.Second)
		if err := a.host.AddAddress(&primary); err != nil {
			t.Fatal(err)
		}
		sleep(4 * time.Second)
		equal(t, "primary deleted", a.take("Sending"), `
6.000 Netlink reflector reports IP 192.0.2.100 removed from eth0
6.000 (VI_1) Entering BACKUP STATE
6.000 (VI_1) sent 0 priority
6.000 (VI_1) removing VIPs.
6.000 Deassigned address 192.0.2.1 from interface eth0
6.000 (VI_1) Entering FAULT STATE
7.000 Assigned address 192.0.2.1 for interface eth0
7.000 (VI_1) Entering BACKUP STATE
10.414 (VI_1) Receive advertisement timeout
10.414 (VI_1) Entering MASTER STATE
10.414 (VI_1) setting VIPs.
`)
		a.stop()
	})
}

// A reload touches only what changed (scenario 33), and its result is that of
// a start.
func TestReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		vips := func(list string) string {
			return instance("priority 150\nvirtual_ipaddress {\n" + strings.ReplaceAll(list, " ", "\n") + "\n}")
		}
		a.start(vips("192.0.2.100/24 192.0.2.101/24"))
		sleep(6 * time.Second)
		a.take()
		before := len(wire.Frames())
		a.reload(vips("192.0.2.100/24 192.0.2.102/24"))
		sleep(5500 * time.Millisecond)
		equal(t, "log", a.take("Assigned", "sockpool", "Sending gratuitous"), `
6.000 (VI_1) ip address 192.0.2.101/24 dev eth0, no longer exist
6.000 (VI_1) setting VIPs.
6.000 (VI_1) Sending/queueing gratuitous ARPs on eth0 for 192.0.2.100
6.000 (VI_1) Sending/queueing gratuitous ARPs on eth0 for 192.0.2.102
8.414 (VI_1) Sending/queueing gratuitous ARPs on eth0 for 192.0.2.100
8.414 (VI_1) Sending/queueing gratuitous ARPs on eth0 for 192.0.2.102
11.000 (VI_1) Sending/queueing gratuitous ARPs on eth0 for 192.0.2.100
11.000 (VI_1) Sending/queueing gratuitous ARPs on eth0 for 192.0.2.102
`)
		var ids []byte
		for _, f := range wire.Frames()[before:] {
			if !f.Announced.IsValid() {
				ids = append(ids, f.Message.Data[5])
			}
		}
		if len(ids) < 3 || ids[0] != 4 || ids[1] != 1 || ids[2] != 2 {
			t.Errorf("identifications %v, want 4 (before), 1 (after), 2 ...", ids)
		}
		equal(t, "addresses", a.host.AddressesText(), `
2: eth0    inet 192.0.2.1/24 scope global eth0
2: eth0    inet 192.0.2.100/24 scope global secondary proto 18 eth0
2: eth0    inet 192.0.2.102/24 scope global secondary proto 18 eth0
2: eth0    inet6 fe80::1/64 scope link
`)
		a.reload(strings.ReplaceAll(vips("192.0.2.110/24"), "id 51", "id 52"))
		sleep(4 * time.Second)
		equal(t, "another identity", a.take("Assigned", "sockpool", "Sending"), `
11.500 (VI_1) sent 0 priority
11.500 (VI_1) removing VIPs.
11.500 (VI_1) removing VIPs.
11.500 (VI_1) Entering BACKUP STATE (init)
14.914 (VI_1) Receive advertisement timeout
14.914 (VI_1) Entering MASTER STATE
14.914 (VI_1) setting VIPs.
`)
		equal(t, "addresses", a.host.AddressesText(), `
2: eth0    inet 192.0.2.1/24 scope global eth0
2: eth0    inet 192.0.2.110/24 scope global secondary proto 18 eth0
2: eth0    inet6 fe80::1/64 scope link
`)
		a.stop()
	})
}

// Three VIPs with spacing: the order of 03-vrrp section 11.3.
func TestSpacing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		cfg := parse(t, instance("priority 200\nvirtual_ipaddress {\n192.0.2.100/24\n192.0.2.101/24\n192.0.2.102/24\n}"))
		in := cfg.VRRP.Instances[0]
		cfg.Global.GARPInterval = 50 * time.Millisecond
		in.GARPMasterRepeat, in.GARPMasterDelay = 3, 2*time.Second
		in.GARPMasterRefresh, in.GARPMasterRefreshRepeat = 3*time.Second, 2
		a.run(func() {
			if err := a.service.Start(cfg); err != nil {
				t.Error(err)
			}
		})
		sleep(12 * time.Second)
		var b strings.Builder
		for _, f := range wire.Frames() {
			if f.Announced.IsValid() {
				fmt.Fprintf(&b, "%.2f .%d\n", f.At.Sub(a.begin).Seconds(), f.Announced.As4()[3])
			}
		}
		var want strings.Builder
		for _, burst := range []struct {
			at     float64
			repeat int
		}{{3.21875, 3}, {5.21875, 3}, {8.21875, 2}, {11.21875, 2}} {
			for i := range 3 * burst.repeat {
				fmt.Fprintf(&want, "%.2f .%d\n", burst.at+0.05*float64(i), 100+i%3)
			}
		}
		equal(t, "frames", b.String(), want.String())
		a.stop()
	})
}

// What is left over from a process that was killed goes at the start (10.3).
func TestLeftOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start(instance("priority 150\n" + vip))
		sleep(4 * time.Second)
		a.kill()
		if !strings.Contains(a.host.AddressesText(), "192.0.2.100") {
			t.Fatal("no VIP to be left over")
		}
		b := *a
		b.service = newService(a.service.env, a.service.open)
		b.service.loop, b.service.env.Loop = newLoop(t, &b), b.loop
		b.start(instance("priority 150\n" + vip))
		if strings.Contains(a.host.AddressesText(), "192.0.2.100") {
			t.Error("the VIP is still there")
		}
		b.stop()
	})
}

// Two instances of a group move together; the lower one decides.
func TestGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire, wire2 network.Segment
		a := newNode(t, &wire, 1)
		addLink(a.host, &wire2, "eth1", 1, 3)
		a.start(`vrrp_sync_group G1 {
group {
VI_1
VI_2
}
}
` + instance("priority 150\n"+vip) + strings.NewReplacer("VI_1", "VI_2", "eth0", "eth1", "id 51", "id 52").Replace(
			instance("priority 150\nvirtual_ipaddress {\n192.0.3.100/24\n}")))
		sleep(5 * time.Second)
		a.take()
		a.host.SetLink("eth1", false)
		sleep(time.Second)
		equal(t, "fault", a.take("fe80"), `
5.000 Netlink reports eth1 down
5.000 (VI_2) Entering FAULT STATE
5.000 (VI_2) sent 0 priority
5.000 (VI_2) removing VIPs.
5.000 VRRP_Group(G1) Syncing instances to FAULT state
5.000 (VI_1) Entering FAULT STATE
5.000 (VI_1) removing VIPs.
`)
		a.host.SetLink("eth1", true)
		sleep(4 * time.Second)
		equal(t, "back", a.take("fe80", "Sending", "Receive"), `
6.000 Netlink reports eth1 up
6.000 (VI_2) Entering BACKUP STATE
6.000 VRRP_Group(G1) Syncing instances to BACKUP state
6.000 (VI_1) Entering BACKUP STATE
9.414 (VI_2) Entering MASTER STATE
9.414 (VI_2) setting VIPs.
9.414 VRRP_Group(G1) Syncing instances to MASTER state
9.414 (VI_1) Entering MASTER STATE
9.414 (VI_1) setting VIPs.
`)
		a.stop()
	})
}

// An interface that is deleted and made again (scenario 64).
func TestDynamicInterface(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		cfg := parse(t, instance("priority 150\n"+vip))
		cfg.Global.DynamicInterfaces = true
		a.run(func() {
			if err := a.service.Start(cfg); err != nil {
				t.Error(err)
			}
		})
		sleep(5 * time.Second)
		a.take()
		a.host.DelLink("eth0")
		sleep(time.Second)
		addLink(a.host, &wire, "eth0", 1, 2)
		sleep(4 * time.Second)
		equal(t, "log", a.take("Sending", "fe80"), `
5.000 Netlink reports eth0 down
5.000 (VI_1) Entering FAULT STATE
5.000 (VI_1): send advert error 19 (No such device)
5.000 (VI_1): send advert error 19 (No such device)
5.000 (VI_1) sent 0 priority
5.000 (VI_1) removing VIPs.
5.000 Deassigned address 192.0.2.1 from interface eth0
5.000 Interface eth0 deleted
6.000 Interface eth0 added
6.000 Netlink reports eth0 up
6.000 Assigned address 192.0.2.1 for interface eth0
6.000 (VI_1) Entering BACKUP STATE
9.414 (VI_1) Receive advertisement timeout
9.414 (VI_1) Entering MASTER STATE
9.414 (VI_1) setting VIPs.
`)
		a.stop()
	})
}

func TestStartupDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start("global_defs {\nvrrp_startup_delay 3\n}\n" + instance("priority 150\n"+vip))
		sleep(7 * time.Second)
		equal(t, "log", a.take("Sending", "Assigned", "sockpool", "removing", "Registering"), `
0.000 Delaying startup for 3 seconds
0.000 (VI_1) Entering BACKUP STATE (init)
3.000 Delayed start completed
6.414 (VI_1) Receive advertisement timeout
6.414 (VI_1) Entering MASTER STATE
6.414 (VI_1) setting VIPs.
`)
		a.stop()
	})
}

// garp_master_refresh is one sequence, however often the router became MASTER.
// (The C daemon starts another one each time: recording 91b.)
func TestRefreshIsOneSequence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.startWith(instance("priority 150\n"+vip), func(c *config.Config) {
			in := c.VRRP.Instances[0]
			in.GARPMasterDelay, in.GARPMasterRefresh, in.GARPMasterRefreshRepeat = 0, 2*time.Second, 1
		})
		for range 3 {
			sleep(4 * time.Second)
			if err := a.host.DelAddress(&network.Address{Link: 2, Prefix: netip.MustParsePrefix("192.0.2.100/24")}); err != nil {
				t.Fatal(err)
			}
		}
		sleep(time.Second) // MASTER for the fourth time, at 12.414
		before := len(wire.Frames())
		sleep(10 * time.Second)
		n := 0
		for _, f := range wire.Frames()[before:] {
			if f.Announced.IsValid() {
				n++
			}
		}
		if n != 5 {
			t.Errorf("%d refreshes in 10 s of 2 s each", n)
		}
		a.stop()
	})
}
