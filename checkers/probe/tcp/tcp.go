package tcp

import (
	"context"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/core/config"
)

// Probe is one TCP_CHECK.
type Probe struct{ Target config.Target }

// Probe connects.
func (p *Probe) Probe(ctx context.Context, _ probe.Attempt) probe.Result {
	var r probe.Result
	c, o := probe.Dial(ctx, &r, p.Target, unix.SOCK_STREAM, time.Now().Add(p.Target.Timeout))
	switch o {
	case probe.Connected:
		c.Close()
		r.OK = true
	case probe.NoSocket, probe.BindFailed:
		return o.Void(&r, message.TCPNoSocket, message.TCPBindFailed)
	case probe.TimedOut:
		r.Text = "timeout"
	case probe.Refused:
		r.Text = "failed"
	}
	return r
}
