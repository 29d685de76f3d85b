package session

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"keepalived/core/bfd/message"
	"keepalived/core/bfd/packet"
	"keepalived/core/config"
)

// Machine is all BFD sessions of a process.
type Machine struct {
	Sessions []*Session // in configuration order

	random *rand.Rand

	// Of the running step.
	now   time.Time
	scope []*Session // whose timers it may change
	out   []Action
}

// New returns a machine without sessions. Discriminators and jitter come from
// the seed, which nobody should be able to guess (RFC 5880 section 6.8.1).
func New(seed [32]byte) *Machine {
	return &Machine{random: rand.New(rand.NewChaCha8(seed))}
}

// Load goes over to a configuration. New sessions begin in state Down, blocked
// until [Machine.Opened] is called for them; removed ones fall silent; those that
// stay keep their state. Added and removed are for who has their sockets.
func (m *Machine) Load(now time.Time, list []*config.BFDInstance) (added, removed []*Session, actions []Action) {
	m.begin(now)
	old := m.Sessions
	m.Sessions = nil
	for _, c := range list {
		i := slices.IndexFunc(old, func(s *Session) bool { return same(s.Config, c) })
		if i < 0 {
			s := &Session{Config: c, State: packet.Down, RemoteState: packet.Down, blocked: true}
			m.Sessions = append(m.Sessions, s)
			added = append(added, s)
			continue
		}
		s := old[i]
		old = slices.Delete(old, i, i+1)
		m.Sessions = append(m.Sessions, s)
		m.reconfigure(s, c)
	}
	for _, s := range added {
		s.Discriminator, s.advertised = m.discriminator(), s.desired()
		m.settle(s)
	}
	m.scope = m.Sessions
	return added, old, m.end()
}

// reconfigure gives a session new parameters. RFC 5880 6.8.3: "If either
// bfd.DesiredMinTxInterval is changed or bfd.RequiredMinRxInterval is changed,
// a Poll Sequence MUST be initiated."
func (m *Machine) reconfigure(s *Session, c *config.BFDInstance) {
	changed := s.Config.MinTX != c.MinTX || s.Config.MinRX != c.MinRX
	s.Config = c
	if changed && s.State == packet.Up {
		m.poll(s)
	}
	m.settle(s)
}

// Opened says that the session has a socket to send with.
func (m *Machine) Opened(now time.Time, s *Session) []Action {
	m.begin(now, s)
	if s.blocked {
		s.blocked = false
		if s.State == packet.AdminDown {
			s.State, s.Diagnostic = packet.Down, packet.NoDiagnostic
		}
		m.settle(s)
	}
	return m.end()
}

// Closed says that the session has no socket to send with: it is AdminDown
// until it gets one (17.5).
func (m *Machine) Closed(now time.Time, s *Session) []Action {
	m.begin(now, s)
	s.blocked = true
	m.enter(s, packet.AdminDown, packet.AdministrativelyDown)
	m.forget(s)
	m.settle(s)
	return m.end()
}

// Deadline says that the time last given by a SetTimer has come. One that comes
// early is answered with the SetTimer again.
func (m *Machine) Deadline(now time.Time, s *Session) []Action {
	m.begin(now, s)
	s.armed = time.Time{}
	if !s.silenceAt.IsZero() && !s.silenceAt.After(now) {
		m.silent(s)
	}
	if !s.sendAt.IsZero() && !s.sendAt.After(now) {
		m.send(s, false)
	}
	return m.end()
}

func (m *Machine) begin(now time.Time, scope ...*Session) { m.now, m.scope, m.out = now, scope, nil }

// end closes a step: the timers that have changed are set.
func (m *Machine) end() []Action {
	for _, s := range m.scope {
		if at := s.next(); !at.Equal(s.armed) {
			s.armed = at
			m.do(SetTimer{s, at})
		}
	}
	out := m.out
	m.out, m.scope = nil, nil
	return out
}

func (m *Machine) do(a Action) { m.out = append(m.out, a) }

func (m *Machine) log(format string, args ...any) {
	m.do(Log{Line: fmt.Sprintf(format, args...)})
}

func (m *Machine) detail(format string, args ...any) {
	m.do(Log{Line: fmt.Sprintf(format, args...), Detail: true})
}

// discriminator is one that no session has, and not 0. RFC 5880 6.8.1: "It
// MUST be unique across all BFD sessions on this system, and nonzero. It SHOULD
// be set to a random (but still unique) value to improve security."
func (m *Machine) discriminator() uint32 {
	for {
		d := m.random.Uint32()
		if d != 0 && !slices.ContainsFunc(m.Sessions, func(s *Session) bool { return s.Discriminator == d || s.previous == d }) {
			return d
		}
	}
}

// jitter takes 10 to 25 % off an interval (17.4). RFC 5880 6.8.7 asks for 0 to
// 25 %, and for 10 to 25 % with a multiplier of 1.
func (m *Machine) jitter(d time.Duration) time.Duration {
	return d - d/10 - time.Duration(m.random.Int64N(int64(d*15/100)+1))
}

