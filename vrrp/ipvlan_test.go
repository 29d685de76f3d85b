package vrrp

import (
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/network"
)

// Scenario 101: adverts come from the ipvlan's address, virtual addresses lie
// on the base.
func TestIPVLAN(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start(instance("priority 250\nuse_ipvlan ipv0 192.0.2.50/24\n" + vip))
		sleep(4 * time.Second)
		equal(t, "log", a.take(registering...), `
0.000 Assigned address 192.0.2.1 for interface eth0
0.000 Assigned address fe80::1 for interface eth0
0.000 (VI_1): Success creating ipvlan interface ipv0
0.000 Assigned address 192.0.2.50 for interface ipv0
0.000 (VI_1) removing VIPs.
0.000 (VI_1) Entering BACKUP STATE (init)
0.000 VRRP sockpool: [ifindex(  3), family(IPv4), proto(112), fd(10,11) multicast, address(224.0.0.18)]
3.023 (VI_1) Receive advertisement timeout
3.023 (VI_1) Entering MASTER STATE
3.023 (VI_1) setting VIPs.
3.023 (VI_1) Sending/queueing gratuitous ARPs on eth0 for 192.0.2.100
`)
		equal(t, "devices", a.devices(), "ipv0@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> link/ether 02:00:00:00:02:01 ipvlan mode l2 bridge group 0\n")
		equal(t, "addresses", a.host.AddressesText(), `
2: eth0    inet 192.0.2.1/24 scope global eth0
2: eth0    inet 192.0.2.100/24 scope global secondary proto 18 eth0
2: eth0    inet6 fe80::1/64 scope link
3: ipv0    inet 192.0.2.50/24 scope global proto 18 ipv0
`)
		a.host.SetLink("eth0", false)
		sleep(time.Second)
		a.host.SetLink("eth0", true)
		sleep(time.Second)
		equal(t, "log", a.take("fe80", "send advert"), `
4.000 Netlink reports eth0 down
4.000 (VI_1) Entering FAULT STATE
4.000 (VI_1) sent 0 priority
4.000 (VI_1) removing VIPs.
5.000 Netlink reports eth0 up
5.000 (VI_1) Entering BACKUP STATE
`)
		a.stop()
		equal(t, "log", a.take(), "7.000 (VI_1) Success removing VMAC interface ipv0\n")
	})
}

// Scenario 85: a kernel without ipvlan.
func TestIPVLANUnsupported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.host.Deny(unix.RTM_NEWLINK, unix.EOPNOTSUPP)
		a.start(instance("priority 100\nuse_ipvlan 192.0.2.50/24\n" + vip))
		equal(t, "log", a.take("Registering", "Assigned", "removing"), `
0.000 Netlink: error: Operation not supported(95), type=RTM_NEWLINK(16), seq=0, pid=0
0.000 (VI_1): Unable to create ipvlan interface vrrp.51
0.000 (VI_1): entering FAULT state (interface vrrp.51 down)
0.000 (VI_1) entering FAULT state
0.000 VRRP sockpool: [ifindex(  0), family(IPv4), proto(112), fd(-1,-1) multicast, address(224.0.0.18)]
`)
		a.stop()
	})
}
