package dbus

import (
	"context"
	"time"

	wire "github.com/godbus/dbus/v5"
)

// The pauses between attempts to reach the bus, and how long one may take.
const (
	firstPause  = time.Second
	longestWait = time.Minute
	connectTime = 10 * time.Second
)

// run holds the connection until ctx ends or the good-bye is sent.
func (b *Bus) run(ctx context.Context, signals <-chan signal, ended chan<- struct{}) {
	defer close(ended)
	pause, told := firstPause, false
	for {
		conn, l, err := connect(ctx)
		switch {
		case err == nil:
			b.printf(msgConnected, b.names.Load().service)
			if b.hold(ctx, signals, conn, l) {
				return
			}
			pause = firstPause
			b.printf(msgBusLost)
		case !told && ctx.Err() == nil:
			told = true
			b.printf(msgNoBus, err)
		}
		if rest(ctx, signals, pause) {
			return
		}
		pause = min(2*pause, longestWait)
	}
}

// rest waits, and forgets the signals that nobody hears. It reports the end.
func rest(ctx context.Context, signals <-chan signal, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return true
		case s := <-signals:
			if s.member == "" {
				return true
			}
		case <-timer.C:
			return false
		}
	}
}

// connect reaches the system bus. The link is what ends the connection: closing
// it ends every read and write. (A Close of the connection itself would race
// with its reader.)
func connect(ctx context.Context) (*wire.Conn, *link, error) {
	l, err := dial(ctx)
	if err != nil {
		return nil, nil, err
	}
	limit := time.AfterFunc(connectTime, func() { l.Close() }) // ends what hangs
	defer limit.Stop()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	conn, err := wire.NewConn(l)
	if err == nil {
		if err = conn.Auth(nil); err != nil {
			conn.Close() // it has no reader yet, which would do so
		}
	}
	if err == nil {
		err = conn.Hello()
	}
	if err != nil {
		l.Close()
		return nil, nil, err
	}
	return conn, l, nil
}

// calls is how many calls may wait to be answered; more are dropped.
const calls = 64

// hold serves a connection. It reports whether that was the end, and not a lost
// connection.
func (b *Bus) hold(ctx context.Context, signals <-chan signal, conn *wire.Conn, l *link) bool {
	in := make(chan *wire.Message, calls)
	conn.Eavesdrop(in)
	defer context.AfterFunc(ctx, func() { l.Close() })()
	defer func() {
		l.Close()
		<-conn.Context().Done() // its reader has ended
	}()
	// What has happened so far is told before the name is there, as the C
	// daemon does: who listens knows the objects by their paths.
	for ready := true; ready; {
		select {
		case s := <-signals:
			if s.member == "" {
				return b.leave(conn)
			}
			emit(conn, s)
		default:
			ready = false
		}
	}
	request := b.requestName(conn)
	for {
		select {
		case <-ctx.Done():
			return true
		case s := <-signals:
			if s.member == "" {
				return b.leave(conn)
			}
			emit(conn, s)
		case <-conn.Context().Done():
			return ctx.Err() != nil
		case m, open := <-in:
			if !open {
				return ctx.Err() != nil
			}
			b.message(conn, m, request)
		}
	}
}

func emit(conn *wire.Conn, s signal) {
	_ = conn.Emit(wire.ObjectPath(s.path), s.iface+"."+s.member, s.args...) // a lost connection is noticed where it is read
}

// busCall makes a call of the bus itself.
func busCall(member string, args ...any) *wire.Message {
	return &wire.Message{
		Type: wire.TypeMethodCall,
		Headers: map[wire.HeaderField]wire.Variant{
			wire.FieldDestination: wire.MakeVariant("org.freedesktop.DBus"),
			wire.FieldPath:        wire.MakeVariant(wire.ObjectPath("/org/freedesktop/DBus")),
			wire.FieldInterface:   wire.MakeVariant("org.freedesktop.DBus"),
			wire.FieldMember:      wire.MakeVariant(member),
			wire.FieldSignature:   wire.MakeVariant(wire.SignatureOf(args...)),
		},
		Body: args,
	}
}

// requestName asks for the name, and returns the number of the call: its reply
// comes like all messages. Who does not get the name waits for it.
func (b *Bus) requestName(conn *wire.Conn) uint32 {
	m := busCall("RequestName", b.names.Load().service, uint32(0))
	conn.Send(m, nil)
	return m.Serial()
}

// leave gives the name back.
func (b *Bus) leave(conn *wire.Conn) bool {
	m := busCall("ReleaseName", b.names.Load().service)
	m.Flags = wire.FlagNoReplyExpected
	conn.Send(m, nil)
	b.printf(msgReleased)
	return true
}

// message takes in what the bus delivers.
func (b *Bus) message(conn *wire.Conn, m *wire.Message, request uint32) {
	n := b.names.Load()
	member, _ := m.Headers[wire.FieldMember].Value().(string)
	sender, _ := m.Headers[wire.FieldSender].Value().(string)
	switch {
	case m.Type == wire.TypeMethodCall:
		b.reply(conn, n, m)
	case m.Type == wire.TypeSignal && sender == "org.freedesktop.DBus" && len(m.Body) == 1 && m.Body[0] == n.service:
		switch member {
		case "NameAcquired":
			b.printf(msgAcquired, n.service)
		case "NameLost":
			b.printf(msgLost, n.service)
		}
	case m.Type == wire.TypeMethodReply || m.Type == wire.TypeError:
		serial, _ := m.Headers[wire.FieldReplySerial].Value().(uint32)
		owner := m.Type == wire.TypeMethodReply && len(m.Body) == 1 && m.Body[0] == uint32(wire.RequestNameReplyPrimaryOwner)
		if serial == request && !owner {
			b.printf(msgLost, n.service)
		}
	}
}

// reply answers a call.
func (b *Bus) reply(conn *wire.Conn, n *names, m *wire.Message) {
	values, refusal := b.answer(n, callOf(m))
	if m.Flags&wire.FlagNoReplyExpected != 0 {
		return
	}
	r := &wire.Message{Type: wire.TypeMethodReply, Headers: map[wire.HeaderField]wire.Variant{
		wire.FieldReplySerial: wire.MakeVariant(m.Serial()),
	}, Body: values}
	if sender, ok := m.Headers[wire.FieldSender].Value().(string); ok {
		r.Headers[wire.FieldDestination] = wire.MakeVariant(sender)
	}
	if refusal != nil {
		r.Type, r.Body = wire.TypeError, refusal.Body
		r.Headers[wire.FieldErrorName] = wire.MakeVariant(refusal.Name)
	}
	if len(r.Body) > 0 {
		r.Headers[wire.FieldSignature] = wire.MakeVariant(wire.SignatureOf(r.Body...))
	}
	conn.Send(r, nil)
}
