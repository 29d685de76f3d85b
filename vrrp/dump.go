package vrrp

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
	"keepalived/core/status"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
)

// Signal writes what an operator asks for (02-runtime section 6.1).
func (s *service) Signal(sig process.Signal) {
	switch sig {
	case process.SignalStats:
		s.info(message.PrintingStats, os.Getpid())
		s.writeFile(filepath.Join(s.env.Options.TmpDir, "keepalived.stats"), s.writeStats)
	case process.SignalStatsClear:
		s.info(message.PrintingClearedStats, os.Getpid())
		s.writeFile(filepath.Join(s.env.Options.TmpDir, "keepalived.stats"), s.writeStats)
		for _, r := range s.routers {
			r.in.Counters = fsm.Counters{}
		}
	case process.SignalData:
		s.info(message.PrintingData, os.Getpid())
		s.writeFile(process.DumpPath(s.cfg, s.env.Options.TmpDir, ""), s.writeData)
	}
}

func (s *service) writeFile(path string, write func(io.Writer)) {
	var b bytes.Buffer
	write(&b)
	s.dumps.Write(path, b.Bytes(), func(err error) {
		number, text := logging.Strerror(err)
		s.info(message.DumpFileError, path, number, text)
	})
}

// writeStats is 03-vrrp section 16.2.
func (s *service) writeStats(w io.Writer) {
	for _, r := range s.routers {
		c := &r.in.Counters
		fmt.Fprintf(w, `VRRP Instance: %s
  Advertisements:
    Received: %d
    Sent: %d
  Became master: %d
  Released master: %d
  Packet Errors:
    Length: %d
    TTL: %d
    Invalid Type: %d
    Advertisement Interval: %d
    Address List: %d
  Authentication Errors:
    Invalid Type: %d
    Type Mismatch: %d
    Failure: %d
  Authentication Extension Errors:
    Missing: %d
    Malformed: %d
    Unknown Key: %d
    Invalid HMAC: %d
    Stale: %d
    Replay: %d
  Priority Zero:
    Received: %d
    Sent: %d
`, r.conf.Name, c.AdvertReceived, c.AdvertSent, c.BecameMaster, c.ReleasedMaster,
			c.PacketLength, c.TTL, c.InvalidType, c.AdvertInterval, c.AddressList,
			c.AuthInvalidType, c.AuthMismatch, c.AuthFailure,
			c.ExtMissing, c.ExtMalformed, c.ExtUnknownKey, c.ExtInvalidHMAC, c.ExtStale, c.ExtReplay,
			c.PriorityZeroReceived, c.PriorityZeroSent)
	}
}

// writeData is the instances' and the sockets' part of 03-vrrp section 16.3,
// after the global definitions.
func (s *service) writeData(w io.Writer) {
	status.Globals(w, s.cfg)
	fmt.Fprintln(w, "------< VRRP Topology >------")
	for _, r := range s.routers {
		r.writeData(w)
	}
	fmt.Fprintln(w, "------< VRRP Sockpool >------")
	for _, p := range s.pools {
		p.writeData(w)
	}
}

func (r *router) writeData(w io.Writer) {
	line := func(format string, args ...any) { fmt.Fprintf(w, "   "+format+"\n", args...) }
	fmt.Fprintf(w, " VRRP Instance = %s\n", r.conf.Name)
	r.writeState(line)
	r.writeSender(line)
	r.writeAnnouncements(line)
	r.writeProtocol(line)
	r.writeAddresses(w)
	in, out := -1, -1
	if r.pool.socket != nil {
		in, out = r.pool.socket.Descriptors()
	}
	line("fd_in %d, fd_out %d", in, out)
	r.writeRoutes(line)
	n := &r.conf.Notify
	line("Using smtp notification = %s", yesNo(n.SMTPAlert))
	line("Notify deleted = %s", map[bool]string{false: "Fault", true: "Deleted"}[n.SendDeleted])
	line("Notify priority changes = %t", n.PriorityChanges)
}

func (r *router) writeState(line func(string, ...any)) {
	in := r.in
	configured, trackers, interfaces, pending := in.Faults()
	line("VRRP Version = %d", r.conf.Version)
	if in.Group != nil {
		line("Sync group = %s", in.Group.Config.Name)
	}
	line("State = %s", in.State)
	if in.State == fsm.Backup {
		line("Master router = %s", orNone(in.Master.IsValid(), in.Master))
		line("Master priority = %d", in.MasterPriority)
	}
	line("Flags: %s", "none")
	line("Rate-limit flags = 0x%x", in.LoggedOnce)
	line("Wantstate = %s", in.Wanted)
	line("Number of config faults = %d", configured)
	line("Number of tracker faults = %d", trackers)
	line("Flags of interface faults - %s", orNone(len(interfaces) > 0, strings.Join(interfaces, " ")))
	line("Number of track scripts init = %d", pending)
	line("Last transition = %s", stamp(in.LastTransition))
	if at := in.Deadline(); !at.IsZero() {
		line("Read timeout = %s", stamp(at))
	}
	line("Master down timer = %d usecs", in.Period.Microseconds())
}

func (r *router) writeSender(line func(string, ...any)) {
	line("Interface = %s", r.conf.Interface)
	line("Using src_ip = %s", orNone(r.in.Source.IsValid(), r.in.Source))
	if !r.conf.Unicast {
		line("Multicast address %s", r.conf.MulticastGroup)
		return
	}
	line("Unicast Peer :")
	for _, p := range r.conf.UnicastPeers {
		line("  %s min_ttl %d max_ttl %d", p.Addr, p.MinTTL, p.MaxTTL)
	}
}

