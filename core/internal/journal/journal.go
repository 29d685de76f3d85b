package journal

import (
	"context"
	"log/slog"
	"slices"
	"sync"
)

// Journal is a slog.Handler that keeps the messages of all levels, without time
// and attributes, as core/logging shows none.
type Journal struct {
	mu    sync.Mutex
	lines []string
}

// Log returns a logger that writes into the journal.
func (j *Journal) Log() *slog.Logger { return slog.New(j) }

// Lines returns what was written, first to last.
func (j *Journal) Lines() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.lines)
}

// Take returns what was written since the last call.
func (j *Journal) Take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := j.lines
	j.lines = nil
	return lines
}

// Enabled says that every level is kept.
func (j *Journal) Enabled(context.Context, slog.Level) bool { return true }

// WithAttrs returns the journal itself.
func (j *Journal) WithAttrs([]slog.Attr) slog.Handler { return j }

// WithGroup returns the journal itself.
func (j *Journal) WithGroup(string) slog.Handler { return j }

// Handle keeps the message.
func (j *Journal) Handle(_ context.Context, r slog.Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, r.Message)
	return nil
}
