package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"keepalived/compat-tests/lecture"
)

// A timeline draws what happens: a line each half second with the master and one
// character for every request that ended (1, 2, 3: who answered; x: nobody), and
// a line for each event.
type timeline struct {
	screen io.Writer
	colour bool
	start  time.Time
	mu     sync.Mutex
}

// paint wraps text in a colour (an SGR code) if colours are wanted.
func (t *timeline) paint(code, text string) string {
	if !t.colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (t *timeline) line(format string, arguments ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.screen, "%6.1fs  %s\n", time.Since(t.start).Seconds(), fmt.Sprintf(format, arguments...))
}

// event announces what the demo does or has waited for.
func (t *timeline) event(format string, arguments ...any) {
	t.line("%s", t.paint("1;36", "── "+fmt.Sprintf(format, arguments...)))
}

// watch draws until the context ends.
func (t *timeline) watch(ctx context.Context, n *lecture.Network, traffic *traffic) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	drawn := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			answers := traffic.since(drawn)
			drawn += len(answers)
			t.draw(n.Master(), answers)
		}
	}
}

// draw writes one line of the timeline.
func (t *timeline) draw(master string, answers []answer) {
	if master == "" {
		master = "nobody"
	}
	var marks strings.Builder
	failed := 0
	for _, a := range answers {
		if a.server == "" {
			failed++
		}
		marks.WriteString(t.mark(a.server))
	}
	text := fmt.Sprintf("MASTER %-7s %s%s", master, marks.String(), strings.Repeat(" ", max(0, 24-len(answers))))
	if failed > 0 {
		text += t.paint("31", fmt.Sprintf(" %d failed", failed))
	}
	t.line("%s", strings.TrimRight(text, " "))
}

// mark is the character of one request.
func (t *timeline) mark(server string) string {
	switch server {
	case "":
		return t.paint("1;31", "x")
	case "rs1":
		return t.paint("32", "1")
	case "rs2":
		return t.paint("33", "2")
	case "rs3":
		return t.paint("34", "3")
	}
	return "?"
}
