package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"keepalived/core/logging"
	"keepalived/core/process"
)

// Server is a mail server, and how to talk to it.
type Server struct {
	Addr netip.AddrPort
	Helo string // the name after HELO
	// Timeout is for connecting and for each reply.
	Timeout time.Duration
}

// String returns the server's name in the log.
func (s Server) String() string { return fmt.Sprintf("[%s]:%d", s.Addr.Addr(), s.Addr.Port()) }

// maxWaiting is how many mails wait for the server: two for each of 2000
// instances that all change their state at once.
const maxWaiting = 4096

// Sender sends mails. Its methods are called on the loop.
type Sender struct {
	loop    *process.Loop
	log     *slog.Logger
	dial    func(context.Context, netip.AddrPort) (conn net.Conn, fd int, err error)
	waiting []*attempt
	sending bool
	ctx     context.Context // of the sending
	cancel  context.CancelFunc
}

// NewSender returns a sender with nothing to send.
func NewSender(loop *process.Loop, log *slog.Logger) *Sender {
	s := &Sender{loop: loop, log: log, dial: dial}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// attempt is a mail on its way to a server.
type attempt struct {
	server  Server
	message Message
	log     *slog.Logger
	ctx     context.Context // once it is done, nothing is logged any more
}

// Send sends a message as soon as those before it are through. If too many
// wait already, the oldest of them is dropped: the newest tell how things are.
func (s *Sender) Send(server Server, m Message) {
	if s.ctx.Err() != nil {
		return
	}
	a := &attempt{server, m, s.log, s.ctx}
	if len(s.waiting) == maxWaiting {
		oldest := s.take()
		oldest.info(msgFull, oldest.message.Subject, maxWaiting)
	}
	s.waiting = append(s.waiting, a)
	s.next()
}

// take takes the mail out of the queue that has waited longest.
func (s *Sender) take() *attempt {
	a := s.waiting[0]
	s.waiting[0] = nil
	s.waiting = s.waiting[1:]
	return a
}

// next sends the next mail, unless one is being sent.
func (s *Sender) next() {
	if s.sending || len(s.waiting) == 0 || s.ctx.Err() != nil {
		return
	}
	a := s.take()
	s.sending = true
	go func() {
		silent := a.send(s.dial)
		s.loop.Post(func() { s.sent(silent) })
	}()
}

func (s *Sender) sent(silent bool) {
	s.sending = false
	if silent {
		s.dropStale(time.Now())
	}
	s.next()
}

// dropStale drops the mails that have waited for longer than their server may
// take: with a connection of their own they would have been lost as well, and
// a server that stays silent must not be asked for hours about what is past.
func (s *Sender) dropStale(now time.Time) {
	for len(s.waiting) > 0 && now.Sub(s.waiting[0].message.Date) >= s.waiting[0].server.Timeout {
		a := s.take()
		a.info(msgStale, a.message.Subject)
	}
}

// Close drops what has not been sent, without waiting.
func (s *Sender) Close() {
	s.waiting = nil
	s.cancel()
}

// send connects and holds the dialogue.
func (a *attempt) send(dial func(context.Context, netip.AddrPort) (net.Conn, int, error)) (silent bool) {
	ctx, cancel := context.WithTimeout(a.ctx, a.server.Timeout)
	conn, fd, err := dial(ctx, a.server.Addr)
	cancel()
	if err != nil {
		silent = errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
		if silent {
			a.info(msgConnectTimeout, a.server)
		} else {
			a.info(msgWriteError, fd)
		}
		return silent
	}
	a.detail(msgConnected, a.server)
	return a.hold(a.ctx, conn, fd)
}

func (a *attempt) info(format string, args ...any) { a.write(slog.LevelInfo, format, args...) }

// detail is for -D.
func (a *attempt) detail(format string, args ...any) { a.write(logging.LevelDetail, format, args...) }

func (a *attempt) write(level slog.Level, format string, args ...any) {
	if a.ctx.Err() == nil && a.log.Enabled(a.ctx, level) {
		a.log.Log(a.ctx, level, fmt.Sprintf(format, args...))
	}
}

// dial connects, and tells the descriptor, which the log has for a connection
// that fails.
func dial(ctx context.Context, addr netip.AddrPort) (net.Conn, int, error) {
	fd := -1
	d := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(n uintptr) { fd = int(n) })
	}}
	conn, err := d.DialContext(ctx, "tcp", addr.String())
	return conn, fd, err
}
