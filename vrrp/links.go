package vrrp

import (
	"net/netip"
	"slices"
	"time"

	"keepalived/core/config"
	"keepalived/core/network"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
)

// ifaceFamily is an interface and an address family.
type ifaceFamily struct {
	link   string
	family int
}

// source is the address that an interface contributes to adverts: automatic,
// and kept as long as it exists (4.5).
type source = netip.Addr

// observe begins to watch the host, and learns how it is now. Watching comes
// first: what happens in between is then said twice, and never not at all.
func (s *service) observe(g *config.Global) error {
	s.host.SetBuffer(network.Buffer{Octets: int(g.NetlinkCmdRcvBufs), Force: g.NetlinkCmdRcvBufsForce})
	watcher, err := s.host.Watch(network.WatchOptions{
		Buffer: network.Buffer{Octets: int(g.NetlinkMonitorRcvBufs), Force: g.NetlinkMonitorRcvBufsForce}, Routes: true,
	}, func(events []network.Event) { s.loop.Post(func() { s.happened(events) }) })
	if err != nil {
		return err
	}
	s.watcher = watcher
	now, err := s.look()
	s.view.Apply(now)
	return err
}

// look reads what the host has now.
func (s *service) look() (now network.Resync, err error) {
	if now.Links, err = s.host.Links(); err == nil {
		now.Addresses, err = s.host.Addresses()
	}
	return now, err
}

// happened takes in what the kernel said.
func (s *service) happened(events []network.Event) {
	for _, e := range events {
		if s.stopped {
			return
		}
		switch e := e.(type) {
		case network.RouteDeleted:
			s.routeGone(e.Route)
		case network.RuleDeleted:
			s.ruleGone(e.Rule)
		case network.Resync:
			clear(s.removals) // their notifications may be lost
		}
		now, ok := s.current(e)
		if !ok {
			continue
		}
		for _, c := range s.view.Apply(now) {
			s.changed(c)
		}
	}
}

func (s *service) changed(c network.Change) {
	switch c.Kind {
	case network.LinkAppeared:
		s.linkAppeared(c.Link)
		s.baseAppeared(c.Link.Name)
	case network.LinkGone:
		if s.bounces[c.Link.Name] != nil { // nothing to wait for
			s.settle(c.Link.Name)
			s.linkFlipped(c.Link, false)
		}
		s.linkGone(c.Link.Name)
	case network.LinkRenamed:
		s.linkRenamed(c.Old, c.Link)
	case network.LinkWentUp, network.LinkWentDown:
		if c.Kind == network.LinkWentDown {
			s.statics.linkLost(&c.Link)
		}
		s.seenUp[c.Link.Name] = true
		s.flipped(&c, c.Kind == network.LinkWentUp)
	case network.LinkMACChanged:
		s.macChanged(c)
	case network.LinkVRFChanged:
		s.vrfChanged(&c.Link)
	case network.AddressAppeared, network.AddressUsable:
		s.addressAppeared(&c)
	case network.AddressGone:
		s.addressGone(&c)
	}
}

// uses reports whether some router depends on the interface, or has its
// interface on top of it.
func (s *service) uses(name string) bool {
	return findDevice(s.devices, func(d *device) bool { return d.name == name || d.follows && d.base == name }) != nil || slices.ContainsFunc(s.routers, func(r *router) bool {
		if r.conf.Interface == name {
			return true
		}
		if l, ok := s.view.Link(r.conf.Interface); ok && l.Parent != 0 {
			if base, ok := s.view.LinkByIndex(l.Parent); ok && base.Name == name {
				return true
			}
		}
		return slices.ContainsFunc(r.in.Trackers, func(t fsm.Tracker) bool {
			return t.Key == fsm.Key{Kind: fsm.Interface, Name: name}
		})
	})
}

// findMissing logs the interfaces that are used and do not exist.
func (s *service) findMissing() {
	clear(s.missing)
	for _, r := range s.routers {
		names := []string{r.conf.Interface}
		for _, t := range r.in.Trackers {
			if t.Kind == fsm.Interface {
				names = append(names, t.Name)
			}
		}
		for _, name := range names {
			if _, ok := s.view.Link(name); name != "" && !ok {
				s.missing[name] = true
			}
		}
	}
}

