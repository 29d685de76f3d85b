package session

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"

	"keepalived/core/bfd/packet"
	"keepalived/core/config"
)

// world is machines that are joined by links, in a time of its own.
type world struct {
	now    time.Time
	begin  time.Time
	queue  events
	seq    int
	random *rand.Rand
	// delay and lost judge every packet between two of the sides.
	delay func() time.Duration
	lost  func(from *side) bool
}

// side is one end of the only session of a machine.
type side struct {
	w       *world
	name    string
	addr    netip.Addr
	machine *Machine
	session *Session
	peer    *side
	timer   time.Time
	sent    []sent
	log     []string
	reports []report
	heard   time.Time // when the last packet arrived
}

type sent struct {
	at time.Time
	packet.Control
	periodic bool
	interval time.Duration // in force before it was sent
}

type report struct {
	at time.Time
	up bool
}

type event struct {
	at  time.Time
	seq int
	do  func()
}

type events []event

func (q events) Len() int { return len(q) }
func (q events) Less(i, j int) bool {
	return q[i].at.Before(q[j].at) || q[i].at.Equal(q[j].at) && q[i].seq < q[j].seq
}
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *events) Push(x any)   { *q = append(*q, x.(event)) }
func (q *events) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

func newWorld(seed uint64) *world {
	begin := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	return &world{
		now: begin, begin: begin, random: rand.New(rand.NewPCG(seed, 1)),
		delay: func() time.Duration { return 100 * time.Microsecond }, lost: func(*side) bool { return false },
	}
}

func (w *world) at(t time.Time, do func()) {
	w.seq++
	heap.Push(&w.queue, event{t, w.seq, do})
}

// run lets time pass until a moment, or until stop says so.
func (w *world) run(d time.Duration, stop func() bool) bool {
	end := w.now.Add(d)
	for len(w.queue) > 0 && !w.queue[0].at.After(end) {
		e := heap.Pop(&w.queue).(event)
		w.now = e.at
		e.do()
		if stop != nil && stop() {
			return true
		}
	}
	w.now = end
	return false
}

// defaults are the parameters of an instance of which nothing is said.
func defaults(name, neighbor string) *config.BFDInstance {
	return &config.BFDInstance{
		Name: name, Neighbor: netip.MustParseAddr(neighbor), MinRX: 100 * time.Millisecond, MinTX: 100 * time.Millisecond,
		IdleTX: time.Second, Multiplier: 4, TTL: 255, VRRP: true, Checker: true,
	}
}

// join makes two sides with one session.
func (w *world) join(a, b *config.BFDInstance) (x, y *side) {
	x = &side{w: w, name: "a", addr: b.Neighbor}
	y = &side{w: w, name: "b", addr: a.Neighbor}
	x.peer, y.peer = y, x
	for i, s := range []*side{x, y} {
		c := []*config.BFDInstance{a, b}[i]
		var seed [32]byte
		seed[0] = byte(w.random.Uint32())
		seed[1] = byte(i)
		s.machine = New(seed)
		s.load(c)
	}
	return x, y
}

func (s *side) load(c *config.BFDInstance) {
	added, _, actions := s.machine.Load(s.w.now, []*config.BFDInstance{c})
	s.session = s.machine.Sessions[0]
	s.do(actions, false)
	for _, x := range added {
		s.do(s.machine.Opened(s.w.now, x), false)
	}
}

// do carries actions out.
func (s *side) do(actions []Action, deadline bool) {
	for _, a := range actions {
		switch a := a.(type) {
		case Send:
			s.send(a.Packet, deadline)
		case SetTimer:
			s.setTimer(a.At)
		case Report:
			s.reports = append(s.reports, report{s.w.now, a.Up})
		case Log:
			s.log = append(s.log, a.Line)
		}
	}
}

func (s *side) send(c packet.Control, deadline bool) {
	s.sent = append(s.sent, sent{s.w.now, c, deadline && !c.Final, s.session.Interval()})
	if s.w.lost(s) {
		return
	}
	d := Datagram{
		Data: c.Append(nil), Source: netip.AddrPortFrom(s.addr, 50000), Destination: s.peer.addr,
		HopLimit: s.session.Config.TTL, Multihop: s.session.Config.Multihop,
	}
	s.w.at(s.w.now.Add(s.w.delay()), func() {
		s.peer.heard = s.w.now
		s.peer.do(s.peer.machine.Receive(s.w.now, d), false)
	})
}

func (s *side) setTimer(at time.Time) {
	s.timer = at
	if at.IsZero() {
		return
	}
	s.w.at(at, func() {
		if s.timer.Equal(at) {
			s.timer = time.Time{}
			s.do(s.machine.Deadline(s.w.now, s.session), true)
		}
	})
}

func (s *side) up() bool { return s.session.State == packet.Up }

// text describes what a side has sent since the beginning, without what repeats.
func (s *side) text() string {
	var b strings.Builder
	last := ""
	for _, p := range s.sent {
		line := fmt.Sprintf("%s %s%s%s", p.State, p.Diagnostic, flagged(p.Poll, " P"), flagged(p.Final, " F"))
		if line != last {
			fmt.Fprintf(&b, "%s\n", line)
		}
		last = line
	}
	return b.String()
}

func flagged(on bool, word string) string {
	if on {
		return word
	}
	return ""
}
