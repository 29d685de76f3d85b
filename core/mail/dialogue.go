package mail

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// Limits of a reply. The C daemon's buffer has 1024 octets, and RFC 5321
// section 4.5.3.1.5 allows a line 512.
const (
	maxLine  = 1024
	maxLines = 128
)

var errOverflow = errors.New("reply too long")

// dialogue is the conversation about one mail.
type dialogue struct {
	*attempt
	conn   net.Conn
	fd     int
	reader *bufio.Reader
}

// step is one thing that is said, the name that the log has for it, and the
// reply that must follow.
type step struct {
	name, text string
	code       int
}

// steps are the parts of the dialogue before QUIT.
func (a *attempt) steps() []step {
	list := []step{
		{"(E)SMTP", "", 220},
		{"HELO", "HELO " + flat(a.server.Helo) + "\r\n", 250},
		{"MAIL", "MAIL FROM:" + path(a.message.From) + "\r\n", 250},
	}
	for _, to := range a.message.To {
		list = append(list, step{"RCPT", "RCPT TO:" + path(to) + "\r\n", 250})
	}
	return append(list, step{"DATA", "DATA\r\n", 354}, step{"BODY", a.message.text(), 250})
}

// run holds the dialogue and logs what it leads to. One refused recipient ends
// it. It reports whether the server kept silent.
func (d *dialogue) run() (silent bool) {
	for _, s := range d.steps() {
		if err := d.take(s); err != nil {
			silent = errors.Is(err, os.ErrDeadlineExceeded)
			if silent || errors.Is(err, errOverflow) || errors.Is(err, errRefused) {
				d.quit()
			}
			return silent
		}
	}
	d.detail(msgSent)
	d.quit()
	return false
}

// quit takes leave, and hears the answer out. (The C daemon says it again and
// again to a server that answers anything but 221.)
func (d *dialogue) quit() { _ = d.take(step{"QUIT", "QUIT\r\n", 221}) }

var errRefused = errors.New("refused")

// take does one step. It has logged the error that it returns.
func (d *dialogue) take(s step) error {
	_ = d.conn.SetDeadline(time.Now().Add(d.server.Timeout))
	if err := d.say(s.text); err != nil {
		return err
	}
	code, err := d.reply()
	switch {
	case err == nil && code != s.code:
		d.info(msgBadReply, s.name, d.server, code)
		return errRefused
	case errors.Is(err, os.ErrDeadlineExceeded):
		d.info(msgReadTimeout, d.server)
	case errors.Is(err, errOverflow):
		d.info(msgOverflow, d.server)
	case errors.Is(err, io.EOF):
		d.info(msgClosed, d.server)
	case err != nil:
		d.info(msgReadError, d.fd)
	}
	return err
}

func (d *dialogue) say(text string) error {
	if text == "" {
		return nil
	}
	_, err := io.WriteString(d.conn, text)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded): // it does not read either
		d.info(msgReadTimeout, d.server)
	case err != nil:
		d.info(msgWriteError, d.fd)
	}
	return err
}

// reply reads a reply to its last line, and returns the code of that.
func (d *dialogue) reply() (int, error) {
	for range maxLines {
		line, err := d.reader.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return 0, errOverflow
		case err != nil:
			return 0, err
		case len(line) < 4 || line[3] != '-':
			return code(line), nil
		}
	}
	return 0, errOverflow
}

// code reads the first three octets as digits, whatever they are: so the log
// has the C daemon's number for a line that is no reply.
func code(line []byte) int {
	n := 0
	for _, c := range line[:min(len(line), 3)] {
		n = n*10 + int(c) - '0'
	}
	return n
}

// hold runs the dialogue over a connection until ctx is done.
func (a *attempt) hold(ctx context.Context, conn net.Conn, fd int) (silent bool) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	d := &dialogue{attempt: a, conn: conn, fd: fd, reader: bufio.NewReaderSize(conn, maxLine)}
	return d.run()
}
