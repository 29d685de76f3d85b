package http

import (
	"bufio"
	"context"
	"crypto/md5"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	nethttp "net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/core/config"
)

// The clock of the patterns' time-out ends by itself when no pattern runs.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2.runClock"))
}

// listen serves connections on loopback with a function until the test ends.
func listen(t *testing.T, serve func(net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	ends := make(chan struct{}, 1000)
	go func() {
		defer close(done)
		n := 0
		for {
			c, err := l.Accept()
			if err != nil {
				break
			}
			n++
			go func() { defer func() { c.Close(); ends <- struct{}{} }(); serve(c) }()
		}
		for range n {
			<-ends
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// says answers a request with parts, and closes.
func says(parts ...string) func(net.Conn) {
	return func(c net.Conn) {
		request(c)
		for _, p := range parts {
			_, _ = io.WriteString(c, p)
		}
	}
}

// request reads up to the blank line.
func request(c net.Conn) string {
	var b strings.Builder
	for r := bufio.NewReader(c); ; {
		line, err := r.ReadString('\n')
		b.WriteString(line)
		if err != nil || line == "\r\n" {
			return b.String()
		}
	}
}

func checker(a netip.AddrPort, urls ...config.HTTPURL) *config.Checker {
	return &config.Checker{
		Kind: config.CheckHTTP, DelayLoop: time.Second,
		Target: config.Target{Addr: a.Addr(), Port: a.Port(), Timeout: 300 * time.Millisecond},
		HTTP:   &config.HTTPCheck{Version: "1.0", URLs: urls},
	}
}

func probeOf(t *testing.T, k *config.Checker) *Probe {
	t.Helper()
	p, err := New(k, &config.RealServer{}, &config.VirtualServer{}, probe.Subject{RS: "RS", VS: "VS"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func sum(s string) []byte { d := md5.Sum([]byte(s)); return d[:] }

// TestJudge is the evaluation of section 8.3 and the scenarios on replies.
func TestJudge(t *testing.T) {
	codes := func(r ...uint16) config.HTTPURL {
		u := config.HTTPURL{Path: "/"}
		for i := 0; i < len(r); i += 2 {
			u.StatusCodes = append(u.StatusCodes, config.StatusRange{First: r[i], Last: r[i+1]})
		}
		return u
	}
	re := func(r config.Regex) config.HTTPURL { return config.HTTPURL{Path: "/", Regex: &r} }
	body := func(s string) string { return fmt.Sprintf("HTTP/1.0 200 X\r\nContent-Length: %d\r\n\r\n%s", len(s), s) }
	note := func(a, b int) string { return fmt.Sprintf(message.ContentLength, "RS", "VS", "", "/", a, b) }
	for _, c := range []struct {
		name  string
		url   config.HTTPURL
		reply []string
		ok    bool
		text  string
		note  string
	}{
		{name: "status", url: codes(), reply: []string{body("hello")}, ok: true, text: "HTTP status code"},
		{name: "status 204", url: codes(), reply: []string{"HTTP/1.1 204 No Content\r\n\r\n"}, ok: true, text: "HTTP status code"},
		{name: "status 404", url: codes(), reply: []string{"HTTP/1.0 404 X\r\n\r\n"}, text: message.WebStatusError},
		{name: "ranges", url: codes(301, 301, 404, 410), reply: []string{"HTTP/1.0 404 X\r\n\r\n"}, ok: true, text: "HTTP status code"},
		{name: "not in ranges", url: codes(301, 301, 404, 410), reply: []string{body("hello")}, text: message.WebStatusError},
		{name: "no reason", url: codes(), reply: []string{"HTTP/1.0 200\r\n\r\nx"}, text: message.WebStatusError},
		{name: "empty reason", url: codes(), reply: []string{"HTTP/1.0 200 \r\n\r\nx"}, ok: true, text: "HTTP status code"},
		{name: "odd protocol", url: codes(404, 404), reply: []string{"FOO 404 x\r\n\r\n"}, ok: true, text: "HTTP status code"},
		{name: "four digits", url: codes(), reply: []string{"HTTP/1.0 2000 X\r\n\r\n"}, text: message.WebStatusError},
		{name: "bare newlines", url: codes(), reply: []string{"HTTP/1.0 200 X\n\nhello"}, text: message.WebNoData},
		{name: "garbage", url: codes(), reply: []string{"garbage"}, text: message.WebNoData},
		{name: "nothing", url: codes(), text: message.WebNoData},
		{name: "large header", url: codes(), reply: []string{"HTTP/1.0 200 X\r\nX: " + strings.Repeat("x", 5000) + "\r\n\r\nhello"}, text: message.WebNoData},
		{name: "header in parts", url: codes(), reply: []string{"HTTP/1.0 2", "00 X\r\nA: b\r", "\n\r\nhello"}, ok: true, text: "HTTP status code"},
		{name: "digest", url: config.HTTPURL{Path: "/", Digest: sum("hello")}, reply: []string{body("hello")}, ok: true, text: "MD5 digest"},
		{name: "wrong digest", url: config.HTTPURL{Path: "/", Digest: sum("hello")}, reply: []string{body("hullo")}, text: message.WebDigestError},
		{name: "digest of Content-Length octets", url: config.HTTPURL{Path: "/", Digest: sum("hello")}, ok: true, text: "MD5 digest",
			reply: []string{"HTTP/1.0 200 X\r\nContent-Length: 5\r\n\r\nhelloEXTRA"}, note: note(5, 10)},
		{name: "short body", url: codes(), ok: true, text: "HTTP status code", reply: []string{"HTTP/1.0 200 X\r\nContent-Length:50\r\n\r\nhello"}, note: note(50, 5)},
		{name: "odd length", url: codes(), ok: true, text: "HTTP status code", reply: []string{"HTTP/1.0 200 X\r\nContent-Length: 50 \r\n\r\nhello"}},
		{name: "lower case", url: codes(), ok: true, text: "HTTP status code", reply: []string{"HTTP/1.0 200 X\r\ncontent-length: 50\r\n\r\nhello"}},
		{name: "regex", url: re(config.Regex{Pattern: "HEL+O", Options: []string{"caseless"}}), reply: []string{body("hello")}, ok: true, text: "Regex match"},
		{name: "regex no", url: re(config.Regex{Pattern: "HEL+O"}), reply: []string{body("hello")}, text: message.WebRegexFailed},
		{name: "regex_no_match", url: re(config.Regex{Pattern: "xyz", NoMatch: true}), reply: []string{body("hello")}, ok: true, text: "Regex match"},
		{name: "regex at the end", url: re(config.Regex{Pattern: "hello$"}), reply: []string{body("hello")}, ok: true, text: "Regex match"},
		{name: "regex greedy", url: re(config.Regex{Pattern: "hel.*"}), reply: []string{body("hello")}, ok: true, text: "Regex match"},
		{name: "regex in the header", url: re(config.Regex{Pattern: "Length: 5"}), reply: []string{body("hello")}, ok: true, text: "Regex match"},
		{name: "regex at the beginning of the body", url: re(config.Regex{Pattern: "^hello"}), reply: []string{body("hello")}, ok: true, text: "Regex match"},
		{name: "regex over parts", url: re(config.Regex{Pattern: "lo wor"}), reply: []string{"HTTP/1.0 200 X\r\n\r\nhel", "lo ", "world"}, ok: true, text: "Regex match"},
		{name: "offsets in", url: re(config.Regex{Pattern: "ello", MinOffset: 1, MaxOffset: 1, MaxOffsetSet: true}), reply: []string{body("hello")}, ok: true, text: "Regex match"},
		{name: "offset too late", url: re(config.Regex{Pattern: "ello", MaxOffset: 0, MaxOffsetSet: true}), reply: []string{body("hello")}, text: message.WebRegexFailed},
		{name: "offset from the header", url: re(config.Regex{Pattern: "hello", MinOffset: 1}), reply: []string{body("hello")}, ok: true, text: "Regex match"},
		{name: "offset too early", url: re(config.Regex{Pattern: "hello", MinOffset: 100}), reply: []string{body("hello")}, text: message.WebRegexFailed},
		{name: "octets", url: re(config.Regex{Pattern: "^.{6}$"}), reply: []string{body("häöl")}, ok: true, text: "Regex match"},
		{name: "utf", url: re(config.Regex{Pattern: "^.{4}$", Options: []string{"utf"}}), reply: []string{body("häöl")}, ok: true, text: "Regex match"},
		{name: "firstline", url: re(config.Regex{Pattern: "world", Options: []string{"firstline"}}), reply: []string{body("hello\nworld")}, text: message.WebRegexFailed},
		{name: "dollar_endonly", url: re(config.Regex{Pattern: "hello$", Options: []string{"dollar_endonly"}}), reply: []string{body("hello\n")}, text: message.WebRegexFailed},
		{name: "backtracking without end", url: re(config.Regex{Pattern: "(a*)*b"}), reply: []string{body(strings.Repeat("a", 40))}, text: message.WebRegexFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := probeOf(t, checker(listen(t, says(c.reply...)), c.url))
			r := p.Probe(t.Context(), probe.Attempt{})
			if r.OK != c.ok || r.Text != c.text {
				t.Errorf("got %v %q, want %v %q", r.OK, r.Text, c.ok, c.text)
			}
			notes := ""
			for _, n := range r.Notes {
				notes += n.Text
			}
			if notes != c.note {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
			if again := p.Probe(t.Context(), probe.Attempt{}); len(again.Notes) > 0 {
				t.Errorf("told again: %v", again.Notes)
			}
		})
	}
}

// TestBadServers are servers that must not hold anything.
func TestBadServers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := l.Addr().(*net.TCPAddr).AddrPort()
	l.Close()
	hang := func(c net.Conn) { request(c); _, _ = c.Read(make([]byte, 1)) }
	for _, c := range []struct {
		name string
		addr netip.AddrPort
		kind config.CheckerKind
		text string
	}{
		{"silent", listen(t, hang), config.CheckHTTP, message.WebTimeoutRead},
		{"stalled", listen(t, func(c net.Conn) { request(c); _, _ = io.WriteString(c, "HTTP/1.0 200 X\r\n\r\nhe"); hang(c) }), config.CheckHTTP, message.WebTimeoutHTTPRead},
		{"stalled in the header", listen(t, func(c net.Conn) { request(c); _, _ = io.WriteString(c, "HTTP/1.0"); hang(c) }), config.CheckHTTP, message.WebTimeoutHTTPRead},
		{"endless", listen(t, endless("HTTP/1.0 200 X\r\n\r\n")), config.CheckHTTP, message.WebTimeoutHTTPRead},
		{"endless header", listen(t, endless("")), config.CheckHTTP, message.WebTimeoutHTTPRead},
		{"refused", refused, config.CheckHTTP, message.WebConnectionFailed},
		{"no TLS", listen(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 1)); _, _ = io.WriteString(c, "HTTP/1.0 400 X\r\n\r\n") }), config.CheckSSL, message.WebTLSError},
		{"TLS silent", listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }), config.CheckSSL, message.WebTimeoutConnecting},
		{"reset", listen(t, func(c net.Conn) { request(c); _ = c.(*net.TCPConn).SetLinger(0) }), config.CheckHTTP, message.WebReadError},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := checker(c.addr, config.HTTPURL{Path: "/", Regex: &config.Regex{Pattern: "never there"}})
			k.Kind = c.kind
			begin := time.Now()
			r := probeOf(t, k).Probe(t.Context(), probe.Attempt{})
			if r.OK || r.Text != c.text {
				t.Errorf("got %v %q, want failure %q", r.OK, r.Text, c.text)
			}
			if took := time.Since(begin); took > 6*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// endless sends for ever.
func endless(head string) func(net.Conn) {
	return func(c net.Conn) {
		request(c)
		_, err := io.WriteString(c, head)
		for chunk := strings.Repeat("x", 1<<16); err == nil; {
			_, err = io.WriteString(c, chunk)
		}
	}
}

// A cancelled attempt ends at once.
func TestCancel(t *testing.T) {
	a := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	k := checker(a, config.HTTPURL{Path: "/"})
	k.Target.Timeout = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	begin := time.Now()
	probeOf(t, k).Probe(ctx, probe.Attempt{})
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestRequests are the request octets of scenario 13, and the rules for the
// host and SNI.
func TestRequests(t *testing.T) {
	for _, c := range []struct{ path, host, version, want string }{
		{"/x", "10.1.1.1:8080", "1.0", "GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 10.1.1.1:8080\r\n\r\n"},
		{"/x", "v", "1.0C", "GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: v\r\n\r\n"},
		{"noslash", "v", "1.1", "GET noslash HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: v\r\n\r\n"},
	} {
		if got := string(Request(c.path, c.host, c.version)); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if n := len(Request("/"+strings.Repeat("x", 5000), "v", "1.0")); n != 2047 {
		t.Errorf("a long request has %d octets", n)
	}
	u, k := &config.HTTPURL{}, &config.HTTPCheck{SNI: true}
	rs, vs := &config.RealServer{}, &config.VirtualServer{}
	target := config.Target{Addr: netip.MustParseAddr("fd00::1"), Port: 80}
	steps := []struct {
		set       func()
		host, sni string
	}{
		{func() {}, "[fd00::1]:80", ""},
		{func() { vs.VirtualHost = "vs" }, "vs", "vs"},
		{func() { rs.VirtualHost = "rs" }, "rs", "vs"},
		{func() { k.VirtualHost = "checker" }, "checker", "checker"},
		{func() { u.VirtualHost = "url" }, "url", "url"},
	}
	for _, s := range steps {
		s.set()
		if h, n := host(u, k, rs, vs, target), serverName(u, k, vs); h != s.host || n != s.sni {
			t.Errorf("host %q, SNI %q, want %q, %q", h, n, s.host, s.sni)
		}
	}
}

// TestTLS checks a real TLS server: SNI, the end with and without
// close-notify, an old protocol version, several urls.
func TestTLS(t *testing.T) {
	names := make(chan string, 10)
	s := httptest.NewUnstartedServer(nethttp.HandlerFunc(func(w nethttp.ResponseWriter, r *nethttp.Request) {
		fmt.Fprint(w, r.URL.Path)
	}))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10, GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		names <- h.ServerName
		return nil, nil
	}}
	s.StartTLS()
	defer s.Close()
	a := netip.MustParseAddrPort(s.Listener.Addr().String())
	k := checker(a, config.HTTPURL{Path: "/1", Digest: sum("/1")}, config.HTTPURL{Path: "/2", Digest: sum("/2"), VirtualHost: "sni.example"})
	k.Kind, k.HTTP.SNI, k.HTTP.Version, k.Target.Timeout = config.CheckSSL, true, "1.0C", 5*time.Second
	p := probeOf(t, k)
	for i, want := range []string{"", "sni.example"} {
		r := p.Probe(t.Context(), probe.Attempt{URL: i})
		if !r.OK || len(r.Notes) > 0 {
			t.Errorf("url %d: %+v", i, r)
		}
		if got := <-names; got != want {
			t.Errorf("url %d: SNI %q, want %q", i, got, want)
		}
	}
}

// A pattern that is no good is told, and the checker does without it.
func TestBadPattern(t *testing.T) {
	k := checker(netip.MustParseAddrPort("127.0.0.1:1"), config.HTTPURL{Path: "/", Regex: &config.Regex{Pattern: "(a"}})
	p, err := New(k, &config.RealServer{}, &config.VirtualServer{}, probe.Subject{}, nil)
	if err == nil || p.urls[0].pattern != nil {
		t.Errorf("error %v, pattern %v", err, p.urls[0].pattern)
	}
}

// FuzzReply holds the reader of replies to its bounds.
func FuzzReply(f *testing.F) {
	f.Add([]byte("HTTP/1.0 200 X\r\nContent-Length: 5\r\n\r\nhello"), uint8(3))
	f.Add([]byte("HTTP/1.0 200 \r\n\r\n"), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, step uint8) {
		body := 0
		whole, split := newReply(nil, nil), newReply(func(b []byte) { body += len(b) }, nil)
		feed := func(r *Reply, n int) {
			for rest := data; len(rest) > 0; {
				m := min(n, len(rest), r.room())
				r.add(rest[:m])
				rest = rest[m:]
			}
		}
		feed(whole, bufferSize)
		feed(split, int(step)+1)
		if whole.Status != split.Status || whole.ContentLength != split.ContentLength || whole.Complete != split.Complete ||
			whole.Received != split.Received || string(whole.Digest()) != string(split.Digest()) {
			t.Errorf("in one piece %+v, in pieces %+v", whole, split)
		}
		if int64(body) != split.Received || len(split.header) > bufferSize {
			t.Errorf("body %d of %d, header %d", body, split.Received, len(split.header))
		}
	})
}
