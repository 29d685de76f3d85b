package smtp

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/core/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve holds one dialogue: it sends banner, then answers each command with
// the next answer; an empty answer is silence. It returns what it was told.
func serve(t *testing.T, banner string, answers ...string) (netip.AddrPort, <-chan string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan string, 1)
	go func() {
		var got strings.Builder
		defer func() { told <- got.String() }()
		defer l.Close()
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = io.WriteString(c, banner)
		r := bufio.NewReader(c)
		for _, a := range append(answers, "") {
			line, err := r.ReadString('\n')
			got.WriteString(line)
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, a)
		}
	}()
	t.Cleanup(func() { l.Close() })
	return l.Addr().(*net.TCPAddr).AddrPort(), told
}

// TestDialogues are section 8.4 and scenarios 19 and 70.
func TestDialogues(t *testing.T) {
	const good, bye = "250 ok\r\n", "221 bye\r\n"
	for _, c := range []struct {
		name, banner string
		answers      []string
		ok           bool
		text         string // template
		told         string
		note         bool
	}{
		{"good", "220 x\r\n", []string{good, bye}, true, "", "HELO me\r\nQUIT\r\n", false},
		{"bare code", "220\n", []string{"250\n", "anything\n"}, true, "", "HELO me\r\nQUIT\r\n", false},
		{"code and CR", "220\r\n", nil, false, message.SMTPBadBanner, "", false},
		{"multi-line", "220-x\r\n220 y\r\n", nil, false, message.SMTPBadBanner, "", false},
		{"refusing", "554 no\r\n", nil, false, message.SMTPBadBanner, "", false},
		{"plus", "+22 x\r\n", nil, false, message.SMTPBadBanner, "", false},
		{"bad HELO", "220 x\r\n", []string{"500 what\r\n"}, false, message.SMTPBadHelo, "HELO me\r\n", false},
		{"silent", "", nil, false, message.SMTPReadTimeout, "", false},
		{"silent after QUIT", "220 x\r\n", []string{good}, false, message.SMTPReadFailure, "HELO me\r\nQUIT\r\n", false},
		{"long line", strings.Repeat("x", 600) + "220 x\r\n", nil, false, message.SMTPBadBanner, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, told := serve(t, c.banner, c.answers...)
			p := &Probe{Target: config.Target{Addr: a.Addr(), Port: a.Port(), Timeout: 300 * time.Millisecond}, Helo: "me"}
			r := p.Probe(t.Context(), probe.Attempt{})
			want := ""
			if c.text != "" {
				want = fmt.Sprintf(c.text, fmt.Sprintf("[127.0.0.1]:%d", a.Port()))
			}
			if r.OK != c.ok || r.Text != want {
				t.Errorf("got %v %q, want %v %q", r.OK, r.Text, c.ok, want)
			}
			if got := <-told; got != c.told {
				t.Errorf("told %q, want %q", got, c.told)
			}
			if (len(r.Notes) > 0) != c.note {
				t.Errorf("notes %v", r.Notes)
			}
		})
	}
}

// A server that is not there, and one that cannot be reached.
func TestConnect(t *testing.T) {
	a, told := serve(t, "")
	c, err := net.Dial("tcp", a.String())
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	<-told
	p := &Probe{Target: config.Target{Addr: a.Addr(), Port: a.Port(), Timeout: time.Second}, Server: "[10.0.0.1]:25"}
	if r := p.Probe(t.Context(), probe.Attempt{}); r.Text != fmt.Sprintf("Could not connect to server [127.0.0.1]:%d", a.Port()) {
		t.Errorf("closed: %+v", r)
	}
	p.Target.Addr = netip.MustParseAddr("255.255.255.255")
	if r := p.Probe(t.Context(), probe.Attempt{}); r.Text != "Network unreachable for server 255.255.255.255 - real server [10.0.0.1]:25" {
		t.Errorf("unreachable: %+v", r)
	}
}

// FuzzCode never takes for a code what is not one.
func FuzzCode(f *testing.F) {
	f.Add([]byte("220 x"))
	f.Add([]byte("22"))
	f.Fuzz(func(t *testing.T, line []byte) {
		if c := code(line); c != 0 && string(line[:3]) != fmt.Sprintf("%03d", c) {
			t.Errorf("%q is %d", line, c)
		}
	})
}
