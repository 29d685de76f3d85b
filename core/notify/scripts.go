package notify

import (
	"strconv"

	"keepalived/core/config"
	"keepalived/core/script"
)

// Scripts is the listener that runs notification scripts (02-runtime sections
// 18.1 to 18.3): of an event first the specific script, then the generic one.
// They are started in this order and run at the same time.
type Scripts struct{ runner *script.Runner }

// NewScripts returns the listener.
func NewScripts(runner *script.Runner) *Scripts { return &Scripts{runner} }

// Notify starts the scripts of an event.
func (s *Scripts) Notify(e Event) {
	switch e := e.(type) {
	case InstanceState:
		n := &e.Instance.Notify
		s.run(specific(n, e.State))
		if general(e.State) {
			s.run(n.Any, "INSTANCE", e.Instance.Name, string(e.State), strconv.Itoa(e.Priority))
		}
	case GroupState:
		n := &e.Group.Notify
		s.run(specific(n, e.State))
		if general(e.State) {
			s.run(n.Any, "GROUP", e.Group.Name, string(e.State), "0")
		}
	case RealServerState:
		s.run(either(e.Up, e.RealServer.NotifyUp, e.RealServer.NotifyDown))
	case VirtualServerState:
		s.run(either(e.Up, e.VirtualServer.QuorumUp, e.VirtualServer.QuorumDown))
	}
}

func (s *Scripts) run(c *config.Script, extra ...string) {
	if c != nil {
		s.runner.Run(script.Command{Name: c.Path, Script: c, Extra: extra, InOrder: true})
	}
}

// specific is the script of a state.
func specific(n *config.Notify, s State) *config.Script {
	switch s {
	case Master:
		return n.Master
	case Backup:
		return n.Backup
	case Fault:
		return n.Fault
	case Stop:
		return n.Stop
	case Deleted:
		return n.Deleted
	case MasterRxLowerPri:
		return n.MasterRxLowerPri
	}
	return nil
}

// general reports whether the generic script is told of a state: not of those
// that only FIFO readers know.
func general(s State) bool {
	return s != MasterRxLowerPri && s != MasterPriority && s != BackupPriority
}

func either(up bool, a, b *config.Script) *config.Script {
	if up {
		return a
	}
	return b
}
