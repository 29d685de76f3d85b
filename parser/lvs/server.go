package lvs

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"keepalived/core/config"
	"keepalived/parser/line"
	"keepalived/parser/reader"
	"keepalived/parser/script"
)

// Limits of the keywords.
const (
	maxUint32             = 1<<32 - 1
	maxWeight             = 1<<31 - 1
	maxPersistence        = 31 * 24 * 3600 // seconds
	defaultPersistence    = 360
	maxEngineName         = 15
	maxInterface          = 15
	microsecond           = 1
	maxConnectTimeout     = maxUint32
	maxTimer              = 1<<64 - 2 // microseconds, as the messages show it
	maxDuration           = time.Duration(1<<63 - 1)
	defaultDelayLoop      = time.Minute
	defaultConnectTimeout = 5 * time.Second
)

// schedulers are the words of lvs_sched.
var schedulers = []string{"rr", "wrr", "lc", "wlc", "lblc", "sh", "mh", "dh", "fo", "ovf", "lblcr", "sed", "nq", "twos"}

// timing are the values that a checker inherits from its real server, and
// that from its virtual server.
type timing struct {
	retry                                            config.Given[uint32]
	delayLoop, connectTimeout, warmup, delayForRetry config.Given[time.Duration]
}

// resolve is what a server hands on: its own values, else those of outer, nil
// for a virtual server.
func (t *timing) resolve(outer *timing) config.Timing {
	if outer == nil {
		outer = new(timing)
	}
	return config.Timing{
		DelayLoop:        first(defaultDelayLoop, t.delayLoop, outer.delayLoop),
		ConnectTimeout:   first(defaultConnectTimeout, t.connectTimeout, outer.connectTimeout),
		Retry:            given(t.retry, outer.retry),
		DelayBeforeRetry: given(t.delayForRetry, outer.delayForRetry),
		Warmup:           given(t.warmup, outer.warmup),
	}
}

// virtualServer is a virtual_server while it is read.
type virtualServer struct {
	*config.VirtualServer
	timing
	head      reader.Head
	byGroup   bool // of a group, whose name may be empty
	method    *config.Method
	smtpAlert *bool
	sorry     *sorryServer
	reading   []*realServer
	real      []member
}

// member is a real server when the block around it has been read. There can be
// very many, so it has no more than what the validation asks for.
type member struct {
	*config.RealServer
	head      reader.Head
	method    bool // has its own
	smtpAlert *bool
}

// sorryServer is sorry_server while it is read.
type sorryServer struct {
	config.SorryServer
	method *config.Method
}

// name is the name that messages use (04-lvs-checkers section 2).
func (v *virtualServer) name() string {
	switch {
	case v.byGroup:
		return "[" + v.Group + "]:" + strconv.Itoa(v.GroupIndex)
	case v.IsFWMark:
		return "FWM " + strconv.FormatUint(uint64(v.FWMark), 10)
	}
	return serverName(v.Addr, v.Protocol, v.Port)
}

func serverName(a netip.Addr, protocol config.Protocol, port uint16) string {
	return "[" + a.String() + "]:" + protocol.String() + ":" + strconv.Itoa(int(port))
}

func (r *Room) serverHandlers(h reader.Handlers) {
	const path = "virtual_server"
	h[path] = reader.Handler{Open: r.openServer, Close: r.closeServer}
	read := func(name string, f func(*reader.Pass, *reader.Statement)) { h[path+"/"+name] = reader.Handler{Read: f} }
	flag := func(name string, field func(*virtualServer) *bool) {
		read(name, func(*reader.Pass, *reader.Statement) { *field(r.server) = true })
	}
	flag("inhibit_on_failure", func(v *virtualServer) *bool { return &v.InhibitOnFailure })
	flag("ops", func(v *virtualServer) *bool { return &v.OnePacket })
	flag("alpha", func(v *virtualServer) *bool { return &v.Alpha })
	flag("omega", func(v *virtualServer) *bool { return &v.Omega })
	flag("ha_suspend", func(v *virtualServer) *bool { return &v.HASuspend })
	read("ip_family", r.ipFamily)
	read("lb_algo", r.scheduler)
	read("hashed", func(p *reader.Pass, s *reader.Statement) { r.schedulerFlag(p, s, "", 0) })
	for i, name := range []string{"flag-1", "flag-2", "flag-3"} {
		read(name, func(*reader.Pass, *reader.Statement) { r.server.SchedulerFlags |= 1 << i })
	}
	for _, algorithm := range []string{"sh", "mh"} {
		read(algorithm+"-fallback", func(p *reader.Pass, s *reader.Statement) { r.schedulerFlag(p, s, algorithm, 1) })
		read(algorithm+"-port", func(p *reader.Pass, s *reader.Statement) { r.schedulerFlag(p, s, algorithm, 2) })
	}
	read("lb_kind", r.serverMethod)
	read("persistence_engine", r.persistenceEngine)
	read("persistence_timeout", r.persistenceTimeout)
	read("persistence_granularity", r.persistenceGranularity)
	read("protocol", r.protocol)
	read("smtp_alert", func(p *reader.Pass, s *reader.Statement) { optionalBool(p, s, &r.server.smtpAlert, msgServerSMTPAlert) })
	read("virtualhost", func(p *reader.Pass, s *reader.Statement) {
		text(p, s, &r.server.VirtualHost, "vs virtualhost", msgServerVirtualHost)
	})
	read("snmp_name", func(p *reader.Pass, s *reader.Statement) {
		single(p, s, &r.server.SNMPName, "vs snmp_name", msgServerSNMPName)
	})
	read("quorum_up", func(p *reader.Pass, s *reader.Statement) { r.notifyScript(p, s, &r.server.QuorumUp) })
	read("quorum_down", func(p *reader.Pass, s *reader.Statement) { r.notifyScript(p, s, &r.server.QuorumDown) })
	read("quorum", r.quorum)
	read("hysteresis", r.hysteresis)
	read("weight", r.serverWeight)
	read("sorry_server", r.sorryServer)
	read("sorry_server_inhibit", r.sorryInhibit)
	read("sorry_server_lvs_method", r.sorryMethod)
	timingHandlers(h, path, func() *timing { return &r.server.timing }, timingMessages{
		retry: msgRetry, delayLoop: msgServerDelayLoop, connectTimeout: msgServerTimeout,
		warmup: msgServerWarmup, delayForRetry: msgServerDelayRetry, minRetry: 1, mode: reader.Strict,
	})
}

