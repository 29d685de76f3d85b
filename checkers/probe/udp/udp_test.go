package udp

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"keepalived/checkers/probe"
	"keepalived/core/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve answers datagrams with reply, nil for silence, and tells the last one.
func serve(t *testing.T, reply []byte) (config.Target, <-chan string) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	got, done := make(chan string, 10), make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 1000)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			got <- string(b[:n])
			if reply != nil {
				_, _ = c.WriteTo(reply, from)
			}
		}
	}()
	t.Cleanup(func() { c.Close(); <-done })
	a := c.LocalAddr().(*net.UDPAddr).AddrPort()
	return config.Target{Addr: a.Addr(), Port: a.Port(), Timeout: 200 * time.Millisecond}, got
}

// TestReplies is the table of 8.2.
func TestReplies(t *testing.T) {
	masked := config.UDPCheck{RequireReply: true, Reply: []byte{0x41, 0x02}, ReplyMask: []byte{0xff, 0x0f}, MinReply: 2, MaxReply: 3}
	for _, c := range []struct {
		name  string
		check config.UDPCheck
		reply []byte
		ok    bool
		text  string
	}{
		{"nothing", config.UDPCheck{MaxReply: 255}, nil, true, ""},
		{"nothing, but required", config.UDPCheck{RequireReply: true, MaxReply: 255}, nil, false, "failed"},
		{"any", config.UDPCheck{MaxReply: 255}, []byte("x"), true, ""},
		{"any required", config.UDPCheck{RequireReply: true, MaxReply: 255}, []byte("x"), true, ""},
		{"empty datagram", config.UDPCheck{RequireReply: true, MaxReply: 255}, []byte{}, true, ""},
		{"masked", masked, []byte{0x41, 0x32, 0}, true, ""},
		{"mismatch", masked, []byte{0x41, 0x33}, false, "mismatch"},
		{"too short", masked, []byte{0x41}, false, "mismatch"},
		{"too long", masked, []byte{0x41, 0x32, 0, 0}, false, "mismatch"},
	} {
		t.Run(c.name, func(t *testing.T) {
			target, got := serve(t, c.reply)
			r := (&Probe{Target: target, Check: c.check}).Probe(t.Context(), probe.Attempt{})
			if r.OK != c.ok || r.Text != c.text {
				t.Errorf("got %v %q", r.OK, r.Text)
			}
			if p := <-got; p != defaultPayload || len(p) != 32 {
				t.Errorf("payload %q", p)
			}
		})
	}
}

func TestFailures(t *testing.T) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := c.LocalAddr().(*net.UDPAddr).AddrPort()
	c.Close()
	closed := config.Target{Addr: a.Addr(), Port: a.Port(), Timeout: 5 * time.Second}
	begin := time.Now()
	if r := (&Probe{Target: closed}).Probe(t.Context(), probe.Attempt{}); r.OK || r.Text != "failed" || time.Since(begin) > 4*time.Second {
		t.Errorf("closed port: %+v after %v", r, time.Since(begin))
	}
	open, got := serve(t, nil)
	open.BindAddr = netip.MustParseAddr("192.0.2.1")
	r := (&Probe{Target: open}).Probe(t.Context(), probe.Attempt{})
	if r.OK || r.Void || len(r.Notes) != 1 || r.Notes[0].Text != "bind failed. errno: 99, error: Cannot assign requested address" {
		t.Errorf("no such source: %+v", r)
	}
	open.BindAddr, open.BindInterface = netip.Addr{}, "nosuch0" // not looked at
	if r := (&Probe{Target: open, Check: config.UDPCheck{PayloadSet: true, Payload: []byte{1, 2}}}).Probe(t.Context(), probe.Attempt{}); !r.OK || <-got != "\x01\x02" {
		t.Errorf("own payload: %+v", r)
	}
	open.Addr = netip.MustParseAddr("255.255.255.255")
	if r := (&Probe{Target: open}).Probe(t.Context(), probe.Attempt{}); r.OK || r.Void || r.ErrnoText != "UDP connect error 13 - Permission denied" {
		t.Errorf("broadcast: %+v", r)
	}
}
