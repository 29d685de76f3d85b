package lvs

import (
	"keepalived/core/config"
	"keepalived/parser/keyword"
	"keepalived/parser/reader"
)

// checker is a checker block while it is read.
type checker struct {
	*config.Checker
	timing
	alpha   *bool
	dropped bool // it has said why
	// connected is set when a connection keyword was given.
	connected bool
	// addressGiven is set when connect_ip was given.
	addressGiven bool
	hosts        []*checker // SMTP_CHECK

	miscTimeout *uint32 // seconds
	owner       *owner  // MISC_CHECK user
	fileWeight  *int64
	fileReverse bool
}

// kinds are the checker blocks; connected ones have a target.
var kinds = []struct {
	kind      config.CheckerKind
	connected bool
}{
	{config.CheckTCP, true}, {config.CheckHTTP, true}, {config.CheckSSL, true}, {config.CheckSMTP, true}, {config.CheckDNS, true},
	{config.CheckUDP, true}, {config.CheckPing, true}, {config.CheckMisc, false},
}

func (r *Room) checkerHandlers(h reader.Handlers) {
	for _, k := range kinds {
		path := "virtual_server/real_server/" + k.kind.String()
		h[path] = reader.Handler{Open: r.opener(k.kind), Close: r.closeChecker}
		r.commonHandlers(h, path, k.connected)
	}
	r.httpHandlers(h, "virtual_server/real_server/HTTP_GET")
	r.httpHandlers(h, "virtual_server/real_server/SSL_GET")
	r.miscHandlers(h)
	r.smtpHandlers(h)
	r.dnsHandlers(h)
	r.udpHandlers(h)
	r.fileHandlers(h)
	r.bfdHandlers(h)
}

// commonHandlers adds the keywords that most checkers have.
func (r *Room) commonHandlers(h reader.Handlers, path string, connected bool) {
	read := func(name string, f func(*reader.Pass, *reader.Statement)) { h[path+"/"+name] = reader.Handler{Read: f} }
	messages := timingMessages{
		retry: msgCheckRetry, delayLoop: msgCheckDelayLoop, warmup: msgCheckWarmup, delayForRetry: msgCheckDelayRetry,
	}
	if connected {
		messages.connectTimeout = msgConnectTimeout
		r.connectionHandlers(h, path)
	}
	// Inside an SMTP_CHECK host these still belong to the whole check.
	timingHandlers(h, path, func() *timing { return &r.checker.timing }, messages)
	if connected {
		timeout := h[path+"/connect_timeout"].Read
		read("connect_timeout", func(p *reader.Pass, s *reader.Statement) {
			saved := r.checker
			r.checker = r.target()
			r.checker.connected = true
			timeout(p, s)
			r.checker = saved
		})
	}
	read("alpha", func(p *reader.Pass, s *reader.Statement) { optionalBool(p, s, &r.checker.alpha, msgAlpha) })
	read("log_all_failures", func(p *reader.Pass, s *reader.Statement) {
		plainBool(p, s, &r.checker.LogAllFailures, msgLogAllFailures)
	})
}

// opener returns what begins a checker of a kind. The target is that of the
// real server as it is written.
func (r *Room) opener(kind config.CheckerKind) func(*reader.Pass, *reader.Statement) bool {
	return func(p *reader.Pass, _ *reader.Statement) bool {
		c := &checker{Checker: &config.Checker{Kind: kind}}
		c.Target.Addr, c.Target.Port = r.real.Addr, r.real.Port
		switch kind {
		case config.CheckHTTP, config.CheckSSL:
			c.HTTP = &config.HTTPCheck{Version: "1.0"}
		case config.CheckSMTP:
			c.SMTP = new(config.SMTPCheck)
		case config.CheckDNS:
			c.DNS = &config.DNSCheck{Type: "SOA", TypeCode: dnsTypes["SOA"]}
		case config.CheckMisc:
			c.Misc = new(config.MiscCheck)
		case config.CheckUDP:
			c.UDP = &config.UDPCheck{MaxReply: defaultMaxReply}
		case config.CheckFile:
			c.File = new(config.FileCheck)
		case config.CheckBFD:
			c.BFD = new(config.BFDCheck)
		}
		r.checker = c
		p.Made(c.Checker, c)
		return true
	}
}

