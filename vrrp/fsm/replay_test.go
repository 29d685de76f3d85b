package fsm

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"keepalived/core/config"
	"keepalived/vrrp/internal/golden"
	"keepalived/vrrp/packet"
)

// replay runs a machine through a recording of the C daemon: the tester's
// doings and the received datagrams become events, timers run at their
// deadlines, and what comes out is compared with what the daemon logged, sent
// and notified.
type replay struct {
	t         *testing.T
	conf      *config.Config
	m         *Machine
	endpoints []*packet.Endpoint
	start     time.Time
	now       time.Time
	timers    map[*Instance]time.Time
	ids       map[*Instance]int
	order     []string // instances in the order in which the daemon's timers expired
	got       map[string][]line
	source    map[int]netip.Addr // by family
	counters  Counters           // when the daemon printed its own
	macs      []string           // of the node whose part the machine plays
}

type line struct {
	at   time.Duration
	text string
}

func (r *replay) do(actions []Action) {
	for _, a := range actions {
		switch a := a.(type) {
		case Log:
			r.note("log", expiredBy.ReplaceAllString(a.Line, "expired x seconds"))
		case SendAdvert:
			r.ids[a.Instance]++
			if slices.ContainsFunc(a.Instance.Trackers, func(t Tracker) bool {
				return t.Key == Key{Interface, a.Instance.Config.Interface} && t.status == Down
			}) {
				continue // into a dead link
			}
			r.note("net", fmt.Sprintf("vrid %d prio %d id %d", a.Instance.Config.VRID, a.Priority, r.ids[a.Instance]))
		case SetTimer:
			r.timers[a.Instance] = a.Deadline
		case AddVIPs:
			r.note("log", "("+a.Instance.Config.Name+") setting VIPs.")
		case RemoveVIPs:
			r.note("log", "("+a.Instance.Config.Name+") removing VIPs.")
		case Notify:
			r.note("fifo", fmt.Sprintf("INSTANCE %q %s %d", a.Instance.Config.Name, a.State, a.Priority))
		case NotifyGroup:
			r.note("fifo", fmt.Sprintf("GROUP %q %s 0", a.Group.Config.Name, a.State))
		case Sequence:
			e := r.endpoints[a.Instance.Index]
			[]func(){e.RestartSequence, e.FollowSequence, e.UnwrapSequence}[a.Op]()
		}
	}
}

func (r *replay) note(kind, text string) {
	r.got[kind] = append(r.got[kind], line{r.now.Sub(r.start), text})
}

func (r *replay) step(in *Instance, ev Event) { r.do(r.m.Step(r.now, in, ev)) }

// runTo serves the timers that are due until a time, less a lag.
func (r *replay) runTo(at time.Time, lag time.Duration) {
	for {
		var next *Instance
		for _, in := range r.m.Instances {
			d := r.timers[in]
			if d.IsZero() || d.After(at.Add(-lag)) {
				continue
			}
			if next == nil || d.Before(r.timers[next]) || d.Equal(r.timers[next]) && r.before(in, next) {
				next = in
			}
		}
		if next == nil {
			break
		}
		if d := r.timers[next]; d.After(r.now) {
			r.now = d
		}
		r.timers[next] = time.Time{}
		r.step(next, Deadline{})
	}
	r.now = at
}

// before settles the order of simultaneous timers, which is not defined, as
// the daemon did.
func (r *replay) before(a, b *Instance) bool {
	n := 0
	for _, l := range r.got["log"] {
		if strings.HasSuffix(l.text, "Receive advertisement timeout") {
			n++
		}
	}
	return n < len(r.order) && r.order[n] == a.Config.Name && r.order[n] != b.Config.Name
}

