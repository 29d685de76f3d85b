package vrrp

import (
	"errors"
	"net/netip"
	"os"
	"slices"
	"time"

	"keepalived/core/logging"
	"keepalived/core/network"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
	"keepalived/vrrp/packet"
)

// poolKey is what routers have in common that share a pair of sockets (03-vrrp
// section 3). It names the interface, which may not exist yet.
type poolKey struct {
	family, protocol int
	link, vrf        string
	group, local     netip.Addr
}

// pool is a pair of sockets with the routers that use it.
type pool struct {
	*service
	key     poolKey
	socket  Socket // nil while the interface does not exist
	index   int    // of the interface on which it is
	options network.SocketOptions
	routers map[uint8][]*router // by VRID

	datagram network.Datagram // the one being handled
	dropped  uint64           // told so far
	quiet    time.Time        // lines about datagrams of nobody are not repeated before
}

// makePools gives every router its pool; pools that stay keep their sockets.
func (s *service) makePools() {
	old := s.pools
	before := make(map[poolKey]*pool, len(old))
	for _, p := range old {
		before[p.key] = p
	}
	now := make(map[poolKey]*pool, len(old))
	s.pools = nil
	for _, r := range s.routers {
		key := r.poolKey()
		p := now[key]
		if p == nil {
			if p = before[key]; p == nil {
				p = &pool{service: s, key: key}
			}
			p.routers = map[uint8][]*router{}
			now[key] = p
			s.pools = append(s.pools, p)
		}
		r.pool = p
		p.routers[r.conf.VRID] = append(p.routers[r.conf.VRID], r)
	}
	for _, p := range s.pools {
		p.setOptions()
		if p.index != p.linkIndex(p.key.link) {
			p.close() // it is another interface now
		}
		if p.socket == nil {
			p.open() // may fail: the interface need not exist
		}
	}
	// Those of before the reload may still have a priority 0 to send.
	s.leaving = slices.DeleteFunc(old, func(p *pool) bool { return now[p.key] == p })
}

func (r *router) poolKey() poolKey {
	k := poolKey{family: r.conf.Family, protocol: r.endpoint.Protocol(), link: r.link(), vrf: r.conf.VRF}
	if !r.conf.Unicast {
		k.group = r.conf.MulticastGroup
		return k
	}
	if k.local = r.conf.Source; !k.local.IsValid() {
		k.local = r.sourceOf(r)
	}
	return k
}

// rebind gives unicast routers that take their address from the interface
// sockets that are bound to the address of now.
func (s *service) rebind() {
	if slices.ContainsFunc(s.routers, func(r *router) bool { return r.poolKey() != r.pool.key }) {
		s.makePools()
		s.openPools()
	}
}

// setOptions computes the receive buffer (3.2) and the longest datagram (6.1
// R1c).
func (p *pool) setOptions() {
	g := &p.cfg.Global
	p.options = network.SocketOptions{MaxDatagram: network.DefaultMaxDatagram}
	for _, same := range p.routers {
		for _, r := range same {
			mtu := network.DefaultMaxDatagram
			if l, ok := p.view.Link(r.link()); ok {
				mtu = l.MTU
			}
			p.options.MaxDatagram = max(p.options.MaxDatagram, mtu)
			multiplier := int(max(g.RxBufsMultiplier, 1))
			switch {
			case r.conf.KernelRxBufSize > 0:
				p.options.ReceiveBuffer += int(r.conf.KernelRxBufSize)
			case g.RxBufsPolicy.MTU:
				p.options.ReceiveBuffer += mtu * multiplier
			case g.RxBufsPolicy.Advert:
				p.options.ReceiveBuffer += r.advertLength() * multiplier
			case g.RxBufsPolicy.Size > 0:
				p.options.ReceiveBuffer += int(g.RxBufsPolicy.Size) * multiplier
			}
		}
	}
}

// advertLength is the length of the router's adverts with the IP header.
func (r *router) advertLength() int {
	const headers4, headers6 = 20 + 8 + 8, 40 + 8 // IP, VRRP, authentication data
	if r.conf.Family == 4 {
		return headers4 + 4*len(r.conf.VIPs)
	}
	return headers6 + 16*len(r.conf.VIPs)
}

// open opens the sockets if the interface exists.
func (p *pool) open() {
	spec := network.SocketSpec{Family: p.key.family, Protocol: p.key.protocol, Group: p.key.group, Local: p.key.local}
	if p.key.link != "" {
		l, ok := p.view.Link(p.key.link)
		if !ok {
			return
		}
		spec.Interface = l.Index
		if l.MasterKind == "vrf" {
			spec.VRF = l.Master
		}
	} else if p.key.vrf != "" {
		l, ok := p.view.Link(p.key.vrf)
		if !ok {
			return
		}
		spec.VRF = l.Index
	}
	socket, err := p.host.OpenSocket(spec, p.options, func() { p.loop.Post(p.drain) })
	if err != nil {
		if number, _ := logging.Strerror(err); errors.Is(err, os.ErrPermission) {
			p.info(message.RawSocketDenied, number)
		} else {
			p.info(message.SocketError, p.key.link, err)
		}
		return
	}
	p.socket, p.dropped, p.index = socket, 0, p.linkIndex(p.key.link)
}

