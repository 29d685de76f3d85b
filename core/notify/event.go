package notify

import "keepalived/core/config"

// Event is one change of state.
type Event interface{ event() }

// State is the state word of an instance or a group, as scripts and FIFO
// readers see it.
type State string

// The states of instances and sync groups (03-vrrp section 15).
const (
	Master           State = "MASTER"
	Backup           State = "BACKUP"
	Fault            State = "FAULT"
	Stop             State = "STOP"
	Deleted          State = "DELETED"
	MasterRxLowerPri State = "MASTER_RX_LOWER_PRI"
	MasterPriority   State = "MASTER_PRIORITY"
	BackupPriority   State = "BACKUP_PRIORITY"
)

// InstanceState is a change of a VRRP instance.
type InstanceState struct {
	Instance *config.Instance
	State    State
	Priority int // effective
}

// GroupState is a change of a sync group.
type GroupState struct {
	Group *config.SyncGroup
	State State
}

// RealServerState is a change of a real server of a virtual server. RS and VS
// are the names of 04-lvs-checkers section 2.
type RealServerState struct {
	RealServer    *config.RealServer
	VirtualServer *config.VirtualServer
	RS, VS        string
	Up            bool
	Alive         int // real servers of the virtual server after it
}

// VirtualServerState is a quorum gained or lost, or the stop of a virtual
// server.
type VirtualServerState struct {
	VirtualServer *config.VirtualServer
	VS            string
	Up            bool
	Alive         int // real servers after it
	Stopping      bool
}

// Quiet is an event that only traps tell of: no script, no FIFO and no mail.
type Quiet struct{ Event Event }

// Mail is a mail to the configured recipients. Subject is what follows the
// router id; Body is one line.
type Mail struct{ Subject, Body string }

func (InstanceState) event()      {}
func (GroupState) event()         {}
func (RealServerState) event()    {}
func (VirtualServerState) event() {}
func (Quiet) event()              {}
func (Mail) event()               {}

// Listener is told of every event.
type Listener interface{ Notify(Event) }

// Stream is an ordered list of listeners. The zero Stream has none.
type Stream struct{ listeners []Listener }

// Add appends a listener.
func (s *Stream) Add(l Listener) { s.listeners = append(s.listeners, l) }

// Send tells every listener, in the order in which they were added.
func (s *Stream) Send(e Event) {
	for _, l := range s.listeners {
		l.Notify(e)
	}
}
