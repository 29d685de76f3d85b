package bfd

import (
	"time"

	"keepalived/core/bfd/packet"
	"keepalived/core/bfd/session"
	"keepalived/core/process"
)

// retryTell is how long a process that does not read is left alone.
const retryTell = time.Second

// observer is a process that follows sessions.
type observer struct {
	*service
	kind process.Kind
	link *process.Link
	told map[string]process.Moment // when each session was last told of
	late *process.Timer            // runs while something could not be told
}

func newObserver(s *service, k process.Kind, link *process.Link) *observer {
	o := &observer{service: s, kind: k, link: link, told: make(map[string]process.Moment)}
	o.late = s.loop.NewTimer(func() { o.tellAll(process.Now()) })
	return o
}

// follows reports whether the process is told of a session.
func (o *observer) follows(x *session.Session) bool {
	if o.kind == process.VRRP {
		return x.Config.VRRP
	}
	return x.Config.Checker
}

// changed tells of a session that has become Up, or is Up no more. After
// something could not be told the timer tells all.
func (o *observer) changed(x *session.Session, up bool) {
	if o.follows(x) && !o.late.Active() {
		o.tell(x, up)
	}
}

func (o *observer) tell(x *session.Session, up bool) {
	now := process.Now()
	if err := o.link.Send(process.Report{Session: x.Config.Name, Up: up, At: now}); err != nil {
		o.late.Reset(retryTell)
		return
	}
	o.told[x.Config.Name] = now
}

// tellAll tells the states of all sessions, but of those that have been told of
// since a moment.
func (o *observer) tellAll(since process.Moment) {
	o.late.Stop()
	for _, x := range o.machine.Sessions {
		if o.follows(x) && o.told[x.Config.Name] < since {
			o.tell(x, x.State == packet.Up)
		}
		if o.late.Active() {
			return
		}
	}
}

// asked answers a process that has begun.
func (o *observer) asked(r process.Report) {
	if r.Session == "" {
		o.tellAll(r.At)
	}
}
