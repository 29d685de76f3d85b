package supervisor

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"keepalived/core/process"
)

// A panic on the parent's loop ends the loop, and is logged with its stack.
func TestPanic(t *testing.T) {
	b := &bench{t: t}
	p := &parent{log: slog.New(b)}
	loop := process.NewLoop()
	loop.Post(func() { panic("as ordered") })
	p.runLoop(context.Background(), loop)
	log := strings.Join(b.lines, "\n")
	if !strings.Contains(log, "panic: as ordered") || !strings.Contains(log, "supervisor.TestPanic") {
		t.Errorf("log:\n%s", log)
	}
}
