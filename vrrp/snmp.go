package vrrp

import (
	"sync/atomic"
	"time"

	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
	"keepalived/core/snmp/session"
	"keepalived/core/status"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
	"keepalived/vrrp/mib"
	"keepalived/vrrp/packet"
)

// observer shows this process to an SNMP master, and takes changes from there
// (05-observability section 8). Load, Notify and Close are called on the loop,
// the methods of session.Handler on the goroutine of the agent.
type observer struct {
	s     *service
	agent *session.Agent
	traps bool
	born  time.Time

	// What the agent looks at. It is used until ten times as long has passed as
	// it took to make, or something has changed: whatever a manager asks, the
	// loop has the rest of the time for itself.
	snapshot *status.VRRP
	view     *snmp.View
	made     time.Time
	cost     time.Duration
	seen     uint64
	changes  atomic.Uint64
}

func newObserver(s *service) *observer {
	o := &observer{s: s, born: time.Now()}
	o.agent = session.New(s.log, o)
	return o
}

// Load goes over to a configuration.
func (o *observer) Load(c *config.Config) {
	g := &c.Global.SNMP
	o.changes.Add(1)
	on := g.VRRP || g.RFCv2 || g.RFCv3
	o.traps = on && g.Traps
	var subtrees []session.Subtree
	if on {
		subtrees = mib.Subtrees(c)
	}
	o.agent.Follow(session.SocketOf(c), subtrees)
}

// observerStop is how long the master may take to hear of the end.
const observerStop = 300 * time.Millisecond

// Close ends the session. Done is called on the loop when the traps so far have
// gone, or the master takes none.
func (o *observer) Close(done func()) {
	o.agent.Stop(observerStop, func() { o.s.loop.Post(done) })
}

// Notify implements notify.Listener.
func (o *observer) Notify(e notify.Event) {
	o.changes.Add(1)
	if !o.traps {
		return
	}
	g := &o.s.cfg.Global.SNMP
	if t, ok := mib.Changed(o.s.cfg, e); ok && g.VRRP {
		if in, isInstance := e.(notify.InstanceState); isInstance {
			o.s.detail(message.SendingTrap, in.Instance.Name)
		} else if group, isGroup := e.(notify.GroupState); isGroup {
			o.s.detail(message.SendingGroupTrap, group.Group.Name)
		}
		o.agent.Trap(t.Name, t.Binds)
	}
	in, ok := e.(notify.InstanceState)
	if !ok || in.State != notify.Master {
		return
	}
	r := o.s.routerOf(in.Instance)
	if r == nil {
		return
	}
	if g.RFCv2 && r.conf.Version == 2 && r.conf.Family == 4 {
		o.s.detail(message.SendingNewMaster, r.conf.Name)
		t := mib.NewMaster2787(r.conf, o.baseOf(r), r.in.Source)
		o.agent.Trap(t.Name, t.Binds)
	}
	if g.RFCv3 {
		o.s.detail(message.SendingNewMasterV3, r.conf.Name, r.in.Reason())
		t := mib.NewMaster6527(r.conf, o.baseOf(r), r.in.Source, r.in.Reason())
		o.agent.Trap(t.Name, t.Binds)
	}
}

// baseOf is the index of the interface below an instance, 0 without one.
func (o *observer) baseOf(r *router) int {
	if l, ok := o.s.view.Link(r.conf.Interface); ok {
		return l.Index
	}
	return 0
}

// authErrors and protocolErrors number the rejections as the notifications do.
var (
	authErrors = map[packet.Kind]int{
		packet.InvalidAuthType: 1, packet.WrongAuthType: 2, packet.WrongPassword: 3, packet.AHWrongSPI: 3, packet.AHReplayed: 3, packet.AHInvalid: 3,
	}
	protocolErrors = map[packet.Kind]int{packet.WrongTTL: 1, packet.WrongVersion: 2, packet.WrongChecksum: 3}
)