func (s *service) linkAppeared(l network.Link) {
	if !s.missing[l.Name] || !s.cfg.Global.DynamicInterfaces {
		return
	}
	delete(s.missing, l.Name)
	s.info(message.LinkAdded, l.Name)
	s.reopen(l.Name)
	if s.beats(l.Name) {
		s.tellBeat(l.Name)
	}
}

// reopen opens the sockets on an interface that is there again.
func (s *service) reopen(link string) {
	for _, p := range s.pools {
		if p.key.link == link && p.socket == nil {
			p.setOptions()
			p.open()
		}
	}
}

func (s *service) linkGone(name string) {
	if !s.uses(name) {
		return
	}
	s.info(message.LinkDeleted, name)
	s.missing[name] = true
	for _, p := range s.pools {
		if p.key.link == name {
			p.close()
		}
	}
	if d := s.deviceNamed(name); d != nil {
		s.deviceGone(d)
	}
}

// linkRenamed is a deletion and an addition (12.6).
func (s *service) linkRenamed(old, l network.Link) {
	if !s.uses(old.Name) && !s.missing[l.Name] {
		return
	}
	s.info(message.LinkRenamed, old.Name, l.Name)
	if s.uses(old.Name) {
		if old.Up() {
			s.linkFlipped(old, false)
		}
		s.linkGone(old.Name)
	}
	s.linkAppeared(l)
	for _, a := range s.view.Addresses(l.Index) {
		s.addressAppeared(&network.Change{Link: l, Address: a})
	}
	if l.Up() {
		s.linkFlipped(l, true)
	}
}

func (s *service) linkFlipped(l network.Link, up bool) {
	if !s.uses(l.Name) || s.missing[l.Name] || s.beats(l.Name) {
		return
	}
	text, status := message.LinkDown, fsm.Down
	if up {
		text, status = message.LinkUp, fsm.Up
	}
	if d := s.deviceNamed(l.Name); d == nil || !d.ipvlan { // 12.7
		s.info(text, l.Name)
	}
	if up {
		s.restoreStatics(l.Name)
	}
	s.tell(fsm.Tracked{Key: fsm.Key{Kind: fsm.Interface, Name: l.Name}, Status: status})
}

// macChanged announces the addresses again with the new MAC (11.2).
func (s *service) macChanged(c network.Change) {
	if !s.uses(c.Link.Name) {
		return
	}
	s.info(message.LinkMAC, c.Link.Name, "address", c.Old.MAC, c.Link.MAC)
	for _, r := range s.routers {
		if r.in.State == fsm.Master && slices.ContainsFunc(r.addresses, func(a *address) bool { return r.linkOf(a.conf) == c.Link.Name }) {
			r.announce(fsm.Announce{Repeat: r.conf.GARPMasterRepeat, Again: r.conf.GARPMasterDelay})
		}
	}
}

func (s *service) feedSource(r *router) {
	s.do(s.machine.Step(time.Now(), r.in, fsm.Source{Addr: s.sourceOf(r)}))
}

// sourceOf is the address that adverts of a router are to come from, zero when
// there is none (4.5).
func (s *service) sourceOf(r *router) netip.Addr {
	if !r.conf.Source.IsValid() {
		return s.adopted[ifaceFamily{r.sourceLink(), r.conf.Family}]
	}
	if !r.conf.TrackSource {
		return r.conf.Source
	}
	for _, l := range s.view.Links() {
		if r.conf.Interface != "" && r.conf.Interface != l.Name && r.link() != l.Name {
			continue
		}
		for _, a := range s.view.Addresses(l.Index) {
			if a.Prefix.Addr() == r.conf.Source {
				return r.conf.Source
			}
		}
	}
	return netip.Addr{}
}

// assign chooses the sources of all interfaces, at start and reload.
func (s *service) assign() {
	for _, family := range []int{4, 6} {
		for _, l := range s.view.Links() {
			key := ifaceFamily{l.Name, family}
			if s.adopted[key].IsValid() || !s.uses(l.Name) {
				continue
			}
			for _, a := range s.view.Addresses(l.Index) {
				if s.suitable(l.Name, family, &a) {
					s.adopted[key] = a.Prefix.Addr()
					s.detail(message.AssignedAddress, a.Prefix.Addr(), l.Name)
					break
				}
			}
		}
	}
}

