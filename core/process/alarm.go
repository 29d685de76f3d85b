package process

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// alarm is the one sleep of a loop.
type alarm interface {
	// set makes c receive at when; the zero time means never.
	set(when time.Time)
	c() <-chan time.Time
	close()
}

// timerAlarm sleeps with the Go runtime's timers.
type timerAlarm struct{ t *time.Timer }

func newTimerAlarm() *timerAlarm {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &timerAlarm{t}
}

func (a *timerAlarm) set(when time.Time) {
	if when.IsZero() {
		a.t.Stop()
		return
	}
	a.t.Reset(time.Until(when))
}
func (a *timerAlarm) c() <-chan time.Time { return a.t.C }
func (a *timerAlarm) close()              { a.t.Stop() }

// fdAlarm sleeps with a timerfd: the runtime's poller wakes for it at once,
// while its own sleeps are rounded up to a millisecond.
type fdAlarm struct {
	file *os.File
	ch   chan time.Time
	last time.Time
}

func newFDAlarm() (*fdAlarm, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("timerfd: %w", err)
	}
	a := &fdAlarm{file: os.NewFile(uintptr(fd), "timerfd"), ch: make(chan time.Time, 1)}
	go a.read()
	return a, nil
}

func (a *fdAlarm) read() {
	var b [8]byte
	for {
		if _, err := a.file.Read(b[:]); err != nil {
			return
		}
		select {
		case a.ch <- time.Now():
		default:
		}
	}
}

func (a *fdAlarm) set(when time.Time) {
	if when.Equal(a.last) && !when.IsZero() && time.Now().Before(when) {
		return
	}
	a.last = when
	var spec unix.ItimerSpec
	if !when.IsZero() {
		spec.Value = unix.NsecToTimespec(max(int64(time.Until(when)), 1))
	}
	conn, err := a.file.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Control(func(fd uintptr) { _ = unix.TimerfdSettime(int(fd), 0, &spec, nil) })
}
func (a *fdAlarm) c() <-chan time.Time { return a.ch }
func (a *fdAlarm) close()              { a.file.Close() }
