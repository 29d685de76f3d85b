package vrrp

import (
	"slices"
	"time"

	"keepalived/core/network"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
)

// beatPeriod is how often the carriers are asked for (12.8).
const beatPeriod = time.Second

// linkbeat watches the carriers of interfaces whose drivers do not tell. What the
// kernel says about them does not count then.
type linkbeat struct {
	polled  []network.Polled
	up      map[string]bool // nil: nothing is polled
	watcher interface{ Close() }
	number  int // of the poll
}

// startLinkbeat begins to poll what the configuration says. What is polled
// already goes on.
func (s *service) startLinkbeat() {
	polled := s.polled()
	if slices.Equal(polled, s.beat.polled) {
		return
	}
	s.stopLinkbeat()
	if len(polled) == 0 {
		return
	}
	s.beat.number++
	number := s.beat.number
	watcher, up, err := s.host.WatchCarrier(polled, beatPeriod, func(name string, up bool) {
		s.loop.Post(func() {
			if number == s.beat.number { // else it is of an earlier poll
				s.beatChanged(name, up)
			}
		})
	})
	if err != nil {
		s.info("%v", err)
		return
	}
	s.info(message.Linkbeat)
	s.beat = linkbeat{polled: polled, up: up, watcher: watcher, number: number}
}

func (s *service) stopLinkbeat() {
	if s.beat.watcher != nil {
		s.beat.watcher.Close()
	}
	s.beat = linkbeat{number: s.beat.number}
}

// polled are the interfaces of linkbeat_interfaces, and of linkbeat_use_polling
// those of instances. VMACs and ipvlans follow their base, of which the kernel
// tells.
func (s *service) polled() []network.Polled {
	var list []network.Polled
	add := func(name string, method network.CarrierMethod) {
		if name == "" || slices.ContainsFunc(list, func(p network.Polled) bool { return p.Name == name }) {
			return
		}
		if l, ok := s.view.Link(name); ok && (l.Kind == network.KindMACVLAN || l.Kind == network.KindIPVLAN) {
			s.info(message.LinkbeatOff, name)
			return
		}
		list = append(list, network.Polled{Name: name, Method: method})
	}
	for _, l := range s.cfg.VRRP.Linkbeat {
		add(l.Interface, network.CarrierMethod(l.Method))
	}
	for _, r := range s.routers {
		if r.conf.LinkbeatUsePolling || s.cfg.LinkbeatUsePolling {
			add(r.conf.Interface, "")
		}
	}
	return list
}

// beats reports whether the carrier of an interface is polled.
func (s *service) beats(name string) bool {
	_, ok := s.beat.up[name]
	return ok
}

// beatChanged is a change of a carrier.
func (s *service) beatChanged(name string, up bool) {
	if s.stopped || !s.beats(name) || s.beat.up[name] == up {
		return
	}
	s.beat.up[name] = up
	if !s.missing[name] { // else its appearance decides
		s.tellBeat(name)
	}
}

// tellBeat tells what the carrier of an interface is.
func (s *service) tellBeat(name string) {
	text, status := message.BeatDown, fsm.Down
	if s.beat.up[name] {
		text, status = message.BeatUp, fsm.Up
		s.restoreStatics(name)
	}
	s.info(text, name)
	s.tell(fsm.Tracked{Key: fsm.Key{Kind: fsm.Interface, Name: name}, Status: status})
}

// up is what counts as the state of an interface now.
func (s *service) up(name string) bool {
	if s.beats(name) {
		return s.beat.up[name]
	}
	l, ok := s.view.Link(name)
	return ok && l.Up()
}
