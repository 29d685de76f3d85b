package vrrp

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"keepalived/core/config"
	"keepalived/core/firewall"
	"keepalived/core/network"
	"keepalived/core/status"
	"keepalived/core/track"
	"keepalived/vrrp/fsm"
)

// snapshot is what all observers see: what this process is and has now.
func (s *service) snapshot() *status.VRRP {
	c := camera{service: s, own: map[string]bool{}, links: map[string]*network.Link{}, vrids: map[vrid]int{}}
	for _, r := range s.routers {
		c.vrids[r.vrid()]++
		if name := worksOn(r.conf); name != r.conf.Interface {
			c.own[name] = true
		}
	}
	for i, l := range s.view.Links() {
		c.links[l.Name] = &s.view.Links()[i]
	}
	return c.take()
}

// camera takes a snapshot. It looks up once what all instances ask for: there
// may be thousands, and adverts wait meanwhile.
type camera struct {
	*service
	own     map[string]bool // interfaces that instances have made for themselves
	links   map[string]*network.Link
	spacing []status.Lane
	vrids   map[vrid]int // how many have it
}

func (s *camera) take() *status.VRRP {
	s.spacing = s.lanesNow()
	v := &status.VRRP{
		Config: s.cfg, Lanes: s.spacing, Errors: s.errors,
		Routes: slices.Clone(s.statics.routeSet), Rules: slices.Clone(s.statics.ruleSet),
	}
	for _, a := range s.statics.addresses {
		wish := s.wishOn(a, a.Interface)
		v.Statics = append(v.Statics, s.addressNow(a, a.Interface, s.statics.set[wish.ID()]))
	}
	for _, r := range s.routers {
		v.Instances = append(v.Instances, s.instanceNow(r))
		v.Errors.Checksum += r.in.Counters.Checksum
		v.Errors.Version += r.in.Counters.Version
	}
	for _, p := range s.pools {
		v.Sockets = append(v.Sockets, p.now())
	}
	for _, g := range s.machine.Groups {
		v.Groups = append(v.Groups, groupNow(g))
	}
	for _, c := range s.cfg.VRRP.Scripts {
		if x := s.checks.Script(c.Name); x != nil {
			v.Scripts = append(v.Scripts, s.scriptNow(x))
		}
	}
	for _, f := range s.cfg.VRRP.TrackFiles {
		if !slices.ContainsFunc(s.routers, func(r *router) bool { return tracks(r.conf.Tracking.Files, f.Name) }) {
			continue // the C daemon forgets those
		}
		v.Files = append(v.Files, status.File{Config: f, Value: s.files.Value(f.Name)})
	}
	for _, p := range s.cfg.VRRP.TrackProcesses {
		v.Processes = append(v.Processes, s.processNow(p))
	}
	for _, b := range s.cfg.VRRP.TrackBFDs {
		v.BFDs = append(v.BFDs, status.BFD{Config: b, Up: s.statusOf(fsm.Key{Kind: fsm.BFD, Name: b.Name}).Status == fsm.Up})
	}
	v.Links = s.linksNow()
	return v
}

func (s *camera) instanceNow(r *router) status.Instance {
	in, c := r.in, r.conf
	count, waits, interval := in.Rogue()
	n := status.Instance{
		Config: c,
		State:  status.State(in.State), Wanted: status.State(in.Wanted),
		Master: in.Master, MasterPriority: in.MasterPriority, MasterInterval: in.MasterInterval,
		Rogue:          status.Rogue{Count: count, Timer: waits, Interval: interval},
		LoggedOnce:     in.LoggedOnce,
		Faults:         r.faultsNow(),
		LastTransition: in.LastTransition, Deadline: in.Deadline(), Period: in.Period, LastAdvert: in.LastAdvert,
		Base: in.Base(), Effective: in.Effective, Total: in.Total, NoPreempt: in.NoPreempt, Up: in.Up, Reason: in.Reason(), ProtocolError: r.protocolError,
		Link: worksOn(c), Source: in.Source, Duplicated: r.conf.Unicast && s.vrids[r.vrid()] > 1, OldSums: r.endpoint.FoundOldSums(),
		HasSockets: r.pool != nil, In: -1, Out: -1,
		Counters: status.Counters(in.Counters), Cleared: r.cleared,
		Routes: slices.Clone(r.routes), Rules: slices.Clone(r.rules),
	}
	if in.Group != nil {
		n.Group = in.Group.Config.Name
	}
	if l := s.links[n.Link]; l != nil {
		n.LinkIndex, n.OwnLinkUp = l.Index, l.Up()
	}
	if r.pool != nil && r.pool.socket != nil {
		n.In, n.Out = r.pool.socket.Descriptors()
	}
	for i, a := range r.addresses {
		now := s.addressNow(a.conf, r.linkOf(a.conf), a.set)
		now.NFTable = slices.ContainsFunc(r.dropped, func(d firewall.Address) bool { return d.Addr == a.conf.Prefix.Addr() })
		if i < len(c.VIPs) {
			n.VIPs = append(n.VIPs, now)
		} else {
			n.Excluded = append(n.Excluded, now)
		}
	}
	return n
}

