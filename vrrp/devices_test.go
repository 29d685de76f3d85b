package vrrp

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/network"
)

// devices prints the interfaces on top of others.
func (d *node) devices() string {
	links, err := d.host.Links()
	if err != nil {
		d.t.Fatal(err)
	}
	return network.FormatDevices(links)
}

// sysctls prints parameters of an interface.
func (d *node) sysctls(link string, keys ...string) string {
	var b strings.Builder
	for _, k := range keys {
		v, err := d.host.Sysctl("net/ipv4/conf/" + link + "/" + k)
		if err != nil {
			d.t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s.%s=%s ", link, k, v)
	}
	return b.String()
}

// senders counts what a host has sent, by kind and MAC.
func senders(s *network.Segment, h *network.Fake) string {
	counts := map[string]int{}
	var order []string
	for _, f := range s.Frames() {
		if f.Host != h {
			continue
		}
		key := "advert " + f.MAC
		if f.Announced.IsValid() {
			key = fmt.Sprintf("announced %s %s", f.Announced, f.MAC)
		}
		if counts[key]++; counts[key] == 1 {
			order = append(order, key)
		}
	}
	for i, key := range order {
		order[i] = fmt.Sprintf("%s: %d", key, counts[key])
	}
	return strings.Join(order, "\n") + "\n"
}

// rules prints the packet filter without its fixed parts.
func (d *node) rules() string {
	var b strings.Builder
	for line := range strings.Lines(fmt.Sprint(d.filter())) {
		if l := strings.TrimSpace(line); strings.HasPrefix(l, "table") || strings.HasPrefix(l, "map") || strings.HasPrefix(l, "set") || strings.HasPrefix(l, "elements") {
			b.WriteString(strings.TrimSuffix(l, " {") + "\n")
		}
	}
	return b.String()
}

var registering = []string{"Registering", "Sending gratuitous ARP on", "Sending unsolicited"}

// Scenario 9: what is sent with which MAC, what the interface looks like, and
// that nothing is left.
func TestVMAC(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start(instance("priority 100\nuse_vmac\n" + vip))
		sleep(5 * time.Second)
		equal(t, "log", a.take(registering...), `
0.000 use_vmac or no_accept/strict specified, but no firewall configured - using nftables
0.000 Assigned address 192.0.2.1 for interface eth0
0.000 Assigned address fe80::1 for interface eth0
0.000 (VI_1): Success creating VMAC interface vrrp.51
0.000 (VI_1) removing VIPs.
0.000 (VI_1) Entering BACKUP STATE (init)
0.000 VRRP sockpool: [ifindex(  3), family(IPv4), proto(112), fd(10,11) multicast, address(224.0.0.18)]
3.609 (VI_1) Receive advertisement timeout
3.609 (VI_1) Entering MASTER STATE
3.609 (VI_1) setting VIPs.
3.609 (VI_1) Sending/queueing gratuitous ARPs on vrrp.51 for 192.0.2.100
`)
		equal(t, "devices", a.devices(), "vrrp.51@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> link/ether 00:00:5e:00:01:33 macvlan mode private group 0\n")
		equal(t, "addresses", a.host.AddressesText(), `
2: eth0    inet 192.0.2.1/24 scope global eth0
2: eth0    inet6 fe80::1/64 scope link
3: vrrp.51    inet 192.0.2.100/24 scope global proto 18 vrrp.51
`)
		equal(t, "sysctls", a.sysctls("vrrp.51", "arp_ignore", "accept_local", "rp_filter", "promote_secondaries")+a.sysctls("eth0", "arp_ignore", "arp_filter"),
			"vrrp.51.arp_ignore=1 vrrp.51.accept_local=1 vrrp.51.rp_filter=0 vrrp.51.promote_secondaries=1 eth0.arp_ignore=1 eth0.arp_filter=1 ")
		equal(t, "rules", a.rules(), "table ip keepalived\nmap vmac_map\nelements = { \"vrrp.51\" : \"eth0\" }\n")
		a.stop()
		equal(t, "sent", senders(&wire, a.host), `
advert 00:00:5e:00:01:33: 3
announced 192.0.2.100 00:00:5e:00:01:33: 5
`)
		equal(t, "log", a.take(), `
5.000 (VI_1) sent 0 priority
5.000 (VI_1) removing VIPs.
6.000 (VI_1) Success removing VMAC interface vrrp.51
`)
		equal(t, "devices", a.devices(), "")
		equal(t, "rules", a.rules(), "")
	})
}

