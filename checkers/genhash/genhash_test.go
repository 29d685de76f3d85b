package genhash

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server answers every request on a loopback port with some octets, and keeps
// the requests.
type server struct {
	l    net.Listener
	mu   sync.Mutex
	seen []string
	wg   sync.WaitGroup
}

func serve(t *testing.T, l net.Listener, parts ...string) *server {
	s := &server{l: l}
	s.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.wg.Go(func() { s.answer(c, parts) })
		}
	})
	t.Cleanup(func() { l.Close(); s.wg.Wait() })
	return s
}

func (s *server) answer(c net.Conn, parts []string) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(2 * time.Second))
	var got []byte
	buf := make([]byte, 4096)
	for !bytes.Contains(got, []byte("\r\n\r\n")) {
		n, err := c.Read(buf)
		got = append(got, buf[:n]...)
		if err != nil {
			return
		}
	}
	s.mu.Lock()
	s.seen = append(s.seen, string(got))
	s.mu.Unlock()
	for _, p := range parts {
		_, _ = io.WriteString(c, p)
	}
}

func (s *server) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.seen
	s.seen = nil
	return out
}

func listen(t *testing.T, network, addr string) (net.Listener, string) {
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return l, port
}

// certificate is a self-signed one.
func certificate(t *testing.T) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// oracle runs the C program.
func oracle(t *testing.T, args []string) (status int, stdout, stderr string) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "genhash", args...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("the C program genhash (Debian's package keepalived): %v", err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

func ours(args []string) (status int, stdout, stderr string) {
	var o, e bytes.Buffer
	status = Main(append([]string{"genhash"}, args...), &o, &e)
	return status, o.String(), e.String()
}

var took = regexp.MustCompile(`= \d+ usecs`)

// compare runs both programs and compares every octet, the time taken aside.
func compare(t *testing.T, s *server, args ...string) {
	t.Helper()
	s.requests()
	ws, wo, we := oracle(t, args)
	want := s.requests()
	gs, go_, ge := ours(args)
	got := s.requests()
	wo, go_ = took.ReplaceAllString(wo, "= N usecs"), took.ReplaceAllString(go_, "= N usecs")
	if gs != ws || go_ != wo || ge != we {
		t.Errorf("genhash %q:\nours: status %d\n%s%s\nC: status %d\n%s%s", args, gs, go_, ge, ws, wo, we)
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("genhash %q: request\n%q\nC:\n%q", args, got, want)
	}
}

// TestAgainstC compares output, exit status and requests with the C program
// on the same servers.
func TestAgainstC(t *testing.T) {
	replies := map[string][]string{
		"plain":     {"HTTP/1.0 200 X\r\nContent-Length: 11\r\n\r\nhello\nworld"},
		"error":     {"HTTP/1.0 404 X\r\n\r\nnothing here, but quite a long page of text"},
		"short":     {"HTTP/1.0 200 X\r\nContent-Length: 5\r\n\r\nhello and more"},
		"long":      {"HTTP/1.0 200 X\r\nContent-Length: 50\r\n\r\nhello"},
		"no body":   {"HTTP/1.0 200 X\r\n\r\n"},
		"no header": {"garbage"},
		"empty":     {},
		"sixteen":   {"HTTP/1.0 200 X\r\nX: 0123456789ab\r\n\r\n0123456789abcdef"},
		"large":     {"HTTP/1.0 200 X\r\n\r\n" + strings.Repeat("\x00\x7f~ä", 5000)},
	}
	for name, parts := range replies {
		t.Run(name, func(t *testing.T) {
			l, port := listen(t, "tcp", "127.0.0.1:0")
			s := serve(t, l, parts...)
			compare(t, s, "-s", "127.0.0.1", "-p", port, "-u", "/x")
			if name != "large" { // what one read brings is not the same twice
				compare(t, s, "-v", "-s", "127.0.0.1", "-p", port, "-u", "/x")
			}
		})
	}
}

// TestRequests compares the requests of all protocols, hosts and families.
func TestRequests(t *testing.T) {
	const reply = "HTTP/1.0 200 X\r\n\r\nhello"
	l, port := listen(t, "tcp4", "127.0.0.1:0")
	s := serve(t, l, reply)
	for _, more := range [][]string{
		{}, {"-P", "1.0"}, {"-P", "1.0c"}, {"-P1.0C"}, {"-P", "1.1"}, {"--use-virtualhost=v.example"}, {"-V", "v.example", "-P", "1.1"},
		{"--prot", "1.1", "--verb"}, {"-t", "3"}, {"-u", "no/slash?a=b c"}, {"-u", "/" + strings.Repeat("x", 3000)},
	} {
		compare(t, s, append([]string{"--server", "127.0.0.1", "--port=" + port, "--url", "/x"}, more...)...)
	}
	l6, port6 := listen(t, "tcp6", "[::1]:0")
	s6 := serve(t, l6, reply)
	compare(t, s6, "-s", "::1", "-p", port6, "-u", "/")
	cert := certificate(t)
	ltls, portTLS := listen(t, "tcp4", "127.0.0.1:0")
	stls := serve(t, tls.NewListener(ltls, &tls.Config{Certificates: []tls.Certificate{cert}}), reply)
	compare(t, stls, "-S", "-s", "127.0.0.1", "-p", portTLS, "-u", "/")
	compare(t, stls, "-S", "-I", "-V", "sni.example", "-v", "-s", "127.0.0.1", "-p", portTLS, "-u", "/")
	compare(t, s, "-S", "-s", "127.0.0.1", "-p", port, "-u", "/", "-t", "1")
}

// TestUsage compares what both say about wrong arguments.
func TestUsage(t *testing.T) {
	l, port := listen(t, "tcp", "127.0.0.1:0")
	l.Close()
	s := &server{}
	for _, args := range [][]string{
		{}, {"-h"}, {"-s"}, {"-Z"}, {"-h", "x"}, {"-Z", "-Q", "x"}, {"-s", "127.0.0.1"}, {"-s", "127.0.0.1", "-p", "80"},
		{"-s", "foo", "-p", "80", "-u", "/"}, {"-s", "127.0.0.1", "-p", "0", "-u", "/"}, {"-s", "127.0.0.1", "-p", "65536", "-u", "/"},
		{"-s", "127.0.0.1", "-p", "x", "-u", "/"}, {"-s", "127.0.0.1", "-p", "0x51", "-u", "/"}, {"-s", "127.0.0.1", "-p", port, "-u", "/", "-m", "zz"},
		{"-s", "127.0.0.1", "-p", port, "-u", "/", "-m", "-1"}, {"-s", "127.0.0.1", "-p", port, "-u", "/", "-P", "2"},
		{"-s", "127.0.0.1", "-p", port, "-u", "/", "-t", "x"}, {"-s", "127.0.0.1", "-p", port, "-u", "/", "-t", "1.5"},
		{"-s", "127.0.0.1", "-p", port, "-u", "/", "extra", "words"}, {"x", "-s", "127.0.0.1", "-p", port, "y", "-u", "/"},
		{"--bogus", "1"}, {"--use", "-p"}, {"-s", "127.0.0.1", "-p"}, {"-s", "127.0.0.1", "-p", port, "-u", "/"},
		{"-s", "127.0.0.1", "-p", "+" + port, "-u", "/"}, {"-s", "127.0.0.1", "-p", " " + port, "-u", "/"},
	} {
		compare(t, s, args...)
	}
}

// A timeout of 0 is none: a slow server is waited for. (The C program gives up
// at once.)
func TestNoTimeout(t *testing.T) {
	l, port := listen(t, "tcp4", "127.0.0.1:0")
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				request := make([]byte, 4096)
				_, _ = c.Read(request)
				// The client has a second in which it could give up.
				_ = c.SetReadDeadline(time.Now().Add(time.Second))
				_, _ = c.Read(request)
				_, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\n\r\nhello")
			})
		}
	})
	defer func() { l.Close(); wg.Wait() }()
	args := []string{"-s", "127.0.0.1", "-p", port, "-u", "/"}
	if _, out, _ := oracle(t, append(args, "-t", "0")); !strings.Contains(out, "imeout") {
		t.Errorf("the C program: %q", out)
	}
	status, stdout, stderr := ours(append(args, "-t", "0"))
	if status != 0 || stdout != "5d41402abc4b2a76b9719d911017c592\n" || stderr != "" {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
}
