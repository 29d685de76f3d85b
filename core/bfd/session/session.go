package session

import (
	"time"

	"keepalived/core/bfd/packet"
	"keepalived/core/config"
)

// Session is one BFD session. Its fields may be read at any time by who owns
// the machine (dumps); only the machine writes them.
type Session struct {
	Config *config.BFDInstance

	State, RemoteState packet.State
	Diagnostic         packet.Diagnostic
	RemoteDiagnostic   packet.Diagnostic

	Discriminator       uint32
	RemoteDiscriminator uint32 // 0: the neighbour is not known
	RemoteMinTX         time.Duration
	RemoteMinRX         time.Duration
	RemoteMultiplier    uint8
	RemoteDemand        bool

	Poll          bool          // a poll sequence is going on
	DetectionTime time.Duration // last computed; 0: never
	LastSeen      time.Time     // zero: never

	previous   uint32        // discriminator that the neighbour may still use, 0: none
	blocked    bool          // there is no socket to send with
	minTX      time.Duration // own part of the transmit interval in force
	minRX      time.Duration // own part of the detection time in force
	advertised time.Duration // desired min TX of the last packet, or of the first
	lastSent   time.Time
	interval   time.Duration // that sendAt was computed for

	sendAt    time.Time // next periodic packet, zero: none
	silenceAt time.Time // end of the detection time, zero: none runs
	armed     time.Time // what the executor's timer is set to
}

// desired is the transmit interval that this side wants. RFC 5880 6.8.3: "When
// bfd.SessionState is not Up, the system MUST set bfd.DesiredMinTxInterval to a
// value of not less than one second (1,000,000 microseconds)."
func (s *Session) desired() time.Duration {
	if s.State == packet.Up {
		return s.Config.MinTX
	}
	return s.Config.IdleTX
}

// known reports whether the neighbour has been heard within the detection time.
func (s *Session) known() bool { return s.RemoteDiscriminator != 0 }

// Interval is the transmit interval in force, before jitter (RFC 5880 6.8.2
// and 6.8.7).
func (s *Session) Interval() time.Duration { return max(s.minTX, s.RemoteMinRX) }

// RemoteInterval is that of the neighbour as this side understands it, 0 while
// it is not known.
func (s *Session) RemoteInterval() time.Duration {
	if !s.known() {
		return 0
	}
	return max(s.RemoteMinTX, s.minRX)
}

// RemoteDetectionTime is that of the neighbour as this side understands it, 0
// while it is not known.
func (s *Session) RemoteDetectionTime() time.Duration {
	if !s.known() {
		return 0
	}
	return time.Duration(s.Config.Multiplier) * s.Interval()
}

// Deadlines are the next periodic packet and the end of the detection time,
// zero for none.
func (s *Session) Deadlines() (send, silence time.Time) { return s.sendAt, s.silenceAt }

// next is the time of the next deadline, zero without one.
func (s *Session) next() time.Time {
	switch {
	case s.sendAt.IsZero():
		return s.silenceAt
	case s.silenceAt.IsZero() || s.sendAt.Before(s.silenceAt):
		return s.sendAt
	}
	return s.silenceAt
}

// maySend reports whether the session may send at all. RFC 5880 6.8.7: "A
// system MUST NOT transmit any BFD Control packets if bfd.RemoteDiscr is zero
// and the system is taking the Passive role."
func (s *Session) maySend() bool {
	return !s.blocked && (s.known() || !s.Config.Passive)
}

// periodic reports whether the session sends periodically. RFC 5880 6.8.7: "A
// system MUST NOT periodically transmit BFD Control packets if
// bfd.RemoteMinRxInterval is zero." "A system MUST NOT periodically transmit BFD Control packets if Demand mode is
// active on the remote system (bfd.RemoteDemandMode is 1, bfd.SessionState is
// Up, and bfd.RemoteSessionState is Up) and a Poll Sequence is not being
// transmitted."
func (s *Session) periodic() bool {
	demand := s.RemoteDemand && s.State == packet.Up && s.RemoteState == packet.Up && !s.Poll
	return s.maySend() && !demand && (!s.known() || s.RemoteMinRX > 0)
}

// same reports whether a configuration is that of the same session.
func same(a, b *config.BFDInstance) bool {
	return a.Name == b.Name && a.Neighbor == b.Neighbor && a.Source == b.Source && a.Multihop == b.Multihop
}