var (
	linkLine    = regexp.MustCompile(`^Netlink reports (\S+) (up|down)`)
	vipLine     = regexp.MustCompile(`^Netlink reflector reports IP (\S+) removed`)
	scriptLine  = regexp.MustCompile(`^VRRP_Script\((\S+)\) (succeeded|failed|timed_out)`)
	fileLine    = regexp.MustCompile(`^(?:file|write) (-?\d+)`)
	ownLine     = regexp.MustCompile(`^(\(VI|\(X|VRRP_Group|VRRP thread)`)
	executors   = regexp.MustCompile(`queueing|Virtual R|ignoring|Cannot use|no longer exist|sending gratuitous|Success`)
	expiredBy   = regexp.MustCompile(`expired \d+\.\d{6} seconds`)
	counterLine = regexp.MustCompile(`(?m)^ +[A-Z][A-Za-z ]+: (\d+)$`)
	wireLine    = regexp.MustCompile(`^VRRP\d (vrid \d+ prio \d+) \S+ (id \d+) `)
	timeout     = regexp.MustCompile(`^\((\S+)\) Receive advertisement timeout`)
)

// play runs a whole timeline.
func (r *replay) play(name string, timeline []golden.Entry) {
	frames := map[string][]golden.Advert{"NET": r.foreign(name, "capture.pcap")}
	for _, c := range golden.Captures(r.t) {
		if c == [2]string{name, "capture-if1.pcap"} {
			frames["NET1"] = r.foreign(name, c[1])
		}
	}
	stopped, over := false, false
	var held []func()
	when := func(f func()) {
		if stopped {
			held = append(held, f)
			return
		}
		f()
	}
	for _, e := range timeline {
		at := r.start.Add(e.At)
		if !stopped && !over && r.m.Instances[0].State != Init {
			late := lag
			if timeout.MatchString(e.Text) {
				late = 0 // the daemon has just served one
			}
			r.runTo(at, late)
		}
		r.now = at
		switch {
		case over:
		case e.Who == "A" && r.m.Instances[0].State == Init && (strings.Contains(e.Text, "removing VIPs") || strings.Contains(e.Text, "entering FAULT")):
			r.do(r.m.Start(at, r.conf.Global.StartupDelay))
		case e.Who == "##" && (e.Text == "STOP" || strings.HasPrefix(e.Text, "SIGSTOP A")):
			stopped = true
		case e.Who == "##" && (e.Text == "CONT" || e.Text == "SIGCONT"):
			stopped = false
			r.runTo(at, 0)
			for _, f := range held {
				f()
			}
			held = nil
		case strings.HasSuffix(e.Text, "main signal 12"):
			r.counters = r.m.Instances[0].Counters
		case e.Who == "A" && e.Text == "Reloading":
			r.reload()
		case e.Who == "A" && e.Text == "Stopping":
			r.do(r.m.Stop(at, true))
			over = true
		case strings.HasPrefix(e.Who, "NET") && strings.HasPrefix(e.Text, "INJ VRRP"):
			f := frames[e.Who][0]
			frames[e.Who] = frames[e.Who][1:]
			when(func() { r.receive(e.Who, f) })
		default:
			r.event(e)
		}
	}
}

// reload loads the same configuration once more.
func (r *replay) reload() {
	r.do(r.m.BeforeReload(r.now))
	old := r.m
	r.m = New(r.conf.VRRP.Instances, r.conf.VRRP.SyncGroups)
	for i, in := range r.m.Instances {
		r.step(in, Source{old.Instances[i].Source})
		for _, t := range old.Instances[i].Trackers {
			r.step(in, Tracked{Key: t.Key, Status: t.status, Value: t.value})
		}
	}
	r.do(r.m.Reload(r.now, old))
}

// foreign are the captured adverts of others.
func (r *replay) foreign(name, file string) []golden.Advert {
	r.t.Helper()
	return slices.DeleteFunc(golden.Adverts(r.t, name, file), func(a golden.Advert) bool {
		return slices.Contains(r.macs, a.MAC)
	})
}

// node says which node of a recording the machine takes the place of.
func (r *replay) node(mac, source string) {
	r.macs = []string{mac}
	r.source[4] = netip.MustParseAddr(source)
	for _, in := range r.m.Instances {
		r.step(in, Source{r.source[4]})
	}
}