// Scenario 10: the VMAC of IPv6 has the link-local address of its base, follows
// it, and sends from it.
func TestVMAC6(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a, b := newNode(t, &wire, 1), newNode(t, &wire, 2)
		const words = "advert_int 1\nuse_vmac\nvirtual_ipaddress {\nfe80::100/64\n2001:db8::100/64\n}"
		a.start(instance("priority 150\n" + words))
		b.start(instance("priority 100\n" + words))
		sleep(5 * time.Second)
		equal(t, "addresses", a.host.AddressesText(), `
2: eth0    inet 192.0.2.1/24 scope global eth0
2: eth0    inet6 fe80::1/64 scope link
3: vrrp.51    inet6 fe80::1/64 scope link deprecated nodad proto 18
3: vrrp.51    inet6 fe80::100/64 scope link nodad proto 18
3: vrrp.51    inet6 2001:db8::100/64 scope global nodad proto 18
`)
		equal(t, "rules", a.rules(), `
table ip6 keepalived
set parent_link_local
elements = { fe80::1 . "vrrp.51" }
map vmac_map
elements = { "vrrp.51" : "eth0" }
set vmac_set
elements = { "vrrp.51" }
set mld-report
elements = { mld-listener-report, mld2-listener-report }
`)
		equal(t, "b hears", b.take("Registering", "removing", "sockpool", "Assigned", "use_vmac"), `
0.000 (VI_1): Success creating VMAC interface vrrp.51
0.000 (VI_1) Entering BACKUP STATE (init)
3.414 (VI_1) master set to fe80::1
`)
		a.take()
		eth0, _ := a.host.LinkByName("eth0")
		old := network.Address{Link: eth0.Index, Prefix: netip.MustParsePrefix("fe80::1/64")}
		next := network.Address{Link: eth0.Index, Prefix: netip.MustParsePrefix("fe80::9/64"), Preferred: network.Forever}
		if err := a.host.AddAddress(&next); err != nil {
			t.Fatal(err)
		}
		if err := a.host.DelAddress(&old); err != nil {
			t.Fatal(err)
		}
		sleep(time.Second)
		if text := a.host.AddressesText(); !strings.Contains(text, "vrrp.51    inet6 fe80::9/64 scope link deprecated nodad") || strings.Contains(text, "fe80::1/64") {
			t.Errorf("addresses:\n%s", text)
		}
		if got := a.rules(); !strings.Contains(got, `elements = { fe80::9 . "vrrp.51" }`) {
			t.Errorf("rules:\n%s", got)
		}
		if a.service.routers[0].in.Source.String() != "fe80::9" {
			t.Errorf("source %s", a.service.routers[0].in.Source)
		}
		a.stop()
		b.stop()
	})
}

// Scenario 24: adverts from the base, announcements from the VMAC.
func TestVMACXmitBase(t *testing.T) {
	for _, c := range []struct{ name, words, vip string }{
		{"IPv4", "vmac_xmit_base", "192.0.2.100"},
		{"IPv6", "vmac_xmit_base", "fe80::100"},
		{"unicast", "unicast_peer {\n192.0.2.2\n}", "192.0.2.100"}, // scenario 62
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var wire network.Segment
				a := newNode(t, &wire, 1)
				a.start(instance("priority 100\nuse_vmac\n" + c.words + "\nvirtual_ipaddress {\n" + c.vip + "/24\n}"))
				sleep(4 * time.Second)
				mac := "00:00:5e:00:01:33"
				if c.name == "IPv6" {
					mac = "00:00:5e:00:02:33"
					if strings.Contains(a.host.AddressesText(), "vrrp.51    inet6 fe80::1/") {
						t.Error("the VMAC has an address for which it has no use")
					}
				}
				equal(t, "sent", senders(&wire, a.host), "advert 02:00:00:00:02:01: 1\nannounced "+c.vip+" "+mac+": 5\n")
				a.stop()
			})
		})
	}
}

// Scenario 46: the reverse path filter of all interfaces is taken away from the
// VMAC alone.
func TestReversePath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		if err := a.host.SetSysctl("net/ipv4/conf/all/rp_filter", "1"); err != nil {
			t.Fatal(err)
		}
		a.start(instance("priority 100\nuse_vmac\n" + vip))
		equal(t, "log", grep(a.take(), "NOTICE"), `
0.000 NOTICE: setting sysctl net.ipv4.conf.default.rp_filter from 0 to 1
0.000 NOTICE: setting sysctl net.ipv4.conf.all.rp_filter from 1 to 0
`)
		values := func() string {
			return a.sysctls("all", "rp_filter") + a.sysctls("default", "rp_filter") + a.sysctls("eth0", "rp_filter") + a.sysctls("vrrp.51", "rp_filter")
		}
		equal(t, "values", values(), "all.rp_filter=0 default.rp_filter=1 eth0.rp_filter=1 vrrp.51.rp_filter=0 ")
		a.stop()
		equal(t, "log", grep(a.take(), "NOTICE"), `
1.000 NOTICE: resetting sysctl net.ipv4.conf.all.rp_filter to 1
1.000 NOTICE: resetting sysctl net.ipv4.conf.default.rp_filter to 0
`)
		equal(t, "values", values(), "all.rp_filter=1 default.rp_filter=0 eth0.rp_filter=0 vrrp.51.rp_filter=0 ")
	})
}

