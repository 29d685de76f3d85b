package session

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"keepalived/core/bfd/packet"
	"keepalived/core/config"
)

// parameters draws those of one side.
func parameters(t *rapid.T, name, neighbor string) *config.BFDInstance {
	c := defaults(name, neighbor)
	ms := func(low, high int64, what string) time.Duration {
		return time.Duration(rapid.Int64Range(low*1000, high*1000).Draw(t, name+what)) * time.Microsecond
	}
	c.MinTX, c.MinRX, c.IdleTX = ms(50, 2000, " min_tx"), ms(50, 2000, " min_rx"), ms(1000, 3000, " idle_tx")
	c.Multiplier = uint8(rapid.IntRange(2, 10).Draw(t, name+" multiplier"))
	return c
}

func pair(t *rapid.T) (w *world, a, b *side) {
	w = newWorld(rapid.Uint64().Draw(t, "seed"))
	a, b = w.join(parameters(t, "a", "192.0.2.2"), parameters(t, "b", "192.0.2.1"))
	return w, a, b
}

// patience is longer than anything takes that two sides do with each other.
const patience = 60 * time.Second

// Two sides that hear each other come Up and stay, however many packets were lost
// before.
func TestReachUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, a, b := pair(t)
		loss := [2]float64{rapid.Float64Range(0, 0.95).Draw(t, "loss of a"), rapid.Float64Range(0, 0.95).Draw(t, "loss of b")}
		w.lost = func(from *side) bool {
			if from == a {
				return w.random.Float64() < loss[0]
			}
			return w.random.Float64() < loss[1]
		}
		w.delay = func() time.Duration { return time.Duration(w.random.IntN(1000)) * time.Microsecond }
		w.run(time.Duration(rapid.IntRange(0, 30).Draw(t, "seconds of loss"))*time.Second, nil)
		w.lost = func(*side) bool { return false }
		// The end of a detection time that began before may still come.
		w.run(patience/2, nil)
		if !w.run(patience, func() bool { return a.up() && b.up() && !a.session.Poll && !b.session.Poll }) {
			t.Fatalf("a is %s, b is %s", a.session.State, b.session.State)
		}
		n := len(a.reports) + len(b.reports)
		w.run(patience/2, nil)
		if !a.up() || !b.up() || len(a.reports)+len(b.reports) != n {
			t.Fatalf("does not stay Up\n%s\n%s", a.text(), b.text())
		}
		for _, s := range []*side{a, b} {
			if want := max(s.session.Config.MinTX, s.peer.session.Config.MinRX); s.session.Interval() != want {
				t.Fatalf("%s sends every %v, want %v", s.name, s.session.Interval(), want)
			}
			if want := time.Duration(s.peer.session.Config.Multiplier) * max(s.session.Config.MinRX, s.peer.session.Config.MinTX); s.session.DetectionTime != want {
				t.Fatalf("detection time of %s is %v, want %v", s.name, s.session.DetectionTime, want)
			}
			alternate(t, s)
		}
	})
}

// alternate checks that followers hear of changes alone.
func alternate(t *rapid.T, s *side) {
	for i, r := range s.reports {
		if r.up != (i%2 == 0) {
			t.Fatalf("%s: report %d is %v", s.name, i, r.up)
		}
	}
}

// When nothing comes any more a side notices exactly at the end of the detection
// time, tells, and forgets its neighbour.
func TestDetection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, a, b := pair(t)
		if !w.run(patience, func() bool { return a.up() && b.up() && !a.session.Poll && !b.session.Poll }) {
			t.Fatal("not Up")
		}
		w.run(time.Duration(rapid.IntRange(0, 10000).Draw(t, "ms"))*time.Millisecond, nil)
		w.lost = func(from *side) bool { return from == b }
		w.run(time.Millisecond, nil) // what is under way arrives
		limit := a.session.DetectionTime
		if !w.run(patience, func() bool { return !a.up() }) {
			t.Fatal("not noticed")
		}
		if took := w.now.Sub(a.heard); took != limit {
			t.Fatalf("noticed after %v, the detection time is %v", took, limit)
		}
		if a.session.Diagnostic != packet.TimeExpired || a.session.RemoteDiscriminator != 0 || a.reports[len(a.reports)-1].up {
			t.Fatalf("%+v, %v", a.session, a.reports)
		}
		// The other side hears of it at once.
		w.run(10*time.Millisecond, nil)
		if b.up() || b.session.Diagnostic != packet.NeighborDown {
			t.Fatalf("b is %s (%s)", b.session.State, b.session.Diagnostic)
		}
	})
}

// Periodic packets keep 75 to 90 % of the interval in force, and what is sent in
// between answers a poll or tells of a change.
func TestSpacing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, a, b := pair(t)
		w.run(20*time.Second, nil)
		for _, s := range []*side{a, b} {
			for i := 1; i < len(s.sent); i++ {
				old, p := s.sent[i-1], s.sent[i]
				gap := p.at.Sub(old.at)
				switch {
				case !p.periodic:
					if !p.Final && p.State == old.State {
						t.Fatalf("%s: packet %d tells nothing new", s.name, i)
					}
				case gap < p.interval*75/100-time.Microsecond && p.interval <= old.interval:
					t.Fatalf("%s: packet %d after %v, the interval is %v", s.name, i, gap, p.interval)
				case gap > max(p.interval, old.interval)*90/100+time.Microsecond:
					t.Fatalf("%s: packet %d only after %v, the interval is %v", s.name, i, gap, p.interval)
				}
			}
		}
	})
}

