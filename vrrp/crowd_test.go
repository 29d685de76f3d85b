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

// slowHost is a host on which every change of addresses and every frame takes
// its time.
type slowHost struct {
	fakeHost
	cost time.Duration
}

func (h slowHost) AddAddress(a *network.Address) error {
	time.Sleep(h.cost)
	return h.fakeHost.AddAddress(a)
}

func (h slowHost) DelAddress(a *network.Address) error {
	time.Sleep(h.cost)
	return h.fakeHost.DelAddress(a)
}

func (h slowHost) Announce(l *network.Link, addr netip.Addr) error {
	time.Sleep(h.cost / 10)
	return h.fakeHost.Announce(l, addr)
}

// crowd is n instances with addresses each that advertise every 100 ms.
func crowd(n, addresses int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "vrrp_instance VI_%d {\ninterface eth0\nversion 3\nadvert_int 0.1\nvirtual_router_id %d\npriority 100\nvirtual_ipaddress {\n", i, i)
		for j := range addresses {
			fmt.Fprintf(&b, "10.%d.%d.1/32\n", j, i)
		}
		b.WriteString("}\n}\n")
	}
	return b.String()
}

// worstGap is the longest time between two adverts of one instance.
func worstGap(s *network.Segment, h *network.Fake) (worst time.Duration) {
	last := map[byte]time.Time{}
	for _, f := range s.Frames() {
		if f.Host != h || f.Announced.IsValid() {
			continue
		}
		vrid := f.Message.Data[21]
		if !last[vrid].IsZero() {
			worst = max(worst, f.At.Sub(last[vrid]))
		}
		last[vrid] = f.At
	}
	return worst
}

// What many instances have to change in the kernel when they all become MASTER,
// at a reload and when they stop delays no advert.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const instances, addresses, cost = 100, 10, time.Millisecond
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.service.open = func() (Host, error) { return slowHost{fakeHost{a.host}, cost}, nil }
		a.start(crowd(instances, addresses))
		sleep(10 * time.Second)
		if n := strings.Count(a.host.AddressesText(), "proto 18"); n != instances*addresses {
			t.Errorf("%d addresses, want %d", n, instances*addresses)
		}
		if gap := worstGap(&wire, a.host); gap > 105*time.Millisecond {
			t.Errorf("no advert for %v when all became MASTER", gap)
		}
		a.reload(crowd(instances, 2*addresses))
		sleep(10 * time.Second)
		if n := strings.Count(a.host.AddressesText(), "proto 18"); n != 2*instances*addresses {
			t.Errorf("%d addresses after the reload, want %d", n, 2*instances*addresses)
		}
		if gap := worstGap(&wire, a.host); gap > 105*time.Millisecond {
			t.Errorf("no advert for %v at the reload", gap)
		}
		before := time.Now()
		a.stop()
		if n := strings.Count(a.host.AddressesText(), "proto 18"); n != 0 {
			t.Errorf("%d addresses are left", n)
		}
		released := map[byte]bool{}
		for _, f := range wire.Frames() {
			if !f.Announced.IsValid() && f.Message.Data[22] == 0 && f.At.Sub(before) < 5*time.Millisecond {
				released[f.Message.Data[21]] = true
			}
		}
		if len(released) != instances {
			t.Errorf("%d instances said at once that they stop, want %d", len(released), instances)
		}
	})
}
