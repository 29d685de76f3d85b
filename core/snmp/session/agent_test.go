package session

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"keepalived/core/config"
	"keepalived/core/internal/journal"
	"keepalived/core/snmp/agentx"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shelf is a Handler with three objects, of which the last one can be set.
type shelf struct{ set []string }

var (
	tree    = agentx.ParseOID("1.3.6.1.4.1.9586.100.5.9")
	objects = []agentx.Bind{
		{Name: tree.Append(1, 0), Value: agentx.Int(-3)},
		{Name: tree.Append(2, 0), Value: agentx.Text("two")},
		{Name: tree.Append(3, 0), Value: agentx.Count64(1 << 40)},
	}
)

func (*shelf) Get(name agentx.OID) agentx.Value {
	for _, o := range objects {
		if o.Name.Compare(name) == 0 {
			return o.Value
		}
	}
	return agentx.Value{}
}

func (*shelf) Next(name agentx.OID) (agentx.OID, agentx.Value) {
	for _, o := range objects {
		if o.Name.Compare(name) > 0 {
			return o.Name, o.Value
		}
	}
	return nil, agentx.Value{}
}

func (*shelf) Test(b agentx.Bind) agentx.Error {
	if b.Name.Compare(objects[2].Name) != 0 {
		return agentx.NotWritable
	}
	return agentx.NoError
}

func (s *shelf) Commit(b agentx.Bind) agentx.Error {
	s.set = append(s.set, fmt.Sprint(b.Value.Int()))
	return agentx.NoError
}

// master is the other side.
type master struct {
	t        *testing.T
	listener net.Listener
	conn     net.Conn
	packet   uint32
}

func newMaster(t *testing.T, path string) *master {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return &master{t: t, listener: l}
}

// accept takes a session, and answers all that it begins with. Between two of
// the registrations it asks for an object already.
func (m *master) accept(registrations int) (seen []string) {
	m.t.Helper()
	var err error
	if m.conn, err = m.listener.Accept(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { m.conn.Close() })
	for range 1 + 2*registrations {
		p := m.read()
		seen = append(seen, fmt.Sprintf("%d %s %q", p.Kind, p.ID, p.Description))
		if len(seen) == 3 {
			if got := m.ask(&agentx.PDU{Kind: agentx.Get, Ranges: []agentx.Range{{Start: objects[0].Name}}}); got != "-3" {
				m.t.Errorf("during the registration %s", got)
			}
		}
		m.write(&agentx.PDU{Kind: agentx.Response, Session: 7, Packet: p.Packet})
	}
	return seen
}

func (m *master) write(p *agentx.PDU) {
	if _, err := m.conn.Write(p.Append(nil)); err != nil {
		m.t.Error(err)
	}
}

