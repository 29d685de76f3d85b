package vrrp

import (
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/network"
)

// Scenario 51: a VMAC that somebody deletes, or renames, is there again.
func TestVMACDeleted(t *testing.T) {
	for name, harm := range map[string]func(*network.Fake){
		"deleted": func(h *network.Fake) { h.DelLink("vrrp.51") },
		"renamed": func(h *network.Fake) { h.RenameLink("vrrp.51", "mine") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var wire network.Segment
				a := newNode(t, &wire, 1)
				a.start(instance("priority 150\nuse_vmac\n" + vip))
				sleep(5 * time.Second)
				a.take()
				harm(a.host)
				sleep(4 * time.Second)
				want := `
5.000 Netlink reports vrrp.51 down
5.000 (VI_1) Entering FAULT STATE
5.000 (VI_1): send advert error 19 (No such device)
5.000 (VI_1): send advert error 19 (No such device)
5.000 (VI_1) sent 0 priority
5.000 (VI_1) removing VIPs.
5.000 Interface vrrp.51 deleted
5.000 (VI_1): Success creating VMAC interface vrrp.51
5.000 Netlink reports vrrp.51 up
5.000 (VI_1) Entering BACKUP STATE
8.414 (VI_1) Receive advertisement timeout
8.414 (VI_1) Entering MASTER STATE
8.414 (VI_1) setting VIPs.
8.414 (VI_1) Sending/queueing gratuitous ARPs on vrrp.51 for 192.0.2.100
`
				if name == "deleted" {
					equal(t, "log", a.take(registering...), want)
				}
				equal(t, "devices", a.devices(), "vrrp.51@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> link/ether 00:00:5e:00:01:33 macvlan mode private group 0\n")
				if !strings.Contains(a.host.AddressesText(), "vrrp.51    inet 192.0.2.100/24") {
					t.Errorf("addresses:\n%s", a.host.AddressesText())
				}
				equal(t, "rules", a.rules(), "table ip keepalived\nmap vmac_map\nelements = { \"vrrp.51\" : \"eth0\" }\n")
				a.stop()
			})
		})
	}
}

// The base goes down and up: one FAULT, with a line for either interface.
func TestVMACBaseDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start(instance("priority 150\nuse_vmac\n" + vip))
		sleep(4 * time.Second)
		a.take()
		a.host.SetLink("eth0", false)
		sleep(time.Second)
		a.host.SetLink("eth0", true)
		sleep(time.Second)
		equal(t, "log", a.take("fe80", "send advert"), `
4.000 Netlink reports eth0 down
4.000 (VI_1) Entering FAULT STATE
4.000 (VI_1) sent 0 priority
4.000 (VI_1) removing VIPs.
4.000 Netlink reports vrrp.51 down
5.000 Netlink reports eth0 up
5.000 Netlink reports vrrp.51 up
5.000 (VI_1) Entering BACKUP STATE
`)
		a.stop()
	})
}

// The base is deleted and comes back (dynamic_interfaces).
func TestVMACBaseDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start("global_defs {\ndynamic_interfaces\n}\n" + instance("priority 150\nuse_vmac\n"+vip))
		sleep(4 * time.Second)
		a.host.DelLink("eth0")
		sleep(time.Second)
		equal(t, "devices", a.devices(), "")
		a.take()
		addLink(a.host, &wire, "eth0", 1, 2)
		sleep(4 * time.Second)
		equal(t, "log", a.take("fe80", "Sending"), `
5.000 Interface eth0 added
5.000 (VI_1): Success creating VMAC interface vrrp.51
5.000 Netlink reports vrrp.51 up
5.000 Netlink reports eth0 up
5.000 Assigned address 192.0.2.1 for interface eth0
5.000 (VI_1) Entering BACKUP STATE
8.414 (VI_1) Receive advertisement timeout
8.414 (VI_1) Entering MASTER STATE
8.414 (VI_1) setting VIPs.
`)
		a.stop()
	})
}

