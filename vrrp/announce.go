package vrrp

import (
	"net/netip"
	"slices"
	"time"

	"keepalived/core/logging"
	"keepalived/core/network"
	"keepalived/core/process"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
)

// lane is what shares one spacing of gratuitous ARPs or neighbour
// advertisements: a base interface, or a garp_group (11.3).
type lane struct {
	name   string
	group  bool
	family int
}

// queue spaces the frames of a lane. Frames that cannot go out at once wait in
// a list of addresses with a count each; one that was sent and has more to
// come goes to the end.
type queue struct {
	service  *service
	interval time.Duration
	next     time.Time // when the lane is free
	waiting  []*waiting
	timer    *process.Timer
}

type waiting struct {
	router *router
	link   string
	addr   netip.Addr
	count  uint32
}

func (s *service) queueOf(link string, family int) *queue {
	key, interval := s.laneOf(link, family)
	q := s.lanes[key]
	if q == nil {
		q = &queue{service: s}
		q.timer = s.loop.NewTimer(q.serve)
		s.lanes[key] = q
	}
	q.interval = interval
	return q
}

func (s *service) laneOf(link string, family int) (lane, time.Duration) {
	// The spacing of a link on top of another counts for the one below.
	if l, ok := s.view.Link(link); ok && l.Parent != 0 {
		if base, ok := s.view.LinkByIndex(l.Parent); ok {
			link = base.Name
		}
	}
	arp, na := s.cfg.Global.GARPInterval, s.cfg.Global.GNAInterval
	key := lane{link, false, family}
	for _, g := range s.cfg.VRRP.GARPGroups {
		if slices.Contains(g.Interfaces, link) {
			arp, na = g.GARPInterval, g.GNAInterval
			key = lane{g.Interfaces[0], true, family}
		}
	}
	if family == 4 {
		return key, arp
	}
	return key, na
}

// send sends a frame at once or queues it. Limit is the number of repetitions
// that the request asks for: no more than that wait for an address.
func (q *queue) send(r *router, link string, addr netip.Addr, limit uint32) {
	now := time.Now()
	if q.interval == 0 || len(q.waiting) == 0 && !now.Before(q.next) {
		q.next = now.Add(q.interval)
		r.sendFrame(link, addr)
		return
	}
	for _, w := range q.waiting {
		if w.router == r && w.link == link && w.addr == addr {
			w.count = min(w.count+1, max(limit, w.count))
			return
		}
	}
	q.waiting = append(q.waiting, &waiting{r, link, addr, 1})
	if !q.timer.Active() {
		q.timer.ResetAt(q.next)
	}
}

// serve sends the first frame that waits.
func (q *queue) serve() {
	if len(q.waiting) == 0 {
		return
	}
	w := q.waiting[0]
	q.waiting = q.waiting[1:]
	if w.count--; w.count > 0 {
		q.waiting = append(q.waiting, w)
	}
	w.router.sendFrame(w.link, w.addr)
	q.next = q.timer.When().Add(q.interval)
	if now := time.Now(); q.next.Before(now) {
		q.next = now // the process stood still
	}
	if len(q.waiting) > 0 {
		q.timer.ResetAt(q.next)
	}
}

func (q *queue) stop() {
	q.waiting = nil
	q.timer.Stop()
}

// unqueue forgets the frames that still wait for a router (10.1).
func (r *router) unqueue() {
	for _, q := range r.lanes {
		q.waiting = slices.DeleteFunc(q.waiting, func(w *waiting) bool { return w.router == r })
		if len(q.waiting) == 0 {
			q.timer.Stop()
		}
	}
}

// sendFrame sends one gratuitous ARP or neighbour advertisement.
func (r *router) sendFrame(link string, addr netip.Addr) {
	l, ok := r.view.Link(link)
	if !ok || r.noARP(l) {
		return
	}
	if addr.Is6() {
		r.advertised[link] = time.Now()
		r.detail(message.SendingNA, link, addr)
	} else {
		r.detail(message.SendingARP, link, addr)
	}
	if err := r.host.Announce(&l, addr); err != nil && l.Up() {
		r.announceFailed(err, link, addr)
	}
}

func (r *router) announceFailed(err error, link string, addr netip.Addr) {
	format := message.AnnounceError
	if addr.Is6() {
		format = message.AnnounceError6
	}
	number, text := logging.Strerror(err)
	r.info(format, number, text, link, addr)
}