// closeChecker ends a checker, and keeps it when it is complete.
func (r *Room) closeChecker(p *reader.Pass) {
	c := r.checker
	complete := !c.dropped
	switch {
	case !complete:
	case c.HTTP != nil:
		complete = closeHTTP(p, c)
	case c.Misc != nil:
		complete = r.closeMisc(p, c)
	case c.UDP != nil:
		closeUDP(p, c)
	case c.File != nil:
		complete = r.closeFile(p, c)
	case c.BFD != nil:
		complete = r.closeBFD(p, c)
	}
	if c.SMTP != nil {
		r.closeSMTP(p, c)
		return
	}
	if complete && targetUsable(p, c) {
		r.real.checkers = append(r.real.checkers, c)
	}
}

// targetUsable reports whether the target can be reached as it is written: a
// link-local one needs an interface.
func targetUsable(p *reader.Pass, c *checker) bool {
	t := &c.Target
	if !t.Addr.Is6() || !t.Addr.IsLinkLocalUnicast() || t.BindInterface != "" || !connects(c.Kind) {
		return true
	}
	p.General(msgLinkLocal, t.Addr)
	return false
}

func connects(kind config.CheckerKind) bool {
	for _, k := range kinds {
		if k.kind == kind {
			return k.connected
		}
	}
	return false
}

// target is the checker whose connection is being read: that of the host of
// an SMTP_CHECK inside such a block.
func (r *Room) target() *checker {
	if r.host != nil {
		return r.host
	}
	return r.checker
}

func (r *Room) connectionHandlers(h reader.Handlers, path string) {
	read := func(name string, f func(*reader.Pass, *checker, string)) {
		h[path+"/"+name] = reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
			word := p.Need(s, 1)
			c := r.target()
			c.connected = true
			f(p, c, word)
		}}
	}
	read("connect_ip", func(p *reader.Pass, c *checker, word string) {
		a, ok := reader.SocketAddress(word)
		switch {
		case !ok:
			p.General(msgConnectIP, word)
		case c.Target.BindAddr.IsValid() && config.Family(c.Target.BindAddr) != config.Family(a):
			p.General(msgConnectFamily, word)
		default:
			c.Target.Addr, c.addressGiven = a, true
		}
	})
	read("bindto", func(p *reader.Pass, c *checker, word string) {
		a, ok := reader.SocketAddress(word)
		switch {
		case !ok:
			p.General(msgBindTo, word)
		case config.Family(c.Target.Addr) != config.Family(a) && (c.Kind != config.CheckSMTP || c.addressGiven):
			// An SMTP_CHECK has the address of the real server at its end only.
			p.General(msgBindFamily, word)
		default:
			c.Target.BindAddr = a
		}
	})
	read("connect_port", func(p *reader.Pass, c *checker, word string) { port(p, word, &c.Target.Port, msgConnectPort) })
	read("bind_port", func(p *reader.Pass, c *checker, word string) { port(p, word, &c.Target.BindPort, msgBindPort) })
	read("bind_if", func(p *reader.Pass, c *checker, word string) {
		if len(word) > maxInterface {
			p.General(msgBindIf, word)
			return
		}
		c.Target.BindInterface = p.Keep(word)
	})
	read("fwmark", func(p *reader.Pass, c *checker, word string) {
		v, ok := p.Unsigned(word, 0, maxUint32, reader.Lenient)
		if !ok {
			p.General(msgFWMark, word)
			return
		}
		c.Target.FWMark = v
	})
}