// After a crash the interfaces are there, and used; what is on them goes.
func TestVMACAfterCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		conf := instance("priority 150\nuse_vmac\nno_accept\n" + vip)
		a.start(conf)
		sleep(4 * time.Second)
		a.kill()
		before := a.devices()
		b := &node{journal: &journal{begin: time.Now()}, t: t, host: a.host}
		env := a.service.env
		env.Loop = newLoop(t, b)
		b.service = newService(env, a.service.open)
		a.take()
		b.start(conf)
		sleep(time.Second)
		equal(t, "log", a.take("Registering"), `
4.000 use_vmac or no_accept/strict specified, but no firewall configured - using nftables
4.000 (VI_1) Found matching interface vrrp.51
4.000 Assigned address 192.0.2.1 for interface eth0
4.000 Assigned address fe80::1 for interface eth0
4.000 (VI_1) removing VIPs.
4.000 (VI_1) removing firewall drop rule
4.000 (VI_1) removing VIPs.
4.000 (VI_1) removing firewall drop rule
4.000 (VI_1) Entering BACKUP STATE (init)
4.000 VRRP sockpool: [ifindex(  3), family(IPv4), proto(112), fd(12,13) multicast, address(224.0.0.18)]
`)
		equal(t, "devices", b.devices(), before)
		if strings.Contains(b.host.AddressesText(), "192.0.2.100") {
			t.Error("the VIP is still there")
		}
		b.stop()
		equal(t, "devices", b.devices(), "")
	})
}

// What has the name already: another base, a wrong mode, another kind.
func TestVMACConflicts(t *testing.T) {
	mac := net.HardwareAddr{0, 0, 0x5e, 0, 1, 51}
	for _, c := range []struct {
		name string
		link network.Device
		want string
		has  string
	}{
		{"base", network.Device{Kind: network.KindMACVLAN, Mode: network.MACVLANPrivate, MAC: mac}, `
0.000 (VI_1) Removing old VMAC interface mine due to conflicting interface
0.000 Interface mine deleted
0.000 (VI_1): Success creating VMAC interface mine
`, "mine@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> link/ether 00:00:5e:00:01:33 macvlan mode private"},
		{"mode", network.Device{Kind: network.KindMACVLAN, Mode: network.MACVLANBridge, MAC: mac, Parent: 2}, `
0.000 (VI_1) Update old VMAC interface mine due to wrong MAC/mode 
0.000 (VI_1): Success updating VMAC interface mine
`, "mine@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> link/ether 00:00:5e:00:01:33 macvlan mode private"},
		{"kind", network.Device{Kind: network.KindIPVLAN, Parent: 2}, `
0.000 VMAC mine conflicts with existing interface
0.000 (VI_1): Unable to create VMAC interface mine
0.000 (VI_1): entering FAULT state (interface mine down)
0.000 (VI_1) entering FAULT state
`, "mine@eth0: <BROADCAST,MULTICAST> link/ether 02:00:00:00:02:01 ipvlan mode l2 bridge"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var wire network.Segment
				a := newNode(t, &wire, 1)
				addLink(a.host, &wire, "eth1", 1, 3)
				c.link.Name = "mine"
				if c.link.Parent == 0 {
					c.link.Parent = 3 // eth1
				}
				if err := a.host.CreateDevice(&c.link); err != nil {
					t.Fatal(err)
				}
				a.start(instance("priority 150\nuse_vmac mine\n" + vip))
				equal(t, "log", grepAny(a.take(), "mine", "entering FAULT"), c.want)
				if got := a.devices(); !strings.HasPrefix(got, c.has) {
					t.Errorf("devices:\n%s", got)
				}
				a.stop()
			})
		})
	}
}

func grepAny(text string, words ...string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		for _, w := range words {
			if strings.Contains(line, w) {
				b.WriteString(line)
				break
			}
		}
	}
	return b.String()
}

// An interface that fits is used, whatever its name, and set up.
func TestVMACFoundDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		mine := network.Device{Name: "mine", Kind: network.KindMACVLAN, Mode: network.MACVLANPrivate, MAC: net.HardwareAddr{0, 0, 0x5e, 0, 1, 51}, Parent: 2}
		if err := a.host.CreateDevice(&mine); err != nil {
			t.Fatal(err)
		}
		a.start(instance("priority 150\nuse_vmac\n" + vip))
		sleep(4 * time.Second)
		if log := a.take(); !strings.Contains(log, "(VI_1) Found matching interface mine\n") || !strings.Contains(log, "MASTER") {
			t.Errorf("log:\n%s", log)
		}
		if text := a.host.AddressesText(); !strings.Contains(text, "mine    inet 192.0.2.100/24") {
			t.Errorf("addresses:\n%s", text)
		}
		a.stop()
		equal(t, "devices", a.devices(), "")
	})
}