func grep(text, word string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, word) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// Addresses with VMACs of their own (scenario 58), which share what is the same.
func TestVMACOfAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire, other network.Segment
		a := newNode(t, &wire, 1)
		addLink(a.host, &other, "eth1", 1, 3)
		a.start(instance("priority 150\nuse_vmac\nuse_vmac_addr\ngarp_extra_if 2\ngarp_master_delay 1\nvirtual_ipaddress {\n" +
			"192.0.2.100/24\n192.0.2.101/24 dev eth0\n192.0.3.100/24 dev eth1\n192.0.3.101/24 dev eth1\n}\nvirtual_ipaddress_excluded {\nfe80::51/64\nfe80::52/64 use_vmac\n}"))
		sleep(9 * time.Second)
		equal(t, "devices", a.devices(), `
vrrp.51@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> link/ether 00:00:5e:00:01:33 macvlan mode private group 0
vrrp1.51@eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> link/ether 00:00:5e:00:01:33 macvlan mode private group 0
vrrp6.51@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> link/ether 00:00:5e:00:02:33 macvlan mode private group 0
`)
		equal(t, "addresses", a.host.AddressesText(), `
2: eth0    inet 192.0.2.1/24 scope global eth0
2: eth0    inet6 fe80::1/64 scope link
2: eth0    inet6 fe80::51/64 scope link nodad proto 18
3: eth1    inet 192.0.3.1/24 scope global eth1
3: eth1    inet6 fe80::1/64 scope link
4: vrrp.51    inet 192.0.2.100/24 scope global proto 18 vrrp.51
4: vrrp.51    inet 192.0.2.101/24 scope global secondary proto 18 vrrp.51
5: vrrp1.51    inet 192.0.3.100/24 scope global proto 18 vrrp1.51
5: vrrp1.51    inet 192.0.3.101/24 scope global secondary proto 18 vrrp1.51
6: vrrp6.51    inet6 fe80::1/64 scope link deprecated nodad proto 18
6: vrrp6.51    inet6 fe80::52/64 scope link nodad proto 18
`)
		// 5 at once, 5 after the delay, and every two seconds one for the
		// first address of each other VMAC.
		equal(t, "sent", senders(&other, a.host), "announced 192.0.3.100 00:00:5e:00:01:33: 12\nannounced 192.0.3.101 00:00:5e:00:01:33: 10\n")
		a.stop()
		equal(t, "devices", a.devices(), "")
	})
}

// Scenario 73 and more: a VMAC comes, is renamed, stays, and goes.
func TestVMACReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		noise := []string{"Assigned", "Sending", "firewall"}
		conf := func(words string) string { return instance("priority 100\n" + words + "\n" + vip) }
		a.start(conf(""))
		sleep(4 * time.Second)
		a.take()
		a.reload(conf("use_vmac"))
		sleep(4 * time.Second)
		equal(t, "log", a.take(noise...), `
4.000 (VI_1): Success creating VMAC interface vrrp.51
4.000 (VI_1) sent 0 priority
4.000 (VI_1) removing VIPs.
4.000 (VI_1) removing VIPs.
4.000 (VI_1) Entering BACKUP STATE (init)
4.000 VRRP sockpool: [ifindex(  3), family(IPv4), proto(112), fd(12,13) multicast, address(224.0.0.18)]
7.609 (VI_1) Receive advertisement timeout
7.609 (VI_1) Entering MASTER STATE
7.609 (VI_1) setting VIPs.
`)
		before := a.devices()
		index := a.service.devices[0].index
		a.reload(conf("use_vmac\nvmac_xmit_base\npreempt_delay 1"))
		sleep(time.Second)
		a.reload(conf("use_vmac"))
		if a.devices() != before || a.service.devices[0].index != index {
			t.Errorf("what did not change was touched:\n%s", a.devices())
		}
		a.take()
		a.reload(conf("use_vmac other"))
		sleep(time.Second)
		equal(t, "log", a.take(noise...), `
9.000 (VI_1) Success removing VMAC interface vrrp.51
9.000 (VI_1): Success creating VMAC interface other
9.000 (VI_1) ip address 192.0.2.100/24 dev vrrp.51, no longer exist
9.000 (VI_1) setting VIPs.
9.000 VRRP sockpool: [ifindex(  4), family(IPv4), proto(112), fd(18,19) multicast, address(224.0.0.18)]
`)
		if text := a.host.AddressesText(); !strings.Contains(text, "4: other    inet 192.0.2.100/24") {
			t.Errorf("addresses:\n%s", text)
		}
		a.reload(conf(""))
		sleep(time.Second)
		equal(t, "log", a.take(noise...), `
10.000 (VI_1) sent 0 priority
10.000 (VI_1) removing VIPs.
10.000 (VI_1) removing VIPs.
10.000 (VI_1) Entering BACKUP STATE (init)
10.000 (VI_1) Success removing VMAC interface other
10.000 Interface other deleted
10.000 VRRP sockpool: [ifindex(  2), family(IPv4), proto(112), fd(20,21) multicast, address(224.0.0.18)]
`)
		equal(t, "devices", a.devices(), "")
		equal(t, "rules", a.rules(), "")
		a.stop()
	})
}
