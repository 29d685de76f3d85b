package fsm

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

	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/txtar"

	"keepalived/vrrp/internal/golden"
	"keepalived/vrrp/packet"
)

var update = flag.Bool("update", false, "write the actions that came out into the cases")

// course is a case of the transition table being run.
type course struct {
	t      *testing.T
	files  map[string]string
	m      *Machine
	start  time.Time
	timers map[*Instance]time.Time
	out    strings.Builder
}

// TestRows runs the cases of testdata/rows: "events" are what happens, with
// the second at which it does; "actions" are what the machine wants done,
// after each event and each timer that was due before it.
func TestRows(t *testing.T) {
	files, err := filepath.Glob("testdata/rows/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c := &course{t: t, files: map[string]string{}, start: time.Unix(1795339000, 0), timers: map[*Instance]time.Time{}}
			for _, f := range archive.Files {
				c.files[f.Name] = string(f.Data)
			}
			c.m = c.machine("keepalived.conf")
			for line := range strings.Lines(c.files["events"]) {
				if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
					c.event(line)
				}
			}
			got, want := c.out.String(), c.files["actions"]
			if got == want {
				return
			}
			if !*update {
				t.Error(string(diff.Diff("want", []byte(want), "got", []byte(got))))
				return
			}
			for i := range archive.Files {
				if archive.Files[i].Name == "actions" {
					archive.Files[i].Data = []byte(got)
				}
			}
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// machine makes one with every interface up and every source there.
func (c *course) machine(file string) *Machine {
	conf := golden.Parse(c.t, c.files[file])
	m := New(conf.VRRP.Instances, conf.VRRP.SyncGroups)
	for _, in := range m.Instances {
		source := netip.AddrFrom4([4]byte{192, 0, 2, 5})
		if in.Config.Family == 6 {
			source = netip.MustParseAddr("fe80::5")
		}
		m.Step(c.start, in, Source{source})
		for _, t := range in.Trackers {
			if t.Kind == Interface {
				m.Step(c.start, in, Tracked{Key: t.Key, Status: Up})
			}
		}
	}
	return m
}

func (c *course) do(title string, actions []Action) {
	fmt.Fprintf(&c.out, "> %s\n", title)
	for _, a := range actions {
		c.out.WriteString(text(a, c.start) + "\n")
		if s, ok := a.(SetTimer); ok {
			c.timers[s.Instance] = s.Deadline
		}
	}
	for _, in := range c.m.Instances {
		if timer := c.timers[in]; !timer.Equal(in.Deadline()) {
			c.t.Errorf("%s: timer of %s is at %v, its deadline is %v", title, in.Config.Name, timer, in.Deadline())
		}
	}
}

// serve runs the timers that are due before a time.
func (c *course) serve(until time.Time) {
	for {
		var next *Instance
		for _, in := range c.m.Instances {
			d := c.timers[in]
			if !d.IsZero() && !d.After(until) && (next == nil || d.Before(c.timers[next])) {
				next = in
			}
		}
		if next == nil {
			return
		}
		d := c.timers[next]
		c.do(fmt.Sprintf("%v %s timer", d.Sub(c.start), next.Config.Name), c.m.Step(d, next, Deadline{}))
	}
}

func (c *course) event(line string) {
	w := strings.Fields(line)
	s, err := strconv.ParseFloat(w[0], 64)
	if err != nil {
		c.t.Fatalf("event %q: %v", line, err)
	}
	now := c.start.Add(time.Duration(s * 1e9).Round(time.Microsecond))
	if w[1] == "woken" { // the process stood still until now
		for _, in := range c.m.Instances {
			if d := c.timers[in]; !d.IsZero() && !d.After(now) {
				c.do(fmt.Sprintf("%v %s timer served at %v", d.Sub(c.start), in.Config.Name, now.Sub(c.start)), c.m.Step(now, in, Deadline{}))
			}
		}
		return
	}
	c.serve(now)
	switch w[1] {
	case "end":
	case "start":
		delay := time.Duration(0)
		if len(w) > 3 {
			delay, _ = time.ParseDuration(w[3])
		}
		c.do(line, c.m.Start(now, delay))
	case "stop":
		c.do(line, c.m.Stop(now, len(w) == 2))
	case "late":
		by, _ := time.ParseDuration(w[2])
		c.do(line, c.m.Late(now, by))
	case "before":
		c.do(line, c.m.BeforeReload(now))
	case "reload":
		old := c.m
		c.m = c.machine("keepalived-2.conf")
		for _, in := range c.m.Instances { // what is known about the machine stays
			for _, o := range old.Instances {
				for _, t := range o.Trackers {
					c.m.Step(now, in, Tracked{Key: t.Key, Status: t.status, Value: t.value})
				}
			}
		}
		for _, w := range strings.Split(strings.Join(w[2:], " "), ",") {
			if f := strings.Fields(w); len(f) == 3 {
				for _, in := range c.m.Instances {
					c.m.Step(now, in, tracked(f))
				}
			}
		}
		c.do(line, c.m.Reload(now, old))
	default:
		c.do(line, c.member(now, w))
	}
}

// member is an event of one instance.
func (c *course) member(now time.Time, w []string) []Action {
	var in *Instance
	for _, i := range c.m.Instances {
		if i.Config.Name == w[1] {
			in = i
		}
	}
	if in == nil {
		c.t.Fatalf("event %q", w)
	}
	switch w[2] {
	case "advert", "bad": // advert <priority> from <address> [every <n>]; bad <priority> from <address>
		return c.m.Step(now, in, Packet{hear(in, w)})
	case "source":
		a, _ := netip.ParseAddr(w[3])
		return c.m.Step(now, in, Source{a})
	case "address":
		return c.m.Step(now, in, AddressLost{})
	case "priority":
		n, _ := strconv.Atoi(w[3])
		return c.m.Step(now, in, SetPriority{uint8(n)})
	case "early": // a timer that comes too early
		return c.m.Step(now, in, Deadline{})
	}
	return c.m.Step(now, in, tracked(w[2:]))
}

// tracked reads "interface eth1 down", "script s up", "file f 5" and so on.
func tracked(w []string) Tracked {
	kinds := map[string]Kind{"interface": Interface, "script": Script, "file": File, "process": Process, "bfd": BFD}
	ev := Tracked{Key: Key{kinds[w[0]], w[1]}}
	ev.Status = map[string]Status{"up": Up, "down": Down}[w[2]]
	ev.Value, _ = strconv.ParseInt(w[2], 10, 64)
	return ev
}

// hear makes a judged datagram.
func hear(in *Instance, w []string) *packet.Result {
	n, _ := strconv.Atoi(w[3])
	r := &packet.Result{Source: netip.MustParseAddr(w[5]), Advert: packet.Advert{
		Version: uint8(in.Config.Version), VRID: in.Config.VRID, Priority: uint8(n),
		MaxAdvertInt: uint16(in.Config.AdvertInt / time.Second), Family: in.Config.Family}}
	if in.Config.Version == 3 {
		r.Advert.MaxAdvertInt = uint16(in.Config.AdvertInt / (10 * time.Millisecond))
	}
	if len(w) > 7 {
		every, _ := strconv.Atoi(w[7])
		r.Advert.MaxAdvertInt = uint16(every)
	}
	if w[2] == "bad" {
		r.Findings[0], r.Found = packet.Finding{Kind: packet.WrongChecksum, Got: in.Config.Version}, 1
	}
	return r
}
