package supervisor

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/process"
)

// killPatience is how long a killed child may take to disappear.
const killPatience = time.Second

// stopOrder is the order in which children are told to stop.
func stopOrder() []process.Kind { return []process.Kind{process.VRRP, process.Checker, process.BFD} }

// Stop begins the orderly stop (02-runtime section 8.1).
func (s *Supervisor) Stop() {
	if s.stopping() {
		return
	}
	inScript := s.phase == phaseScript
	s.phase = phaseStopping
	s.info(msgStopping)
	s.notify("STOPPING=1")
	if inScript {
		// Its process ends with ours.
		s.finish(0)
		return
	}
	for _, c := range s.children {
		c.respawn.Stop()
		c.hello.Stop()
	}
	for _, k := range stopOrder() {
		if c := s.children[k]; c.process != nil {
			c.process.Kill(unix.SIGTERM)
		}
	}
	s.patience.Reset(s.current.global().ChildWaitTime)
	s.stopNext()
}

// stopNext goes on with the stop when no child is left.
func (s *Supervisor) stopNext() {
	if s.phase != phaseStopping || s.anyStarted() {
		return
	}
	s.patience.Stop()
	s.shutdownScript()
}

// force kills the children that have not stopped in time, and later gives up
// those that not even that ends.
func (s *Supervisor) force() {
	forced := false
	for _, k := range stopOrder() {
		c := s.children[k]
		if c.process == nil || c.killed {
			continue
		}
		s.info(msgForced, k.Word())
		c.killed = true
		c.process.Kill(unix.SIGKILL)
		forced = true
	}
	if forced {
		s.patience.Reset(killPatience)
		return
	}
	for _, c := range s.children {
		c.gone()
	}
	s.stopNext()
}

func (s *Supervisor) shutdownScript() {
	g := &s.current.global().Global
	if g.ShutdownScript == nil {
		s.finish(0)
		return
	}
	s.host.Script("shutdown script", g.ShutdownScript, g.ShutdownScriptTimeout, func() { s.finish(0) })
}

// fail ends the daemon at once because a child cannot work. The other children
// stop because their parent is gone.
func (s *Supervisor) fail(status int) {
	errno := unix.EINVAL
	if status == process.ExitMissingPermission {
		errno = unix.EPERM
	}
	s.notify("ERRNO=%d", int(errno))
	s.finish(status)
}

func (s *Supervisor) finish(status int) {
	if s.phase == phaseStopped {
		return
	}
	s.phase = phaseStopped
	for _, c := range s.children {
		c.respawn.Stop()
		c.hello.Stop()
	}
	s.patience.Stop()
	s.end(status)
}

func (s *Supervisor) notify(format string, args ...any) { s.host.Notify(fmt.Sprintf(format, args...)) }
