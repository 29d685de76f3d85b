package process

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Linked lists the kinds of children that a kind is linked with, in the order in
// which it inherits the ends: the BFD process tells the others what becomes of
// its sessions (03-vrrp section 17.6).
func Linked(k Kind) []Kind {
	if k == BFD {
		return []Kind{Checker, VRRP}
	}
	return []Kind{BFD}
}

// Report is what goes over a [Link].
type Report struct {
	// Session is the name of a bfd_instance whose state is told. It is empty
	// in what [Link.Ask] sends; At is then the moment since when the asking
	// process reads.
	Session string
	Up      bool
	At      Moment // when it happened
}

// Moment is a time of the monotonic clock that all processes share, in
// nanoseconds.
type Moment int64

// Now is this moment.
func Now() Moment {
	var ts unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts) // cannot fail with this clock
	return Moment(ts.Nano())
}

// Since is the time that has passed since then.
func (m Moment) Since() time.Duration { return time.Duration(Now() - m) }

// reportHead is the size of a report on the wire before the name: up, then
// time.
const reportHead = 9

// longestReport is longer than any report: names are at most 31 octets, and of
// a single word in any case.
const longestReport = 4096

// Link is one end of the connection between the BFD process and one that
// follows its sessions. The parent keeps both ends for as long as it lives, so
// that reports outlive each of the two processes.
type Link struct {
	socket *socket
	made   Moment
}

// NewLinkPair returns both ends, for processes to inherit.
func NewLinkPair() (a, b *os.File, err error) { return socketPair("link") }

// NewLink makes a link of an end, which it takes over.
func NewLink(f *os.File) (*Link, error) {
	s, err := newSocket(f, "link")
	if err != nil {
		return nil, err
	}
	return &Link{s, Now()}, nil
}

// Send sends a report without waiting. It fails with EAGAIN when the other
// process has not read for long.
func (l *Link) Send(r Report) error {
	b := make([]byte, reportHead, reportHead+len(r.Session))
	if r.Up {
		b[0] = 1
	}
	binary.BigEndian.PutUint64(b[1:], uint64(r.At))
	return l.socket.send(append(b, r.Session...), nil)
}

// Ask asks the BFD process for the states of all sessions that this process
// cannot find in the link: those that were told of before it began.
func (l *Link) Ask() error { return l.Send(Report{At: l.made}) }

// Watch has every report that comes handled on the loop, until the link is
// closed.
func (l *Link) Watch(loop *Loop, handle func(Report)) {
	go func() {
		for {
			r, err := l.receive()
			switch {
			case errors.Is(err, errReport):
			case err != nil:
				return
			default:
				loop.Post(func() { handle(r) })
			}
		}
	}()
}

var errReport = errors.New("link socket: malformed report")

// receive waits for a report. It returns io.EOF when nobody has the other end.
func (l *Link) receive() (Report, error) {
	b := make([]byte, longestReport)
	n, _, err := l.socket.receive(b, nil)
	switch {
	case err != nil:
		return Report{}, err
	case n == 0:
		return Report{}, io.EOF
	case n < reportHead:
		return Report{}, errReport
	}
	return Report{Up: b[0] != 0, At: Moment(binary.BigEndian.Uint64(b[1:])), Session: string(b[reportHead:n])}, nil
}

// Close closes the link and ends its watch.
func (l *Link) Close() error { return l.socket.close() }
