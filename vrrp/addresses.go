package vrrp

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/network"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
)

// address is a virtual address at run time.
type address struct {
	conf *config.Address
	set  bool // this process has set it, and nobody has taken it away
	// as is what was set: the interface may have another name by now, or
	// its name be that of another one.
	as network.Address
}

// addVIPs makes present what a MASTER has (10.1): virtual addresses, excluded
// ones, routes, rules, in this order. It is work; a router that has ceased to
// be MASTER when its turn comes adds nothing any more.
func (r *router) addVIPs(why fsm.Why) {
	added := false
	r.work.once(func() {
		if r.in.State == fsm.Master {
			r.drop()
		}
	})
	r.eachAddress([2]string{message.SettingEVIPs, message.SettingVIPs}, func(a *address) {
		if !a.set && r.in.State == fsm.Master {
			added = true
			a.as = r.wish(a.conf)
			a.set = r.addAddress(a.as)
		}
	})
	r.work.once(func() {
		if r.in.State != fsm.Master {
			return
		}
		r.addRoutes()
		r.addRules()
		if why == fsm.AtReload && added {
			// 14.5: a new address has all of them announced.
			r.announce(fsm.Announce{Repeat: r.conf.GARPMasterRepeat, Again: r.conf.GARPMasterDelay, Refresh: true})
		}
	})
}

// eachAddress is the work of doing something with every address, one at a time.
// Titles are the lines before the excluded ones and before the virtual ones.
func (r *router) eachAddress(titles [2]string, do func(*address)) {
	next := 0
	title := func(text string, list []*config.Address) {
		if len(list) > 0 && text != "" {
			r.detail(text, r.conf.Name)
		}
	}
	r.work.add(func() bool {
		if next == 0 {
			title(titles[1], r.conf.VIPs)
		}
		if next == len(r.conf.VIPs) {
			title(titles[0], r.conf.ExcludedVIPs)
		}
		if next < len(r.addresses) {
			do(r.addresses[next])
		}
		next++
		return next < len(r.addresses)
	})
}

// addAddress adds one, and reports whether it is there now.
func (s *service) addAddress(w network.Address) bool {
	err := s.host.AddAddress(&w)
	if err == nil || errors.Is(err, unix.EEXIST) {
		return true
	}
	s.refused(err)
	return false
}

// delAddress deletes one. That it is gone already is no error, nor that its
// interface is gone or down.
func (s *service) delAddress(w network.Address) {
	err := s.host.DelAddress(&w)
	if err == nil || errors.Is(err, unix.EADDRNOTAVAIL) {
		return
	}
	if l, ok := s.view.LinkByIndex(w.Link); errors.Is(err, unix.ENODEV) && (!ok || !l.Up()) {
		return
	}
	s.refused(err)
}

// refused logs what the kernel refused.
func (s *service) refused(err error) {
	var e *network.RequestError
	if errors.As(err, &e) {
		number, text := logging.Strerror(e)
		s.info(message.NetlinkError, text, number, e.TypeName(), e.Type, e.Seq)
		return
	}
	s.info(message.NetlinkFailure, err)
}

// removeVIPs makes absent what only a MASTER has (10.1). It is work.
func (r *router) removeVIPs(why fsm.Why) {
	r.work.once(func() {
		r.removeRules(why)
		r.removeRoutes(why)
		r.unqueue()
	})
	// 10.3: at start whatever is there goes, whoever has set it.
	force := why == fsm.AtStart || r.env.Options.ReleaseVIPs || r.env.Options.DontReleaseVRRP
	titles := [2]string{message.RemovingEVIPs, message.RemovingVIPs}
	refused := refuses(r.conf)
	if r.fresh && why == fsm.AtStart {
		r.fresh, titles, refused = false, [2]string{}, false
	}
	r.eachAddress(titles, func(a *address) {
		if a.set {
			a.set = false
			r.delAddress(a.as)
		} else if w := r.wish(a.conf); force && r.view.Has(w.ID()) {
			r.delAddress(w)
		}
	})
	if refused {
		r.work.once(func() {
			r.detail(message.RemovingDrop, r.conf.Name)
			r.accept(nil)
		})
	}
}

// compare takes over the addresses that the router's predecessor had set, and
// deletes those that are not wanted any more (14.5). What did not change is
// not touched.
func (r *router) compare() {
	old := r.previous
	if old == nil {
		return
	}
	r.previous = nil
	wanted := make(map[network.Address]*address, len(r.addresses))
	for _, a := range r.addresses {
		wanted[r.wish(a.conf)] = a
	}
	for _, o := range old.addresses {
		if !o.set {
			continue
		}
		o.set = false
		if a := wanted[o.as]; a != nil {
			a.set, a.as = true, o.as
			continue
		}
		r.detail(message.NoLongerExist, r.conf.Name, addressText(o.conf, old.linkOf(o.conf)))
		r.delAddress(o.as)
	}
	r.compareDrops(old)
	r.compareRoutes(old)
}

// linkOf is the name of the interface on which an address is set.
func (r *router) linkOf(a *config.Address) string {
	if a.Interface != "" {
		return a.Interface
	}
	return r.conf.Interface
}

// wish is the address as the kernel is to have it (10.2).
func (r *router) wish(a *config.Address) network.Address { return r.wishOn(a, r.linkOf(a)) }

func (s *service) wishOn(a *config.Address, link string) network.Address {
	w := network.Address{
		Prefix: a.Prefix, Peer: a.Peer, Broadcast: a.Broadcast, Label: a.Label, Scope: a.Scope,
		Preferred: a.PreferredLifetime, Protocol: network.Protocol,
	}
	if l, ok := s.view.Link(link); ok {
		w.Link = l.Index
	}
	flag := func(f uint32, on bool) {
		if on {
			w.Flags |= f
		}
	}
	flag(unix.IFA_F_HOMEADDRESS, a.Home)
	flag(unix.IFA_F_MANAGETEMPADDR, a.ManageTempAddr)
	flag(unix.IFA_F_MCAUTOJOIN, a.AutoJoin)
	flag(unix.IFA_F_NOPREFIXROUTE, a.NoPrefixRoute)
	// NoDAD is the word -nodad: detection of duplicates is wanted.
	// On a VMAC the same address may be on another router's, too (10.2).
	d := s.deviceNamed(link)
	flag(unix.IFA_F_NODAD, a.Family() == 6 && (!a.NoDAD || d != nil && !d.ipvlan))
	return w
}

// addressText describes an address as the C daemon does.
func addressText(a *config.Address, link string) string {
	return fmt.Sprintf("ip address %s dev %s", a.Prefix, link)
}