func (r *Room) openServer(p *reader.Pass, s *reader.Statement) bool {
	v, err := (&line.Context{Pass: p}).Service(s.Words)
	if err != nil {
		p.Fatal(config.ClassMissingParameter, "%s", err)
	}
	if v == nil {
		return false
	}
	r.server = &virtualServer{VirtualServer: v, head: p.Head(), byGroup: !v.IsFWMark && !v.Addr.IsValid()}
	r.server.Quorum, r.server.Weight = 1, 1
	p.Made(v, r.server)
	return true
}

func (r *Room) closeServer(p *reader.Pass) {
	v := r.server
	v.inherit()
	if v.sorry != nil {
		r.sorryFamily(p)
	}
	if len(v.real) == 0 {
		p.General(msgNoRealServers, v.name())
		return
	}
	if v.Family == 0 && v.IsFWMark {
		v.Family = v.commonFamily()
	}
	r.servers = append(r.servers, v)
}

// sorryFamily makes the families of the service and its sorry server agree.
func (r *Room) sorryFamily(p *reader.Pass) {
	v := r.server
	family := config.Family(v.sorry.Addr)
	if tunnelled(v.sorry.method, v.method) || v.Family == family {
		return
	}
	if v.Family == 0 {
		v.Family = family
		return
	}
	p.General(msgSorryFamily, v.sorry.Addr)
	v.sorry = nil
}

// tunnelled reports whether a server with its own method, or else that of its
// virtual server, can be of another family than the service.
func tunnelled(own, inherited *config.Method) bool {
	if own == nil {
		own = inherited
	}
	return own != nil && own.Forwarding == config.ForwardTUN
}

// commonFamily is the family of all servers of a mark, IPv4 if they are mixed.
func (v *virtualServer) commonFamily() int {
	family := config.Family(v.real[0].Addr)
	for _, rs := range v.real {
		if config.Family(rs.Addr) != family {
			return 4
		}
	}
	if v.sorry != nil && config.Family(v.sorry.Addr) != family {
		return 4
	}
	return family
}

func (r *Room) ipFamily(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	family := map[string]int{"inet": 4, "inet6": 6}[word]
	switch {
	case family == 0:
		p.General(msgUnknownFamily, word)
	case r.server.Family != 0 && r.server.Family != family:
		p.General(msgFamilyConflict, word)
	default:
		r.server.Family = family
	}
}

func (r *Room) scheduler(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	if !slices.Contains(schedulers, word) {
		p.General(msgScheduler, word)
		return
	}
	r.server.Scheduler = p.Keep(word)
}

// schedulerFlag sets a flag that belongs to one scheduler. With the other one
// that has such flags it is dropped silently (04-lvs-checkers section 3.2).
func (r *Room) schedulerFlag(p *reader.Pass, s *reader.Statement, algorithm string, flag uint8) {
	switch scheduler := r.server.Scheduler; {
	case scheduler != "" && scheduler == algorithm:
		r.server.SchedulerFlags |= flag
	case scheduler == "sh" || scheduler == "mh":
	default:
		p.General(msgSchedulerFlag, s.Keyword())
	}
}

