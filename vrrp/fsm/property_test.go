package fsm

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/vrrp/packet"
)

// anyMachine draws some instances, perhaps in a group.
func anyMachine(t *rapid.T) (*Machine, []*config.Instance, []*config.SyncGroup) {
	var all []*config.Instance
	for i := range rapid.IntRange(1, 3).Draw(t, "instances") {
		n := fmt.Sprint(i)
		in := &config.Instance{
			Name: "VI_" + n, Interface: "eth" + n, VRID: uint8(i + 1), Family: 4, DownTimerAdverts: rapid.IntRange(1, 4).Draw(t, "adverts"),
			Version:            rapid.IntRange(2, 3).Draw(t, "version"),
			Priority:           rapid.SampledFrom([]uint8{1, 100, 150, 254, 255}).Draw(t, "priority"),
			AdvertInt:          time.Duration(rapid.IntRange(1, 3).Draw(t, "interval")) * time.Second,
			NoPreempt:          rapid.Bool().Draw(t, "nopreempt"),
			LowerPrioNoAdvert:  rapid.Bool().Draw(t, "noadvert"),
			GARPMasterRepeat:   5,
			TimerExpiredBackup: 0,
		}
		if in.Owner() {
			in.State = config.StateMaster
		} else if !in.NoPreempt && rapid.Bool().Draw(t, "delay") {
			in.PreemptDelay = 2500 * time.Millisecond
		}
		in.Notify.PriorityChanges = true
		in.Tracking = config.Tracking{
			Scripts: []config.Tracked{{Name: "s0"}, {Name: "sw", Weight: rapid.IntRange(-253, 253).Draw(t, "weight")}},
			Files:   []config.Tracked{{Name: "f", Weight: rapid.IntRange(-3, 3).Draw(t, "fweight")}},
		}
		all = append(all, in)
	}
	var groups []*config.SyncGroup
	if rapid.Bool().Draw(t, "group") {
		g := &config.SyncGroup{Name: "G"}
		for _, in := range all {
			g.Instances = append(g.Instances, in.Name)
		}
		groups = append(groups, g)
	}
	return New(all, groups), all, groups
}

// model is what an executor would have done so far.
type model struct {
	t      *rapid.T
	m      *Machine
	now    time.Time
	vips   map[*Instance]bool
	timers map[*Instance]time.Time
	told   map[*Instance]notify.State
}

// apply carries out actions and checks what must always be so.
func (c *model) apply(actions []Action) {
	timers := map[*Instance]bool{}
	for i, a := range actions {
		switch a := a.(type) {
		case AddVIPs:
			if a.Instance.State != Master {
				c.t.Fatalf("%s: VIPs added in %v", a.Instance.Config.Name, a.Instance.State)
			}
			c.vips[a.Instance] = true
		case RemoveVIPs:
			delete(c.vips, a.Instance)
		case SendAdvert:
			if a.Priority == 255 && !a.Instance.Config.Owner() {
				c.t.Fatalf("%s: priority 255", a.Instance.Config.Name)
			}
		case Notify:
			if a.State == notify.Master || a.State == notify.Backup || a.State == notify.Fault {
				c.told[a.Instance] = a.State
			}
		case SetTimer:
			if timers[a.Instance] {
				c.t.Fatalf("%s: two timers in one step", a.Instance.Config.Name)
			}
			timers[a.Instance] = true
			c.timers[a.Instance] = a.Deadline
		}
		if _, ok := a.(SetTimer); !ok && len(timers) > 0 {
			if _, old := actions[0].(SetTimer); !old { // a reload first stops the old ones
				c.t.Fatalf("action %d after timers: %s", i, texts(actions, c.now))
			}
		}
	}
	for _, in := range c.m.Instances {
		c.check(in, actions)
	}
}

func (c *model) check(in *Instance, actions []Action) {
	name := in.Config.Name
	if armed := !c.timers[in].IsZero(); armed != (in.State == Backup || in.State == Master) {
		c.t.Fatalf("%s: %v, timer armed %v after\n%s", name, in.State, armed, texts(actions, c.now))
	}
	if !c.timers[in].Equal(in.Deadline()) {
		c.t.Fatalf("%s: timer %v, deadline %v", name, c.timers[in], in.Deadline())
	}
	if in.State == Master && in.Deadline().After(c.now.Add(in.Config.AdvertInt)) {
		c.t.Fatalf("%s: next advert after %v", name, in.Deadline().Sub(c.now))
	}
	if c.vips[in] != (in.State == Master) {
		c.t.Fatalf("%s: %v, VIPs %v after\n%s", name, in.State, c.vips[in], texts(actions, c.now))
	}
	if in.Effective == 0 || in.Effective == 255 && !in.Config.Owner() {
		c.t.Fatalf("%s: effective priority %d", name, in.Effective)
	}
	if in.faulty() && in.State != Faulty && in.State != Init {
		c.t.Fatalf("%s: %v with a fault", name, in.State)
	}
	if told := c.told[in]; told == notify.Master != (in.State == Master) && in.State != Init {
		c.t.Fatalf("%s: %v, last notification %q after\n%s", name, in.State, told, texts(actions, c.now))
	}
	if in.Group == nil {
		return
	}
	for _, other := range in.Group.Members {
		if in.State == Faulty && other.State == Master {
			c.t.Fatalf("%s is FAULT, %s is MASTER", name, other.Config.Name)
		}
	}
}