// noARP reports whether nobody resolves addresses on the link, or on the one
// below it.
func (s *service) noARP(l network.Link) bool {
	if base, ok := s.view.LinkByIndex(l.Parent); ok && l.Parent != 0 {
		return base.NoARP()
	}
	return l.NoARP()
}

// announce sends a burst for all addresses, the whole list again and again,
// and arranges for what is to follow (11.2).
func (r *router) announce(a fsm.Announce) {
	if r.in.State != fsm.Master {
		return
	}
	r.burst(a.Repeat)
	if a.Again > 0 {
		r.burstAt(time.Now().Add(a.Again), a.Repeat)
	}
	if a.Refresh && r.conf.GARPMasterRefresh > 0 {
		r.refresh.Reset(a.Again + r.conf.GARPMasterRefresh)
	}
	if a.Refresh && r.conf.GARPExtraIf > 0 {
		r.extra.Reset(a.Again + r.conf.GARPExtraIf)
	}
}

// burstAt arranges for a burst later. It is never cancelled: leaving MASTER and
// becoming it again within the delay makes one burst more.
func (r *router) burstAt(when time.Time, repeat uint32) {
	var t *process.Timer
	t = r.loop.NewTimer(func() {
		r.bursts = slices.DeleteFunc(r.bursts, func(o *process.Timer) bool { return o == t })
		if r.in.State == fsm.Master {
			r.burst(repeat)
		}
	})
	t.ResetAt(when)
	r.bursts = append(r.bursts, t)
}

// burst is the work of one burst, a frame at a time.
func (r *router) burst(repeat uint32) {
	n, next := uint32(0), 0
	r.work.add(func() bool {
		if next == len(r.addresses) {
			n, next = n+1, 0
		}
		if n >= repeat || len(r.addresses) == 0 || r.in.State != fsm.Master {
			return false
		}
		r.queueFrame(r.addresses[next], n == 0, repeat)
		next++
		return true
	})
}

func (r *router) queueFrame(a *address, first bool, repeat uint32) {
	link, addr := r.linkOf(a.conf), a.conf.Prefix.Addr()
	if first {
		text := message.QueueingARP
		if addr.Is6() {
			text = message.QueueingNA
		}
		r.detail(text, r.conf.Name, link, addr)
	}
	r.queueOf(link, config4or6(addr)).send(r, link, addr, repeat)
}

func config4or6(a netip.Addr) int {
	if a.Is6() {
		return 6
	}
	return 4
}

// refreshDue is garp_master_refresh: one sequence of bursts per router. (The C
// daemon starts another sequence with every mastership and ends none.)
func (r *router) refreshDue() {
	if r.in.State != fsm.Master {
		return
	}
	r.burst(r.conf.GARPMasterRefreshRepeat)
	r.refresh.ResetAt(r.refresh.When().Add(r.conf.GARPMasterRefresh))
}

// extraDue is garp_extra_if (11.4): one frame on every interface that has
// virtual addresses, other than the router's own.
func (r *router) extraDue() {
	if r.in.State != fsm.Master {
		return
	}
	own := r.conf.Interface
	if r.conf.VMAC != nil {
		own = r.conf.VMAC.Name
	}
	seen := map[string]bool{own: !r.conf.VMACXmitBase}
	for _, a := range r.addresses {
		link := r.linkOf(a.conf)
		if seen[link] || !r.conf.GARPExtraIfAll && r.deviceNamed(link) == nil {
			continue
		}
		seen[link] = true
		r.queueFrame(a, false, 1)
	}
	r.extra.ResetAt(r.extra.When().Add(r.conf.GARPExtraIf))
}

// announceSource sends one frame for the router's own source address on the
// base interface (7.12).
func (r *router) announceSource() {
	l, ok := r.view.Link(r.conf.Interface)
	if !ok || !r.in.Source.IsValid() || r.noARP(l) {
		return
	}
	text := message.SourceARP
	if r.in.Source.Is6() {
		text = message.SourceNA
	}
	r.detail(text, r.conf.Name, r.in.Source)
	if err := r.host.Announce(&l, r.in.Source); err != nil {
		r.announceFailed(err, l.Name, r.in.Source)
	}
}
