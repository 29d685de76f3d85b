package checkers

import (
	"slices"
	"time"

	"keepalived/checkers/message"
	"keepalived/core/config"
	"keepalived/ipvs"
)

// applyTimeouts sets lvs_timeouts (12.2). What the kernel had is restored at a
// reload and at the stop.
func (s *service) applyTimeouts() {
	t := s.config.Global.LVSTimeouts
	if t == (config.LVSTimeouts{}) {
		return
	}
	if s.timeouts == nil {
		old, err := s.kernel.Timeouts()
		if err != nil {
			s.logf(message.GetTimeoutsFailed)
			return
		}
		s.timeouts = &old
	}
	want := *s.timeouts
	if t.TCP != 0 {
		want.TCP = t.TCP
	}
	if t.TCPFin != 0 {
		want.TCPFin = t.TCPFin
	}
	if t.UDP != 0 {
		want.UDP = t.UDP
	}
	s.setTimeouts(want)
}

func (s *service) restoreTimeouts() {
	if s.timeouts != nil {
		s.setTimeouts(*s.timeouts)
		s.timeouts = nil
	}
}

func (s *service) setTimeouts(t ipvs.Timeouts) {
	if err := s.kernel.SetTimeouts(t); err != nil {
		s.logf(message.SetTimeoutsFailed)
	}
}

// wantedDaemons are the synchronisation daemons of this process: both, unless
// a VRRP instance decides (12.3).
func (s *service) wantedDaemons() []ipvs.Daemon {
	if !s.config.SynchronisesBoth() {
		return nil
	}
	c := s.config.Global.LVSSyncDaemon
	id := uint32(max(c.ID, 0))
	return []ipvs.Daemon{ipvs.DaemonOf(c, ipvs.Master, id), ipvs.DaemonOf(c, ipvs.Backup, id)}
}

// daemonGrace is how long another process may still be busy with a daemon that
// it has handed over.
const daemonGrace = 3 * time.Second

// setDaemons has the wanted daemons run, and stops what this process has started
// and is configured no more; unchanged ones go on. But when an instance decides
// from now on, the VRRP process takes over what runs, if there is one: if this one
// stopped its own, it could as well hit the other's, for the kernel knows them by
// their role alone.
func (s *service) setDaemons() {
	wanted := s.wantedDaemons()
	if slices.Equal(wanted, s.daemons) {
		return
	}
	if c := s.config.Global.LVSSyncDaemon; c == nil || c.Instance == "" || !s.config.HasVRRP {
		s.must(ipvs.SetDaemons(s.kernel, wanted, s.daemons))
	}
	if len(s.daemons) == 0 && len(wanted) > 0 {
		s.env.Loop.AfterFunc(daemonGrace, func() {
			if s.ctx.Err() == nil && slices.Equal(wanted, s.daemons) {
				s.must(ipvs.SetDaemons(s.kernel, wanted, wanted))
			}
		})
	}
	s.daemons = wanted
}

func (s *service) stopDaemons() {
	if len(s.daemons) > 0 {
		s.must(ipvs.SetDaemons(s.kernel, nil, s.daemons))
		s.daemons = nil
	}
}
