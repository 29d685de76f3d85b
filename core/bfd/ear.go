package bfd

import (
	"net/netip"
	"time"

	"keepalived/core/bfd/message"
	"keepalived/core/bfd/session"
	"keepalived/core/network"
	"keepalived/core/process"
)

// The ports of RFC 5881 section 4 and RFC 5883 section 5.
const (
	portSingleHop = 3784
	portMultihop  = 4784
)

// ear is a port at which packets arrive.
type ear struct {
	*service
	multihop bool
	in       Input
	d        network.Datagram
	dropped  uint64         // told so far
	complain *process.Timer // runs while datagrams that were dropped wait to be told of
}

func newEar(s *service, multihop bool) (*ear, error) {
	e := &ear{service: s, multihop: multihop}
	port := uint16(portSingleHop)
	if multihop {
		port = portMultihop
	}
	e.complain = s.loop.NewTimer(func() {
		s.info(message.DatagramsMissed, e.in.Dropped()-e.dropped)
		e.dropped = e.in.Dropped()
	})
	var err error
	e.in, err = s.net.Listen(port, func() { s.loop.Post(e.arrived) })
	return e, err
}

// arrived looks at what has come. However much that is, timers run meanwhile.
func (e *ear) arrived() {
	for e.in != nil && e.in.Next(&e.d) {
		e.receive()
		if e.loop.TimerDue() && e.in.Len() > 0 {
			e.loop.Post(e.arrived)
			break
		}
	}
	e.countDropped()
}

// hear looks at all that has come, and not at what comes meanwhile: that need
// not have an end.
func (e *ear) hear() {
	for n := e.in.Len(); n > 0 && e.in.Next(&e.d); n-- {
		e.receive()
	}
	e.countDropped()
}

func (e *ear) countDropped() {
	if e.in != nil && e.in.Dropped() != e.dropped && !e.complain.Active() {
		e.complain.Reset(time.Second)
	}
}

func (e *ear) receive() {
	d := &e.d
	if d.Err != nil {
		e.detail(message.ReceiveError, number(d.Err), text(d.Err))
		return
	}
	e.do(e.machine.Receive(time.Now(), session.Datagram{
		Data: d.Data, Source: netip.AddrPortFrom(d.Source, d.SourcePort), Destination: d.Destination,
		HopLimit: d.HopLimit, Multihop: e.multihop,
	}))
}

func (e *ear) close() {
	e.complain.Stop()
	e.in.Close()
	e.in = nil
}
