package lvs

import (
	"keepalived/core/config"
	"keepalived/parser/reader"
)

// realServer is a real_server while it is read.
type realServer struct {
	*config.RealServer
	timing
	head           reader.Head
	method         *config.Method
	weight         config.Given[int64]
	inhibit, alpha *bool
	smtpAlert      *bool
	checkers       []*checker
	monitored      map[string]bool // BFD sessions
}

// name is the name that messages use.
func (rs *realServer) name(v *virtualServer) string {
	return serverName(rs.Addr, v.Protocol, rs.Port)
}

// name is the name that messages use.
func (m member) name(v *virtualServer) string {
	return serverName(m.Addr, v.Protocol, m.Port)
}

func (r *Room) realServerHandlers(h reader.Handlers) {
	const path = "virtual_server/real_server"
	h[path] = reader.Handler{Open: r.openReal, Close: r.closeReal}
	read := func(name string, f func(*reader.Pass, *reader.Statement)) { h[path+"/"+name] = reader.Handler{Read: f} }
	read("weight", r.realWeight)
	read("lvs_method", func(p *reader.Pass, s *reader.Statement) {
		if m := method(p, s, "real", r.real.method, r.server.method); m != nil {
			r.real.method = m
		}
	})
	read("uthreshold", func(p *reader.Pass, s *reader.Statement) { threshold(p, s, &r.real.UpperThreshold) })
	read("lthreshold", func(p *reader.Pass, s *reader.Statement) { threshold(p, s, &r.real.LowerThreshold) })
	read("inhibit_on_failure", func(p *reader.Pass, s *reader.Statement) { optionalBool(p, s, &r.real.inhibit, msgInhibit) })
	read("alpha", func(p *reader.Pass, s *reader.Statement) { optionalBool(p, s, &r.real.alpha, msgAlpha) })
	read("smtp_alert", func(p *reader.Pass, s *reader.Statement) { optionalBool(p, s, &r.real.smtpAlert, msgRealSMTPAlert) })
	read("notify_up", func(p *reader.Pass, s *reader.Statement) { r.notifyScript(p, s, &r.real.NotifyUp) })
	read("notify_down", func(p *reader.Pass, s *reader.Statement) { r.notifyScript(p, s, &r.real.NotifyDown) })
	read("virtualhost", func(p *reader.Pass, s *reader.Statement) {
		text(p, s, &r.real.VirtualHost, "rs virtualhost", msgRealVirtualHost)
	})
	read("snmp_name", func(p *reader.Pass, s *reader.Statement) {
		single(p, s, &r.real.SNMPName, "rs snmp_name", msgRealSNMPName)
	})
	timingHandlers(h, path, func() *timing { return &r.real.timing }, timingMessages{
		retry: msgRetry, delayLoop: msgRealDelayLoop, connectTimeout: msgRealTimeout,
		warmup: msgRealWarmup, delayForRetry: msgRealDelayRetry, minRetry: 1, mode: reader.Strict,
	})
}

// openReal begins a real server, which takes the forwarding method that the
// virtual server has at this point of the file.
func (r *Room) openReal(p *reader.Pass, s *reader.Statement) bool {
	word := p.Need(s, 1)
	addr, port, ok := addressPort(p, s)
	if !ok {
		second := "(null)"
		if s.Has(2) {
			second = s.Word(2)
		}
		p.General(msgRealAddress, word, second)
		return false
	}
	r.real = &realServer{RealServer: &config.RealServer{Addr: addr, Port: port}, head: p.Head(), method: r.server.method}
	p.Made(r.real.RealServer, r.real)
	return true
}

func (r *Room) closeReal(p *reader.Pass) {
	v, rs := r.server, r.real
	if !tunnelled(rs.method, nil) {
		family := config.Family(rs.Addr)
		if v.Family == 0 {
			v.Family = family
		}
		if v.Family != family {
			p.General(msgRealFamily, rs.Addr)
			return
		}
	}
	v.reading = append(v.reading, rs)
}

func (r *Room) realWeight(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, 0, maxWeight, reader.Lenient)
	if !ok {
		p.General(msgRealWeight, word, maxWeight)
		return
	}
	r.real.weight = give(int64(v))
}

func threshold(p *reader.Pass, s *reader.Statement, field *uint32) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, 0, maxUint32, reader.Lenient)
	if !ok {
		p.General(msgThreshold, s.Keyword(), word)
		return
	}
	*field = v
}