// anyEvent draws an event; nil means that time passes.
func (c *model) anyEvent(in *Instance) Event {
	switch rapid.SampledFrom([]string{"time", "time", "time", "packet", "packet", "bad", "interface", "script", "weight", "file", "source", "lost"}).Draw(c.t, "event") {
	case "packet", "bad":
		source := netip.AddrFrom4([4]byte{192, 0, 2, rapid.SampledFrom([]byte{2, 5, 9}).Draw(c.t, "source")})
		r := &packet.Result{Source: source, Advert: packet.Advert{Version: uint8(in.Config.Version), Family: 4, MaxAdvertInt: uint16(rapid.IntRange(0, 300).Draw(c.t, "interval")),
			Priority: rapid.SampledFrom([]uint8{0, 1, 100, 150, 200, 254, 255}).Draw(c.t, "theirs")}}
		if rapid.IntRange(0, 4).Draw(c.t, "bad") == 0 {
			r.Findings[0], r.Found = packet.Finding{Kind: packet.WrongChecksum}, 1
		}
		return Packet{r}
	case "interface":
		return Tracked{Key: Key{Interface, in.Config.Interface}, Status: rapid.SampledFrom([]Status{Up, Down}).Draw(c.t, "status")}
	case "script":
		return Tracked{Key: Key{Script, "s0"}, Status: rapid.SampledFrom([]Status{Up, Down}).Draw(c.t, "status")}
	case "weight":
		return Tracked{Key: Key{Script, "sw"}, Status: rapid.SampledFrom([]Status{Up, Down}).Draw(c.t, "status")}
	case "file":
		return Tracked{Key: Key{File, "f"}, Value: rapid.SampledFrom([]int64{0, 0, 1, 10, -300, 1 << 40}).Draw(c.t, "value")}
	case "source":
		return Source{rapid.SampledFrom([]netip.Addr{{}, netip.MustParseAddr("192.0.2.5")}).Draw(c.t, "addr")}
	case "lost":
		return AddressLost{}
	}
	return nil
}

func (c *model) feed() {
	for _, in := range c.m.Instances {
		for _, ev := range []Event{
			Source{netip.MustParseAddr("192.0.2.5")},
			Tracked{Key: Key{Interface, in.Config.Interface}, Status: rapid.SampledFrom([]Status{Up, Up, Down}).Draw(c.t, "first")},
			Tracked{Key: Key{Script, "s0"}, Status: rapid.SampledFrom([]Status{Up, Up, Unknown}).Draw(c.t, "first")},
		} {
			if out := c.m.Step(c.now, in, ev); len(out) != 0 {
				c.t.Fatalf("before the start: %s", texts(out, c.now))
			}
		}
	}
}

// tick serves one timer, the next one.
func (c *model) tick() {
	var next *Instance
	for _, in := range c.m.Instances {
		if d := c.timers[in]; !d.IsZero() && (next == nil || d.Before(c.timers[next])) {
			next = in
		}
	}
	if next == nil {
		return
	}
	if d := c.timers[next]; d.After(c.now) {
		c.now = d
	}
	before := next.Deadline()
	c.apply(c.m.Step(c.now, next, Deadline{}))
	if next.Deadline().Equal(before) {
		c.t.Fatalf("%s: a served timer changed nothing", next.Config.Name)
	}
}

// Whatever happens, in whatever order: an instance is in one state, has its
// timer exactly in BACKUP and MASTER, its addresses exactly in MASTER, and
// tells so.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, instances, groups := anyMachine(t)
		c := &model{t: t, m: m, now: time.Unix(1795339000, 0), vips: map[*Instance]bool{}, timers: map[*Instance]time.Time{}, told: map[*Instance]notify.State{}}
		c.feed()
		c.apply(c.m.Start(c.now, 0))
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			if rapid.IntRange(0, 15).Draw(t, "reload") == 0 {
				c.apply(c.m.BeforeReload(c.now))
				old := c.m
				c.m = New(instances, groups)
				c.feed()
				vips, told := map[*Instance]bool{}, map[*Instance]notify.State{}
				for i, in := range c.m.Instances {
					vips[in], told[in] = c.vips[old.Instances[i]], c.told[old.Instances[i]]
				}
				c.vips, c.told = vips, told
				c.apply(c.m.Reload(c.now, old))
				continue
			}
			in := c.m.Instances[rapid.IntRange(0, len(c.m.Instances)-1).Draw(t, "instance")]
			ev := c.anyEvent(in)
			if ev == nil {
				c.tick()
				continue
			}
			c.now = c.now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "ms")) * time.Millisecond)
			state, deadline := in.State, in.Deadline()
			c.apply(c.m.Step(c.now, in, ev))
			if p, ok := ev.(Packet); ok && p.Result.Rejected().Kind != packet.Fine && (in.State != state || !in.Deadline().Equal(deadline)) {
				t.Fatalf("%s: a rejected datagram had an effect", in.Config.Name)
			}
		}
		c.apply(c.m.Stop(c.now, true))
		for in, set := range c.vips {
			if set && in.State == Master {
				t.Fatalf("%s: VIPs left behind", in.Config.Name)
			}
		}
	})
}