func (m *master) read() *agentx.PDU {
	m.t.Helper()
	_ = m.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	var header [agentx.HeaderSize]byte
	if _, err := io.ReadFull(m.conn, header[:]); err != nil {
		m.t.Fatal(err)
	}
	size, err := agentx.PayloadSize(header)
	if err != nil {
		m.t.Fatal(err)
	}
	data := append(header[:], make([]byte, size)...)
	if _, err := io.ReadFull(m.conn, data[len(header):]); err != nil {
		m.t.Fatal(err)
	}
	p, err := agentx.Decode(data)
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

// ask sends a request and shows the answer: values by their last names, and the
// error.
func (m *master) ask(p *agentx.PDU) string {
	m.t.Helper()
	m.packet++
	p.Session, p.Packet = 7, m.packet
	m.write(p)
	a := m.read()
	if a.Kind != agentx.Response || a.Packet != m.packet || a.Session != 7 {
		m.t.Fatalf("answer %+v", a)
	}
	var words []string
	for _, b := range a.Binds {
		switch v := b.Value; v.Type {
		case agentx.Integer:
			words = append(words, fmt.Sprint(v.Int()))
		case agentx.OctetString:
			words = append(words, string(v.Octets))
		case agentx.Counter64:
			words = append(words, fmt.Sprint(v.Number))
		default:
			words = append(words, fmt.Sprintf("(%d)", v.Type))
		}
	}
	if a.Error != agentx.NoError {
		words = append(words, fmt.Sprintf("error %d at %d", a.Error, a.Index))
	}
	return strings.Join(words, " ")
}

func subtrees() []Subtree {
	return []Subtree{{tree, "first"}, {agentx.ParseOID("1.3.6.1.2.1.68"), "second"}}
}

// A session from its beginning to its end.
func TestSession(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	m := newMaster(t, path)
	h, log := new(shelf), new(journal.Journal)
	a := New(log.Log(), h)
	a.Trap(tree, nil) // of which nobody hears
	a.Follow("unix:"+path, subtrees())
	a.Trap(tree.Append(0, 1), []agentx.Bind{{Name: tree.Append(1), Value: agentx.Int(5)}}) // waits for the session
	want := []string{
		`1  "Keepalived"`, `3 .1.3.6.1.4.1.9586.100.5.9 ""`, `16 .1.3.6.1.4.1.9586.100.5.9 "first"`,
		`3 .1.3.6.1.2.1.68 ""`, `16 .1.3.6.1.2.1.68 "second"`,
	}
	if seen := m.accept(2); !slices.Equal(seen, want) {
		t.Errorf("begins with %q, want %q", seen, want)
	}
	p := m.read()
	if p.Kind != agentx.Notify || p.Session != 7 || len(p.Binds) != 2 || p.Binds[0].Value.OID.Compare(tree.Append(0, 1)) != 0 || p.Binds[1].Value.Int() != 5 {
		t.Errorf("trap %+v", p)
	}
	m.write(&agentx.PDU{Kind: agentx.Response, Session: 7, Packet: p.Packet})
	from := func(last uint32, include bool, end ...uint32) agentx.Range {
		r := agentx.Range{Start: tree.Append(last, 0), Include: include}
		if len(end) > 0 {
			r.End = tree.Append(end...)
		}
		return r
	}
	bind := func(last uint32) []agentx.Bind {
		return []agentx.Bind{{Name: tree.Append(3, 0), Value: agentx.Int(8)}, {Name: tree.Append(last, 0), Value: agentx.Int(9)}}
	}
	for _, c := range []struct {
		p    agentx.PDU
		want string
	}{
		{agentx.PDU{Kind: agentx.Get, Ranges: []agentx.Range{from(2, false), from(9, false)}}, "two (129)"},
		{agentx.PDU{Kind: agentx.GetNext, Ranges: []agentx.Range{from(1, false), from(1, true), from(2, false, 3), from(3, false)}}, "two -3 (130) (130)"},
		{agentx.PDU{Kind: agentx.GetBulk, NonRepeaters: 1, MaxRepetitions: 50, Ranges: []agentx.Range{from(1, false), from(1, false), from(2, true)}}, "two two two 1099511627776 1099511627776 (130) (130)"},
		{agentx.PDU{Kind: agentx.TestSet, Binds: bind(2)}, "error 17 at 2"},
		{agentx.PDU{Kind: agentx.CommitSet}, ""}, // of what was refused: nothing
		{agentx.PDU{Kind: agentx.TestSet, Binds: bind(3)}, ""},
		{agentx.PDU{Kind: agentx.CommitSet}, ""},
		{agentx.PDU{Kind: agentx.UndoSet}, "error 15 at 0"},
		{agentx.PDU{Kind: agentx.Ping}, "error 268 at 0"},
	} {
		if got := m.ask(&c.p); got != c.want {
			t.Errorf("%+v: %s, want %s", c.p, got, c.want)
		}
	}
	a.Trap(tree, nil)
	done := make(chan struct{})
	a.Stop(20*time.Second, func() { close(done) })
	if first, second := m.read(), m.read(); first.Kind != agentx.Notify || second.Kind != agentx.Close {
		t.Errorf("ends with %d and %d", first.Kind, second.Kind)
	}
	<-done
	if !slices.Equal(h.set, []string{"8", "9"}) {
		t.Errorf("set %q", h.set)
	}
	if lines := log.Lines(); !slices.Equal(lines, []string{msgStarting, msgConnected}) {
		t.Errorf("log %q", lines)
	}
}

// What a stranger sends that is no PDU ends the session; the end of the process
// does not wait for the next one.
func TestLost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	m := newMaster(t, path)
	log := new(journal.Journal)
	a := New(log.Log(), new(shelf))
	a.Follow(path, subtrees())
	m.accept(2)
	if _, err := m.conn.Write([]byte(strings.Repeat("HELO", 20))); err != nil {
		t.Error(err)
	}
	for deadline := time.Now().Add(20 * time.Second); len(log.Lines()) < 3; {
		if time.Now().After(deadline) {
			t.Fatalf("log %q", log.Lines())
		}
	}
	a.Trap(tree, nil)
	done := make(chan struct{})
	a.Stop(20*time.Second, func() { close(done) })
	<-done
	if lines := log.Lines(); !slices.Equal(lines, []string{msgStarting, msgConnected, msgDisconnected}) {
		t.Errorf("log %q", lines)
	}
}

