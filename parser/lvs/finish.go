package lvs

import (
	"net/netip"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// The keywords whose objects are looked at after reading.
const (
	pathServer = "virtual_server"
	pathReal   = "virtual_server/real_server"
)

// Finish validates the virtual servers after reading, in the order of
// 04-lvs-checkers section 4, and hands them over.
func (r *Room) Finish(p *reader.Pass) {
	kept := r.servers[:0]
	used := make(map[string]int)
	for _, v := range r.servers {
		p.About(pathServer, v.head)
		if !v.byGroup || r.link(p, v) {
			kept = append(kept, v)
		}
	}
	for _, v := range kept {
		if v.byGroup {
			v.GroupIndex = used[v.Group]
			used[v.Group]++
		}
	}
	for _, v := range kept {
		p.About(pathServer, v.head)
		r.validate(p, v)
	}
	r.examine(p, kept)
	for _, v := range kept {
		if v.byGroup && v.Group == "" { // has an address, to whom reads the result
			p.Log(logGroupNameless, v.name())
			continue
		}
		p.Config.LVS.VirtualServers = append(p.Config.LVS.VirtualServers, v.resolve())
	}
}

// link connects a virtual server with its group. It returns false when they
// do not fit, and the server is dropped. That is only logged.
func (r *Room) link(p *reader.Pass, v *virtualServer) bool {
	g := r.groups[v.Group]
	if g == nil {
		p.Log(msgGroupUnknown, v.Group, v.name())
		return false
	}
	f := familiesOf(g)
	switch {
	case f.inet && f.inet6 && v.Family != 0:
		p.Log(msgGroupBoth, g.Name, v.name())
		return false
	case f.inet && v.Family == 6, f.inet6 && v.Family == 4:
		p.Log(msgGroupFamily, g.Name, v.name())
		return false
	case f.inet && f.inet6 || v.Family != 0:
	case f.inet:
		v.Family = 4
	case f.inet6:
		v.Family = 6
	default:
		p.Log(msgGroupUndetermined, g.Name, v.name())
		v.Family = 4
	}
	return true
}

func (r *Room) validate(p *reader.Pass, v *virtualServer) {
	r.validateService(p, v)
	if v.Scheduler == "" {
		v.Scheduler = "wlc"
		p.General(msgNoScheduler, v.name(), v.Scheduler)
	}
	settings := &r.global.Settings
	v.SMTPAlert = firstBool(false, v.smtpAlert, settings.SMTPAlertChecker, settings.SMTPAlert)
	r.validateServers(p, v)
	v.validateQuorum(p)
	r.validatePorts(p, v)
}

// validateService makes protocol, persistence and scheduling fit what the
// virtual server serves.
func (r *Room) validateService(p *reader.Pass, v *virtualServer) {
	f := families{marks: v.IsFWMark, addresses: v.Addr.IsValid(), zeroPort: v.Port == 0}
	if v.byGroup {
		f = familiesOf(r.groups[v.Group])
	}
	if v.HASuspend && f.marks {
		p.General(msgSuspendMark, v.name())
		v.HASuspend = false
	}
	if f.addresses {
		if v.Protocol == config.ProtocolNone {
			p.General(msgNoProtocol, v.name())
			v.Protocol = config.ProtocolUDP
		}
		if v.OnePacket && v.Protocol != config.ProtocolUDP {
			p.General(msgOnePacket, v.name())
			v.OnePacket = false
		}
		if f.zeroPort && !v.Persistent {
			p.General(msgZeroPort, v.name())
			v.persist(defaultPersistence)
		}
	} else if v.Protocol != config.ProtocolNone {
		p.General(msgMarkProtocol, v.name())
		v.Protocol = config.ProtocolNone
	}
}

// validateServers removes duplicates and completes every real server and the
// sorry server.
func (r *Room) validateServers(p *reader.Pass, v *virtualServer) {
	type key struct {
		addr netip.Addr
		port uint16
	}
	seen := make(map[key]reader.Head, len(v.real))
	kept := v.real[:0]
	for _, rs := range v.real {
		k := key{rs.Addr, rs.Port}
		if first, duplicate := seen[k]; duplicate {
			p.About(pathReal, rs.head)
			p.Against(pathReal, first)
			p.General(msgDuplicateReal, v.name(), rs.name(v))
			p.About(pathServer, v.head)
			continue
		}
		seen[k] = rs.head
		kept = append(kept, rs)
		if !rs.method {
			rs.Method = *v.methodFor(p)
		}
		settings := &r.global.Settings
		rs.SMTPAlert = firstBool(true, rs.smtpAlert, settings.SMTPAlertChecker, settings.SMTPAlert)
		for _, c := range rs.Checkers {
			c.LogAllFailures = c.LogAllFailures || p.Config.Global.CheckerLogAllFailures
		}
		if s := v.sorry; s != nil && s.Addr == rs.Addr && s.Port == rs.Port {
			v.duplicateOf(p, rs)
		}
	}
	v.real = kept
	if v.sorry != nil {
		own := v.sorry.method
		if own == nil {
			own = v.methodFor(p)
		}
		v.sorry.Method = *own
	}
}

// duplicateOf makes the sorry server agree with a real server that is the
// same.
func (v *virtualServer) duplicateOf(p *reader.Pass, rs member) {
	v.sorry.DuplicatesRS = true
	if v.sorry.Inhibit == rs.InhibitOnFailure {
		return
	}
	verb := "clear"
	if rs.InhibitOnFailure {
		verb = "sett"
	}
	p.Against(pathReal, rs.head)
	p.General(msgSorryMatches, v.name(), rs.name(v), verb)
	v.sorry.Inhibit = rs.InhibitOnFailure
}

// methodFor returns the method of servers without their own, which is NAT when
// the virtual server has none either.
func (v *virtualServer) methodFor(p *reader.Pass) *config.Method {
	if v.method == nil {
		p.General(msgNoMethod, v.name())
		v.method = new(config.Method)
	}
	return v.method
}

// inherit resolves what the real servers take from their virtual server, and
// their checkers from them (01-configuration section 19.4).
func (v *virtualServer) inherit() {
	v.real = make([]member, 0, len(v.reading))
	for _, rs := range v.reading {
		if rs.method != nil {
			rs.Method = *rs.method
		}
		rs.Weight = first(v.Weight, rs.weight)
		rs.InhibitOnFailure = firstBool(v.InhibitOnFailure, rs.inhibit)
		rs.Alpha = firstBool(v.Alpha, rs.alpha)
		rs.Timing = rs.timing.resolve(&v.timing)
		if len(rs.checkers) > 0 {
			rs.Checkers = make([]*config.Checker, 0, len(rs.checkers))
		}
		for _, c := range rs.checkers {
			c.inherit(v, rs)
			rs.Checkers = append(rs.Checkers, c.Checker)
		}
		v.real = append(v.real, member{RealServer: rs.RealServer, head: rs.head, method: rs.method != nil, smtpAlert: rs.smtpAlert})
	}
	v.reading = nil
}

func (c *checker) inherit(v *virtualServer, rs *realServer) {
	c.DelayLoop = first(defaultDelayLoop, c.delayLoop, rs.delayLoop, v.delayLoop)
	c.Warmup = first(c.DelayLoop, c.warmup, rs.warmup, v.warmup)
	c.Target.Timeout = first(defaultConnectTimeout, c.connectTimeout, rs.connectTimeout, v.connectTimeout)
	c.Retry = first(defaultRetry(c.Kind), c.retry, rs.retry, v.retry)
	c.DelayBeforeRetry = first(defaultDelayBeforeRetry(c), c.delayForRetry, rs.delayForRetry, v.delayForRetry)
	c.Alpha = firstBool(rs.Alpha, c.alpha)
	if c.Misc != nil {
		c.Misc.Timeout = first(defaultDelayLoop, v.delayLoop)
		if c.miscTimeout != nil && *c.miscTimeout > 0 {
			c.Misc.Timeout = time.Duration(*c.miscTimeout) * time.Second
		}
	}
}

func defaultRetry(kind config.CheckerKind) uint32 {
	switch kind {
	case config.CheckMisc, config.CheckFile, config.CheckBFD:
		return 0
	case config.CheckDNS:
		return 3
	}
	return 1
}

func defaultDelayBeforeRetry(c *checker) time.Duration {
	switch c.Kind {
	case config.CheckHTTP, config.CheckSSL:
		return 3 * time.Second
	case config.CheckDNS:
		return c.DelayLoop
	}
	return time.Second
}

// validateQuorum keeps the quorum within what the real servers can reach. A
// quorum of 0 makes the C daemon's hysteresis wrap around; the text shows
// that, and such a server never has quorum.
func (v *virtualServer) validateQuorum(p *reader.Pass) {
	var sum int64
	for _, rs := range v.real {
		sum += rs.Weight
	}
	if int64(v.Quorum) > sum {
		p.General(msgQuorumReduced, v.Quorum, v.name(), sum, sum)
		v.Quorum = uint32(sum)
	}
	if v.Hysteresis >= v.Quorum {
		p.General(msgHysteresisReduced, v.name(), v.Hysteresis, v.Quorum, v.Quorum-1)
		v.Hysteresis = v.Quorum - 1
	}
}

// resolve returns the virtual server as the checker process gets it.
func (v *virtualServer) resolve() *config.VirtualServer {
	v.Timing = v.timing.resolve(nil)
	if v.method != nil {
		v.Method = *v.method
	}
	if v.Persistent && !v.GranularityMask.IsValid() && v.GranularityLength == 0 {
		v.GranularityMask, v.GranularityLength = netip.AddrFrom4([4]byte{255, 255, 255, 255}), 128
	}
	if v.sorry != nil {
		v.SorryServer = &v.sorry.SorryServer
	}
	v.RealServers = make([]*config.RealServer, 0, len(v.real))
	for _, rs := range v.real {
		v.RealServers = append(v.RealServers, rs.RealServer)
	}
	return v.VirtualServer
}
