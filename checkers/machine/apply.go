package machine

import (
	"time"

	"keepalived/checkers/message"
)

// transition is a checker result on its way through rows C1 to C8.
type transition struct {
	checker *Checker
	up      bool
	mail    string        // body; empty: none
	next    time.Duration // until the next attempt, negative: none is scheduled
	// withdraw takes the checker's contribution to the weight back.
	withdraw bool

	wasAlive bool // the real server, before
}

// apply is "apply(up)" and "apply(down)" of section 6.2.
func (v *VirtualServer) apply(a *actions, t transition) {
	k, r := t.checker, t.checker.RS
	t.wasAlive = r.Alive
	first := !k.HasRun
	k.HasRun = true
	if k.Up == t.up { // C1 to C4
		if first && k.Config.Alpha {
			a.notifyRS(r)
		}
		v.finish(a, t)
		return
	}
	others := r.Failed
	if t.up {
		others--
	}
	if others > 0 { // C6, C8
		t.turn()
		v.finish(a, t)
		return
	}
	if r.Alive == t.up { // R1
		t.turn()
		v.finish(a, t)
		return
	}
	v.logServer(a, r, t.up)
	r.setAlive(t.up)
	x := v.difference(wish{&r.slot, v.wantedRS(r)})
	if x == nil { // R3, R5
		v.complete(a, t)
		return
	}
	r.setAlive(!t.up)
	a.add(must(x))
	v.pending = &t
}

// turn changes the state of the checker.
func (t *transition) turn() {
	t.checker.setUp(t.up)
	if t.withdraw {
		t.checker.Weight = 0
		t.checker.RS.weigh()
	}
}

// must marks an action as one that the kernel may refuse.
func must(x Action) Action {
	switch x := x.(type) {
	case SetDestination:
		x.Must = true
		return x
	case DeleteDestination:
		x.Must = true
		return x
	}
	return x
}

// answer goes on with a transition (R2, R4), or drops it (R6).
func (v *VirtualServer) answer(a *actions, refused bool) {
	t := *v.pending
	v.pending = nil
	k, r := t.checker, t.checker.RS
	if refused {
		k.Retries = 0
		if t.next >= 0 {
			a.add(Schedule{k, k.Config.DelayLoop})
		}
		return
	}
	r.setAlive(t.up)
	r.slot.shown = v.wantedRS(r)
	v.complete(a, t)
}

// complete ends a transition of the real server.
func (v *VirtualServer) complete(a *actions, t transition) {
	a.notifyRS(t.checker.RS)
	v.quorum(a, false)
	t.turn()
	v.finish(a, t)
}

func (v *VirtualServer) finish(a *actions, t transition) {
	r := t.checker.RS
	if t.mail != "" && (!v.options.NoCheckerEmails || r.Alive != t.wasAlive) {
		a.mailRS(r, t.mail)
	}
	if t.next >= 0 {
		a.add(Schedule{t.checker, t.next})
	}
}

// logServer is the line of rows R2 to R5.
func (v *VirtualServer) logServer(a *actions, r *RealServer, up bool) {
	inhibit := r.Config.InhibitOnFailure
	switch {
	case up && inhibit:
		a.log(message.EnablingRS, r.Name, v.Name)
	case up:
		a.log(message.AddingRS, r.Name, v.Name)
	case inhibit:
		a.log(message.DisablingRS, r.Name, v.Name)
	default:
		a.log(message.RemovingRS, r.Name, v.Name)
	}
}

// reweigh goes over to the effective weight that follows from the checkers'
// contributions (section 6.5).
func (v *VirtualServer) reweigh(a *actions, r *RealServer) {
	if v.changeWeight(a, r) {
		v.quorum(a, false)
	}
}

// changeWeight reports whether the weight that counts has changed.
func (v *VirtualServer) changeWeight(a *actions, r *RealServer) bool {
	before := r.Effective
	old := clamp(before)
	r.weigh()
	now := clamp(r.Effective)
	if old == now {
		return false
	}
	r.Previous = before
	line := message.ChangingInactive
	if r.Alive {
		line = message.ChangingActive
	}
	a.log(line, old, now, r.Name, v.Name)
	v.ask(a, wish{&r.slot, v.wantedRS(r)})
	return true
}

// weigh sums up the effective weight.
func (r *RealServer) weigh() {
	e := r.Base
	for _, k := range r.Checkers {
		e += k.Weight
	}
	r.Effective = e
}
