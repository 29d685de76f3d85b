package vrrp

import (
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/network"
)

// What the kernel said while there was no room for all of it was read before the
// process itself changed something: its interfaces and addresses are no less
// there.
func TestResyncOfBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		links, _ := a.host.Links()
		addresses, _ := a.host.Addresses()
		a.start(instance("priority 100\nuse_vmac\n" + vip))
		sleep(5 * time.Second)
		a.take()
		a.run(func() { a.service.happened([]network.Event{network.Resync{Links: links, Addresses: addresses}}) })
		sleep(5 * time.Second)
		equal(t, "log", a.take("gratuitous"), "")
		a.stop()
	})
}
