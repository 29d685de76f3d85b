package session

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"time"

	"keepalived/core/snmp/agentx"
)

// Handler has the objects of a process. It is called on the session's
// goroutine, one call at a time.
type Handler interface {
	// Get is the value of an object; one that is not present if there is none.
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
	now     *stint // nil: none
}

// stint is the time with one master, about the same subtrees.
type stint struct {
	socket   string
	subtrees []Subtree
	traps    chan trap
	cancel   context.CancelFunc
	ended    chan struct{}
}

type trap struct {
	name  agentx.OID
	binds []agentx.Bind
}

// waiting is how many traps may wait for the master.
const waiting = 4096

// farewell is how long a master may take to hear that another session follows.
const farewell = 300 * time.Millisecond

// New returns an agent without a session.
func New(log *slog.Logger, h Handler) *Agent {
	return &Agent{log: log, handler: h}
}

// Follow asks for a session with a master about some subtrees, for none without
// subtrees. One that is the same already stays; else the next one begins when the
// master has heard of the end of this one.
func (a *Agent) Follow(socket string, subtrees []Subtree) {
	before := a.now
	if before != nil && before.socket == socket && reflect.DeepEqual(before.subtrees, subtrees) {
		return
	}
	a.Stop(farewell, func() {})
	if len(subtrees) == 0 {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	a.now = &stint{socket, subtrees, make(chan trap, waiting), cancel, make(chan struct{})}
	a.log.Info(msgStarting)
	go a.run(ctx, a.now, before)
}

// Trap sends a trap, if there is a session.
func (a *Agent) Trap(name agentx.OID, binds []agentx.Bind) {
	if a.now == nil {
		return
	}
	select {
	case a.now.traps <- trap{name, binds}:
	default:
	}
}

// Stop ends the session. Done is called, perhaps on another goroutine, when the
// traps so far have been sent and the master has been told, or after limit.
func (a *Agent) Stop(limit time.Duration, done func()) {
	last := a.now
	if last == nil {
		done()
		return
	}
	a.now = nil
	close(last.traps)
	go func() {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		select {
		case <-last.ended:
		case <-timer.C:
		}
		last.cancel()
		<-last.ended
		done()
	}()
}

// run makes sessions until the end of a stint, after the one before.
func (a *Agent) run(ctx context.Context, t, before *stint) {
	defer close(t.ended)
	if before != nil {
		<-before.ended
	}
	for first := true; ; first = false {
		s, err := a.connect(ctx, t)
		switch {
		case err == nil:
			a.log.Info(msgConnected)
			if s.serve(ctx) {
				return
			}
			a.log.Info(msgDisconnected)
		case first && ctx.Err() == nil:
			name := t.socket
			if name == "" {
				name = "[NIL]"
			}
			a.log.Info(fmt.Sprintf(msgFailed, name))
		}
		if t.rest(ctx) {
			return
		}
	}
}

// rest waits for the next try, and loses the traps meanwhile. It reports whether
// the end has come.
func (t *stint) rest(ctx context.Context) bool {
	timer := time.NewTimer(Retry)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return true
		case <-timer.C:
			return false
		case _, more := <-t.traps:
			if !more {
				return true
			}
		}
	}
}
