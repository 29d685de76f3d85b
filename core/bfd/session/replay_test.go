package session

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"keepalived/core/bfd/packet"
	"keepalived/core/config"
)

var update = flag.Bool("update", false, "write what the machine does into the cases")

// TestReplay plays a neighbour by a script and compares all that the machine
// does. The lines marked with | are those of C keepalived 2.2.7 in the same
// dialogue, but for what doc.go names. A script has one step in a line:
//
//	session NAME WORD=VALUE...   load a configuration with one more session (milliseconds)
//	load                         go over to the sessions since the last load
//	open NAME | close NAME
//	wait MILLISECONDS            deadlines come when they are due
//	recv STATE WORD=VALUE...     a packet of the neighbour, to the first session
func TestReplay(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p := &player{t: t, now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), machine: New([32]byte{1}), names: map[uint32]string{}, discriminators: map[string]uint32{}}
			for line := range strings.Lines(string(archive.Files[0].Data)) {
				p.step(strings.TrimSpace(line))
			}
			if *update {
				archive.Files[1].Data = []byte(p.out.String())
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got, want := p.out.String(), string(archive.Files[1].Data); got != want {
				t.Errorf("got:\n%s", got)
			}
		})
	}
}

// player carries out a script.
type player struct {
	t       *testing.T
	now     time.Time
	machine *Machine
	list    []*config.BFDInstance
	out     strings.Builder
	timers  map[*Session]time.Time
	// Discriminators are random: the text has D1, D2 … in order of
	// appearance.
	names          map[uint32]string
	discriminators map[string]uint32
}

func (p *player) step(line string) {
	words := strings.Fields(line)
	if len(words) == 0 || words[0] == "#" {
		return
	}
	fmt.Fprintf(&p.out, "> %s\n", line)
	switch words[0] {
	case "session":
		p.list = append(p.list, p.instance(words[1], words[2:]))
	case "load":
		_, removed, actions := p.machine.Load(p.now, p.list)
		p.list = nil
		for _, s := range removed {
			delete(p.timers, s)
		}
		p.do(actions)
	case "open":
		p.do(p.machine.Opened(p.now, p.session(words[1])))
	case "close":
		p.do(p.machine.Closed(p.now, p.session(words[1])))
	case "wait":
		p.wait(time.Duration(p.number(words[1])) * time.Millisecond)
	case "recv":
		p.receive(words[1], words[2:])
	default:
		p.t.Fatalf("%q: unknown", line)
	}
}

func (p *player) number(word string) int {
	n, err := strconv.Atoi(word)
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

func (p *player) session(name string) *Session {
	for _, s := range p.machine.Sessions {
		if s.Config.Name == name {
			return s
		}
	}
	p.t.Fatalf("no session %s", name)
	return nil
}

func (p *player) instance(name string, words []string) *config.BFDInstance {
	c := defaults(name, "192.0.2.2")
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "neighbor":
			c.Neighbor = netip.MustParseAddr(value)
		case "source":
			c.Source = netip.MustParseAddr(value)
		case "min_rx":
			c.MinRX = time.Duration(p.number(value)) * time.Millisecond
		case "min_tx":
			c.MinTX = time.Duration(p.number(value)) * time.Millisecond
		case "idle_tx":
			c.IdleTX = time.Duration(p.number(value)) * time.Millisecond
		case "multiplier":
			c.Multiplier = uint8(p.number(value))
		case "max_hops":
			c.MaxHops = p.number(value)
		case "ttl":
			c.TTL = p.number(value)
		case "passive":
			c.Passive = true
		case "multihop":
			c.Multihop = true
		default:
			p.t.Fatalf("%q: unknown", w)
		}
	}
	return c
}

// wait lets deadlines come. Sends that tell nothing new are counted.
func (p *player) wait(d time.Duration) {
	end := p.now.Add(d)
	for {
		var next *Session
		for s, at := range p.timers {
			if !at.IsZero() && !at.After(end) && (next == nil || at.Before(p.timers[next])) {
				next = s
			}
		}
		if next == nil {
			break
		}
		p.now = p.timers[next]
		p.timers[next] = time.Time{}
		p.do(p.machine.Deadline(p.now, next))
	}
	p.now = end
}

func (p *player) receive(state string, words []string) {
	c := packet.Control{Multiplier: 3, MyDiscriminator: 0x2222, DesiredMinTX: 200000, RequiredMinRX: 150000}
	for c.State.String() != state {
		c.State++
	}
	d := Datagram{Source: netip.MustParseAddrPort("192.0.2.2:50000"), HopLimit: 255}
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "P":
			c.Poll = true
		case "F":
			c.Final = true
		case "A":
			c.Authenticated = true
		case "D":
			c.Demand = true
		case "multihop":
			d.Multihop = true
		case "your":
			if n, ok := p.discriminators[value]; ok {
				c.YourDiscriminator = n
			} else {
				c.YourDiscriminator = uint32(p.number(value))
			}
		case "my":
			c.MyDiscriminator = uint32(p.number(value))
		case "tx":
			c.DesiredMinTX = uint32(p.number(value) * 1000)
		case "rx":
			c.RequiredMinRX = uint32(p.number(value) * 1000)
		case "mult":
			c.Multiplier = uint8(p.number(value))
		case "diag":
			c.Diagnostic = packet.Diagnostic(p.number(value))
		case "ttl":
			d.HopLimit = p.number(value)
		case "from":
			d.Source = netip.AddrPortFrom(netip.MustParseAddr(value), 50000)
		case "to":
			d.Destination = netip.MustParseAddr(value)
		default:
			p.t.Fatalf("%q: unknown", w)
		}
	}
	d.Data = c.Append(nil)
	p.do(p.machine.Receive(p.now, d))
}

func (p *player) do(actions []Action) {
	if p.timers == nil {
		p.timers = map[*Session]time.Time{}
	}
	for _, a := range actions {
		switch a := a.(type) {
		case Send:
			fmt.Fprintf(&p.out, "%s send %s (%s)%s%s my %s your %s tx %d rx %d\n", p.at(), a.Packet.State, a.Packet.Diagnostic,
				flagged(a.Packet.Poll, " P"), flagged(a.Packet.Final, " F"), p.name(a.Packet.MyDiscriminator), p.name(a.Packet.YourDiscriminator),
				a.Packet.DesiredMinTX, a.Packet.RequiredMinRX)
		case SetTimer:
			p.timers[a.Session] = a.At
		case Report:
			fmt.Fprintf(&p.out, "%s tell %s %t\n", p.at(), a.Config.Name, a.Up)
		case Log:
			fmt.Fprintf(&p.out, "| %s\n", p.hide(a.Line))
		}
	}
}

func (p *player) at() string {
	return fmt.Sprintf("%.3f", p.now.Sub(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)).Seconds())
}

func (p *player) name(d uint32) string {
	if d == 0 || d == 0x2222 {
		return fmt.Sprintf("0x%x", d)
	}
	if p.names[d] == "" {
		p.names[d] = fmt.Sprintf("D%d", len(p.names)+1)
		p.discriminators[p.names[d]] = d
	}
	return p.names[d]
}

// hide puts names in the place of discriminators.
func (p *player) hide(line string) string {
	for d, name := range p.names {
		line = strings.ReplaceAll(line, fmt.Sprintf("0x%08x", d), name)
	}
	return line
}
