package fsm

import (
	"time"

	"keepalived/vrrp/message"
)

// timerPriority is the priority that timers are computed with: the effective
// one, and 255 for an owner even while it has lowered itself (7.1).
func (in *Instance) timerPriority() int64 {
	if in.Config.Owner() {
		return 255
	}
	return int64(in.Effective)
}

// skewOf is the skew time of a priority (RFC 3768 section 6.1, RFC 9568
// section 6.1), in whole microseconds.
func skewOf(version int, priority int64, interval time.Duration) time.Duration {
	if version != 3 {
		return time.Duration((256-priority)*1_000_000/256) * time.Microsecond
	}
	centiseconds := int64(interval / (10 * time.Millisecond))
	return time.Duration((256-priority)*centiseconds*625/16) * time.Microsecond
}

// skew is the time that an instance waits after an advert of priority 0.
func (in *Instance) skew() time.Duration {
	return skewOf(in.Config.Version, in.timerPriority(), in.MasterInterval)
}

// full is the master down interval.
func (in *Instance) full() time.Duration {
	return time.Duration(in.Config.DownTimerAdverts)*in.MasterInterval + in.skew()
}

// next is when the instance's timer is to run, zero for never.
func (in *Instance) next() time.Time {
	if !in.rogueTimer.IsZero() && (in.deadline.IsZero() || in.rogueTimer.Before(in.deadline)) {
		return in.rogueTimer
	}
	return in.deadline
}

// setPeriod arms the timer of a BACKUP, and remembers the period.
func (in *Instance) setPeriod(m *Machine, d time.Duration) {
	in.Period = d
	in.deadline = m.from().Add(d)
}

// from is the moment from which timers run: now, or the end of the start-up
// delay.
func (m *Machine) from() time.Time {
	if m.now.Before(m.startAt) {
		return m.startAt
	}
	return m.now
}

// delayed reports whether the start-up delay is running.
func (m *Machine) delayed() bool { return m.now.Before(m.startAt) }

// Deadline is when the instance's timer is to run, zero for never.
func (in *Instance) Deadline() time.Time { return in.next() }

// late is row M11: a timer that is served very late means that the process
// stood still, and that another router has probably taken over (7.5).
func (m *Machine) late(by time.Duration) {
	if m.lateLimit == 0 || by <= m.lateLimit || m.now.Add(-by).Before(m.lateAt) {
		return // or told already, when another timer was served
	}
	m.widen()
	m.lateAt = m.now
	m.log(message.ThreadTimerExpired, int64(by/time.Second), int64(by%time.Second/time.Microsecond))
	for _, in := range m.Instances {
		if in.State == Master && in.expiredPriority() != 0 &&
			!m.now.Before(in.LastAdvert.Add(3*in.Config.AdvertInt+in.expiredSkew())) {
			m.leaveMaster(in, Backup, false)
		}
	}
}

// LateLimit is how late a timer of the process may be served before Late is to
// be called, 0 when it need not be.
func (m *Machine) LateLimit() time.Duration { return m.lateLimit }

// Late says that a timer of the process, other than an instance's, was served
// late.
func (m *Machine) Late(now time.Time, by time.Duration) []Action {
	m.begin(now, m.Instances)
	m.late(by)
	return m.end()
}

func (in *Instance) expiredPriority() int {
	if in.Config.TimerExpiredBackup != 0 {
		return in.Config.TimerExpiredBackup
	}
	return in.Config.ThreadTimerExpired
}

func (in *Instance) expiredSkew() time.Duration {
	p := int64(256 - in.expiredPriority())
	if in.Config.Version == 3 {
		return time.Duration(p * in.Config.AdvertInt.Microseconds() / 256 * int64(time.Microsecond))
	}
	return time.Duration(p*1_000_000/256) * time.Microsecond
}
