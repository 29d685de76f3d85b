package supervisor

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/logging"
	"keepalived/core/process"
)

// The watch over a child's event loop. A child that has not reported ready yet
// may be adding a hundred thousand servers to the kernel on its loop.
const (
	helloInterval = 5 * time.Second
	helloLimit    = 3  // unanswered, then the loop is stuck
	helloStart    = 12 // the same before the child is ready
)

// longLife is how long a child must have lived to be replaced at once.
const longLife = 60 * time.Second

// child is one kind of child process: at most one process of it runs.
type child struct {
	s       *Supervisor
	kind    process.Kind
	process Process // nil: none runs
	started time.Time
	ready   bool
	killed  bool // by us
	brought bool // by a reload, and has not worked since

	hello      *process.Timer
	sent       uint64 // number of the last hello
	unanswered int

	respawn *process.Timer
	delay   int // seconds, of the next restart
}

func newChild(s *Supervisor, k process.Kind) *child {
	c := &child{s: s, kind: k}
	c.hello = s.loop.NewTimer(c.greet)
	c.respawn = s.loop.NewTimer(c.start)
	return c
}

// start starts a process, unless one runs. A restart that is pending is
// thereby done: there are never two processes of a kind.
func (c *child) start() {
	c.respawn.Stop()
	if c.process != nil {
		return
	}
	p, err := c.s.host.Start(c.kind, c.s.current)
	if err != nil {
		c.s.print(logging.LevelAlert, msgStartFailed, c.kind, err)
		c.startLater(0)
		return
	}
	c.process, c.started, c.ready, c.killed, c.unanswered = p, time.Now(), false, false, 0
	c.hello.Reset(helloInterval)
	c.s.info(msgChildStarting, c.kind, p.PID())
}

// greet asks the child's loop whether it turns, and kills the child when it
// has not answered several times: a process that is stuck holds its virtual
// addresses and serves nobody.
func (c *child) greet() {
	limit := helloLimit
	if !c.ready {
		limit = helloStart
	}
	if c.unanswered >= limit {
		c.s.print(logging.LevelAlert, msgDoesNotAnswer, c.kind, c.process.PID(), c.unanswered*int(helloInterval/time.Second))
		c.killed = true
		c.process.Kill(unix.SIGKILL)
		return
	}
	c.sent++
	c.unanswered++
	c.send(process.Message{Kind: process.MessageHello, Number: c.sent})
	c.hello.Reset(helloInterval)
}

// send sends a message. A child that does not take it is one whose reader
// stands still: the hellos that it does not answer count.
func (c *child) send(m process.Message) { _ = c.process.Send(m) }

// message is what the child has sent.
func (c *child) message(m process.Message) {
	switch m.Kind {
	case process.MessageAnswer:
		if m.Number == c.sent {
			c.unanswered = 0
		}
	case process.MessageReady:
		c.ready, c.brought, c.unanswered = true, false, 0
		c.s.report(c.kind)
	case process.MessageReloaded:
		c.unanswered = 0
		c.s.report(c.kind)
	}
}

// gone forgets the process.
func (c *child) gone() {
	c.hello.Stop()
	c.process = nil
}

// startLater replaces a process that lived for a certain time, at a limited
// rate: 0, 1, 2, 4 … 60 s (02-runtime section 4).
func (c *child) startLater(lived time.Duration) {
	if lived >= longLife {
		c.delay = 0
		c.start()
		return
	}
	d := c.delay
	c.delay = min(max(1, 2*d), 60)
	c.s.info(msgRespawnDelay, c.kind, d)
	if d > 0 {
		c.respawn.Reset(time.Duration(d) * time.Second)
		return
	}
	c.respawn.Reset(0)
}

// Message is a message from a process that the host has started.
func (s *Supervisor) Message(p Process, m process.Message) {
	for _, c := range s.children {
		if c.process == p {
			c.message(m)
		}
	}
}

// Died is the death of a process that the host has started.
func (s *Supervisor) Died(p Process, w unix.WaitStatus) {
	for _, c := range s.children {
		if c.process == p {
			s.died(c, w)
		}
	}
}

func (s *Supervisor) died(c *child, w unix.WaitStatus) {
	pid, lived, killed := c.process.PID(), time.Since(c.started), c.killed
	c.gone()
	if s.stopping() {
		s.logDeath(c.kind.Ident(), w, killed)
		s.stopNext()
		return
	}
	id := fmt.Sprintf("pid %d", pid)
	if permanentError(w) != "" && c.brought && s.anyReady() {
		// What ran before the reload goes on.
		s.info(msgExitUseless, id, permanentError(w))
		s.info(msgWithout, c.kind)
		s.report(c.kind)
		return
	}
	s.logDeath(id, w, killed)
	switch {
	case permanentError(w) != "":
		s.fail(w.ExitStatus())
	case s.options.DontRespawn:
		s.print(logging.LevelAlert, msgDiedExiting, c.kind, pid)
		s.Stop()
	default:
		s.print(logging.LevelAlert, msgDied, c.kind, pid)
		for _, line := range msgDiedAdvice {
			s.info("%s", line)
		}
		c.startLater(lived)
	}
}

// permanentError names an exit status with which starting again would be
// useless, empty for every other end.
func permanentError(w unix.WaitStatus) string {
	if !w.Exited() {
		return ""
	}
	switch w.ExitStatus() {
	case process.ExitFatal:
		return "FATAL"
	case process.ExitConfig:
		return "CONFIG"
	case process.ExitMissingPermission:
		return "missing permission"
	}
	return ""
}

// logDeath says why a child ended. During an ordered stop no end is permanent.
func (s *Supervisor) logDeath(id string, w unix.WaitStatus, killed bool) {
	switch {
	case w.Exited() && w.ExitStatus() == 0:
	case w.Exited() && permanentError(w) != "" && !s.stopping():
		s.info(msgExitPermanent, id, permanentError(w))
	case w.Exited():
		s.info(msgExitStatus, id, w.ExitStatus())
	case w.Signaled() && w.Signal() == unix.SIGSEGV:
		s.info(msgExitSegfault, id)
		for _, line := range segfaultReport(s.options.CommandLine) {
			s.info("%s", line)
		}
	case w.Signaled():
		suffix := ""
		if w.Signal() == unix.SIGKILL && !killed {
			suffix = msgExitRTTime
		}
		s.info(msgExitSignal+"%s", id, int(w.Signal()), logging.Strsignal(w.Signal()), suffix)
	}
}