func tracks(all []config.Tracked, name string) bool {
	return slices.ContainsFunc(all, func(t config.Tracked) bool { return t.Name == name })
}

// worksOn is the interface that an instance works on: its own one if it has
// one.
func worksOn(c *config.Instance) string {
	switch {
	case c.VMAC != nil:
		return c.VMAC.Name
	case c.IPVLAN != nil:
		return c.IPVLAN.Name
	}
	return c.Interface
}

// faultsNow tells the instance's own interface, and the one below, from other
// tracked objects.
func (r *router) faultsNow() status.Faults {
	configured, trackers, links, waiting := r.in.Faults()
	f := status.Faults{Config: configured, Trackers: trackers, Waiting: waiting, NoSource: r.in.SourceLost()}
	for _, name := range links {
		switch name {
		case worksOn(r.conf):
			f.LinkDown = true
		case r.conf.Interface:
			f.BaseDown = true
		default:
			f.Trackers++
		}
	}
	return f
}

// vrid is a VRID of an interface, of multicast or of unicast.
type vrid struct {
	link    string
	number  uint8
	family  int
	unicast bool
}

func (r *router) vrid() vrid {
	return vrid{r.conf.Interface, r.conf.VRID, r.conf.Family, r.conf.Unicast}
}

func (s *camera) addressNow(a *config.Address, link string, set bool) status.Address {
	n := status.Address{Config: a, Link: link, Set: set}
	l := s.links[link]
	if n.Absent = l == nil; n.Absent || !s.own[link] {
		return n
	}
	if base, ok := s.view.LinkByIndex(l.Parent); ok {
		n.Base = base.Name
	}
	return n
}