func (p *pool) close() {
	if p.socket != nil {
		p.socket.Close()
		p.socket = nil
	}
}

// openPools closes what a reload has left over, and logs the pairs.
func (s *service) openPools() {
	for _, p := range s.leaving {
		p.close()
	}
	s.leaving = nil
	for _, p := range s.pools {
		p.say()
	}
}

func (p *pool) say() {
	in, out := -1, -1
	if p.socket != nil {
		in, out = p.socket.Descriptors()
	}
	text, addr := message.SocketMulticast, p.key.group
	if !addr.IsValid() {
		text, addr = message.SocketUnicast, p.key.local
	}
	p.detail(text, p.linkIndex(p.key.link), p.key.family, p.key.protocol, in, out, addr)
}

// drain handles the datagrams that wait, until it has had its share or a timer
// is due; the rest waits for the next round of the loop, so that timers run in
// between (6.1).
func (p *pool) drain() {
	if p.socket == nil || p.stopped {
		return
	}
	var seen [4]uint64 // VRIDs of this burst
	for p.socket.Next(&p.datagram) {
		if last := p.receive(&seen); last || p.loop.TimerDue() {
			break
		}
	}
	if n := p.socket.Dropped(); n > p.dropped && p.seldom() {
		p.info(message.DatagramsDropped, n-p.dropped, p.key.link)
		p.dropped = n
	}
	if p.socket.Len() > 0 {
		p.loop.Post(p.drain)
	}
}

// receive handles p.datagram, and reports whether the burst is over (6.1 R1 to
// R9).
func (p *pool) receive(seen *[4]uint64) (last bool) {
	d := &p.datagram
	if !p.whole(d) {
		return d.Err != nil
	}
	now := time.Now()
	if p.delay != nil && p.delay.Active() {
		return false // R2
	}
	vrid, source, err := packet.Identify(p.key.family, p.key.protocol == packet.ProtocolAH, d.Data)
	if err != nil { // R3
		if p.seldom() {
			p.info("%v", err)
		}
		return true
	}
	if p.key.family == 6 {
		source = d.Source
	}
	r := p.find(vrid, source)
	if r == nil { // R4
		if p.cfg.Global.LogUnknownVRIDs {
			p.unknown(vrid, source)
		}
		return false
	}
	bit := uint64(1) << (vrid % 64)
	last = seen[vrid/64]&bit != 0 // R6
	seen[vrid/64] |= bit
	r.lastFrom = source
	if !p.machine.Listens(now, r.in) { // R7
		return last
	}
	result := r.endpoint.Check(packet.Datagram{
		Data: d.Data, Source: source, Destination: d.Destination, HopLimit: d.HopLimit,
	}, packet.Context{Now: now, Master: r.in.Master})
	p.do(p.machine.Step(now, r.in, fsm.Packet{Result: &result}))
	if result.Rejected().Kind != packet.Fine {
		p.observer.Rejected(r, &result)
	}
	return last
}

// whole is R1: it logs what is not a datagram to be looked at.
func (p *pool) whole(d *network.Datagram) bool {
	in, _ := p.socket.Descriptors()
	switch {
	case d.Err != nil:
		number, text := logging.Strerror(d.Err)
		p.info(message.ReceiveError, in, number, text)
		return false
	case d.Truncated > 0:
		if p.seldom() {
			p.info(message.ReceiveTruncated, in, d.Truncated, p.options.MaxDatagram)
		}
		return false
	case len(d.Data) == 0:
		if p.seldom() {
			p.info(message.ReceiveEmpty, in)
		}
		return false
	case d.ControlTruncated && p.seldom():
		p.info(message.ControlTruncated, in, 0)
	}
	return true
}

// seldom lets a line about somebody else's datagrams through once a second: a
// stream of them must not fill the log.
func (p *pool) seldom() bool {
	now := time.Now()
	if now.Before(p.quiet) {
		return false
	}
	p.quiet = now.Add(time.Second)
	return true
}

// find finds the router of a datagram (R4, R5).
func (p *pool) find(vrid uint8, source netip.Addr) *router {
	same := p.routers[vrid]
	if len(same) == 1 {
		return same[0]
	}
	for _, r := range same {
		if r.lastFrom == source {
			return r
		}
	}
	for _, r := range same {
		for i := range r.conf.UnicastPeers {
			if r.conf.UnicastPeers[i].Addr == source {
				return r
			}
		}
	}
	return nil
}

func (p *pool) unknown(vrid uint8, source netip.Addr) {
	if len(p.routers[vrid]) > 1 {
		p.info(message.UnknownVRIDFrom, vrid, p.key.link, source)
		return
	}
	p.info(message.UnknownVRID, vrid, p.key.link)
}