func TestSocketOf(t *testing.T) {
	for _, c := range []struct{ socket, namespace, want string }{
		{"", "", ""}, {"tcp:h:705", "", "tcp:h:705"}, {"tcp:h:705", "blue", "tcp:h:705"}, {"", "blue", "udp:localhost:705"},
	} {
		conf := &config.Config{NetNamespace: c.namespace}
		conf.Global.SNMP.Socket = c.socket
		if got := SocketOf(conf); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// Other subtrees, or another master, end a session and begin the next one; the
// same ones leave it alone.
func TestFollow(t *testing.T) {
	path, other := filepath.Join(t.TempDir(), "x"), filepath.Join(t.TempDir(), "y")
	m, n := newMaster(t, path), newMaster(t, other)
	log := new(journal.Journal)
	a := New(log.Log(), new(shelf))
	a.Follow(path, subtrees())
	m.accept(2)
	a.Follow(path, subtrees())
	a.Trap(tree, nil)
	if p := m.read(); p.Kind != agentx.Notify {
		t.Errorf("after the same again: %+v", p)
	}
	a.Follow(path, subtrees()[:1])
	if p := m.read(); p.Kind != agentx.Close {
		t.Errorf("after fewer subtrees: %+v", p)
	}
	m.accept(1)
	a.Follow(other, subtrees()[:1])
	if p := m.read(); p.Kind != agentx.Close {
		t.Errorf("after another master: %+v", p)
	}
	n.accept(1)
	a.Follow(other, nil)
	if p := n.read(); p.Kind != agentx.Close {
		t.Errorf("after none: %+v", p)
	}
	done := make(chan struct{})
	a.Stop(20*time.Second, func() { close(done) })
	<-done
	lines := slices.Sorted(slices.Values(log.Lines())) // the agent writes, and the loop
	if want := slices.Concat(slices.Repeat([]string{msgConnected}, 3), slices.Repeat([]string{msgStarting}, 3)); !slices.Equal(lines, want) {
		t.Errorf("log %q", lines)
	}
}

// Without a master the process runs on, and a master that does not answer holds
// up no end.
func TestNoMaster(t *testing.T) {
	log := new(journal.Journal)
	a := New(log.Log(), new(shelf))
	a.Follow(filepath.Join(t.TempDir(), "none"), subtrees())
	done := make(chan struct{})
	a.Stop(20*time.Second, func() { close(done) })
	<-done
	if lines := log.Lines(); len(lines) != 2 || !strings.HasPrefix(lines[1], "Warning: Failed to connect to the agentx master agent (/") {
		t.Errorf("log %q", lines)
	}
	path := filepath.Join(t.TempDir(), "x")
	newMaster(t, path)
	silent := New(slog.New(slog.DiscardHandler), new(shelf))
	silent.Follow(path, subtrees())
	begin := time.Now()
	done = make(chan struct{})
	silent.Stop(time.Millisecond, func() { close(done) })
	<-done
	if d := time.Since(begin); d > 2*time.Second {
		t.Errorf("the end took %s", d)
	}
}
