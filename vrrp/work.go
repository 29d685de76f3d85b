package vrrp

import (
	"time"

	"keepalived/core/process"
)

// slice is how long the loop works without looking for other events. It looks
// at its timers after every step.
const slice = 500 * time.Microsecond

// task is a part of what the state machine has decided. It does one small step,
// and reports whether there is another.
type task func() (more bool)

// work is the queue of what takes long: changes of the kernel, bursts, and what
// has to come after them. It is done in order and in slices, so that adverts,
// which do not wait here, go out in between: when two hundred instances become
// MASTER at once, each of them says so before the first one sets its addresses.
type work struct {
	loop   *process.Loop
	tasks  []task
	posted bool
}

func (w *work) add(t task) {
	w.tasks = append(w.tasks, t)
	w.post()
}

func (w *work) once(f func()) { w.add(func() bool { f(); return false }) }

func (w *work) post() {
	if !w.posted {
		w.posted = true
		w.loop.Post(func() { w.posted = false; w.turn() })
	}
}

// turn works for a slice.
func (w *work) turn() {
	for end := time.Now().Add(slice); len(w.tasks) > 0 && !w.loop.TimerDue() && time.Now().Before(end); {
		w.step()
	}
	if len(w.tasks) > 0 {
		w.post()
	}
}

func (w *work) step() {
	if t := w.tasks[0]; t() {
		return
	}
	w.tasks[0] = nil
	w.tasks = w.tasks[1:]
}

// finish does all that is left. Timers that come due meanwhile are served.
func (w *work) finish() {
	for len(w.tasks) > 0 {
		w.step()
		w.loop.RunTimers()
	}
}
