package smtp

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/core/config"
)

// maxLine is what the C daemon's buffer holds of a line.
const maxLine = 511

// Probe is one SMTP_CHECK.
type Probe struct {
	Target config.Target
	Helo   string
	Server string // the real server as "[address]:port", for one message
}

// Probe holds one dialogue.
func (p *Probe) Probe(ctx context.Context, _ probe.Attempt) probe.Result {
	var r probe.Result
	destination := fmt.Sprintf("[%s]:%d", p.Target.Addr, p.Target.Port)
	fail := func(format string) probe.Result {
		r.Text = fmt.Sprintf(format, destination)
		return r
	}
	c, o := probe.Dial(ctx, &r, p.Target, unix.SOCK_STREAM, time.Now().Add(p.Target.Timeout))
	switch o {
	case probe.NoSocket, probe.BindFailed:
		return o.Void(&r, message.SMTPNoSocket, message.SMTPBindFailed)
	case probe.Immediate:
		r.Text = fmt.Sprintf(message.SMTPUnreachable, p.Target.Addr, p.Server)
		return r
	case probe.TimedOut:
		return fail(message.SMTPTimeoutConnect)
	case probe.Refused:
		return fail(message.SMTPCouldNot)
	}
	defer c.Close()
	d := dialogue{c: c, timeout: p.Target.Timeout, destination: destination, r: &r}
	for _, step := range []struct {
		send string
		want int
		bad  string
	}{
		{"", 220, message.SMTPBadBanner},
		{"HELO " + p.Helo + "\r\n", 250, message.SMTPBadHelo},
		{"QUIT\r\n", 0, ""},
	} {
		if text := d.send(step.send); text != "" {
			return fail(text)
		}
		line, text := d.line()
		if text != "" {
			return fail(text)
		}
		if step.want != 0 && code(line) != step.want {
			return fail(step.bad)
		}
	}
	r.OK = true
	return r
}

type dialogue struct {
	c           *probe.Conn
	timeout     time.Duration
	destination string
	r           *probe.Result
}

// send writes a command, and returns the text of the failure.
func (d *dialogue) send(command string) string {
	if command == "" {
		return ""
	}
	d.c.Until(time.Now().Add(d.timeout))
	_, err := d.c.Write([]byte(command))
	switch {
	case err == nil:
		return ""
	case probe.Timeout(err):
		return message.SMTPWriteTimeout
	}
	return message.SMTPWriteFailure
}

// line reads one line without its end. What one read brings after it is
// dropped. A server that never ends its line is given up with the deadline.
func (d *dialogue) line() (line []byte, failure string) {
	d.c.Until(time.Now().Add(d.timeout))
	var b []byte
	buf := make([]byte, maxLine)
	for {
		n, err := d.c.Read(buf[:maxLine-len(b)])
		b = append(b, buf[:n]...)
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return b[:i], ""
		}
		switch {
		case err == nil:
		case probe.Timeout(err):
			return nil, message.SMTPReadTimeout
		default:
			return nil, message.SMTPReadFailure
		}
		if len(b) == maxLine {
			d.r.Notef(message.SMTPOverflow, d.destination)
			b = b[:0]
		}
	}
}

// code is that of a reply, 0 when it is malformed: exactly three digits, then
// a blank or the end of the line.
func code(line []byte) int {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' {
		return 0
	}
	n := 0
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}
