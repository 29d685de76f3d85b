package dbus

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/core/process"
	"keepalived/core/status"
)

// Process is what requests from the bus are done with. Its functions are called
// on the loop.
type Process struct {
	State                                          func(*config.Instance) status.State
	SendGARP                                       func(*config.Instance)
	PrintData, PrintStats, PrintStatsClear, Reload func()
}

// Bus is the process's place on the bus. Its methods are called on the loop.
type Bus struct {
	loop    *process.Loop
	log     *slog.Logger
	process Process

	names    atomic.Pointer[names] // of the running configuration
	signals  chan signal           // of this stay on the bus
	cancel   context.CancelFunc    // nil: not on the bus
	ended    chan struct{}
	reloaded bool // VrrpReloaded is still to be sent
}

// signal is one that goes out.
type signal struct {
	path, iface, member string
	args                []any
}

// waiting is how many signals may wait for the bus. There is one for each
// change of state; a bus that takes none for so long is not there.
const waiting = 4096

// New returns a place on the bus that is not taken yet.
func New(loop *process.Loop, log *slog.Logger, p Process) *Bus {
	return &Bus{loop: loop, log: log, process: p}
}

// Load goes over to a configuration: at the start and at a reload. What it sends
// comes before the states that are notified next.
func (b *Bus) Load(c *config.Config) {
	old, now := b.names.Load(), namesOf(c)
	switch {
	case !c.Global.DBus.Enabled:
		b.Stop(func() {})
		return
	case b.cancel != nil && old.service != now.service:
		// As the C daemon, which has its name for as long as it runs.
		now.service = old.service
	}
	b.names.Store(now)
	if b.cancel == nil {
		var ctx context.Context
		ctx, b.cancel = context.WithCancel(context.Background())
		b.signals, b.ended = make(chan signal, waiting), make(chan struct{})
		b.send(now.daemon(), ifaceDaemon, "VrrpStarted")
		go b.run(ctx, b.signals, b.ended)
		return
	}
	b.reloaded = true
	for _, path := range sorted(old.instances) {
		if now.instances[path] == nil {
			b.printf(msgDeleted, old.instances[path].Name)
		}
	}
}

// Loaded tells that a reload is finished.
func (b *Bus) Loaded() {
	if b.reloaded && b.cancel != nil {
		b.reloaded = false
		b.send(b.names.Load().daemon(), ifaceDaemon, "VrrpReloaded")
	}
}

// Notify sends the state of an instance. Those that a reload removes are told
// before it, those that it brings after it.
func (b *Bus) Notify(e notify.Event) {
	change, ok := e.(notify.InstanceState)
	if !ok || b.cancel == nil {
		return
	}
	n := b.names.Load()
	state, ok := map[notify.State]status.State{
		notify.Master: status.Master, notify.Backup: status.Backup, notify.Fault: status.Fault,
		notify.Stop: status.Stopped, notify.Deleted: status.Deleted,
	}[change.State]
	if !ok {
		return
	}
	if n.owner[change.Instance] != "" {
		b.Loaded()
	}
	b.send(n.path(change.Instance), ifaceInstance, "VrrpStatusChange", uint32(state))
}

// send queues a signal; one that finds no room is lost.
func (b *Bus) send(path, iface, member string, args ...any) {
	select {
	case b.signals <- signal{path, iface, member, args}:
	default:
	}
}

// stopTime is how long the bus may take to hear of the end.
const stopTime = 300 * time.Millisecond

// Stop says good-bye. Done is called on the loop when the bus has heard it, or
// does not listen.
func (b *Bus) Stop(done func()) {
	if b.cancel == nil {
		done()
		return
	}
	b.send(b.names.Load().daemon(), ifaceDaemon, "VrrpStopped")
	b.send("", "", "")
	cancel, ended := b.cancel, b.ended
	b.cancel, b.reloaded = nil, false
	finished := false
	finish := func() {
		if !finished {
			finished = true
			cancel()
			done()
		}
	}
	limit := b.loop.AfterFunc(stopTime, finish)
	go func() {
		<-ended
		b.loop.Post(func() {
			limit.Stop()
			finish()
		})
	}()
}

// answerTime is how long a request may wait for the loop.
const answerTime = 5 * time.Second

// onLoop runs f on the loop, from the goroutine of the connection. It reports
// whether f has run.
func (b *Bus) onLoop(f func()) bool {
	done := make(chan struct{})
	var given atomic.Bool
	b.loop.Post(func() {
		if given.CompareAndSwap(false, true) {
			f()
			close(done)
		}
	})
	limit := time.NewTimer(answerTime)
	defer limit.Stop()
	select {
	case <-done:
		return true
	case <-limit.C:
		if given.CompareAndSwap(false, true) {
			return false // it will not run any more
		}
		<-done
		return true
	}
}

func (b *Bus) printf(format string, args ...any) { b.log.Info(fmt.Sprintf(format, args...)) }
