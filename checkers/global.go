package checkers

import (
	"errors"
	"slices"

	"golang.org/x/sys/unix"

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
	c := s.config.Global.LVSSyncDaemon
	if c == nil || c.Instance != "" {
		return nil
	}
	id := uint32(max(c.ID, 0))
	return []ipvs.Daemon{ipvs.DaemonOf(c, ipvs.Master, id), ipvs.DaemonOf(c, ipvs.Backup, id)}
}

// restartDaemons stops what runs and starts what is wanted.
func (s *service) restartDaemons() {
	want := s.wantedDaemons()
	for _, d := range want {
		_ = s.kernel.StopDaemon(d) // most often there is none
	}
	s.startDaemons(want)
}

// startDaemons starts daemons that do not run.
func (s *service) startDaemons(want []ipvs.Daemon) {
	for _, d := range want {
		s.must(s.kernel.StartDaemon(d))
	}
	s.daemons = want
}

// reloadDaemons goes over to a new setting: unchanged daemons go on, those
// that are configured no more are stopped.
func (s *service) reloadDaemons() {
	if slices.Equal(s.daemons, s.wantedDaemons()) {
		return
	}
	s.stopDaemons()
	s.restartDaemons()
}

func (s *service) stopDaemons() {
	for _, d := range s.daemons {
		if err := s.kernel.StopDaemon(d); err != nil && !errors.Is(err, unix.ENOENT) {
			s.must(err)
		}
	}
	s.daemons = nil
}