// Rejected tells of a datagram that was rejected, once a second: a stream of
// datagrams must not become one of traps.
func (o *observer) Rejected(r *router, result *packet.Result) {
	kind := result.Rejected().Kind
	protocol := protocolErrors[kind]
	if protocol > 0 {
		r.protocolError = protocol
	}
	now := time.Now()
	if !o.traps || authErrors[kind] == 0 && protocol == 0 || now.Sub(r.rejected) < time.Second {
		return
	}
	r.rejected = now
	g := &o.s.cfg.Global.SNMP
	if failure := authErrors[kind]; failure > 0 && g.RFCv2 && r.conf.Version == 2 {
		o.s.detail(message.SendingAuthFailure, r.conf.Name)
		t := mib.AuthFailure2787(r.conf, o.baseOf(r), result.Source, failure)
		o.agent.Trap(t.Name, t.Binds)
	}
	if protocol > 0 && g.RFCv3 {
		o.s.detail(message.SendingProtoError, r.conf.Name)
		t := mib.ProtoError6527(r.conf, o.baseOf(r), protocol)
		o.agent.Trap(t.Name, t.Binds)
	}
}

// answerTime is how long a request may wait for the loop.
const answerTime = 5 * time.Second

// look is what there is to see now. Without an answer of the loop it is empty.
func (o *observer) look() *snmp.View {
	changes, fresh := o.changes.Load(), 10*o.cost
	if o.seen == changes {
		fresh = max(fresh, time.Second)
	}
	if o.view != nil && time.Since(o.made) < fresh {
		return o.view
	}
	var snapshot *status.VRRP
	var cost time.Duration
	if !o.s.loop.Ask(answerTime, func() {
		begin := time.Now()
		snapshot = o.s.snapshot()
		cost = time.Since(begin)
	}) {
		return snmp.NewView()
	}
	o.snapshot, o.view, o.made, o.cost, o.seen = snapshot, mib.New(snapshot, o.born), time.Now(), cost, changes
	return o.view
}

// Get implements session.Handler.
func (o *observer) Get(name agentx.OID) agentx.Value { return o.look().Get(name) }

// Next implements session.Handler.
func (o *observer) Next(name agentx.OID) (agentx.OID, agentx.Value) {
	return o.look().Next(agentx.Range{Start: name})
}

// The columns of the instance table that can be set.
const (
	columnPriority = 7
	columnPreempt  = 13
	columnAccept   = 27
)

// Test implements session.Handler (05-observability section 8.4).
func (o *observer) Test(b agentx.Bind) agentx.Error {
	o.look()
	if o.snapshot == nil {
		return agentx.ResourceUnavailable
	}
	in, column := mib.InstanceOf(o.snapshot, b.Name)
	if in == nil || column != columnPriority && column != columnPreempt && column != columnAccept || column == columnAccept && in.Config.Version == 2 {
		return agentx.NotWritable
	}
	switch n := b.Value.Int(); {
	case column == columnAccept:
		return agentx.NoAccess
	case b.Value.Type != agentx.Integer:
		return agentx.WrongType
	case column == columnPriority && (uint8(n) == 0 || uint8(n) == 255 || in.Config.Owner()), column == columnPreempt && n != 1 && n != 2:
		// 255 would make an owner of what is none (RFC 9568 section 5.2.4).
		return agentx.WrongValue
	}
	return agentx.NoError
}

// Commit implements session.Handler. Of a priority only the low octet is used,
// as by the C daemon.
func (o *observer) Commit(b agentx.Bind) agentx.Error {
	in, column := mib.InstanceOf(o.snapshot, b.Name)
	if in == nil {
		return agentx.CommitFailed
	}
	done := false
	o.s.loop.Ask(answerTime, func() { done = o.s.setFromOutside(in.Config, column, b.Value.Int()) })
	o.view = nil
	if !done {
		return agentx.CommitFailed
	}
	return agentx.NoError
}

// setFromOutside changes an instance until the next reload. It reports whether
// there is such an instance: a reload may have taken it away.
func (s *service) setFromOutside(c *config.Instance, column uint32, n int32) bool {
	r := s.routerOf(c)
	if r == nil || s.stopped {
		return false
	}
	var e fsm.Event = fsm.SetPreempt{Preempt: n == 1}
	switch {
	case column == columnPriority:
		s.info(message.PriorityFromSNMP, c.Name, r.in.Base(), uint8(n))
		e = fsm.SetPriority{Priority: uint8(n)}
	case n == 1:
		s.info(message.PreemptFromSNMP, c.Name)
	default:
		s.info(message.NoPreemptFromSNMP, c.Name)
	}
	s.do(s.machine.Step(time.Now(), r.in, e))
	return true
}