func port(p *reader.Pass, word string, field *uint16, message string) {
	v, ok := p.Unsigned(word, 1, 65535, reader.Lenient)
	if !ok {
		p.General(message, word)
		return
	}
	*field = uint16(v)
}

// files and sessions: checkers without any of the common keywords.

func (r *Room) fileHandlers(h reader.Handlers) {
	const path = "virtual_server/real_server/FILE_CHECK"
	h[path] = reader.Handler{Open: r.opener(config.CheckFile), Close: r.closeChecker}
	h[path+"/track_file"] = reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		word := p.Need(s, 1)
		if _, ok := r.files.Lookup(config.PassChecker, word); !ok {
			p.General(msgFileUnknown, word)
			return
		}
		r.checker.File.TrackFile = p.Keep(word)
	}}
	h[path+"/weight"] = reader.Handler{Read: r.fileWeight}
}

func (r *Room) fileWeight(p *reader.Pass, s *reader.Statement) {
	if !s.Has(1) {
		p.General(msgFileWeight)
		return
	}
	v, ok := p.Signed(s.Word(1), -maxWeight, maxWeight, reader.Lenient)
	if !ok {
		p.General(msgFileWeightRange, -maxWeight, maxWeight)
		return
	}
	reverse := false
	if s.Has(2) {
		switch s.Word(2) {
		case "reverse":
			reverse = true
		case "noreverse":
		default:
			p.General(msgFileWeightOption, s.Word(2))
			return
		}
	}
	weight := int64(v)
	r.checker.fileWeight, r.checker.fileReverse = &weight, reverse
}

func (r *Room) closeFile(p *reader.Pass, c *checker) bool {
	f, ok := r.files.Lookup(config.PassChecker, c.File.TrackFile)
	if !ok {
		p.General(msgFileMissing)
		return false
	}
	c.File.Weight, c.File.Reverse = int64(f.Weight), f.Reverse
	if c.fileWeight != nil {
		c.File.Weight, c.File.Reverse = *c.fileWeight, c.fileReverse
	}
	return true
}

func (r *Room) bfdHandlers(h reader.Handlers) {
	const path = "virtual_server/real_server/BFD_CHECK"
	h[path] = reader.Handler{Open: r.opener(config.CheckBFD), Close: r.closeChecker}
	read := func(name string, f func(*reader.Pass, *reader.Statement)) {
		h[path+"/"+name] = reader.Handler{In: keyword.Of(config.PassChecker), Read: func(p *reader.Pass, s *reader.Statement) {
			if !r.checker.dropped { // a wrong name ends the checker at once
				f(p, s)
			}
		}}
	}
	read("name", r.bfdName)
	read("alpha", func(p *reader.Pass, s *reader.Statement) { optionalBool(p, s, &r.checker.alpha, msgAlpha) })
}

// maxBFDName is the longest name of a bfd_instance.
const maxBFDName = 31

func (r *Room) bfdName(p *reader.Pass, s *reader.Statement) {
	rs, b := r.real.name(r.server), r.checker.BFD
	word := s.Word(1)
	switch {
	case s.Len() != 2:
		p.General(msgBFDNames, rs)
	case !r.bfd.LookupChecker(word):
		p.General(msgBFDUnknown, rs, word)
	case b.Name != "":
		p.General(msgBFDDefined, rs, word, b.Name)
	case len(word) > maxBFDName:
		p.General(msgBFDLong, rs, word)
	case r.real.monitored[word]:
		p.General(msgBFDMonitored, rs, word)
	default:
		b.Name = p.Keep(word)
		return
	}
	r.checker.dropped = true
}

func (r *Room) closeBFD(p *reader.Pass, c *checker) bool {
	if c.BFD.Name == "" {
		p.General(msgBFDMissing, r.real.name(r.server))
		return false
	}
	if r.real.monitored == nil {
		r.real.monitored = make(map[string]bool)
	}
	r.real.monitored[c.BFD.Name] = true
	return true
}