// Two passive sides are silent; one that is active is enough.
func TestPassive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(rapid.Uint64().Draw(t, "seed"))
		ca, cb := parameters(t, "a", "192.0.2.2"), parameters(t, "b", "192.0.2.1")
		ca.Passive, cb.Passive = true, rapid.Bool().Draw(t, "both")
		a, b := w.join(ca, cb)
		up := w.run(patience, func() bool { return a.up() && b.up() })
		if up == cb.Passive || cb.Passive && len(a.sent)+len(b.sent) > 0 {
			t.Fatalf("b passive: %t, up: %t\n%s", cb.Passive, up, a.text())
		}
		if cb.Passive {
			return
		}
		w.lost = func(*side) bool { return true }
		w.run(patience, nil)
		n := len(a.sent)
		w.run(patience, nil)
		if len(a.sent) != n {
			t.Fatal("a passive side goes on sending to nobody")
		}
	})
}

// A reload that changes the parameters of a session that is Up does not disturb
// it, and both sides go over to the new ones.
func TestReconfigure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, a, b := pair(t)
		if !w.run(patience, func() bool { return a.up() && b.up() && !a.session.Poll && !b.session.Poll }) {
			t.Fatal("not Up")
		}
		next := parameters(t, "a", "192.0.2.2")
		w.lost = func(*side) bool { return w.random.Float64() < 0.1 && a.session.Poll }
		a.load(next)
		for range 3 {
			w.run(patience, func() bool { return !a.session.Poll })
		}
		w.lost = func(*side) bool { return false }
		w.run(patience, nil)
		if !a.up() || !b.up() || a.session.Poll {
			t.Fatalf("a %s, b %s, poll %t", a.session.State, b.session.State, a.session.Poll)
		}
		if want := max(next.MinTX, b.session.Config.MinRX); a.session.Interval() != want {
			t.Fatalf("a sends every %v, want %v", a.session.Interval(), want)
		}
		if want := max(b.session.Config.MinTX, next.MinRX); b.session.Interval() != want {
			t.Fatalf("b sends every %v, want %v", b.session.Interval(), want)
		}
	})
}

// Nothing that arrives, in whatever order, breaks what holds of every session.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(rapid.Uint64().Draw(t, "seed"))
		a, _ := w.join(parameters(t, "a", "192.0.2.2"), parameters(t, "b", "192.0.2.1"))
		w.lost = func(*side) bool { return true }
		s := a.session
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				w.run(time.Duration(rapid.IntRange(0, 5000).Draw(t, "ms"))*time.Millisecond, nil)
			case 1:
				a.do(a.machine.Closed(w.now, s), false)
			case 2:
				a.do(a.machine.Opened(w.now, s), false)
			case 3:
				a.do(a.machine.Deadline(w.now, s), true)
			default:
				c := packet.Control{
					State: packet.State(rapid.IntRange(0, 3).Draw(t, "state")), Poll: rapid.Bool().Draw(t, "poll"), Final: rapid.Bool().Draw(t, "final"),
					Demand: rapid.Bool().Draw(t, "demand"), Multiplier: rapid.Uint8().Draw(t, "multiplier"), MyDiscriminator: rapid.Uint32Range(0, 2).Draw(t, "my"),
					YourDiscriminator: rapid.SampledFrom([]uint32{0, s.Discriminator, s.previous, 77}).Draw(t, "your"),
					DesiredMinTX:      rapid.Uint32().Draw(t, "tx"), RequiredMinRX: rapid.SampledFrom([]uint32{0, 1, 1000000, 1<<32 - 1}).Draw(t, "rx"),
				}
				a.do(a.machine.Receive(w.now, Datagram{Data: c.Append(nil), Source: netip.MustParseAddrPort("192.0.2.2:50000"), HopLimit: 255}), false)
			}
			check(t, a)
		}
		followed(t, a)
	})
}

func check(t *rapid.T, a *side) {
	s := a.session
	send, silence := s.Deadlines()
	switch {
	case (s.State == packet.Up || s.State == packet.Init) && (silence.IsZero() || s.RemoteDiscriminator == 0):
		t.Fatalf("%s, but nothing ends it: %+v", s.State, s)
	case s.State == packet.AdminDown != s.blocked:
		t.Fatalf("%s, blocked: %t", s.State, s.blocked)
	case s.Poll && s.State != packet.Up:
		t.Fatalf("a poll sequence in state %s", s.State)
	case s.Discriminator == 0 || s.Discriminator == s.previous:
		t.Fatalf("discriminators %x and %x", s.Discriminator, s.previous)
	case !s.Config.Passive && !s.blocked && (s.RemoteDiscriminator == 0 || s.RemoteMinRX > 0 && !s.RemoteDemand) && send.IsZero():
		t.Fatalf("nothing will be sent: %+v", s)
	case !a.timer.Equal(s.next()):
		t.Fatalf("the timer is set to %v, want %v", a.timer, s.next())
	}
	for i, p := range a.sent {
		if p.Poll && p.Final {
			t.Fatalf("packet %d has P and F", i)
		}
	}
}

// followed checks that followers hear of every Up, and of nothing twice. That the
// neighbour took the session down on purpose they do not hear.
func followed(t *rapid.T, a *side) {
	entered := strings.Count(strings.Join(a.log, "\n"), "Entering Up")
	ups := 0
	for i, r := range a.reports {
		if r.up {
			ups++
		} else if i == 0 || !a.reports[i-1].up {
			t.Fatalf("report %d: down twice", i)
		}
	}
	if ups != entered {
		t.Fatalf("%d times Up, %d told", entered, ups)
	}
}
