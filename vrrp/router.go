package vrrp

import (
	"errors"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/firewall"
	"keepalived/core/logging"
	"keepalived/core/network"
	"keepalived/core/process"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
	"keepalived/vrrp/packet"
)

// router is one virtual router at run time.
type router struct {
	*service
	in            *fsm.Instance
	conf          *config.Instance
	endpoint      *packet.Endpoint
	pool          *pool
	timer         *process.Timer
	protocolError int        // the last one, for SNMP
	rejected      time.Time  // of the last trap about a datagram
	cleared       time.Time  // when the counters were set back; zero: never
	listened      bool       // the timer was late, and was set again
	lastFrom      netip.Addr // who sent the last datagram (6.1 R5)

	addresses []*address // virtual addresses, then excluded ones
	routes    []bool     // set, in the order of conf.Routes
	rules     []bool     // set, in the order of conf.Rules
	dropped   []firewall.Address
	fresh     bool    // its interface has just been made: there is nothing left over on it
	previous  *router // whom it succeeds at a reload, until compared

	bursts  []*process.Timer // second bursts that are still to come
	refresh *process.Timer   // garp_master_refresh
	extra   *process.Timer   // garp_extra_if

	buf []byte // of the advert that is being sent
	msg network.Message
}

func newRouter(s *service, in *fsm.Instance) *router {
	r := &router{service: s, in: in, conf: in.Config, endpoint: packet.NewEndpoint(in.Config, &s.cfg.Global)}
	r.timer = s.loop.NewTimer(r.deadline)
	r.refresh = s.loop.NewTimer(r.refreshDue)
	r.extra = s.loop.NewTimer(r.extraDue)
	for _, a := range slices.Concat(in.Config.VIPs, in.Config.ExcludedVIPs) {
		r.addresses = append(r.addresses, &address{conf: a})
	}
	r.routes = make([]bool, len(in.Config.Routes))
	r.rules = make([]bool, len(in.Config.Rules))
	return r
}

// A BACKUP whose timer is served later than standstill has not heard what was
// sent meanwhile either: it listens first, for as long as the readers of the
// sockets need to bring it.
const (
	standstill = 20 * time.Millisecond
	listening  = 5 * time.Millisecond
)

// deadline serves the router's timer.
func (r *router) deadline() {
	now := time.Now()
	if !r.listened && r.in.State == fsm.Backup && now.Sub(r.timer.When()) > standstill {
		r.timer.Reset(listening)
		r.listened = true
		return
	}
	r.listened = false
	r.do(r.machine.Step(now, r.in, fsm.Deadline{}))
}

// inherit takes over from the router of the same identity before a reload.
func (r *router) inherit(old *router) {
	r.previous = old
	r.endpoint.Inherit(old.endpoint)
	r.lastFrom = old.lastFrom
	r.protocolError, r.rejected, r.cleared = old.protocolError, old.rejected, old.cleared
	for _, q := range r.lanes {
		for _, w := range q.waiting {
			if w.router == old {
				w.router = r
			}
		}
	}
	for _, t := range old.bursts {
		r.burstAt(t.When(), r.conf.GARPMasterRepeat)
	}
	if old.refresh.Active() && r.conf.GARPMasterRefresh > 0 {
		r.refresh.ResetAt(old.refresh.When())
	}
	if old.extra.Active() && r.conf.GARPExtraIf > 0 {
		r.extra.ResetAt(old.extra.When())
	}
}

// retire stops the timers of a router that is no more.
func (r *router) retire() {
	r.timer.Stop()
	r.refresh.Stop()
	r.extra.Stop()
	for _, t := range r.bursts {
		t.Stop()
	}
}

// advertise sends one advert: to the group, or to each peer in turn. It
// allocates nothing.
func (r *router) advertise(priority uint8) {
	r.endpoint.Begin(time.Now(), priority, r.in.Source)
	r.msg.Source = r.in.Source
	if r.conf.Unicast {
		r.msg.HopLimit = max(r.conf.UnicastTTL, 0)
		for i := range r.conf.UnicastPeers {
			r.sendTo(r.conf.UnicastPeers[i].Addr, priority)
		}
		return
	}
	r.sendTo(r.conf.MulticastGroup, priority)
}

func (r *router) sendTo(destination netip.Addr, priority uint8) {
	r.buf = r.endpoint.Append(r.buf[:0], destination)
	r.msg.Data, r.msg.Destination = r.buf, destination
	var err error = unix.ENODEV
	if r.pool != nil && r.pool.socket != nil {
		err = r.pool.socket.Send(&r.msg)
	}
	if err != nil {
		r.sendFailed(err, destination, priority)
	}
}

// sendFailed logs that an advert could not be sent (4.8).
func (r *router) sendFailed(err error, destination netip.Addr, priority uint8) {
	if l, _ := r.view.Link(r.link()); priority == 0 && errors.Is(err, unix.ENETUNREACH) && !l.Up() {
		return
	}
	number, text := logging.Strerror(err)
	if r.conf.Unicast {
		r.info(message.SendErrorPeer, r.conf.Name, destination, text)
		return
	}
	r.info(message.SendError, r.conf.Name, number, text)
}
