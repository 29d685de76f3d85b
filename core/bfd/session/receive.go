package session

import (
	"fmt"
	"net/netip"
	"time"

	"keepalived/core/bfd/message"
	"keepalived/core/bfd/packet"
)

// Receive judges a datagram and acts on it (17.3).
func (m *Machine) Receive(now time.Time, d Datagram) []Action {
	m.begin(now)
	from := address(d.Source)
	c, why := packet.Decode(d.Data)
	if why != "" {
		m.detail("%s", why)
		m.detail(message.Bogus, from)
		return m.end()
	}
	s := m.find(&c, &d)
	switch {
	// RFC 5880 6.8.6: "If the Your Discriminator field is nonzero, it MUST be
	// used to select the session with which this BFD packet is associated. If
	// no session is found, the packet MUST be discarded."
	case s == nil:
		m.detail(message.NoSession, from, c.YourDiscriminator)
	// RFC 5881 section 5: "if the received TTL or Hop Limit value is not equal
	// to 255, the packet MUST be discarded"; max_hops says how many routers may
	// be between.
	case s.Config.MaxHops >= 0 && d.HopLimit < 0:
		m.detail(message.NoHopLimit)
	case s.Config.MaxHops >= 0 && d.HopLimit+s.Config.MaxHops < s.Config.TTL:
		m.detail(message.HopLimit, d.HopLimit, s.Config.TTL-s.Config.MaxHops)
	// RFC 5880 6.8.6: "If the A bit is set and no authentication is in use
	// (bfd.AuthType is zero), the packet MUST be discarded."
	case c.Authenticated:
		m.detail(message.Authentication, from)
	// "If bfd.SessionState is AdminDown: Discard the packet".
	case s.State == packet.AdminDown:
		m.detail(message.Disabled, s.Config.Name, from)
	default:
		m.scope = []*Session{s}
		m.accept(s, &c)
	}
	return m.end()
}

// address is a sender in the words of the C daemon, which has IPv4 in brackets
// too.
func address(a netip.AddrPort) string { return fmt.Sprintf("[%s]:%d", a.Addr(), a.Port()) }

// find is the session that a packet is for, nil without one. Two sessions with
// one neighbour have different sources.
func (m *Machine) find(c *packet.Control, d *Datagram) *Session {
	for _, s := range m.Sessions {
		if s.Config.Multihop != d.Multihop {
			continue
		}
		if yours := c.YourDiscriminator; yours != 0 {
			if yours == s.Discriminator || yours == s.previous {
				return s
			}
			continue
		}
		source := s.Config.Source
		if s.Config.Neighbor == d.Source.Addr().WithZone("") && (!source.IsValid() || !d.Destination.IsValid() || source == d.Destination) {
			return s
		}
	}
	return nil
}

// accept is the procedure of RFC 5880 6.8.6 for a packet that is not discarded.
func (m *Machine) accept(s *Session, c *packet.Control) {
	old := *s
	if c.YourDiscriminator == s.Discriminator {
		s.previous = 0
	}
	s.RemoteDiscriminator, s.RemoteState, s.RemoteDemand = c.MyDiscriminator, c.State, c.Demand
	s.RemoteMinRX, s.RemoteMinTX = duration(c.RequiredMinRX), duration(c.DesiredMinTX)
	s.RemoteMultiplier, s.RemoteDiagnostic = c.Multiplier, c.Diagnostic
	if c.Final {
		s.Poll = false
	}
	m.settle(s)
	s.DetectionTime = time.Duration(s.RemoteMultiplier) * max(s.minRX, s.RemoteMinTX)
	m.tell(s, &old)
	m.follow(s, c.State)
	m.settle(s)
	s.LastSeen = m.now
	s.silenceAt = m.now.Add(s.DetectionTime)
	switch {
	case c.Poll && s.maySend():
		// "If the Poll (P) bit is set, send a BFD Control packet to the remote
		// system with the Poll (P) bit clear, and the Final (F) bit set".
		m.send(s, true)
	case s.State != old.State && s.RemoteMinRX > 0 && s.maySend():
		// 6.8.7: "A BFD Control packet SHOULD be transmitted during the
		// interval between periodic Control packet transmissions when the
		// contents of that packet would differ from that in the previously
		// transmitted packet (other than the Poll and Final bits) in order
		// to more rapidly communicate a change in state."
		m.send(s, false)
	}
}

// follow is the state machine of RFC 5880 6.2 and 6.8.6.
func (m *Machine) follow(s *Session, remote packet.State) {
	switch {
	case remote == packet.AdminDown:
		if s.State != packet.Down {
			m.enter(s, packet.Down, packet.NeighborDown)
		}
	case s.State == packet.Down && remote == packet.Down:
		m.enter(s, packet.Init, packet.NoDiagnostic)
	case s.State == packet.Down && remote == packet.Init, s.State == packet.Init && remote >= packet.Init:
		m.enter(s, packet.Up, packet.NoDiagnostic)
	case s.State == packet.Up && remote == packet.Down:
		m.enter(s, packet.Down, packet.NeighborDown)
	}
}

// tell logs the parameters of a session when the neighbour has changed its own.
// The own side's min_tx is what the neighbour has been told; the intervals are
// those that both are going to use, so that those of a session in which the
// neighbour is Up are those of state Up (as the C daemon logs them).
func (m *Machine) tell(s, old *Session) {
	now := *s
	if s.RemoteState == packet.Up {
		now.minTX = s.Config.MinTX
	}
	if s.RemoteMinTX != old.RemoteMinTX || s.RemoteMinRX != old.RemoteMinRX || s.RemoteMultiplier != old.RemoteMultiplier {
		m.detail(message.Parameters, s.Config.Name)
		m.detail(message.Columns)
		m.detail(message.Local, micros(s.advertised), micros(s.minRX), micros(now.Interval()), s.Config.Multiplier, s.DetectionTime.Microseconds())
		m.detail(message.Remote, micros(s.RemoteMinTX), micros(s.RemoteMinRX), micros(s.RemoteInterval()), s.RemoteMultiplier, now.RemoteDetectionTime().Microseconds())
	}
	if s.DetectionTime != old.DetectionTime {
		m.log(message.Detection, s.DetectionTime.Microseconds(), old.DetectionTime.Microseconds())
	}
}

func duration(micros uint32) time.Duration { return time.Duration(micros) * time.Microsecond }
