package vrrp

import (
	"fmt"
	"time"

	"keepalived/core/network"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
)

// flipped is a change of an interface between up and down. With a delay for it
// (12.4) the change counts when it has lasted that long; until then it is as if
// nothing had happened.
func (s *service) flipped(c *network.Change, up bool) {
	name := c.Link.Name
	if t := s.bounces[name]; t != nil {
		t.Stop()
		delete(s.bounces, name)
		return // back to what it was
	}
	delay := s.delayOf(name, up)
	if delay == 0 || !s.uses(name) {
		s.linkFlipped(c.Link, up)
		return
	}
	s.info(message.Debounce, name, c.Old.Flags, c.Link.Flags, delay.Microseconds())
	s.bounces[name] = s.loop.AfterFunc(delay, func() {
		delete(s.bounces, name)
		if now, ok := s.view.Link(name); ok && !s.stopped {
			s.linkFlipped(now, up)
		}
	})
}

// delayOf is the delay of an interface; one on top of another has that of the
// one below, with which it goes up and down.
func (s *service) delayOf(name string, up bool) time.Duration {
	if d := s.deviceNamed(name); d != nil {
		name = d.base
	}
	for _, d := range s.cfg.VRRP.UpDownDelays {
		if d.Interface != name {
			continue
		}
		delay := d.Down
		if up {
			delay = d.Up
		}
		if limit, ok := s.delayLimits[name]; ok {
			delay = min(delay, limit)
		}
		return delay
	}
	return 0
}

// limitDelays shortens the delays of an instance's interface to what the interval
// that it has learned allows: else another router would take over before a loss
// that does not last is over. They stay so until a reload, as in the C daemon.
func (s *service) limitDelays(in *fsm.Instance) {
	name, limit := in.Config.Interface, in.Config.DelayLimit(in.MasterInterval)
	if max(s.delayOf(name, true), s.delayOf(name, false)) <= limit {
		return
	}
	s.delayLimits[name] = limit
	s.say(fsm.Log{Line: fmt.Sprintf(message.DelayLimit, in.Config.Name, name), Detail: true})
}

// settle forgets the changes that wait: a reload looks at what is so, and an
// interface that is gone is down.
func (s *service) settle(name string) {
	for other, t := range s.bounces {
		if name == "" || name == other {
			t.Stop()
			delete(s.bounces, other)
		}
	}
}