func (r *replay) receive(who string, f golden.Advert) {
	eth := map[string]string{"NET": "eth0", "NET1": "eth1"}[who]
	vrid, source, err := packet.Identify(f.Family, false, f.Data)
	if err != nil {
		return
	}
	if f.Family == 6 {
		source = f.Source
	}
	if source == r.source[4] && f.Family == 4 {
		return // the kernel drops what claims to come from here
	}
	for _, in := range r.m.Instances {
		if in.Config.VRID == vrid && in.Config.Interface == eth && in.Config.Unicast != f.Destination.IsMulticast() && r.m.Listens(r.now, in) {
			result := r.endpoints[in.Index].Check(
				packet.Datagram{Data: f.Data, Source: f.Source, Destination: f.Destination, HopLimit: f.HopLimit},
				packet.Context{Now: f.At, Master: in.Master})
			r.step(in, Packet{&result})
		}
	}
}

// event turns a line into an event.
func (r *replay) event(e golden.Entry) {
	track := func(k Key, ev Tracked) {
		ev.Key = k
		for _, in := range r.m.Instances {
			r.step(in, ev)
		}
	}
	if m := linkLine.FindStringSubmatch(e.Text); m != nil && e.Who == "A" {
		track(Key{Interface, m[1]}, Tracked{Status: map[string]Status{"up": Up, "down": Down}[m[2]]})
	}
	if m := scriptLine.FindStringSubmatch(e.Text); m != nil && e.Who == "A" {
		s := Down
		if m[2] == "succeeded" {
			s = Up
		}
		track(Key{Script, m[1]}, Tracked{Status: s})
	}
	if m := fileLine.FindStringSubmatch(e.Text); m != nil && e.Who == "##" {
		n, _ := strconv.ParseInt(m[1], 10, 64)
		track(Key{File, r.conf.VRRP.TrackFiles[0].Name}, Tracked{Value: n})
	}
	if m := vipLine.FindStringSubmatch(e.Text); m != nil && e.Who == "A" {
		for _, in := range r.m.Instances {
			for _, vip := range in.Config.VIPs {
				if vip.Prefix.Addr().String() == m[1] && !vip.NoTrack {
					r.step(in, AddressLost{})
				}
			}
		}
	}
}

// want are the lines of one kind in the recording.
func want(timeline []golden.Entry) map[string][]line {
	all := map[string][]line{}
	for _, e := range timeline {
		switch {
		case e.Who == "A" && ownLine.MatchString(e.Text) && !executors.MatchString(e.Text):
			all["log"] = append(all["log"], line{e.At, expiredBy.ReplaceAllString(e.Text, "expired x seconds")})
		case e.Who == "FIFO":
			all["fifo"] = append(all["fifo"], line{e.At, e.Text})
		case strings.HasPrefix(e.Who, "NET"):
			if m := wireLine.FindStringSubmatch(e.Text); m != nil {
				all["net"] = append(all["net"], line{e.At, m[1] + " " + m[2]})
			}
		}
	}
	return all
}

// lag is by how much the daemon's timers ran late when an event came at the
// same time: it counts every interval from when it was served.
const lag = 3500 * time.Microsecond

const slack = 250 * time.Millisecond // the recording machine was slow at times

// compare reports the first difference of two sequences.
func compare(t *testing.T, kind string, got, want []line) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		var g, w line
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if d := g.at - w.at; g.text != w.text || d > slack || d < -slack {
			t.Errorf("%s line %d:\n got %v %s\nwant %v %s", kind, i, g.at, g.text, w.at, w.text)
			return
		}
	}
}

// compareWire compares adverts by their number, which goes on when they are not
// seen (a dead link, a capture that began late). Those seen must be equal, and
// there must be none after the last one.
func compareWire(t *testing.T, vrid uint8, got, want []line) {
	t.Helper()
	find := func(lines []line, suffix string) (line, bool) {
		for _, l := range lines {
			if strings.HasPrefix(l.text, fmt.Sprintf("vrid %d ", vrid)) && strings.HasSuffix(l.text, suffix) {
				return l, true
			}
		}
		return line{}, false
	}
	seen := 0
	for id := range 100 {
		suffix := fmt.Sprintf(" id %d", id)
		w, ok := find(want, suffix)
		g, sent := find(got, suffix)
		if d := g.at - w.at; ok && (!sent || g.text != w.text || d > slack || d < -slack) {
			t.Errorf("wire:\n got %v %s\nwant %v %s", g.at, g.text, w.at, w.text)
			return
		}
		if ok {
			seen = id
		}
	}
	if g, more := find(got, fmt.Sprintf(" id %d", seen+1)); more && seen > 0 {
		t.Errorf("wire: got %v %s, want no more", g.at, g.text)
	}
}

