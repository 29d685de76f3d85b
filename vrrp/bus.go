package vrrp

import (
	"os"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/dbus"
	"keepalived/core/status"
	"keepalived/vrrp/message"
)

// newBus returns the process's place on the system bus, and says what requests
// from there do (05-observability section 9.3).
func (s *service) newBus() *dbus.Bus {
	said := func(line string, do func()) func() {
		return func() {
			if !s.stopped {
				s.info("%s", line)
				do()
			}
		}
	}
	return dbus.New(s.loop, s.log, dbus.Process{
		State: func(c *config.Instance) status.State {
			if r := s.routerOf(c); r != nil {
				return status.State(r.in.State)
			}
			return status.Deleted // by a reload after the call came in
		},
		SendGARP: func(c *config.Instance) {
			if r := s.routerOf(c); r != nil && !s.stopped {
				s.info(message.SendingOnRequest, c.Name)
				r.burst(c.GARPMasterRepeat)
				s.work.turn()
			}
		},
		PrintData:       said(message.PrintingDataOnRequest, s.dumpData),
		PrintStats:      said(message.PrintingStatsOnRequest, s.dumpStats),
		PrintStatsClear: said(message.ClearingStatsOnRequest, func() { s.dumpStats(); s.clearStats() }),
		// The parent reloads, as by a signal of the operator.
		Reload: func() { _ = unix.Kill(os.Getppid(), unix.SIGHUP) },
	})
}

func (s *service) routerOf(c *config.Instance) *router {
	for _, r := range s.routers {
		if r.conf == c {
			return r
		}
	}
	return nil
}
