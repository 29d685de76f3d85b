package probe

import (
	"context"
	"fmt"
	"log/slog"
	"syscall"

	"keepalived/checkers/message"
	"keepalived/core/logging"
)

// Prober makes attempts. One attempt at a time.
type Prober interface {
	// Probe makes one attempt. It returns soon after ctx is done; its result
	// then counts for nothing.
	Probe(ctx context.Context, a Attempt) Result
}

// Attempt says what the state of the checker makes of an attempt.
type Attempt struct {
	URL int // index of the URL that is next (HTTP_GET, SSL_GET)
}

// Subject names what is checked, for messages.
type Subject struct{ RS, VS string }

// Result is the end of one attempt.
type Result struct {
	OK bool
	// Void is set when the attempt says nothing about the server.
	Void bool
	// Text is for the state machine: see machine.Result.
	Text string
	// Notes are lines to be logged, in order, before the machine's.
	Notes []Note
	// Errno is the error number of an odd immediate connect error, or for UDP
	// of any connect or send error; 0 without one. ErrnoText is the line about it; it is logged when the
	// number changes, and only with detailed log.
	Errno     syscall.Errno
	ErrnoText string
}

// Note is a line to be logged.
type Note struct {
	Level slog.Level
	Text  string
}

// Notef adds a line of priority info.
func (r *Result) Notef(format string, args ...any) {
	r.Notes = append(r.Notes, Note{slog.LevelInfo, fmt.Sprintf(format, args...)})
}

// Errorf adds a line of priority error.
func (r *Result) Errorf(format string, args ...any) {
	r.Notes = append(r.Notes, Note{slog.LevelError, fmt.Sprintf(format, args...)})
}

// Detailf adds a line that is only written with detailed log.
func (r *Result) Detailf(format string, args ...any) {
	r.Notes = append(r.Notes, Note{logging.LevelDetail, fmt.Sprintf(format, args...)})
}

// Outcome is how making a connection ended.
type Outcome uint8

// The outcomes of section 7.5.
const (
	Connected  Outcome = iota
	NoSocket           // the socket could not be made
	BindFailed         // mark, device or source address refused, or an odd connect error: no result
	Immediate          // connect failed at once: a failure
	TimedOut           // no answer within connect_timeout
	Refused            // connect failed later
)

// Void fills in a result that says nothing, with the checker's own lines.
func (o Outcome) Void(r *Result, noSocket, bindFailed string) Result {
	r.Void = true
	if o == NoSocket {
		r.Notef("%s", noSocket)
	} else {
		r.Notef("%s", bindFailed)
	}
	return *r
}

// connectError notes an immediate connect error.
func (r *Result) connectError(errno syscall.Errno) {
	r.Errno = errno
	r.ErrnoText = fmt.Sprintf(message.ConnectError, int(errno), Strerror(errno))
}