// newReplay prepares the machine of a recording.
func newReplay(t *testing.T, conf *config.Config, timeline []golden.Entry) *replay {
	t.Helper()
	r := &replay{t: t, conf: conf, m: New(conf.VRRP.Instances, conf.VRRP.SyncGroups), start: time.Unix(1795339000, 0),
		timers: map[*Instance]time.Time{}, ids: map[*Instance]int{}, got: map[string][]line{}}
	r.now = r.start
	r.macs = []string{"02:00:00:00:00:21", "02:00:00:00:01:21"}
	r.source = map[int]netip.Addr{4: netip.MustParseAddr("192.0.2.5")}
	for _, e := range timeline {
		if m := timeout.FindStringSubmatch(e.Text); m != nil && e.Who == "A" {
			r.order = append(r.order, m[1])
		}
	}
	for _, in := range r.m.Instances {
		r.endpoints = append(r.endpoints, packet.NewEndpoint(in.Config, &conf.Global))
		source := r.source[4]
		switch {
		case in.Config.Family == 6:
			source = netip.MustParseAddr("fe80::ff:fe00:21")
		case in.Config.Interface == "eth1":
			source = netip.MustParseAddr("192.0.3.5")
		}
		r.step(in, Source{source})
		for _, tr := range in.Trackers {
			if tr.Kind == Interface {
				r.step(in, Tracked{Key: tr.Key, Status: Up})
			}
		}
	}
	return r
}

// merge puts the adverts of others from the capture into a timeline that has
// no lines of the wire. Both clocks are compared by the first advert of node A,
// or else the first one that it hears.
func merge(t *testing.T, name string, timeline []golden.Entry) []golden.Entry {
	t.Helper()
	const own = "02:00:00:00:00:01"
	timeline = slices.Clone(timeline)
	first := func(text string) time.Duration {
		for _, e := range timeline {
			if e.Who == "A" && strings.Contains(e.Text, text) {
				return e.At
			}
		}
		return -1
	}
	all := golden.Adverts(t, name, "capture.pcap")
	mine := slices.IndexFunc(all, func(a golden.Advert) bool { return a.MAC == own })
	theirs := slices.IndexFunc(all, func(a golden.Advert) bool { return a.MAC != own })
	var zero time.Time
	switch at := first("Entering MASTER STATE"); {
	case at >= 0 && mine >= 0:
		zero = all[mine].At.Add(-at)
	default:
		zero = all[theirs].At.Add(-first("master set"))
	}
	for _, a := range all {
		if a.MAC != own {
			timeline = append(timeline, golden.Entry{At: a.At.Sub(zero), Who: "NET", Text: "INJ VRRP"})
		}
	}
	slices.SortStableFunc(timeline, func(a, b golden.Entry) int { return int(a.At - b.At) })
	return timeline
}

// Recordings of two nodes or of hand-made datagrams: the log of node A.
func TestReplayPair(t *testing.T) {
	for _, name := range []string{
		"34b-rx-errors-v243",
		"39b-owner-conflict-v243",
		"54-hmac-pair-v243",
		"55-hmac-rx-errors-v243",
		"67b-unicast-checks-v243",
		"92-rogue-owner-v243",
		"b4-invalid-advert-stream-lower-prio-no-advert-v243",
		"b7-timer-expired-backup-v243",
		"b8-owner-ignore-adverts-v243",
	} {
		t.Run(name, func(t *testing.T) {
			timeline := golden.Timeline(t, name)
			r := newReplay(t, golden.Conf(t, name, "keepalived.conf"), timeline)
			r.node("02:00:00:00:00:01", "192.0.2.1")
			if name == "92-rogue-owner-v243" {
				r.node("02:00:00:00:00:01", "192.0.2.9")
			}
			r.play(name, merge(t, name, timeline))
			compare(t, "log", r.got["log"], want(timeline)["log"])
			counters := statistics(t, name)
			if name == "34b-rx-errors-v243" {
				counters[1] = 7 // adverts sent: rejected datagrams silenced the daemon, which sent 4
			}
			if counters != nil && !slices.Equal(r.counters.list(), counters) {
				t.Errorf("counters:\n got %v\nwant %v", r.counters.list(), counters)
			}
		})
	}
}

