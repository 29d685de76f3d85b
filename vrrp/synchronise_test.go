package vrrp

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/config"
	"keepalived/core/network"
)

// synchroniser notes what it is asked for.
type synchroniser struct {
	lines []string
	hangs bool // when it is closed
}

func (s *synchroniser) Run(c *config.Config, master bool, id uint32) {
	s.lines = append(s.lines, fmt.Sprintf("%s master=%t id=%d", c.Global.LVSSyncDaemon.Interface, master, id))
}

func (s *synchroniser) Stop() { s.lines = append(s.lines, "none") }

func (s *synchroniser) HandOver() { s.lines = append(s.lines, "handed over") }

func (s *synchroniser) Close(done func()) {
	s.lines = append(s.lines, "close")
	if !s.hangs {
		done()
	}
}

// The daemon follows the instance that lvs_sync_daemon names: from the first
// state on, through changes and reloads, to the stop, which does not wait for a
// kernel that does not answer (04-lvs-checkers section 12.3).
func TestSynchronise(t *testing.T) {
	for _, hangs := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			a := newNode(t, new(network.Segment), 1)
			daemon := &synchroniser{hangs: hangs}
			a.service.synchroniser = daemon
			health := false // whether there are virtual servers
			conf := func(d config.SyncDaemon) *config.Config {
				c := parse(t, instance("priority 100\n"+vip))
				c.Global.LVSSyncDaemon = &d
				c.HasLVS = health
				return c
			}
			reload := func(d config.SyncDaemon) {
				a.run(func() {
					if err := a.service.Reload(conf(d)); err != nil {
						t.Error(err)
					}
				})
			}
			expect := func(what string, want ...string) {
				t.Helper()
				var got []string
				a.run(func() { got, daemon.lines = slices.Compact(daemon.lines), nil })
				if !slices.Equal(got, want) {
					t.Errorf("%s: %q, want %q", what, got, want)
				}
			}
			a.run(func() {
				if err := a.service.Start(conf(config.SyncDaemon{Interface: "eth0", Instance: "VI_1", ID: -1})); err != nil {
					t.Error(err)
				}
			})
			expect("start", "eth0 master=false id=51")
			sleep(5 * time.Second)
			expect("election won", "eth0 master=true id=51")
			reload(config.SyncDaemon{Interface: "eth0", Instance: "VI_1", ID: 7})
			sleep(time.Second)
			expect("another id", "eth0 master=true id=7")
			a.host.SetLink("eth0", false)
			sleep(time.Second)
			expect("fault", "eth0 master=false id=7")
			health = true
			reload(config.SyncDaemon{Interface: "eth0", ID: -1})
			expect("both roles, of the other process", "handed over")
			health = false
			reload(config.SyncDaemon{Interface: "eth0", ID: -1})
			expect("both roles, without the other process", "none")
			reload(config.SyncDaemon{Interface: "eth0", Instance: "VI_1", ID: -1})
			expect("follows again", "eth0 master=false id=51")
			a.stop()
			expect("stop", "close")
		})
	}
}
