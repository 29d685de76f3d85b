package vrrp

import (
	"keepalived/core/config"
	"keepalived/vrrp/fsm"
)

// Synchroniser runs IPVS's connection synchronisation (04-lvs-checkers section
// 12.3) in the role of an instance. None of its methods blocks.
type Synchroniser interface {
	// Run asks for the daemon of a configuration's lvs_sync_daemon, as
	// master or backup and with a sync id; one of the other role is stopped.
	Run(c *config.Config, master bool, id uint32)
	// Stop asks for none.
	Stop()
	// HandOver leaves what runs to another process.
	HandOver()
	// Close stops what runs, and calls done on the loop when it is gone.
	Close(done func())
}

// synchroniseAll asks for the daemon that suits the state of the instance that
// lvs_sync_daemon names, and for none without one. The health-check process takes
// over what runs when it is to run daemons: if this one stopped its own, it could
// as well hit the other's.
func (s *service) synchroniseAll() {
	if s.synchroniser == nil {
		return
	}
	for _, r := range s.routers {
		if s.synchronises(r.conf) {
			s.synchronise(r.conf, r.in.State == fsm.Master)
			return
		}
	}
	if s.cfg.SynchronisesBoth() {
		s.synchroniser.HandOver()
		return
	}
	s.synchroniser.Stop()
}

// synchronise asks for the daemon that suits the state of an instance.
func (s *service) synchronise(c *config.Instance, master bool) {
	if s.synchroniser == nil || s.stopped || !s.synchronises(c) {
		return
	}
	id := uint32(c.VRID)
	if own := s.cfg.Global.LVSSyncDaemon.ID; own >= 0 {
		id = uint32(own)
	}
	s.synchroniser.Run(s.cfg, master, id)
}

// synchronises reports whether lvs_sync_daemon names an instance.
func (s *service) synchronises(c *config.Instance) bool {
	d := s.cfg.Global.LVSSyncDaemon
	return d != nil && d.Instance != "" && d.Instance == c.Name
}

// endSynchronisation stops the daemon, and goes on with done when it is gone or
// the kernel has taken too long.
func (s *service) endSynchronisation(done func()) {
	if s.synchroniser == nil {
		done()
		return
	}
	ended := false
	once := func() {
		if !ended {
			ended = true
			done()
		}
	}
	s.synchroniser.Close(once)
	s.loop.AfterFunc(stopWait, once)
}