// The formulas of 7.1 give the periods of its table.
func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		version  int
		priority uint8
		adverts  int
		interval time.Duration
		want     time.Duration
	}{
		{2, 100, 3, time.Second, 3609375 * time.Microsecond},
		{2, 150, 3, time.Second, 3414062 * time.Microsecond},
		{2, 255, 3, time.Second, 3003906 * time.Microsecond},
		{3, 200, 3, 250 * time.Millisecond, 804687 * time.Microsecond},
		{2, 100, 2, time.Second, 2609375 * time.Microsecond},
		{2, 150, 1, time.Second, 1414062 * time.Microsecond},
		{3, 1, 3, 40950 * time.Millisecond, 163640039 * time.Microsecond},
	} {
		in := &Instance{Config: &config.Instance{Version: c.version, Priority: c.priority, DownTimerAdverts: c.adverts, AdvertInt: c.interval},
			Effective: c.priority, MasterInterval: c.interval}
		if got := in.full(); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// The priority arithmetic of 8.1.
func TestContribution(t *testing.T) {
	for _, c := range []struct {
		tracker Tracker
		want    int
		fault   bool
	}{
		{Tracker{Key: Key{Interface, "i"}, Weight: 10, status: Up}, 10, false},
		{Tracker{Key: Key{Interface, "i"}, Weight: 10, status: Down}, 0, false},
		{Tracker{Key: Key{Interface, "i"}, Weight: -10, status: Up}, 0, false},
		{Tracker{Key: Key{Interface, "i"}, Weight: -10, status: Down}, -10, false},
		{Tracker{Key: Key{Interface, "i"}, Weight: 10, Reverse: true, status: Up}, -10, false},
		{Tracker{Key: Key{Interface, "i"}, Weight: -10, Reverse: true, status: Down}, 10, false},
		{Tracker{Key: Key{Interface, "i"}, status: Down}, 0, true},
		{Tracker{Key: Key{Interface, "i"}, Reverse: true, status: Up}, 0, true},
		{Tracker{Key: Key{Script, "s"}, Weight: -10}, 0, false},
		{Tracker{Key: Key{Script, "s"}, Weight: 10}, 0, false},
		{Tracker{Key: Key{Script, "s"}}, 0, false},
		{Tracker{Key: Key{Process, "p"}, status: Down}, 0, true},
		{Tracker{Key: Key{BFD, "b"}}, 0, true},
		{Tracker{Key: Key{File, "f"}, Weight: 2, value: 10}, 20, false},
		{Tracker{Key: Key{File, "f"}, Weight: 2, value: 10, Reverse: true}, -20, false},
		{Tracker{Key: Key{File, "f"}, Weight: 2, value: 200}, 253, false},
		{Tracker{Key: Key{File, "f"}, Weight: 2, value: -127}, 0, true},
		{Tracker{Key: Key{File, "f"}, Weight: -254, value: 1 << 62}, 0, true},
		{Tracker{Key: Key{File, "f"}, value: 1}, 0, true},
		{Tracker{Key: Key{File, "f"}, value: 0, Reverse: true}, 0, true},
	} {
		if got, fault := c.tracker.contribution(), c.tracker.fault(); got != c.want || fault != c.fault {
			t.Errorf("%+v: %d, fault %v", c.tracker, got, fault)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	c := &config.Instance{Name: "VI", Interface: "eth0", Family: 4, Version: 2, Priority: 100, AdvertInt: time.Second, DownTimerAdverts: 3}
	m := New([]*config.Instance{c}, nil)
	in, now := m.Instances[0], time.Unix(1795339000, 0)
	m.Step(now, in, Source{netip.MustParseAddr("192.0.2.5")})
	m.Step(now, in, Tracked{Key: Key{Interface, "eth0"}, Status: Up})
	m.Start(now, 0)
	r := &packet.Result{Source: netip.MustParseAddr("192.0.2.9"), Advert: packet.Advert{Version: 2, Priority: 200, MaxAdvertInt: 1, Family: 4}}
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		m.Step(now, in, Packet{r})
	}
}
