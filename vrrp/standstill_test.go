package vrrp

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/network"
	"keepalived/vrrp/fsm"
)

// A BACKUP that stood still hears the adverts that have come meanwhile before
// it decides that there is no MASTER.
func TestStandstill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a, b := newNode(t, &wire, 1), newNode(t, &wire, 2)
		a.start(instance("priority 150\n" + vip))
		b.start(instance("priority 100\n" + vip))
		sleep(10 * time.Second)
		b.take()
		b.run(func() { time.Sleep(6 * time.Second) })
		sleep(5 * time.Second)
		if log := b.take(); log != "" {
			t.Errorf("log of the BACKUP:\n%s", log)
		}
		b.loop.Post(func() { time.Sleep(6 * time.Second) })
		a.kill()
		sleep(12 * time.Second)
		if b.service.machine.Instances[0].State != fsm.Master || strings.Count(adverts(&wire, b.host, b.begin), "prio 100") == 0 {
			t.Error("no takeover after a standstill")
		}
		b.stop()
	})
}

// A MASTER with timer_expired_backup that stood still steps back, also when it
// is another timer than its own that shows it (7.5).
func TestTimerExpiredBackup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start(instance("priority 150\nnopreempt\ntimer_expired_backup\n" + vip))
		sleep(10 * time.Second) // adverts at 3.414 + n
		a.take()
		a.run(func() {
			a.loop.AfterFunc(100*time.Millisecond, func() {}) // due at 10.1, the advert at 10.414
			time.Sleep(3300 * time.Millisecond)
		})
		sleep(time.Millisecond)
		log := a.take("removing")
		equal(t, "log", log, `
13.300 VRRP thread timer expired 3.200000 seconds ago
13.300 (VI_1) Entering BACKUP STATE
`)
		a.stop()
	})
}