// suitable reports whether an address can be the source of adverts: IPv4 any
// that is not virtual, IPv6 a link-local one that is not tentative.
func (s *service) suitable(link string, family int, a *network.Address) bool {
	addr := a.Prefix.Addr()
	if config4or6(addr) != family || s.virtual(link, addr) {
		return false
	}
	return family == 4 || addr.IsLinkLocalUnicast() && !a.Tentative()
}

// virtual reports whether an address is one of some router on the interface.
func (s *service) virtual(link string, addr netip.Addr) bool {
	return slices.ContainsFunc(s.routers, func(r *router) bool {
		return slices.ContainsFunc(r.addresses, func(a *address) bool {
			return a.conf.Prefix.Addr() == addr && r.linkOf(a.conf) == link
		})
	})
}

func (s *service) addressAppeared(c *network.Change) {
	addr := c.Address.Prefix.Addr()
	if s.env.Options.AddressMonitoring && c.Kind == network.AddressAppeared {
		s.info(message.AddressAdded, addr, c.Link.Name)
	}
	if !s.uses(c.Link.Name) {
		return
	}
	key := ifaceFamily{c.Link.Name, config4or6(addr)}
	if !s.adopted[key].IsValid() && s.suitable(key.link, key.family, &c.Address) {
		s.adopted[key] = addr
		s.detail(message.AssignedAddress, addr, c.Link.Name)
	}
	if d := s.deviceNamed(c.Link.Name); d != nil && d.index == c.Link.Index && !d.ipvlan {
		s.dropGenerated(d)
	}
	s.followLocals(c.Link.Name)
	s.sourcesChanged(c.Link.Name)
}

// addressGone is 10.4 for virtual addresses, 10.5 for static ones, and 4.5 for
// sources.
func (s *service) addressGone(c *network.Change) {
	id, addr := c.Address.ID(), c.Address.Prefix.Addr()
	if s.env.Options.AddressMonitoring {
		s.info(message.AddressRemoved, addr, c.Link.Name)
	}
	for _, r := range s.routers {
		for _, a := range r.addresses {
			// The notification may be about our own removal of an address
			// that has been set again since.
			if !a.set || a.as.ID() != id || s.exists(id) {
				continue
			}
			a.set = false
			if a.conf.NoTrack {
				continue
			}
			if !s.env.Options.AddressMonitoring {
				s.detail(message.AddressRemoved, addr, c.Link.Name)
			}
			s.addressLost(r)
		}
	}
	s.statics.addressGone(s, &c.Address)
	key := ifaceFamily{c.Link.Name, config4or6(addr)}
	if s.adopted[key] == addr {
		s.replaceSource(key, c.Link)
		s.followLocals(c.Link.Name)
	}
	s.sourcesChanged(c.Link.Name)
}

// replaceSource chooses the most recently learned of the other suitable
// addresses.
func (s *service) replaceSource(key ifaceFamily, l network.Link) {
	gone := s.adopted[key]
	delete(s.adopted, key)
	for _, a := range slices.Backward(s.view.Addresses(l.Index)) {
		if s.suitable(key.link, key.family, &a) {
			s.adopted[key] = a.Prefix.Addr()
			return
		}
	}
	s.detail(message.DeassignedAddress, gone, l.Name)
}

// sourcesChanged tells the routers whose source depends on an interface.
func (s *service) sourcesChanged(link string) {
	for _, r := range s.routers {
		if r.sourceLink() != link && r.link() != link && r.conf.Interface != "" || r.conf.Source.IsValid() && !r.conf.TrackSource {
			continue
		}
		addr := s.sourceOf(r)
		if addr == r.in.Source && !r.in.SourceLost() || !addr.IsValid() && r.in.SourceLost() {
			continue
		}
		s.do(s.machine.Step(time.Now(), r.in, fsm.Source{Addr: addr}))
		if r.conf.Unicast && addr.IsValid() {
			s.rebind()
		}
	}
}

// addressLost is row M9 of the transition table.
func (s *service) addressLost(r *router) {
	s.do(s.machine.Step(time.Now(), r.in, fsm.AddressLost{}))
}

// exists asks the kernel whether it has an address now.
func (s *service) exists(id network.AddressID) bool {
	addresses, err := s.host.Addresses()
	if err != nil {
		return false
	}
	return slices.ContainsFunc(addresses, func(a network.Address) bool { return a.ID() == id })
}
