package vrrp

import (
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/network"
)

// Scenario 76: a carrier that is asked for each second.
func TestLinkbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start("linkbeat_interfaces {\neth0\n}\n" + instance("priority 150\n"+vip))
		sleep(4500 * time.Millisecond)
		equal(t, "log", a.take("Registering", "Sending"), `
0.000 Assigned address 192.0.2.1 for interface eth0
0.000 Assigned address fe80::1 for interface eth0
0.000 Using MII-BMSR/ETHTOOL NIC polling thread(s)...
0.000 (VI_1) removing VIPs.
0.000 (VI_1) removing VIPs.
0.000 (VI_1) Entering BACKUP STATE (init)
0.000 VRRP sockpool: [ifindex(  2), family(IPv4), proto(112), fd(10,11) multicast, address(224.0.0.18)]
3.414 (VI_1) Receive advertisement timeout
3.414 (VI_1) Entering MASTER STATE
3.414 (VI_1) setting VIPs.
`)
		a.host.SetLink("eth0", false)
		sleep(time.Second)
		a.host.SetLink("eth0", true)
		sleep(time.Second)
		equal(t, "log", a.take("fe80", "advert error", "Sending"), `
5.000 Linkbeat reports eth0 down
5.000 (VI_1) Entering FAULT STATE
5.000 (VI_1) sent 0 priority
5.000 (VI_1) removing VIPs.
6.000 Linkbeat reports eth0 up
6.000 (VI_1) Entering BACKUP STATE
`)
		// A reload that does not change it does not begin anew; one that
		// takes it away believes the kernel again.
		a.reload("linkbeat_interfaces {\neth0\n}\n" + instance("priority 150\n"+vip))
		a.reload(instance("priority 150\n" + vip))
		sleep(100 * time.Millisecond)
		a.take()
		a.host.SetLink("eth0", false)
		sleep(time.Millisecond)
		equal(t, "log", grep(a.take(), "reports"), "6.600 Netlink reports eth0 down\n")
		a.stop()
	})
}

// What the poll of before a reload has found and is still on its way is older
// than what the one after it began with.
func TestLinkbeatOfBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start("linkbeat_interfaces {\neth0\n}\n" + instance("priority 150\n"+vip))
		sleep(4500 * time.Millisecond)
		a.run(func() {
			a.host.SetLink("eth0", false)
			time.Sleep(time.Second) // a loop that is late
			a.host.SetLink("eth0", true)
			if err := a.service.Reload(parse(t, "linkbeat_interfaces {\neth0 ETHTOOL\n}\n"+instance("priority 150\n"+vip))); err != nil {
				t.Error(err)
			}
		})
		sleep(5 * time.Second)
		equal(t, "log", grepAny(a.take(), "reports", "FAULT"), "")
		a.stop()
	})
}

// A VMAC follows its base: it is not polled.
func TestLinkbeatOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start("linkbeat_interfaces {\nvrrp.51\neth0 ETHTOOL\n}\n" + instance("priority 150\nuse_vmac\n"+vip))
		equal(t, "log", grep(a.take(), "inkbeat"), "0.000 Turning off linkbeat for vrrp.51 since netlink works for vmacs/ipvlans\n")
		if !a.service.beats("eth0") || a.service.beats("vrrp.51") {
			t.Errorf("polled: %v", a.service.beat.polled)
		}
		a.stop()
	})
}

// Recording a1: a change counts when it has lasted.
func TestDebounce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start("global_defs {\ndynamic_interfaces\n}\ninterface_up_down_delays {\neth0 1.5 1\n}\n" + instance("priority 150\n"+vip))
		sleep(5 * time.Second)
		a.take()
		noise := []string{"fe80", "advert error", "Sending"}
		a.host.SetLink("eth0", false)
		sleep(500 * time.Millisecond)
		a.host.SetLink("eth0", true)
		sleep(1500 * time.Millisecond)
		equal(t, "a short loss", a.take(noise...), "5.000 eth0: Adding flags change from 0x11043 to 0x1002 delay by 1500000\n")
		a.host.SetLink("eth0", false)
		sleep(2 * time.Second)
		a.host.SetLink("eth0", true)
		sleep(2 * time.Second)
		equal(t, "a long one", a.take(noise...), `
7.000 eth0: Adding flags change from 0x11043 to 0x1002 delay by 1500000
8.500 Netlink reports eth0 down
8.500 (VI_1) Entering FAULT STATE
8.500 (VI_1) sent 0 priority
8.500 (VI_1) removing VIPs.
9.000 eth0: Adding flags change from 0x1002 to 0x11043 delay by 1000000
10.000 Netlink reports eth0 up
10.000 (VI_1) Entering BACKUP STATE
`)
		a.host.DelLink("eth0")
		sleep(time.Millisecond)
		equal(t, "deleted", grepAny(a.take(noise...), "reports", "deleted", "FAULT"), `
11.000 (VI_1) Entering FAULT STATE
11.000 Netlink reports eth0 down
11.000 Interface eth0 deleted
`)
		a.stop()
	})
}
