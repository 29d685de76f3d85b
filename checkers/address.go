package checkers

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"

	"keepalived/checkers/machine"
	"keepalived/checkers/message"
	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/network"
)

// suspended reports whether the checks of a virtual server rest because this
// host does not have its address (ha_suspend, 7.4).
func (s *service) suspended(v *machine.VirtualServer) bool {
	switch {
	case !v.Config.HASuspend:
		return false
	case v.Config.Group == "":
		return s.addresses[v.Config.Addr] == 0
	}
	for a := range s.addresses {
		if s.has(v, a) {
			return false
		}
	}
	return true
}

// has reports whether an address is one of a virtual server. (The C daemon
// never lets the checks of a group run.)
func (s *service) has(v *machine.VirtualServer, a netip.Addr) bool {
	if v.Config.Group == "" {
		return v.Config.Addr == a
	}
	return slices.ContainsFunc(s.groups[v.Config.Group], func(e config.GroupEntry) bool {
		return !e.IsFWMark && config.Family(a) == config.Family(e.First) && e.First.Compare(a) <= 0 && a.Compare(e.Last) <= 0
	})
}

// watchAddresses begins or ends the watch of this host's addresses, as the
// configuration needs it.
func (s *service) watchAddresses() {
	need := s.env.Options.AddressMonitoring
	for _, c := range s.config.LVS.VirtualServers {
		need = need || c.HASuspend
	}
	switch {
	case need && s.watching == nil:
		s.log(logging.LevelDetail, message.KernelReflector)
		s.log(logging.LevelDetail, message.KernelCommand)
		stop, err := s.deps.watch(s)
		if err != nil {
			s.log(slog.LevelError, message.AddressWatchFailed, err)
			return
		}
		s.watching = stop
	case !need && s.watching != nil:
		s.watching()
		s.watching = nil
		clear(s.addresses)
	}
}

// addressChanged takes a change of this host's addresses. listed is set for
// those that are there when the watch begins.
func (s *service) addressChanged(a netip.Addr, added, listed bool) {
	a = a.Unmap().WithZone("")
	before := map[*machine.VirtualServer]bool{}
	concerns := false
	for _, v := range s.vss {
		before[v] = s.suspended(v)
		concerns = concerns || v.Config.HASuspend && s.has(v, a)
	}
	line := message.AddressAdded
	if added {
		s.addresses[a]++
	} else {
		line = message.AddressRemoved
		if s.addresses[a]--; s.addresses[a] <= 0 {
			delete(s.addresses, a)
		}
	}
	switch {
	case s.env.Options.AddressMonitoring:
		s.logf(line, a)
	case concerns && !listed:
		s.log(logging.LevelDetail, line, a)
	}
	for _, v := range s.vss {
		if now := s.suspended(v); now != before[v] {
			s.logSuspended(v, now)
		}
	}
}

// logSuspended tells of each checker that is to rest, or to go on.
func (s *service) logSuspended(v *machine.VirtualServer, now bool) {
	line := message.Activating
	if now {
		line = message.Suspending
	}
	for _, r := range v.RealServers {
		for _, k := range r.Checkers {
			if s.checks[k] != nil {
				s.logf(line, r.Name, v.Name)
			}
		}
	}
}

// watchHost watches the addresses of the real host.
func watchHost(s *service) (stop func(), err error) {
	h, err := network.Open()
	if err != nil {
		return nil, err
	}
	defer h.Close()
	view := new(network.View)
	apply := func(events []network.Event, listed bool) {
		for _, e := range events {
			for _, c := range view.Apply(e) {
				switch c.Kind {
				case network.AddressAppeared:
					s.addressChanged(c.Address.Prefix.Addr(), true, listed)
				case network.AddressGone:
					s.addressChanged(c.Address.Prefix.Addr(), false, false)
				}
			}
		}
	}
	// The watch begins before the reading, so that nothing is missed; what is
	// told twice is no change.
	g := &s.config.Global
	w, err := h.Watch(network.WatchOptions{Buffer: network.Buffer{Octets: int(g.LVSNetlinkMonitorRcvBufs), Force: g.LVSNetlinkMonitorRcvBufsForce}},
		func(events []network.Event) { s.env.Loop.Post(func() { apply(events, false) }) })
	if err != nil {
		return nil, err
	}
	links, err := h.Links()
	if err == nil {
		var addresses []network.Address
		addresses, err = h.Addresses()
		apply([]network.Event{network.Resync{Links: links, Addresses: addresses}}, true)
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return w.Close, nil
}

func (s *service) log(l slog.Level, format string, args ...any) {
	s.env.Log.Log(context.Background(), l, fmt.Sprintf(format, args...))
}
