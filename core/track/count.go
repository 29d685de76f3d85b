package track

import (
	"slices"
	"strings"
	"time"

	"keepalived/core/config"
)

// Running is a process of this host, as far as tracking looks at it.
type Running struct {
	PID  int
	Comm string   // at most 15 octets
	Args []string // as it was started; nil when it cannot be known
}

// Count is the pure machine behind one vrrp_track_process (02-runtime section
// 12): what happens to processes goes in, a change that counts comes out, now or
// after a delay. It reads no clock: the caller keeps the delay.
type Count struct {
	Config *config.TrackProcess
	Up     bool // the quorum is reached, and not exceeded

	pids    map[int]bool
	waiting bool // a change waits for its delay
}

// Verdict is what a step asks of its caller.
type Verdict struct {
	Changed bool          // Up is different now
	Cancel  bool          // a change that waited does not come
	Wait    time.Duration // call Elapsed after this time; 0: nothing waits
}

// NewCount returns the count of the processes that are there.
func NewCount(c *config.TrackProcess, all []Running) *Count {
	n := &Count{Config: c}
	n.Reset(all)
	return n
}

// Reset counts anew.
func (n *Count) Reset(all []Running) Verdict {
	n.pids = map[int]bool{}
	for i := range all {
		if n.matches(&all[i]) {
			n.pids[all[i].PID] = true
		}
	}
	return n.now()
}

// Fork is a new process, which is what its parent is.
func (n *Count) Fork(parent, child int) Verdict {
	if !n.pids[parent] {
		return Verdict{}
	}
	n.pids[child] = true
	return n.delayed(n.Config.ForkDelay)
}

// Exit is the end of a process.
func (n *Count) Exit(pid int) Verdict {
	if !n.pids[pid] {
		return Verdict{}
	}
	delete(n.pids, pid)
	return n.delayed(n.Config.TerminateDelay)
}

// Exec is a process that has become another program.
func (n *Count) Exec(p *Running) Verdict { return n.become(p, n.matches(p)) }

// Rename is a process that has given itself another name.
func (n *Count) Rename(p *Running) Verdict {
	if n.full() {
		return Verdict{}
	}
	return n.become(p, n.matches(p))
}

func (n *Count) become(p *Running, counts bool) Verdict {
	if n.pids[p.PID] == counts {
		return Verdict{}
	}
	if counts {
		n.pids[p.PID] = true
	} else {
		delete(n.pids, p.PID)
	}
	return n.now()
}

// Elapsed is the end of a delay.
func (n *Count) Elapsed() Verdict { return n.now() }

func (n *Count) shown() Shown {
	s := Shown{Running: len(n.pids), Up: n.Up}
	if n.waiting {
		// More have come than before when the quorum is reached now, or exceeded.
		s.Forked = n.reached() || uint32(len(n.pids)) > n.Config.QuorumMax
		s.Terminating = !s.Forked
	}
	return s
}

// now makes the count count.
func (n *Count) now() Verdict {
	v := Verdict{Cancel: n.waiting, Changed: n.Up != n.reached()}
	n.waiting, n.Up = false, n.reached()
	return v
}

// delayed lets a change wait; the opposite within the delay cancels it.
func (n *Count) delayed(delay time.Duration) Verdict {
	switch {
	case n.reached() == n.Up:
		v := Verdict{Cancel: n.waiting}
		n.waiting = false
		return v
	case delay == 0:
		return n.now()
	case n.waiting:
		return Verdict{}
	}
	n.waiting = true
	return Verdict{Wait: delay}
}

func (n *Count) reached() bool {
	count := uint32(len(n.pids))
	return count >= n.Config.Quorum && count <= n.Config.QuorumMax
}

// full reports whether the command line is compared instead of the name.
func (n *Count) full() bool {
	c := n.Config
	return c.FullCommand || len(c.Params) > 0 || c.ParamMatch != config.ParamMatchNone
}

func (n *Count) matches(p *Running) bool {
	c := n.Config
	if !n.full() {
		return p.Comm == c.Process
	}
	if len(p.Args) == 0 || p.Args[0] != c.Process {
		return false
	}
	// As the kernel keeps them: each with an end.
	wanted, has := strings.Join(c.Params, "\x00"), strings.Join(p.Args[1:], "\x00")
	switch {
	case c.ParamMatch == config.ParamMatchInitial:
		return strings.HasPrefix(has, wanted)
	case c.ParamMatch == config.ParamMatchPartial:
		return len(p.Args) > len(c.Params) && slices.Equal(p.Args[1:1+len(c.Params)], c.Params)
	case c.ParamMatch == config.ParamMatchNone && len(c.Params) == 0:
		return true // full_command alone
	}
	return slices.Equal(p.Args[1:], c.Params)
}
