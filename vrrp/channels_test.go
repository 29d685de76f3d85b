package vrrp

import (
	"errors"
	"os"
	"testing"
	"testing/synctest"

	"golang.org/x/sys/unix"

	"keepalived/core/network"
	"keepalived/core/process"
)

// muteHost may open no packet sockets.
type muteHost struct{ fakeHost }

func (muteHost) CanAnnounce() error { return os.NewSyscallError("socket", unix.EPERM) }

// A process that cannot announce addresses ends as the C daemon does, which says
// so to the service manager, instead of being MASTER of what nobody finds.
func TestMissingPermission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		h := fakeHost{a.host}
		a.service.open = func() (Host, error) { return muteHost{h}, nil }
		var err error
		a.run(func() { err = a.service.Start(parse(t, instance(vip))) })
		var end *process.ExitError
		if !errors.As(err, &end) || end.Code != process.ExitMissingPermission {
			t.Errorf("%v, want an end with status 4", err)
		}
		equal(t, "log", a.take("Kernel netlink", "Assigned"), `
0.000 Error 1 while registering gratuitous ARP shared channel
`)
	})
}
