package vrrp

import (
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/network"
	"keepalived/core/process"
)

const follows = `
bfd_instance b1 {
	neighbor_ip 192.0.2.9
}
bfd_instance b2 {
	neighbor_ip 192.0.2.8
}
vrrp_instance VI_1 {
	interface eth0
	virtual_router_id 51
	priority 150
	virtual_ipaddress {
		192.0.2.100/24
	}
	track_bfd {
		b1
		b2 weight -60
	}
}
`

// plain takes out of log lines what differs from run to run.
func plain(lines string) string {
	lines = regexp.MustCompile(`(?m)^[0-9.]+ `).ReplaceAllString(lines, "")
	return regexp.MustCompile(`delivered in \d+`).ReplaceAllString(lines, "delivered in N")
}

func named(lines, session string) string { return strings.ReplaceAll(lines, "%s", session) }

// A session counts as down until it is told to be Up; every report is logged, and
// only changes act. A reload keeps what is known.
func TestSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		d := newNode(t, &wire, 1)
		d.start(follows)
		tell := func(name string, up bool) string {
			d.take()
			d.run(func() { d.service.sessionChanged(process.Report{Session: name, Up: up, At: process.Now()}) })
			synctest.Wait()
			return plain(d.take())
		}
		const down, up = "Received BFD event: instance %s is in state Down (delivered in N usec)\n", "Received BFD event: instance %s is in state Up (delivered in N usec)\n"
		for _, step := range []struct {
			name string
			up   bool
			want string
		}{
			{"b1", false, down},
			{"b2", false, down},
			{"b1", true, up + "VRRP_Instance(VI_1) Tracked BFD instance b1 is UP\n(VI_1) Entering BACKUP STATE\n"},
			{"b2", true, up + "VRRP_Instance(VI_1) Tracked BFD instance b2 is UP\n(VI_1) Changing effective priority from 90 to 150\n"},
			{"b2", true, up},
			{"other", true, up},
		} {
			if got := tell(step.name, step.up); got != named(step.want, step.name) {
				t.Errorf("%s %t:\n%s", step.name, step.up, got)
			}
		}
		time.Sleep(5 * time.Second)
		d.reload(follows)
		if got := d.service.routers[0].in; got.State.String() != "MASTER" || got.Effective != 150 {
			t.Errorf("%s, priority %d after the reload", got.State, got.Effective)
		}
		if _, known := d.service.sessions["other"]; known {
			t.Error("a session that is not configured is still known")
		}
		want := named(down+"VRRP_Instance(VI_1) Tracked BFD instance b1 is DOWN\n(VI_1) Entering FAULT STATE\n", "b1")
		if got := tell("b1", false); len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("%s", got)
		}
		d.stop()
	})
}
