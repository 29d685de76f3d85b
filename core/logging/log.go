package logging

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

// Facility is a syslog facility.
type Facility int

// The facilities that -S knows, beside Local0 + 1 … Local0 + 7.
const (
	User   Facility = 1
	Daemon Facility = 3
	Local0 Facility = 16
)

// ParseFacility reads the argument of -S.
func ParseFacility(s string) (Facility, error) {
	switch {
	case s == "user":
		return User, nil
	case s == "daemon":
		return Daemon, nil
	case len(s) == 1 && s[0] >= '0' && s[0] <= '7':
		return Local0 + Facility(s[0]-'0'), nil
	case len(s) == 6 && s[:5] == "local" && s[5] >= '0' && s[5] <= '7':
		return Local0 + Facility(s[5]-'0'), nil
	}
	return Daemon, fmt.Errorf("log facility %q: not 0-7, local0-local7, user or daemon", s)
}

// Options says where a log goes.
type Options struct {
	Ident    string
	Facility Facility
	// Detail is how often -D was given.
	Detail int
	// Syslog sends lines to the syslog socket.
	Syslog bool
	// SyslogSocket is its path, /dev/log by default.
	SyslogSocket string
	// Console, if not nil, gets a copy of each line; lines that syslog
	// does not take go to /dev/console then (LOG_CONS).
	Console *os.File
}

// Log is where the lines of a process go. It may be used from any goroutine.
type Log struct {
	ident    atomic.Pointer[string]
	facility Facility
	detail   int
	pid      int
	console  *queue
	syslog   *queue
}

// Open makes a log. It succeeds without a syslog daemon too: each line tries
// again to reach it.
func Open(o Options) *Log {
	l := &Log{facility: o.Facility, detail: o.Detail, pid: os.Getpid()}
	l.ident.Store(&o.Ident)
	if o.Console != nil {
		l.console = &queue{out: console{o.Console}}
	}
	if o.Syslog {
		if o.SyslogSocket == "" {
			o.SyslogSocket = "/dev/log"
		}
		l.syslog = &queue{out: &syslog{path: o.SyslogSocket, fd: -1, cons: o.Console != nil}}
	}
	return l
}

// SetIdent changes the name in front of each syslog line.
func (l *Log) SetIdent(ident string) { l.ident.Store(&ident) }

// Close waits until the lines that wait have been written, but not longer
// than patience. Lines may still be written after it.
func (l *Log) Close(patience time.Duration) {
	deadline := time.Now().Add(patience)
	for _, q := range []*queue{l.console, l.syslog} {
		if q != nil {
			q.flush(time.Until(deadline))
		}
	}
}

// Enabled reports whether lines of a level are written.
func (l *Log) Enabled(_ context.Context, level slog.Level) bool {
	switch level {
	case LevelDetail:
		return l.detail >= 1
	case LevelExtraDetail:
		return l.detail >= 2
	}
	return true
}

// Handle writes the message of a record.
func (l *Log) Handle(_ context.Context, r slog.Record) error {
	if l.console != nil {
		l.console.put(consoleLine(r.Time, r.Message))
	}
	if l.syslog != nil {
		l.syslog.put(syslogLine(int(l.facility)<<3|severity(r.Level), r.Time, *l.ident.Load(), l.pid, r.Message))
	}
	return nil
}

// WithAttrs returns the log itself: attributes are not written.
func (l *Log) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup returns the log itself: groups are not written.
func (l *Log) WithGroup(string) slog.Handler { return l }

// consoleLine is a line in the form of asctime(3): the day is padded with a
// blank, the text begins at byte 26.
func consoleLine(t time.Time, text string) []byte {
	b := make([]byte, 0, len(text)+27)
	b = t.AppendFormat(b, "Mon Jan _2 15:04:05 2006: ")
	b = append(b, text...)
	return append(b, '\n')
}

// syslogLine is a line as syslog(3) sends it with LOG_PID.
func syslogLine(pri int, t time.Time, ident string, pid int, text string) []byte {
	b := fmt.Appendf(make([]byte, 0, len(text)+64), "<%d>", pri)
	b = t.AppendFormat(b, time.Stamp)
	return fmt.Appendf(b, " %s[%d]: %s", ident, pid, text)
}
