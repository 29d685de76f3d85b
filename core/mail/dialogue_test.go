package mail

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"keepalived/core/internal/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is how a server answers, where it is not as it should: by the verb,
// "BANNER" or ".", the reply, or "hang", "close". RCPT2 is the second RCPT.
type script map[string]string

// server is a mail server at the other end of a pipe.
type server struct {
	script script
	conn   net.Conn
	out    chan string // to be written, because a pipe holds nothing
	rcpt   int
	said   []string // by the client
}

// serve answers until the client is gone, and returns the client's lines.
func serve(conn net.Conn, s script) []string {
	v := &server{script: s, conn: conn, out: make(chan string, 64)}
	written := make(chan struct{})
	go func() {
		defer close(written)
		for text := range v.out {
			if _, err := conn.Write([]byte(text)); err != nil {
				return
			}
		}
	}()
	v.talk()
	conn.Close()
	close(v.out)
	<-written
	return v.said
}

func (v *server) talk() {
	if !v.answer("BANNER", "220 ready") {
		return
	}
	lines := bufio.NewScanner(v.conn)
	for data := false; lines.Scan(); {
		line := lines.Text()
		if v.said = append(v.said, line); data && line != "." {
			continue
		}
		verb, _, _ := strings.Cut(line, " ")
		reply := "250 ok"
		switch verb {
		case "RCPT":
			v.rcpt++
			verb = fmt.Sprintf("RCPT%d", v.rcpt)
		case "DATA":
			reply = "354 go on"
		case "QUIT":
			reply = "221 bye"
		}
		if !v.answer(verb, reply) {
			return
		}
		data = verb == "DATA" && v.script["DATA"] == ""
	}
}

func (v *server) answer(to, reply string) bool {
	if s := v.script[to]; s != "" {
		reply = s
	}
	switch reply {
	case "hang":
	case "close":
		return false
	default:
		v.out <- reply + "\r\n"
	}
	return true
}

// pipe dials a server with a script and delivers what was said to it.
func pipe(s script, said chan<- []string) func(context.Context, netip.AddrPort) (net.Conn, int, error) {
	return func(context.Context, netip.AddrPort) (net.Conn, int, error) {
		here, there := net.Pipe()
		go func() { said <- serve(there, s) }()
		return here, 7, nil
	}
}

var (
	exim  = Server{Addr: netip.MustParseAddrPort("192.0.2.25:2525"), Helo: "node1", Timeout: 30 * time.Second}
	alert = Message{From: "ka@example.org", To: []string{"a@example.com", "b@example.com"}, Subject: "[R] s", Body: "=> b <="}
)

// verbs shortens what a client said: the message is "text".
func verbs(said []string) string {
	var words []string
	for _, line := range said {
		verb, _, _ := strings.Cut(line, " ")
		switch {
		case slices.Contains([]string{"HELO", "MAIL", "RCPT", "DATA", "QUIT"}, verb):
			words = append(words, verb)
		case line == ".":
			words = append(words, "text")
		}
	}
	return strings.Join(words, " ")
}