// method reads a forwarding method; nil when the line changes nothing. The
// first of before that is set is what it was without the line.
func method(p *reader.Pass, s *reader.Statement, server string, before ...*config.Method) *config.Method {
	was := cmp.Or(append(before, new(config.Method))...)
	m, err := (&line.Context{Pass: p}).Method(s.Words, server, *was)
	if err != nil {
		p.Fatal(config.ClassMissingParameter, "%s", err)
	}
	return m
}

func (r *Room) serverMethod(p *reader.Pass, s *reader.Statement) {
	if m := method(p, s, "virtual", r.server.method); m != nil {
		r.server.method = m
	}
}

func (r *Room) persistenceEngine(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	if len(word) > maxEngineName {
		p.General(msgPersistenceEngine, word)
		word = word[:maxEngineName]
	}
	r.server.PersistenceEngine = p.Keep(word)
}

func (r *Room) persistenceTimeout(p *reader.Pass, s *reader.Statement) {
	if !s.Has(1) {
		r.server.persist(defaultPersistence)
		return
	}
	v, ok := p.Unsigned(s.Word(1), 1, maxPersistence, reader.Lenient)
	if !ok {
		p.General(msgPersistenceTimeout)
		return
	}
	r.server.persist(v)
}

func (v *virtualServer) persist(timeout uint32) {
	v.Persistent, v.PersistenceTimeout = true, timeout
}

// persistenceGranularity reads a prefix length for a service of IPv6, else an
// IPv4 mask, which need not be contiguous. Where nothing has fixed the family
// yet, the dots tell.
func (r *Room) persistenceGranularity(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v := r.server
	if v.Family == 6 || v.Family == 0 && !strings.Contains(word, ".") {
		bits, ok := p.Unsigned(word, 1, 128, reader.Lenient)
		if !ok {
			p.General(msgGranularity6, word)
			return
		}
		v.GranularityLength, v.Family = uint8(bits), 6
	} else {
		mask, ok := reader.AnyIPv4(word)
		if !ok {
			p.General(msgGranularity4, word)
			return
		}
		v.GranularityMask, v.Family = mask, 4
	}
	if !v.Persistent {
		v.persist(defaultPersistence)
	}
}

func (r *Room) protocol(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	switch strings.ToUpper(word) {
	case "TCP":
		r.server.Protocol = config.ProtocolTCP
	case "UDP":
		r.server.Protocol = config.ProtocolUDP
	case "SCTP":
		r.server.Protocol = config.ProtocolSCTP
	default:
		p.General(msgProtocol, word)
	}
}

// notifyScript reads the one script of a kind; a second one is ignored.
func (r *Room) notifyScript(p *reader.Pass, s *reader.Statement, field **config.Script) {
	p.Need(s, 1)
	if *field != nil {
		group := r.server.Group
		if !r.server.byGroup {
			group = "(null)"
		}
		p.General(msgScriptDefined, group, s.Keyword(), s.Word(1))
		return
	}
	read, problem := r.global.Users.Read(p, s)
	if problem != script.None {
		kind, _, _ := strings.Cut(s.Keyword(), "_")
		p.Log(msgScriptIgnored, kind, s.Word(1))
		return
	}
	*field = read
	r.scripts.add(field)
}

func (r *Room) quorum(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, 1, maxUint32, reader.Lenient)
	if !ok {
		p.General(msgQuorum, word, uint32(maxUint32))
		v = 1
	}
	r.server.Quorum = v
}

func (r *Room) hysteresis(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, 0, maxUint32, reader.Lenient)
	if !ok {
		p.General(msgHysteresis, word, uint32(maxUint32))
		return
	}
	r.server.Hysteresis = v
}

func (r *Room) serverWeight(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, 1, maxWeight, reader.Lenient)
	if !ok {
		p.General(msgServerWeight, word, maxWeight)
		return
	}
	r.server.Weight = int64(v)
}

func (r *Room) sorryServer(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	addr, port, ok := addressPort(p, s)
	if !ok {
		p.General(msgSorryAddress, word)
		return
	}
	r.server.sorry = &sorryServer{SorryServer: config.SorryServer{Addr: addr, Port: port}}
}

// addressPort reads words 1 and 2 of a line.
func addressPort(p *reader.Pass, s *reader.Statement) (addr netip.Addr, port uint16, ok bool) {
	addr, valid := reader.SocketAddress(s.Word(1))
	port, ok = (&line.Context{Pass: p}).Port(s.Word(2))
	return addr, port, ok && valid
}

func (r *Room) sorryInhibit(p *reader.Pass, _ *reader.Statement) {
	if r.server.sorry == nil {
		p.General(msgSorryInhibit)
		return
	}
	r.server.sorry.Inhibit = true
}

func (r *Room) sorryMethod(p *reader.Pass, s *reader.Statement) {
	if r.server.sorry == nil {
		p.General(msgSorryMethod)
		return
	}
	if m := method(p, s, "sorry", r.server.sorry.method, r.server.method); m != nil {
		r.server.sorry.method = m
	}
}