// poll begins a poll sequence (RFC 5880 6.5).
func (m *Machine) poll(s *Session) {
	s.Poll = true
	m.detail(message.Polling, s.Config.Name)
}

// enter changes the state of a session.
func (m *Machine) enter(s *Session, state packet.State, why packet.Diagnostic) {
	old := s.State
	s.State, s.Diagnostic = state, why
	switch {
	case old == state:
		return
	case state == packet.Up:
		m.log(message.Entering, s.Config.Name, state)
		if s.Config.MinTX != s.Config.IdleTX {
			m.poll(s)
		}
		m.do(Report{s, true})
	case old == packet.Up:
		s.Poll = false
		s.previous, s.Discriminator = s.Discriminator, m.discriminator()
		if state == packet.Down {
			m.log(message.EnteringDown, s.Config.Name, state, why, s.RemoteDiagnostic)
		} else {
			m.log(message.Entering, s.Config.Name, state)
		}
		// RFC 5882 3.2: "a system SHOULD NOT indicate a connectivity failure
		// to a client if either the local session state or the remote
		// session state (if known) transitions to AdminDown".
		if s.RemoteState != packet.AdminDown {
			m.do(Report{s, false})
		}
	case state == packet.AdminDown:
		m.log(message.Entering, s.Config.Name, state)
	}
}

// silent is the end of the detection time without a packet. RFC 5880 6.8.4: "If
// Demand mode is not active, and a period of time equal to the Detection Time
// passes without receiving a BFD Control packet from the remote system, and
// bfd.SessionState is Init or Up, the session has gone down -- the local system
// MUST set bfd.SessionState to Down and bfd.LocalDiag to 1". 6.8.1: RemoteDiscr
// "MUST be set to zero" then.
func (m *Machine) silent(s *Session) {
	old := s.State
	if old == packet.Up {
		overdue := m.now.Sub(s.silenceAt)
		m.log(message.Expired, s.Config.Name, (s.DetectionTime + overdue).Milliseconds(), overdue.Microseconds())
	}
	if old == packet.Up || old == packet.Init {
		m.enter(s, packet.Down, packet.TimeExpired)
	}
	m.forget(s)
	m.settle(s)
	if s.State != old && s.maySend() {
		m.send(s, false)
	}
}

// forget forgets the neighbour.
func (m *Machine) forget(s *Session) {
	s.RemoteState, s.RemoteDiagnostic = packet.Down, packet.NoDiagnostic
	s.RemoteDiscriminator, s.RemoteMultiplier, s.RemoteDemand = 0, 0, false
	s.RemoteMinTX, s.RemoteMinRX = 0, 0
	s.silenceAt = time.Time{}
}

// settle computes the intervals in force, and when the next periodic packet is
// due. RFC 5880 6.8.3: "If bfd.DesiredMinTxInterval is increased and
// bfd.SessionState is Up, the actual transmission interval used MUST NOT change
// until the Poll Sequence described above has terminated." "If
// bfd.RequiredMinRxInterval is reduced and bfd.SessionState is Up, the previous
// value of bfd.RequiredMinRxInterval MUST be used when calculating the Detection
// Time for the remote system until the Poll Sequence described above has
// terminated."
func (m *Machine) settle(s *Session) {
	polling := s.State == packet.Up && s.Poll
	if d := s.desired(); !polling || d < s.minTX {
		s.minTX = d
	}
	if d := s.Config.MinRX; !polling || d > s.minRX {
		s.minRX = d
	}
	interval := s.Interval()
	switch {
	case !s.periodic():
		s.sendAt = time.Time{}
	case s.lastSent.IsZero():
		s.sendAt = m.now
	case s.sendAt.IsZero() || interval < s.interval:
		// "... the local system MUST honor the new interval immediately.
		// In other words, the local system cannot wait longer than the new
		// interval between the previous packet transmission and the next
		// one."
		s.sendAt = s.lastSent.Add(m.jitter(interval))
		if s.sendAt.Before(m.now) {
			s.sendAt = m.now
		}
	}
	s.interval = interval
}

// send sends a packet, with or without the F bit, and sets the time of the next
// periodic one.
func (m *Machine) send(s *Session, final bool) {
	s.advertised = s.desired()
	m.do(Send{s, packet.Control{
		Diagnostic: s.Diagnostic, State: s.State, Poll: s.Poll && !final, Final: final, Multiplier: s.Config.Multiplier,
		MyDiscriminator: s.Discriminator, YourDiscriminator: s.RemoteDiscriminator,
		DesiredMinTX: micros(s.advertised), RequiredMinRX: micros(s.Config.MinRX),
	}})
	s.lastSent = m.now
	s.sendAt = time.Time{}
	if s.periodic() {
		s.sendAt = m.now.Add(m.jitter(s.Interval()))
	}
}

func micros(d time.Duration) uint32 { return uint32(d.Microseconds()) }