// list are the counters in the order in which they are printed (16.2).
func (c *Counters) list() []uint64 {
	return []uint64{c.AdvertReceived, c.AdvertSent, c.BecameMaster, c.ReleasedMaster,
		c.PacketLength, c.TTL, c.InvalidType, c.AdvertInterval, c.AddressList,
		c.AuthInvalidType, c.AuthMismatch, c.AuthFailure,
		c.ExtMissing, c.ExtMalformed, c.ExtUnknownKey, c.ExtInvalidHMAC, c.ExtStale, c.ExtReplay,
		c.PriorityZeroReceived, c.PriorityZeroSent}
}

// statistics are the counters that the daemon printed, nil without any.
func statistics(t *testing.T, name string) []uint64 {
	t.Helper()
	_, text, ok := strings.Cut(string(golden.Read(t, name, "notes.md")), "VRRP Instance: VI_1\n")
	if !ok {
		return nil
	}
	var all []uint64
	for _, m := range counterLine.FindAllStringSubmatch(text, 20) {
		n, _ := strconv.ParseUint(m[1], 10, 64)
		all = append(all, n)
	}
	return all
}

// The recordings whose whole course must be the same.
func TestReplay(t *testing.T) {
	for _, c := range []struct {
		name string
		but  string // kinds that differ, with the reason above the row
	}{
		{"d0-advert-priorities-v243", ""},
		{"d1-tracker-change-while-backup-v243", ""},
		{"d2-group-vip-deleted-v243", ""},
		{"d3-group-fault-from-backup-v243", ""},
		{"d4-owner-pending-script-v243", ""},
		{"d5-owner-startup-delay-v243", ""},
		{"d6-two-faults-v243", ""},
		{"d7-preempt-delay-details-v243", ""},
		{"d9-v3-learned-interval-v243", ""},
		{"da-group-refused-v243", ""},
		{"db-virtual-route-interface-down-v243", ""},
		{"dd-group-pending-script-v243", ""},
		// Priority 0 with lower_prio_no_advert: the answer restarts our
		// advert timer, not the daemon's.
		{"df-master-priority-changes-v243", "net"},
		{"e0-higher-prio-send-down-timer-1-v243", ""},
		{"e1-mixed-owner-group-v243", ""},
		{"e2-owner-group-state-master-v243", ""},
		{"e3-owner-group-v243", ""},
		{"e4-no-track-v243", ""},
		{"e7-pending-script-link-flap-v243", ""},
		{"e8-thread-timer-expired-v243", ""},
		// The numbers of adverts begin anew at each reload.
		{"e9-reload-group-v243", "net"},
		{"ea-unicast-leave-fault-v243", ""},
		{"eb-rx-checks-v243", ""},
		{"ee-late-timer-group-v243", ""},
		{"ef-group-fault-at-start-v243", ""},
		{"f6-rogue-owner-keeps-advertising-v243", ""},
		{"f8-ipv6-own-address-v243", ""},
		{"f9-v3-interval-zero-v243", ""},
		{"fa-rogue-owner-reduction-v243", ""},
		{"fb-rogue-owner-gone-v243", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			timeline := golden.Timeline(t, c.name)
			r := newReplay(t, golden.Conf(t, c.name, "keepalived.conf"), timeline)
			for _, e := range timeline { // what was so before the start
				if strings.HasPrefix(e.Text, "start") {
					break
				}
				if name, ok := strings.CutPrefix(e.Text, "ip A: link set "); ok && strings.HasSuffix(name, " down") {
					r.event(golden.Entry{Who: "A", Text: "Netlink reports " + name})
				}
			}
			r.play(c.name, timeline)
			w := want(timeline)
			for _, kind := range []string{"log", "net", "fifo"} {
				if strings.Contains(c.but, kind) || kind == "fifo" && len(w[kind]) == 0 {
					continue
				}
				if kind != "net" {
					compare(t, kind, r.got[kind], w[kind])
					continue
				}
				for _, in := range r.m.Instances {
					compareWire(t, in.Config.VRID, r.got[kind], w[kind])
				}
			}
		})
	}
}
