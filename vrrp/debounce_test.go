package vrrp

import (
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/network"
)

// A shorter interval that is learned from the master shortens the delays, in both
// directions and until the next reload; a longer one does not lengthen them again.
// The C daemon does the same with these numbers (2.2.7).
func TestDebounceLearned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a, b := newNode(t, &wire, 1), newNode(t, &wire, 2)
		conf := "interface_up_down_delays {\neth0 1.5 1.2\n}\n" + instance("version 3\npriority 100\n"+vip)
		master := func(interval string) string {
			return instance("version 3\npriority 200\nadvert_int " + interval + "\n" + vip)
		}
		delays := func(when string, up, down time.Duration) {
			t.Helper()
			a.run(func() {
				if gotUp, gotDown := a.service.delayOf("eth0", true), a.service.delayOf("eth0", false); gotUp != up || gotDown != down {
					t.Errorf("%s: up %v, down %v; want %v, %v", when, gotUp, gotDown, up, down)
				}
			})
		}
		a.start(conf)
		delays("at the start", 1200*time.Millisecond, 1500*time.Millisecond)
		b.start(master("0.5"))
		sleep(4 * time.Second)
		// 2 · 0.5 s less 0.5 s / 256.
		const limit = 998047 * time.Microsecond
		delays("learned", limit, limit)
		equal(t, "learned", grepAny(a.take(), "updated", "reducing"), `
1.609 (VI_1) advertisement interval updated from 1000ms to 500ms by master
1.609 VI_1: lower advert_int reducing interface eth0 debounce timer(s)
`)

		a.host.SetLink("eth0", false)
		sleep(990 * time.Millisecond)
		equal(t, "before the shorter delay", grepAny(a.take(), "FAULT", "flags"), "4.000 eth0: Adding flags change from 0x11043 to 0x1002 delay by 998047\n")
		sleep(10 * time.Millisecond)
		equal(t, "after it", grepAny(a.take(), "FAULT"), "4.998 (VI_1) Entering FAULT STATE\n")
		a.host.SetLink("eth0", true)
		sleep(4 * time.Second)

		b.reload(master("0.8"))
		sleep(2 * time.Second)
		delays("after a longer interval", limit, limit)
		equal(t, "a longer interval", grepAny(a.take(), "reducing"), "")
		a.reload(conf)
		delays("reloaded", 1200*time.Millisecond, 1500*time.Millisecond)
		sleep(2 * time.Second)
		// 2 · 0.8 s less 0.8 s / 256 allows both.
		delays("reloaded, and learned", 1200*time.Millisecond, 1500*time.Millisecond)
		equal(t, "an interval that allows both", grepAny(a.take(), "reducing"), "")
		a.stop()
		b.stop()
	})
}