func (r *router) writeProtocol(line func(string, ...any)) {
	c, in := r.conf, r.in
	line("Virtual Router ID = %d", c.VRID)
	line("Priority = %d", c.Priority)
	line("Effective priority = %d", in.Effective)
	line("Total priority = %d", in.Total)
	unit, n := "sec", c.AdvertInt/time.Second
	if c.Version == 3 {
		unit, n = "milli-sec", c.AdvertInt/time.Millisecond
	}
	line("Advert interval = %d %s", n, unit)
	if !in.LastAdvert.IsZero() {
		line("Last advert sent = %s", seconds(in.LastAdvert))
	}
	line("Accept = %s", enabled(c.Accept))
	line("Preempt = %s", enabled(!c.NoPreempt))
	if c.PreemptDelay > 0 {
		line("Preempt delay = %g secs", c.PreemptDelay.Seconds())
	}
	line("Promote_secondaries = %s", enabled(c.PromoteSecondaries))
	line("Authentication type = %s", [...]string{"none", "SIMPLE_PASSWORD", "IPSEC_AH"}[c.AuthType])
	r.writeExtension(line)
}

func (r *router) writeRoutes(line func(string, ...any)) {
	if len(r.conf.Routes) > 0 {
		line("Virtual Routes :")
	}
	for _, route := range r.conf.Routes {
		line("  %s", describeRoute(route))
	}
	if len(r.conf.Rules) > 0 {
		line("Virtual Rules :")
	}
	for _, rule := range r.conf.Rules {
		line("  %s", describeRule(rule))
	}
}

func (r *router) writeAnnouncements(line func(string, ...any)) {
	c := r.conf
	line("Gratuitous ARP delay = %d", c.GARPMasterDelay/time.Second)
	line("Gratuitous ARP repeat = %d", c.GARPMasterRepeat)
	line("Gratuitous ARP refresh = %d", c.GARPMasterRefresh/time.Second)
	line("Gratuitous ARP refresh repeat = %d", c.GARPMasterRefreshRepeat)
	line("Gratuitous ARP lower priority delay = %d", c.GARPLowerPrioDelay/time.Second)
	line("Gratuitous ARP lower priority repeat = %d", c.GARPLowerPrioRepeat)
	line("Down timer adverts = %d", c.DownTimerAdverts)
	line("Send advert after receive lower priority advert = %t", !c.LowerPrioNoAdvert)
	line("Send advert after receive higher priority advert = %t", c.HigherPrioSendAdvert)
}

func (r *router) writeExtension(line func(string, ...any)) {
	h := r.conf.HMAC
	if h == nil {
		return
	}
	line("Authentication extension = HMAC-SHA256-128")
	line("  Keys = %d, active key id = %d", len(h.Keys), h.ActiveKey)
	line("  Mode = %s", [...]string{"enforce", "permissive", "receive-only"}[h.Mode])
	mode := "time"
	if h.Monotonic {
		mode = "monotonic"
	}
	line("  Anti replay = %s, window = %d sec", mode, h.TimeWindow/time.Second)
}

func (r *router) writeAddresses(w io.Writer) {
	for _, list := range []struct {
		title string
		vips  []*config.Address
	}{{fmt.Sprintf("Virtual IP (%d)", len(r.conf.VIPs)), r.conf.VIPs}, {"Virtual IP Excluded ", r.conf.ExcludedVIPs}} {
		if len(list.vips) == 0 {
			continue
		}
		fmt.Fprintf(w, "   %s:\n", list.title)
		for _, a := range list.vips {
			fmt.Fprintf(w, "     %s", describeAddress(a, r.linkOf(a)))
			if r.has(a) {
				fmt.Fprint(w, " set")
			}
			fmt.Fprintln(w)
		}
	}
}

// has reports whether the router has set an address.
func (r *router) has(a *config.Address) bool {
	for _, x := range r.addresses {
		if x.conf == a {
			return x.set
		}
	}
	return false
}

func (p *pool) writeData(w io.Writer) {
	in, out := -1, -1
	if p.socket != nil {
		in, out = p.socket.Descriptors()
	}
	fmt.Fprintf(w, " fd_in %d fd_out = %d\n", in, out)
	fmt.Fprintf(w, "   Interface = %s\n   Family = IPv%d\n", p.key.link, p.key.family)
	fmt.Fprintf(w, "   Protocol = %s\n", map[bool]string{true: "VRRP", false: "AH"}[p.key.protocol == 112])
	if p.key.group.IsValid() {
		fmt.Fprintln(w, "   Type = Multicast")
	} else {
		fmt.Fprintf(w, "   Type = Unicast\n   Address = %s\n", p.key.local)
	}
	fmt.Fprintf(w, "   Rx buf size = %d\n   VRRP instances\n", p.options.ReceiveBuffer)
	for _, r := range p.service.routers {
		if r.pool == p {
			fmt.Fprintf(w, "     %s vrid %d\n", r.conf.Name, r.conf.VRID)
		}
	}
}

func enabled(on bool) string {
	if on {
		return "enabled"
	}
	return "disabled"
}

func yesNo(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}

func orNone(known bool, v any) string {
	if !known {
		return "(none)"
	}
	return fmt.Sprint(v)
}

// seconds prints a time as seconds since 1970. Times on the loop have a
// monotonic part; what is printed is the wall clock at that moment.
func seconds(t time.Time) string {
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "0.000000 (never)"
	}
	return fmt.Sprintf("%s (%s)", seconds(t), t.Local().Format("Mon Jan _2 15:04:05.000000 2006"))
}

// uptime is the time since the system started.
func uptime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}
