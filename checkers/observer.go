package checkers

import (
	"sync/atomic"
	"time"

	"keepalived/checkers/machine"
	"keepalived/checkers/mib"
	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/core/snmp/agentx"
	"keepalived/core/snmp/subagent"
	"keepalived/core/status"
	"keepalived/ipvs"
)

// observer shows this process to an SNMP master, and takes weights from there
// (05-observability section 8). Load, Notify and Close are called on the loop,
// the rest on the goroutine of the agent.
type observer struct {
	s     *service
	agent *subagent.Agent
	meter *meter
	traps bool
	id    string // router id

	// What the agent looks at. It is used again until ten times as long has
	// passed as it took to make: whatever a manager asks, the loop has the rest
	// of the time for itself.
	view *view
	made time.Time
	cost time.Duration
}

// view is a snapshot with what the kernel counts by.
type view struct {
	*status.Checkers
	keys [][]ipvs.ServiceKey // of each virtual server
}

func newObserver(s *service) *observer {
	o := &observer{s: s, meter: newMeter(s.deps.count)}
	o.agent = subagent.New(s.env.Log, o)
	return o
}

// Load goes over to a configuration. A session once made stays.
func (o *observer) Load(c *config.Config) {
	g := &c.Global
	o.traps, o.id = g.SNMP.Traps, g.RouterID
	if !g.SNMP.Checker {
		o.traps = false
		return
	}
	socket := g.SNMP.Socket
	if socket == "" && c.NetNamespace != "" {
		socket = namespaceSocket // a path may lead to the master of another namespace
	}
	o.agent.Start(socket, mib.Subtrees())
}

// namespaceSocket is where the master is expected in a net_namespace.
const namespaceSocket = "udp:localhost:705"

// Notify implements notify.Listener.
func (o *observer) Notify(e notify.Event) {
	if !o.traps {
		return
	}
	if t, ok := mib.TrapOf(e, o.id); ok {
		o.agent.Trap(t.Name, t.Binds)
	}
}

// observerStop is how long the master may take to hear of the end.
const observerStop = 300 * time.Millisecond

// Close ends the session. Done is called on the loop when the traps so far have
// gone, or the master takes none.
func (o *observer) Close(done func()) {
	o.agent.Stop(observerStop, func() {
		o.meter.close()
		o.s.env.Loop.Post(done)
	})
}

// look is the snapshot for observers, on the loop.
func (s *service) look() *view {
	v := &view{Checkers: s.snapshot(), keys: make([][]ipvs.ServiceKey, 0, len(s.vss))}
	for _, vs := range s.vss {
		v.keys = append(v.keys, s.placement.keys[vs])
	}
	return v
}

// answerTime is how long a request may wait for the loop.
const answerTime = 5 * time.Second

// onLoop runs f on the loop, and reports whether it has: not when the loop takes
// no requests any more.
func (o *observer) onLoop(f func()) bool {
	done := make(chan struct{})
	var given atomic.Bool
	o.s.env.Loop.Post(func() {
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
			return false
		}
		<-done
		return true
	}
}

// tree is what there is to see now.
func (o *observer) tree() (mib.Tree, *view) {
	if o.view == nil || time.Since(o.made) > 10*o.cost {
		ok := o.onLoop(func() {
			begin := time.Now()
			o.view = o.s.look()
			o.made = time.Now()
			o.cost = o.made.Sub(begin)
		})
		if !ok {
			return mib.Tree{}, nil
		}
	}
	return mib.New(o.view.Checkers, gauge{o.meter, o.view.Checkers, o.view.keys}), o.view
}

// Get implements subagent.Handler.
func (o *observer) Get(name agentx.OID) agentx.Value {
	t, _ := o.tree()
	return t.Get(name)
}

// Next implements subagent.Handler.
func (o *observer) Next(name agentx.OID) (agentx.OID, agentx.Value) {
	t, _ := o.tree()
	return t.Next(name)
}

// Test implements subagent.Handler: only weights can be set, by an INTEGER.
func (o *observer) Test(b agentx.Bind) agentx.Error {
	_, v := o.tree()
	if v == nil {
		return agentx.ResourceUnavailable
	}
	if _, _, ok := mib.Weight(v.Checkers, b.Name); !ok {
		return agentx.NotWritable
	}
	if b.Value.Type != agentx.Integer {
		return agentx.WrongType
	}
	return agentx.NoError
}

// Commit implements subagent.Handler. Of a weight only the low octet is used, as
// by the C daemon.
func (o *observer) Commit(b agentx.Bind) agentx.Error {
	_, v := o.tree()
	if v == nil {
		return agentx.CommitFailed
	}
	vs, rs, ok := mib.Weight(v.Checkers, b.Name)
	if !ok {
		return agentx.CommitFailed
	}
	found := false
	o.onLoop(func() { found = o.s.setWeight(vs.Config, rs.Config, int64(uint8(b.Value.Int()))) })
	o.view = nil
	if !found {
		return agentx.CommitFailed
	}
	return agentx.NoError
}

// setWeight gives a real server another weight. It reports whether there is such
// a server: a reload may have taken it away.
func (s *service) setWeight(c *config.VirtualServer, rc *config.RealServer, weight int64) bool {
	if s.ctx.Err() != nil { // stopping
		return false
	}
	for _, v := range s.vss {
		if v.Config != c {
			continue
		}
		for _, r := range v.RealServers {
			if r.Config == rc {
				s.do(v.Step(machine.Weight{RS: r, Weight: weight}))
				return true
			}
		}
	}
	return false
}