// Each case is what the C daemon 2.2.7 said and logged to a server that
// answered so; where ours differs on purpose, DIFFERENCES.md has the case.
func TestDialogue(t *testing.T) {
	const all, where = "HELO MAIL RCPT RCPT DATA text", " SMTP server [192.0.2.25]:2525"
	silent, gone := "Timeout reading data to remote"+where+".", "Remote"+where+" has closed the connection."
	bad := func(cmd string, code int) string {
		return fmt.Sprintf("Error processing %s cmd on%s. SMTP status code = %d", cmd, where, code)
	}
	const sent = "SMTP alert successfully sent."
	const overflow = "Received buffer from remote" + where + " overflow our get read buffer length."
	for _, c := range []struct {
		name string
		script
		said string
		log  []string
		took time.Duration
	}{
		{"delivered", nil, all + " QUIT", []string{sent}, 0},
		{"greets with a refusal", script{"BANNER": "554 no"}, "QUIT", []string{bad("(E)SMTP", 554)}, 0},
		{"refuses HELO", script{"HELO": "554 no"}, "HELO QUIT", []string{bad("HELO", 554)}, 0},
		{"refuses the sender", script{"MAIL": "421 no"}, "HELO MAIL QUIT", []string{bad("MAIL", 421)}, 0},
		{"refuses one recipient", script{"RCPT2": "554 no"}, "HELO MAIL RCPT RCPT QUIT", []string{bad("RCPT", 554)}, 0},
		{"forwards to a recipient", script{"RCPT1": "251 there"}, "HELO MAIL RCPT QUIT", []string{bad("RCPT", 251)}, 0},
		{"refuses DATA", script{"DATA": "554 no"}, "HELO MAIL RCPT RCPT DATA QUIT", []string{bad("DATA", 554)}, 0},
		{"refuses the message", script{".": "554 no"}, all + " QUIT", []string{bad("BODY", 554)}, 0},
		{"refuses QUIT", script{"QUIT": "554 no"}, all + " QUIT", []string{sent, bad("QUIT", 554)}, 0},
		{"does not greet", script{"BANNER": "hang"}, "QUIT", []string{silent}, 30 * time.Second},
		{"hangs at HELO", script{"HELO": "hang"}, "HELO QUIT", []string{silent}, 30 * time.Second},
		{"hangs at the message", script{".": "hang"}, all + " QUIT", []string{silent}, 30 * time.Second},
		{"hangs for good", script{"MAIL": "hang", "QUIT": "hang"}, "HELO MAIL QUIT", []string{silent, silent}, time.Minute},
		{"hangs at QUIT", script{"QUIT": "hang"}, all + " QUIT", []string{sent, silent}, 30 * time.Second},
		{"goes at once", script{"BANNER": "close"}, "", []string{gone}, 0},
		{"goes at RCPT", script{"RCPT1": "close"}, "HELO MAIL RCPT", []string{gone}, 0},
		{"goes after the message", script{".": "close"}, all, []string{gone}, 0},
		{"goes at QUIT", script{"QUIT": "close"}, all + " QUIT", []string{sent, gone}, 0},
		{"refuses and goes", script{"HELO": "554 no", "QUIT": "close"}, "HELO QUIT", []string{bad("HELO", 554), gone}, 0},
		{"answers in many lines", script{"BANNER": "220-a\r\n220-b\r\n220 c", "MAIL": "250-a\r\n250 b"}, all + " QUIT", []string{sent}, 0},
		{"the last line counts", script{"HELO": "250-a\r\n500 b"}, "HELO QUIT", []string{bad("HELO", 500)}, 0},
		{"nothing but the code", script{"HELO": "250"}, all + " QUIT", []string{sent}, 0},
		{"no blank after the code", script{"HELO": "250ok"}, all + " QUIT", []string{sent}, 0},
		{"no code", script{"HELO": "hello"}, "HELO QUIT", []string{bad("HELO", 6190)}, 0},
		{"short code", script{"HELO": "25"}, "HELO QUIT", []string{bad("HELO", 215)}, 0},
		{"minus", script{"HELO": "-250 x"}, "HELO QUIT", []string{bad("HELO", -275)}, 0},
		{"no line at all", script{"HELO": "\r\n250 ok"}, "HELO QUIT", []string{bad("HELO", -388), bad("QUIT", 250)}, 0},
		{"long line", script{"HELO": "250 " + strings.Repeat("x", 1000)}, all + " QUIT", []string{sent}, 0},
		{"longer line", script{"HELO": "250 " + strings.Repeat("x", 1030)}, "HELO QUIT", []string{overflow, bad("QUIT", 7992)}, 0},
		{"no end of lines", script{"HELO": strings.Repeat("250-x\r\n", 300)}, "HELO QUIT", []string{overflow, overflow}, 0},
		{"one end of line", script{"HELO": "250 a\n250 b"}, "HELO MAIL RCPT RCPT DATA QUIT", []string{bad("DATA", 250), bad("QUIT", 354)}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log, said := &journal.Journal{}, make(chan []string, 1)
				a := &attempt{exim, alert, log.Log(), t.Context()}
				start := time.Now()
				quiet := a.send(pipe(c.script, said))
				took := time.Since(start)
				if got := verbs(<-said); got != c.said {
					t.Errorf("said %q, want %q", got, c.said)
				}
				want := append([]string{"Remote" + where + " connected."}, c.log...)
				if !slices.Equal(log.Lines(), want) {
					t.Errorf("logged\n%s\nwant\n%s", strings.Join(log.Lines(), "\n"), strings.Join(want, "\n"))
				}
				if took != c.took {
					t.Errorf("took %v, want %v", took, c.took)
				}
				if quiet != (c.log[0] == silent) {
					t.Errorf("silent: %v", quiet)
				}
			})
		})
	}
}

// Whatever a server sends, a reply is read to its end or refused, and no more
// of it than the limits allow.
func FuzzReply(f *testing.F) {
	for _, s := range []string{"220 ready\r\n", "250-a\r\n250 b\r\n", "250\n", "\r\n", "-", strings.Repeat("250-\n", 200), strings.Repeat("x", 2000)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		in := bytes.NewReader(sent)
		d := &dialogue{reader: bufio.NewReaderSize(in, maxLine)}
		code, err := d.reply()
		read := len(sent) - in.Len() - d.reader.Buffered()
		if read > maxLine*maxLines {
			t.Errorf("read %d octets", read)
		}
		if err != nil && code != 0 || err == nil && (read == 0 || sent[read-1] != '\n') {
			t.Errorf("code %d, error %v, after %q", code, err, sent[:read])
		}
	})
}

// The words of the whole dialogue.
func TestCommands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		said := make(chan []string, 1)
		m := alert
		m.From = `"Keep A. Lived" <ka@example.org>`
		a := &attempt{exim, m, new(journal.Journal).Log(), t.Context()}
		a.send(pipe(nil, said))
		want := []string{
			"HELO node1", "MAIL FROM:<ka@example.org>", "RCPT TO:<a@example.com>", "RCPT TO:<b@example.com>", "DATA",
			"Date: Mon, 01 Jan 0001 00:00:00 +0000", `From: "Keep A. Lived" <ka@example.org>`, "Subject: [R] s", "X-Mailer: Keepalived",
			"To: a@example.com,", " b@example.com", "", "=> b <=", "", ".", "QUIT",
		}
		if got := <-said; !slices.Equal(got, want) {
			t.Errorf("got\n%s", strings.Join(got, "\n"))
		}
	})
}

// A server that sends an octet now and then has the time of one reply, not of
// one octet: the sender waits for nobody for ever.
func TestDrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &journal.Journal{}
		a := &attempt{exim, alert, log.Log(), t.Context()}
		start := time.Now()
		silent := a.send(func(context.Context, netip.AddrPort) (net.Conn, int, error) {
			here, there := net.Pipe()
			go func() {
				defer there.Close()
				for {
					if _, err := there.Write([]byte("2")); err != nil {
						return
					}
					time.Sleep(10 * time.Second)
				}
			}()
			return here, 7, nil
		})
		// Nobody reads its QUIT, for which it waits as long.
		if took := time.Since(start); !silent || took != time.Minute {
			t.Errorf("silent %v, took %v, logged %q", silent, took, log.Lines())
		}
	})
}
