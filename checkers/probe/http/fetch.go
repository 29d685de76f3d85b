package http

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/core/config"
)

// Options say how a page is fetched.
type Options struct {
	Target  config.Target
	Request []byte
	// TLS is nil for plain HTTP.
	TLS *tls.Config
	// Compliant has the connection end with a close-notify.
	Compliant bool
	// Limit bounds the whole attempt: a reply that never ends is given up. 0
	// means no limit.
	Limit time.Duration
	// Body is told of each part of the body, Counted of what of it the digest
	// counts, Tap of everything as it is read. All may be nil.
	Body, Counted, Tap func([]byte)
}

// Fetched is the end of a fetch.
type Fetched struct {
	Reply *Reply
	// Outcome is that of the connection; with NoSocket and BindFailed nothing
	// else is set.
	Outcome probe.Outcome
	// Failure is the text of section 8.3 when there is no reply to be judged.
	Failure string
	// TLSError is an error of the protocol at the end of a reply that is
	// judged all the same.
	TLSError error
}

// Fetch gets one page. Notes about the socket go to r.
func Fetch(ctx context.Context, r *probe.Result, o Options) Fetched {
	if o.Limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.Limit)
		defer cancel()
	}
	deadline := time.Now().Add(o.Target.Timeout)
	c, outcome := probe.Dial(ctx, r, o.Target, unix.SOCK_STREAM, deadline)
	f := Fetched{Outcome: outcome}
	switch outcome {
	case probe.NoSocket, probe.BindFailed:
		return f
	case probe.Immediate:
		f.Failure = message.WebUnreachable
		return f
	case probe.TimedOut:
		f.Failure = message.WebTimeoutConnecting
		return f
	case probe.Refused:
		f.Failure = message.WebConnectionFailed
		return f
	}
	defer c.Close()
	var stream io.ReadWriter = c
	if o.TLS != nil {
		t := tls.Client(c, o.TLS)
		c.Until(deadline)
		if err := t.Handshake(); err != nil {
			f.Failure = message.WebTLSError
			if probe.Timeout(err) || isTimeout(err) {
				f.Failure = message.WebTimeoutConnecting
			}
			return f
		}
		if o.Compliant {
			defer t.Close()
		}
		stream = t
	}
	c.Until(time.Now().Add(o.Target.Timeout))
	if _, err := stream.Write(o.Request); err != nil {
		f.Failure = message.WebCannotSend
		return f
	}
	f.read(c, stream, o)
	return f
}

// read reads to the end of the stream. Plain reads have a fresh timeout each;
// those of TLS share the first one.
func (f *Fetched) read(c *probe.Conn, stream io.Reader, o Options) {
	f.Reply = newReply(o.Body, o.Counted)
	buf := make([]byte, bufferSize)
	c.Until(time.Now().Add(o.Target.Timeout))
	for some := false; ; some = true {
		n, err := stream.Read(buf[:f.Reply.room()])
		if n > 0 {
			if o.Tap != nil {
				o.Tap(buf[:n])
			}
			f.Reply.add(buf[:n])
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			f.end(o)
			return
		case probe.Timeout(err) || isTimeout(err):
			f.stalled(some || n > 0, o)
			return
		case o.TLS != nil:
			f.TLSError = err
			f.end(o)
			return
		default:
			f.Failure = message.WebReadError
			return
		}
		if o.TLS == nil {
			c.Until(time.Now().Add(o.Target.Timeout))
		}
	}
}

func (f *Fetched) stalled(some bool, o Options) {
	switch {
	case !some:
		f.Failure = message.WebTimeoutRead
	case o.TLS != nil:
		f.Failure = message.WebTimeoutSSLRead
	default:
		f.Failure = message.WebTimeoutHTTPRead
	}
}

func (f *Fetched) end(o Options) {
	if f.Reply.Complete {
		return
	}
	f.Failure = message.WebNoData
	if o.TLS != nil && f.TLSError != nil {
		f.Failure = message.WebTLSReadError
	}
}

// isTimeout reports an expired deadline that the TLS layer has remembered.
func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}
