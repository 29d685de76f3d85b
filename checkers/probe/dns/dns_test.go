package dns

import (
	"encoding/hex"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/core/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestQuery are the octets of scenario 20, and a real decoder's opinion.
func TestQuery(t *testing.T) {
	if got := hex.EncodeToString(query(0x1234, "", 6)); got != "1234"+"01000001000000000000"+"00"+"0006"+"0001" {
		t.Errorf("root SOA: %s", got)
	}
	for _, name := range []string{"www.example.com", "www.example.com.", "x"} {
		var m dnsmessage.Message
		if err := m.Unpack(query(7, name, 28)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := dnsmessage.MustNewName(strings.TrimSuffix(name, ".") + ".")
		q := m.Questions[0]
		if m.ID != 7 || !m.RecursionDesired || len(m.Questions) != 1 || q.Name != want || q.Type != dnsmessage.TypeAAAA || q.Class != dnsmessage.ClassINET {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

// serve answers one query with what answer makes of it.
func serve(t *testing.T, answer func(q []byte) [][]byte) config.Target {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 1000)
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return
		}
		for _, a := range answer(b[:n]) {
			_, _ = c.WriteTo(a, from)
		}
	}()
	t.Cleanup(func() { c.Close(); <-done })
	a := c.LocalAddr().(*net.UDPAddr).AddrPort()
	return config.Target{Addr: a.Addr(), Port: a.Port(), Timeout: 300 * time.Millisecond}
}

// reply is a reply to q with flags and a response code.
func reply(q []byte, rcode byte) []byte {
	r := append([]byte(nil), q...)
	r[2] |= 0x80
	r[3] = rcode
	return r
}

func TestReplies(t *testing.T) {
	other := func(q []byte) []byte { r := reply(q, 0); r[0]++; return r }
	for _, c := range []struct {
		name   string
		answer func(q []byte) [][]byte
		ok     bool
		text   string
	}{
		{"good", func(q []byte) [][]byte { return [][]byte{reply(q, 0)} }, true, ""},
		{"header only", func(q []byte) [][]byte { return [][]byte{reply(q, 0)[:12]} }, true, ""},
		{"NXDOMAIN", func(q []byte) [][]byte { return [][]byte{reply(q, 3)} }, false, "read error occurred. (rcode = 3)"},
		{"strange ones before", func(q []byte) [][]byte { return [][]byte{[]byte("x"), other(q), q, reply(q, 0)} }, true, ""},
		{"only strange ones", func(q []byte) [][]byte { return [][]byte{[]byte("x"), other(q), q} }, false, message.DNSReadTimeout},
		{"silent", func(q []byte) [][]byte { return nil }, false, message.DNSReadTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := (&Probe{Target: serve(t, c.answer), Type: 6}).Probe(t.Context(), probe.Attempt{})
			if r.OK != c.ok || r.Text != c.text {
				t.Errorf("got %v %q", r.OK, r.Text)
			}
		})
	}
	closed := serve(t, nil)
	c, _ := net.ListenPacket("udp", "127.0.0.1:0")
	closed.Port = c.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	c.Close()
	if r := (&Probe{Target: closed, Type: 6}).Probe(t.Context(), probe.Attempt{}); r.Text != "failed to read socket; errno 111 (Connection refused)" {
		t.Errorf("closed: %+v", r)
	}
}