func (p *pool) now() status.Socket {
	n := status.Socket{
		In: -1, Out: -1, Link: p.key.link, VRF: p.key.vrf, Family: p.key.family, AH: p.key.protocol != 112,
		ReceiveBuffer: p.options.ReceiveBuffer,
	}
	if !p.key.group.IsValid() {
		n.Local = p.key.local
	}
	if p.socket != nil {
		n.In, n.Out = p.socket.Descriptors()
	}
	for _, same := range p.routers {
		for _, r := range same {
			n.Members = append(n.Members, status.Member{Name: r.conf.Name, VRID: r.conf.VRID})
		}
	}
	slices.SortFunc(n.Members, func(a, b status.Member) int {
		if a.VRID != b.VRID {
			return int(a.VRID) - int(b.VRID)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return n
}

func groupNow(g *fsm.Group) status.Group {
	n := status.Group{Config: g.Config, State: status.State(g.State)}
	for _, in := range g.Members {
		n.Members = append(n.Members, in.Config.Name)
		if _, _, _, waiting := in.Faults(); waiting > 0 {
			n.Waiting++
		}
		if in.State == fsm.Faulty {
			n.Faulty++
		}
	}
	return n
}

func (s *camera) scriptNow(x *track.Script) status.Script {
	begin := string(x.Begin)
	if begin == "" {
		begin = "unknown"
	}
	return status.Script{Config: x.Config, Result: x.Count, Init: begin, Run: s.checks.Progress(x.Config.Name)}
}

func (s *camera) processNow(p *config.TrackProcess) status.Process {
	now := s.processes.Shown(p.Name)
	return status.Process{Config: p, Running: uint32(now.Running), Quorum: now.Up, ForkTimer: now.Forked, TerminateTimer: now.Terminating}
}

// lanesNow lists the configured groups, and if there are general intervals the
// interfaces outside of these.
func (s *camera) lanesNow() []status.Lane {
	var all []status.Lane
	grouped := map[string]bool{}
	add := func(key lane, arp, na time.Duration, interfaces []string) {
		n := status.Lane{ARPInterval: arp, NAInterval: na, Interfaces: interfaces}
		key.family = 4
		n.NextARP = s.nextOn(key)
		key.family = 6
		n.NextNA = s.nextOn(key)
		all = append(all, n)
	}
	for _, g := range s.cfg.VRRP.GARPGroups {
		for _, name := range g.Interfaces {
			grouped[name] = true
		}
		if len(g.Interfaces) > 0 {
			add(lane{name: g.Interfaces[0], group: true}, g.GARPInterval, g.GNAInterval, g.Interfaces)
		}
	}
	g := &s.cfg.Global
	if g.GARPInterval == 0 && g.GNAInterval == 0 {
		return all
	}
	for _, r := range s.routers {
		if name := r.conf.Interface; name != "" && !grouped[name] {
			grouped[name] = true
			add(lane{name: name}, g.GARPInterval, g.GNAInterval, []string{name})
		}
	}
	return all
}

func (s *camera) nextOn(key lane) time.Time {
	if q := s.lanes[key]; q != nil {
		return q.next
	}
	return time.Time{}
}

// linksNow lists the interfaces that exist, then those that do not and are
// used, then those that instances have made for themselves.
func (s *camera) linksNow() []status.Link {
	var all, own []status.Link
	for _, l := range s.view.Links() {
		if s.own[l.Name] {
			own = append(own, s.linkNow(&l))
		} else {
			all = append(all, s.linkNow(&l))
		}
	}
	listed := map[string]bool{}
	for _, r := range s.routers {
		for _, t := range r.in.Trackers {
			if t.Kind == fsm.Interface && s.links[t.Name] == nil && !listed[t.Name] {
				listed[t.Name] = true
				all = append(all, status.Link{Name: t.Name, Ours: s.own[t.Name]})
			}
		}
	}
	return append(all, own...)
}

func (s *camera) linkNow(l *network.Link) status.Link {
	n := status.Link{
		Name: l.Name, Index: l.Index, MAC: l.MAC, Flags: l.Flags, HardwareType: l.HardwareType, MTU: l.MTU, Group: l.Group,
		SeenUp: l.Up() || s.seenUp[l.Name], Ours: s.own[l.Name], IPv4: s.sourcesOn(l, 4), IPv6: s.sourcesOn(l, 6),
	}
	if master, ok := s.view.LinkByIndex(l.Master); ok && l.Master != 0 {
		n.MasterDown = !master.Up()
		if l.MasterKind == "vrf" {
			n.VRF = master.Name
		}
	}
	n.Changeable = s.cfg.Global.AllowIfChanges && !l.Loopback()
	n.Kind, n.Mode = kindOf(l)
	if l.Kind == "vrf" {
		n.VRFTable = l.Mode
	}
	if base, ok := s.view.LinkByIndex(l.Parent); ok && n.Kind != "" {
		n.Base = &status.Link{Name: base.Name, Flags: base.Flags}
	}
	n.UpDelay, n.DownDelay, n.DelayRunning = s.delayOf(l.Name, true), s.delayOf(l.Name, false), s.bounces[l.Name] != nil
	for _, p := range s.beat.polled {
		if p.Name == l.Name {
			n.Polling = polling(p.Method)
		}
	}
	for _, lane := range s.spacing {
		if slices.Contains(lane.Interfaces, l.Name) {
			n.ARPInterval, n.NAInterval = lane.ARPInterval, lane.NAInterval
		}
	}
	s.sysctlsNow(&n)
	return n
}

// polling is the line about how an interface's carrier is asked for.
func polling(m network.CarrierMethod) string {
	switch m {
	case network.CarrierMII:
		return "NIC support MII regs"
	case network.CarrierEthtool:
		return "NIC support ETHTOOL GLINK interface"
	}
	return "NIC ioctl refresh polling"
}

// kindOf tells what keepalived calls an interface that lies on another one.
func kindOf(l *network.Link) (kind, mode string) {
	switch l.Kind {
	case network.KindMACVLAN:
		return "vmac", map[uint32]string{1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source"}[l.Mode] // MACVLAN_MODE_*
	case network.KindIPVLAN:
		return "ipvlan", map[uint32]string{network.IPVLANBridge: "bridge", network.IPVLANPrivate: "private", network.IPVLANVEPA: "vepa"}[l.Mode]
	}
	return "", ""
}

// sourcesOn lists the addresses of a link that can be the source of adverts,
// first the one that is.
func (s *camera) sourcesOn(l *network.Link, family int) []netip.Addr {
	var all []netip.Addr
	for _, a := range s.view.Addresses(l.Index) {
		if s.suitable(l.Name, family, &a) && !s.static(l.Index, a.ID()) {
			all = append(all, a.Prefix.Addr())
		}
	}
	if i := slices.Index(all, s.adopted[ifaceFamily{l.Name, family}]); i > 0 {
		first := all[i]
		all = slices.Insert(slices.Delete(all, i, i+1), 0, first)
	}
	return all
}

func (s *camera) static(index int, id network.AddressID) bool {
	return slices.ContainsFunc(s.statics.addresses, func(a *config.Address) bool {
		w := s.wishOn(a, a.Interface)
		return w.Link == index && w.ID() == id
	})
}

// sysctlsNow writes in what the process has done to the sysctls of a link, and
// what it has read.
func (s *camera) sysctlsNow(n *status.Link) {
	for _, r := range s.routers {
		if r.conf.PromoteSecondaries && r.conf.Interface == n.Name {
			n.Promoters++
		}
	}
	// What was not 0 was left as it was, and needs no restoring.
	switched := func(r restore) bool { return r.key == "net/ipv4/conf/"+n.Name+"/promote_secondaries" }
	if n.Promoters > 0 && !slices.ContainsFunc(s.restore, switched) {
		n.Promoted = 1
	}
	original := func(name string) string { return s.originals["net/ipv4/conf/"+n.Name+"/"+name] }
	n.ARPIgnore, n.ARPFilter, n.RPFilter = original("arp_ignore"), original("arp_filter"), original("rp_filter")
	if original("promote_secondaries") == "1" {
		n.Promoted = 1
	}
	if last := s.advertised[n.Name]; !last.IsZero() {
		v, err := s.host.Sysctl("net/ipv6/conf/" + n.Name + "/forwarding")
		n.Forwarding, n.ForwardingRead = err == nil && v != "0", last
	}
}
