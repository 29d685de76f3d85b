package vrrp

import (
	"slices"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

func (r *Room) packetHandlers() reader.Handlers {
	return reader.Handlers{
		"vrrp_instance/mcast_src_ip": {Read: r.source},
		"vrrp_instance/unicast_src_ip": {Read: func(p *reader.Pass, s *reader.Statement) {
			r.source(p, s)
			r.instance.unicastKeyword = true
		}},
		"vrrp_instance/mcast_dst_ip":         {Read: r.multicastGroup},
		"vrrp_instance/unicast_ttl":          {Read: r.unicastTTL},
		"vrrp_instance/old_unicast_checksum": {Read: r.oldUnicastChecksum},
		"vrrp_instance/unicast_peer": {
			Open: func(*reader.Pass, *reader.Statement) bool { r.instance.unicastKeyword = true; return true },
			Line: r.unicastPeer,
		},
	}
}

// fix makes a family that of the instance, unless it has one.
func (v *instance) fix(family int) {
	if v.Family == 0 {
		v.Family = family
	}
}

func (r *Room) source(p *reader.Pass, s *reader.Statement) {
	v, word := r.instance, p.Need(s, 1)
	a, ok := reader.SocketAddress(word)
	switch {
	case !ok:
		p.General(msgSourceMalformed, v.Name, word)
	case v.Family != 0 && v.Family != config.Family(a):
		p.General(msgSourceFamily, v.Name, word)
	default:
		v.Source = a
		v.fix(config.Family(a))
	}
}

func (r *Room) multicastGroup(p *reader.Pass, s *reader.Statement) {
	v, word := r.instance, p.Need(s, 1)
	a, ok := reader.SocketAddress(word)
	switch {
	case !ok:
		p.General(msgGroupMalformed, v.Name, word)
	case v.Family != 0 && v.Family != config.Family(a):
		p.General(msgGroupFamily, v.Name, word)
	case a.Is4() && !a.IsMulticast():
		p.General(msgGroupNotMulticast, v.Name, word, "")
	case a.Is6() && !a.IsLinkLocalMulticast():
		p.General(msgGroupNotMulticast, v.Name, word, " link-local")
	default:
		v.MulticastGroup = a
		v.fix(config.Family(a))
	}
}

func (r *Room) unicastTTL(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	n, ok := p.Unsigned(word, 0, 255, reader.Strict)
	if !ok {
		p.General(msgUnicastTTL, r.instance.Name, word)
		return
	}
	r.instance.UnicastTTL, r.instance.unicastTTLGiven = int(n), true
}

func (r *Room) oldUnicastChecksum(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	v.unicastKeyword = true
	switch {
	case !s.Has(1):
		v.ChecksumCompat = config.ChecksumCompatOld
	case s.Word(1) == "never":
		v.ChecksumCompat = config.ChecksumCompatNever
	default:
		p.General(msgOldUnicastChecksum, v.Name, s.Word(1))
	}
}

func (r *Room) unicastPeer(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	peer, err := r.context(p).Peer(s.Words, v.Name, v.Family)
	missing(p, err)
	if peer == nil {
		return
	}
	if slices.ContainsFunc(v.UnicastPeers, func(o config.UnicastPeer) bool { return o.Addr == peer.Addr }) {
		p.General(msgPeerTwice, v.Name, s.Word(0))
		return
	}
	v.UnicastPeers = append(v.UnicastPeers, *peer)
	v.CheckUnicastSrc = v.CheckUnicastSrc || peer.TTLGiven
	v.fix(config.Family(peer.Addr))
}
