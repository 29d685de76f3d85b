package vrrp

import (
	"net/netip"
	"slices"

	"keepalived/parser/reader"
)

// adverts is what tells the adverts of virtual routers apart on the wire.
type adverts struct {
	vrid   uint8
	family int
	// Multicast: the interface that they leave through, and the group.
	dev   string
	group netip.Addr
	// virtual is set for IPv6 on a VMAC or ipvlan: the C daemon has that
	// interface as the scope of the group, and so finds another group.
	virtual bool
	// Unicast: the addresses.
	source, peer netip.Addr
}

// vridConflicts reports every pair of instances whose adverts cannot be told
// apart (step 4). Instances are looked up by what they have in common, not
// compared with each other.
func (r *Room) vridConflicts(p *reader.Pass) (ok bool) {
	type chain struct {
		first *instance
		more  []*instance // seldom any
	}
	index := make(map[adverts]chain, len(r.instances))
	for _, v := range r.instances {
		for _, k := range v.adverts() {
			c := index[k]
			if c.first == nil {
				c.first = v
			} else {
				c.more = append(c.more, v)
			}
			index[k] = c
		}
	}
	ok = true
	for _, v := range r.instances {
		if !ok && p.Full() {
			return false
		}
		var clashing []*instance
		for _, k := range v.adverts() {
			for _, o := range index[k].more {
				if o.place > v.place && v.clashes(o) {
					clashing = append(clashing, o)
				}
			}
		}
		// Unicast instances can have several peers in common.
		slices.SortFunc(clashing, func(a, b *instance) int { return a.place - b.place })
		clashing = slices.Compact(clashing)
		for _, o := range clashing {
			ok = r.clash(p, v, o) && ok
		}
	}
	return ok
}

// adverts returns the keys of an instance: one for multicast, one for each
// unicast peer. An interface that does not exist yet has nothing to send with.
func (v *instance) adverts() []adverts {
	k := adverts{vrid: v.VRID, family: v.Family}
	absent := v.link.Name != "" && v.link.MTU == 0
	if absent && !(v.Unicast && v.Source.IsValid()) {
		return nil
	}
	if !v.Unicast {
		k.dev, k.group = v.base(), v.MulticastGroup
		k.virtual = v.Family == 6 && (v.vmac != nil || v.ipvlan != nil)
		return []adverts{k}
	}
	k.source = v.Source
	keys := make([]adverts, 0, len(v.UnicastPeers))
	for _, peer := range v.UnicastPeers {
		k.peer = peer.Addr
		keys = append(keys, k)
	}
	return keys
}

// clashes compares what the keys leave open: unicast instances on different
// interfaces have different default sources.
func (v *instance) clashes(o *instance) bool {
	return !v.Unicast || v.Interface == o.Interface || v.Interface == "" || o.Interface == ""
}

// clash reports a pair. With allow_if_changes the interfaces may come apart
// again: the later instance is then only kept in FAULT.
func (r *Room) clash(p *reader.Pass, v, o *instance) (ok bool) {
	p.About(pathInstance, o.head)
	p.Against(pathInstance, v.head)
	switch {
	case p.Config.Global.DynamicInterfaces && p.Config.Global.AllowIfChanges:
		p.Log(msgVRIDMulticast, v.Name, o.Name, v.VRID, v.Family, v.Interface)
		o.fault("(%s) VRID conflict with %s", v.Name)
		return true
	case v.Unicast:
		p.General(msgVRIDUnicast, v.Name, o.Name, v.VRID)
	default:
		p.General(msgVRIDMulticast, v.Name, o.Name, v.VRID, v.Family, v.base())
	}
	return false
}
