package logging

import "log/slog"

// The levels beside those of slog. [LevelDetail] and [LevelExtraDetail] say
// who wants to see a line, not how urgent it is: both have syslog's priority
// info.
const (
	// LevelExtraDetail lines are written only with -D -D.
	LevelExtraDetail = slog.Level(-3)
	// LevelDetail lines are written only with -D.
	LevelDetail = slog.Level(-2)
	// LevelAlert lines are those about the death of a child process and
	// about scripts that cannot be executed.
	LevelAlert = slog.Level(12)
)

// severity is syslog's priority of a level (RFC 3164 section 4.1.1).
func severity(l slog.Level) int {
	switch {
	case l >= LevelAlert:
		return 1
	case l >= slog.LevelError:
		return 3
	case l >= slog.LevelWarn:
		return 4
	case l > slog.LevelDebug:
		return 6
	default:
		return 7
	}
}
