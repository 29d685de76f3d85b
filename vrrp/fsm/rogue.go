package fsm

import (
	"net/netip"
	"time"

	"keepalived/vrrp/message"
	"keepalived/vrrp/packet"
)

// rogueAdverts is how many own adverts an owner sends before it measures
// whether another owner is still there.
const rogueAdverts = 2

// rogue is what an owner that hears another owner remembers (7.10).
type rogue struct {
	rogueCount    int           // own adverts still to be counted
	rogueInterval time.Duration // of the other
	rogueTimer    time.Time     // its silence is awaited until then
}

// Rogue is how an owner deals with another owner, for observers: how many own
// adverts it still counts, whether it awaits the other's silence, and the
// interval that the other one announced.
func (in *Instance) Rogue() (count int, waits bool, interval time.Duration) {
	return in.rogueCount, !in.rogueTimer.IsZero(), in.rogueInterval
}

func (r *rogue) endRogue() { *r = rogue{} }

// twoOwners is row M7. The owner with the lower address yields at once. The
// other one answers, and when it is still contradicted after two own adverts
// and a pause, lowers itself.
func (m *Machine) twoOwners(in *Instance, r *packet.Result, source netip.Addr) {
	name := in.Config.Name
	switch {
	case in.Source.Less(source):
		m.log(message.TwoOwners, name, source)
		m.higher(in, r, source)
	case !in.rogueTimer.IsZero():
		m.log(message.StillOwner, name, source)
		in.Effective = 254
		m.higher(in, r, source)
	default:
		if in.rogueCount == 0 {
			m.log(message.TwoOwners, name, source)
			in.rogueCount = rogueAdverts
		}
		in.rogueInterval = r.Advert.Interval()
		m.lower(in, r, source)
	}
}

// countRogue counts an own advert that was sent at its deadline.
func (m *Machine) countRogue(in *Instance) {
	if in.rogueCount == 0 {
		return
	}
	if in.rogueCount--; in.rogueCount == 0 {
		pause := max(in.Config.AdvertInt, in.rogueInterval).Microseconds() * 12 / 10
		in.rogueTimer = m.now.Add(time.Duration(pause) * time.Microsecond)
	}
}
