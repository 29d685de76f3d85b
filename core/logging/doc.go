// Package logging writes the log as the C daemon writes it: to syslog as
// "ident[pid]: text", to the console as "Www Mmm dd hh:mm:ss yyyy: text"
// (02-runtime section 9).
//
// A [Log] is a slog.Handler. It writes the message of a record and nothing
// else: attributes and groups are not used, because the lines are grepped for
// by people and tools that know the C daemon's.
//
// Writing never blocks the caller. A line is written at once when its
// destination takes it; when it does not (a stopped terminal, a syslog daemon
// that does not read) lines wait in a bounded queue that a goroutine empties,
// and lines beyond that are counted and reported as lost. So a crash loses no
// line that could have been written.
package logging
