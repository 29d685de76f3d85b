package subagent

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"keepalived/core/snmp/agentx"
)

// Handler has the objects of a process. It is called on the session's
// goroutine, one call at a time.
type Handler interface {
	// Get is the value of an object; the zero Value if there is none.
	Get(name agentx.OID) agentx.Value
	// Next is the first object behind a name; nil if there is none.
	Next(name agentx.OID) (agentx.OID, agentx.Value)
	// Test tells whether an object may be set to a value.
	Test(agentx.Bind) agentx.Error
	// Commit sets it.
	Commit(agentx.Bind) agentx.Error
}

// Subtree is a part of the tree of names that an agent serves.
type Subtree struct {
	Root        agentx.OID
	Description string // in sysORTable
}

// Retry is how long after the loss of a session the next one is tried.
const Retry = 15 * time.Second

// The C daemon's lines (05-observability section 8.2).
const (
	msgStarting     = "Starting SNMP subagent"
	msgConnected    = "AgentX subagent connected"
	msgFailed       = "Warning: Failed to connect to the agentx master agent (%s): "
	msgDisconnected = "AgentX master disconnected us, reconnecting in 15"
)

// Agent is a process's place at the master. Its methods are called on the loop.
type Agent struct {
	log     *slog.Logger
	handler Handler

	socket   string
	subtrees []Subtree
	traps    chan trap
	cancel   context.CancelFunc // nil: it does not run
	ended    chan struct{}
}

type trap struct {
	name  agentx.OID
	binds []agentx.Bind
}

// waiting is how many traps may wait for the master.
const waiting = 4096

// New returns an agent that does not run yet.
func New(log *slog.Logger, h Handler) *Agent {
	return &Agent{log: log, handler: h}
}

// Start begins a session, unless there is one already: the master's address is
// the same for as long as the process runs.
func (a *Agent) Start(socket string, subtrees []Subtree) {
	if a.cancel != nil {
		return
	}
	a.socket, a.subtrees = socket, subtrees
	a.traps, a.ended = make(chan trap, waiting), make(chan struct{})
	var ctx context.Context
	ctx, a.cancel = context.WithCancel(context.Background())
	a.log.Info(msgStarting)
	go a.run(ctx)
}

// Trap sends a trap, if there is a session.
func (a *Agent) Trap(name agentx.OID, binds []agentx.Bind) {
	if a.cancel == nil {
		return
	}
	select {
	case a.traps <- trap{name, binds}:
	default:
	}
}

// Stop ends the session. Done is called, on any goroutine, when the traps so far
// have been sent and the master has been told, or after limit.
func (a *Agent) Stop(limit time.Duration, done func()) {
	if a.cancel == nil {
		done()
		return
	}
	cancel, ended := a.cancel, a.ended
	a.cancel = nil
	close(a.traps)
	go func() {
		select {
		case <-ended:
		case <-time.After(limit):
		}
		cancel()
		<-ended
		done()
	}()
}

// run makes sessions until the end.
func (a *Agent) run(ctx context.Context) {
	defer close(a.ended)
	for first := true; ; first = false {
		s, err := a.connect(ctx)
		switch {
		case err == nil:
			a.log.Info(msgConnected)
			if s.serve(ctx) {
				return
			}
			a.log.Info(msgDisconnected)
		case first && ctx.Err() == nil:
			name := a.socket
			if name == "" {
				name = "[NIL]"
			}
			a.log.Info(fmt.Sprintf(msgFailed, name))
		}
		if a.rest(ctx) {
			return
		}
	}
}

// rest waits for the next try, and loses the traps meanwhile. It reports whether
// the end has come.
func (a *Agent) rest(ctx context.Context) bool {
	timer := time.NewTimer(Retry)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return true
		case <-timer.C:
			return false
		case _, more := <-a.traps:
			if !more {
				return true
			}
		}
	}
}
