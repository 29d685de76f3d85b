package checkers

import (
	"time"

	"keepalived/checkers/machine"
	"keepalived/checkers/mib"
	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
	"keepalived/core/snmp/session"
	"keepalived/ipvs"
)

// observer shows this process to an SNMP master, takes weights from there, and
// sends traps (05-observability section 8). Load, Notify and Close are called on
// the loop, the rest on the goroutine of the agent.
type observer struct {
	s     *service
	agent *session.Agent
	meter *meter
	traps bool
	id    string // router id

	// What the agent looks at. It is used again until ten times as long has
	// passed as it took to make: whatever a manager asks, the loop has the rest
	// of the time for itself.
	view *snmp.View
	made time.Time
	cost time.Duration
}

func newObserver(s *service) *observer {
	o := &observer{s: s, meter: newMeter(s.deps.count)}
	o.agent = session.New(s.env.Log, o)
	return o
}

// Load goes over to a configuration.
func (o *observer) Load(c *config.Config) {
	g := &c.Global.SNMP
	o.id, o.traps = c.Global.RouterID, g.Traps && g.Checker
	var subtrees []session.Subtree
	if g.Checker {
		subtrees = mib.Subtrees()
	}
	o.agent.Follow(session.SocketOf(c), subtrees)
}

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

// answerTime is how long a request may wait for the loop.
const answerTime = 5 * time.Second

// now is what there is to see now; nothing if the loop does not tell.
func (o *observer) now() *snmp.View {
	if o.view != nil && time.Since(o.made) <= 10*o.cost {
		return o.view
	}
	var build func() *snmp.View
	ok := o.s.env.Loop.Ask(answerTime, func() {
		begin := time.Now()
		build = o.s.look(o.meter)
		o.made = time.Now()
		o.cost = o.made.Sub(begin)
	})
	if !ok {
		return snmp.NewView()
	}
	o.view = build()
	return o.view
}

// Get implements session.Handler.
func (o *observer) Get(name snmp.OID) snmp.Value { return o.now().Get(name) }

// Next implements session.Handler.
func (o *observer) Next(name snmp.OID) (snmp.OID, snmp.Value) {
	return o.now().Next(agentx.Range{Start: name})
}

// Test implements session.Handler.
func (o *observer) Test(b agentx.Bind) agentx.Error {
	failure := agentx.ResourceUnavailable
	o.s.env.Loop.Ask(answerTime, func() { _, failure = o.s.judge(b.Name, b.Value) })
	return failure
}

// Commit implements session.Handler. Of a weight only the low octet is used, as
// by the C daemon.
func (o *observer) Commit(b agentx.Bind) agentx.Error {
	failure := agentx.CommitFailed
	o.s.env.Loop.Ask(answerTime, func() {
		if r, f := o.s.judge(b.Name, b.Value); f == agentx.NoError && o.s.ctx.Err() == nil { // else it stops
			o.s.do(r.VS.Step(machine.Weight{RS: r, Weight: int64(uint8(b.Value.Int()))}))
			failure = agentx.NoError
		}
	})
	o.view = nil
	return failure
}

// look takes the snapshot for observers.
func (s *service) look(m *meter) func() *snmp.View {
	g := gauge{m, s.snapshot(), make([][]ipvs.ServiceKey, 0, len(s.vss))}
	for _, v := range s.vss {
		g.keys = append(g.keys, s.placement.keys[v])
	}
	return func() *snmp.View { return mib.New(g.of, g) }
}

// judge tells whether a change that a manager asks for can be made: only the
// weight of a real server can be set, by an INTEGER.
func (s *service) judge(name snmp.OID, value snmp.Value) (*machine.RealServer, agentx.Error) {
	r := s.weighed(name)
	switch {
	case r == nil:
		return nil, agentx.NotWritable
	case value.Type != agentx.Integer:
		return nil, agentx.WrongType
	}
	return r, agentx.NoError
}

// weighed is the real server whose weight a name means; nil if there is none.
func (s *service) weighed(name snmp.OID) *machine.RealServer {
	v, row, ok := mib.Weight(name)
	if !ok || v < 1 || uint64(v) > uint64(len(s.vss)) {
		return nil
	}
	vs := s.vss[v-1]
	if vs.Config.SorryServer != nil && row > 0 {
		row-- // it has the first row
	}
	if row < 1 || uint64(row) > uint64(len(vs.RealServers)) {
		return nil
	}
	return vs.RealServers[row-1]
}
