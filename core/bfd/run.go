package bfd

import (
	"time"

	"keepalived/core/bfd/message"
	"keepalived/core/bfd/packet"
	"keepalived/core/bfd/session"
	"keepalived/core/process"
)

// retryOpen is how long a session without a socket waits before it tries again
// to get one (17.5).
const retryOpen = 60 * time.Second

// A timer that is served later than standstill means that the process, or the
// whole machine, has stood still. What came meanwhile needs up to listening to
// be read.
const (
	standstill = 5 * time.Millisecond
	listening  = 2 * time.Millisecond
)

// run is a session at work.
type run struct {
	*service
	x        *session.Session
	out      Output // nil: there is none
	ttl      int    // that out sends with
	timer    *process.Timer
	reopen   *process.Timer
	listened bool // the timer was late, and was set again
	failed   bool // the last packet could not be sent
	buf      []byte
}

func newRun(s *service, x *session.Session) *run {
	r := &run{service: s, x: x}
	r.timer = s.loop.NewTimer(r.deadline)
	r.reopen = s.loop.NewTimer(r.open)
	return r
}

// fit makes the socket what the configuration wants.
func (r *run) fit() {
	if r.out != nil && r.ttl != r.x.Config.TTL {
		r.out.Close()
		r.out = nil
	}
	if r.out == nil {
		r.open()
	}
}

func (r *run) open() {
	r.reopen.Stop()
	out, err := r.net.Open(r.x.Config)
	if err != nil {
		r.info(message.OutputError, r.x.Config.Name, what(err), text(err))
		r.info(message.NoOutput, r.x.Config.Name)
		r.reopen.Reset(retryOpen)
		r.do(r.machine.Closed(time.Now(), r.x))
		return
	}
	r.out, r.ttl = out, r.x.Config.TTL
	r.do(r.machine.Opened(time.Now(), r.x))
}

// deadline serves the session's timer. Before a neighbour is given up for silent
// everything that has come is looked at.
func (r *run) deadline() {
	now := time.Now()
	if _, silence := r.x.Deadlines(); !silence.IsZero() && !silence.After(now) {
		if !r.listened && now.Sub(r.timer.When()) > standstill {
			r.listened = true
			r.timer.Reset(listening)
			return
		}
		r.hear()
		now = time.Now()
	}
	r.listened = false
	r.do(r.machine.Deadline(now, r.x))
}

func (r *run) setTimer(at time.Time) {
	r.listened = false
	if at.IsZero() {
		r.timer.Stop()
		return
	}
	r.timer.ResetAt(at)
}

// send sends a packet. Of failures in a row the first is told.
func (r *run) send(c *packet.Control) {
	if r.out == nil {
		return
	}
	r.buf = c.Append(r.buf[:0])
	err := r.out.Send(r.buf)
	if err != nil && !r.failed {
		r.info(message.SendError, text(err))
		r.info(message.SendErrorName, r.x.Config.Name)
	}
	r.failed = err != nil
}

func (r *run) close() {
	r.timer.Stop()
	r.reopen.Stop()
	if r.out != nil {
		r.out.Close()
		r.out = nil
	}
}
