package supervisor

import (
	"context"
	"log/slog"
	"time"

	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/script"
)

// The time that a start or shutdown script has by default, and after which one
// that not even SIGKILL ends is left alone: 2 s to the first SIGKILL, 2 s to
// the second, 10 s after it (02-runtime section 3.2).
const (
	scriptTimeout = 10 * time.Second
	scriptGiveUp  = (2 + 2 + 10) * time.Second
)

// Script runs a start or shutdown script.
func (m *machine) Script(label string, s *config.Script, timeout time.Duration, done func()) {
	if timeout == 0 {
		timeout = scriptTimeout
	}
	detail := func(format string, args ...any) {
		printf(context.Background(), m.log, logging.LevelDetail, format, args...)
	}
	if len(s.Args) > 0 {
		detail(msgScriptRunning, label, s.Args[0])
	}
	m.scripts++
	ended := false
	end := func() {
		if !ended {
			ended = true
			done()
		}
	}
	warn := m.loop.AfterFunc(timeout, func() { m.printf(msgScriptTimeout, label) })
	abandon := m.loop.NewTimer(end)
	m.runner.Run(script.Command{
		Name: label, Script: s, Timeout: timeout,
		Done: func(r script.Result) {
			m.scripts--
			warn.Stop()
			abandon.Stop()
			switch {
			case r.TimedOut:
			case r.Signal != 0:
				m.printf(msgScriptSignal, label, int(r.Signal))
			case r.Status != 0 || r.Err != nil:
				m.printf(msgScriptFailed, label, r.Status)
			default:
				detail(msgScriptSucceeded, label)
			}
			end()
		},
	})
	abandon.Reset(timeout + scriptGiveUp)
}

func (m *machine) printf(format string, args ...any) {
	printf(context.Background(), m.log, slog.LevelInfo, format, args...)
}
