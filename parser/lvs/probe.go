package lvs

import (
	"strings"

	"keepalived/core/config"
	"keepalived/parser/reader"
	"keepalived/parser/script"
)

// owner is who runs the script of a MISC_CHECK.
type owner = script.Owner

func (r *Room) miscHandlers(h reader.Handlers) {
	const path = "virtual_server/real_server/MISC_CHECK"
	read := func(name string, f func(*reader.Pass, *reader.Statement)) {
		h[path+"/"+name] = reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
			if !r.checker.dropped {
				f(p, s)
			}
		}}
	}
	read("misc_path", func(p *reader.Pass, s *reader.Statement) {
		words := p.ScriptWords(s)
		if len(words) < 2 {
			return // said at the end of the block
		}
		if args := script.Arguments(p, words[1]); len(args) > 0 {
			r.checker.Misc.Script = &config.Script{Args: args}
		}
	})
	read("misc_timeout", func(p *reader.Pass, s *reader.Statement) {
		word := p.Need(s, 1)
		v, ok := p.Unsigned(word, 0, maxMiscTimeout, reader.Lenient)
		if !ok {
			p.General(msgMiscTimeout, word)
			return
		}
		r.checker.miscTimeout = &v
	})
	read("misc_dynamic", func(*reader.Pass, *reader.Statement) { r.checker.Misc.Dynamic = true })
	read("user", r.miscUser)
}

// maxMiscTimeout is in seconds.
const maxMiscTimeout = maxUint32 / 1000000

func (r *Room) miscUser(p *reader.Pass, s *reader.Statement) {
	if !s.Has(1) {
		p.General(msgNoUser, r.checker.command())
		return
	}
	o, ok := r.global.Users.Named(p, s.Words[1:])
	if !ok {
		p.General(msgBadUser, r.checker.command())
		r.checker.dropped = true
		return
	}
	r.checker.owner = &o
}

// command is the script of a MISC_CHECK as messages show it.
func (c *checker) command() string {
	if c.Misc.Script == nil {
		return ""
	}
	return script.Quoted(c.Misc.Script.Args)
}

func (r *Room) closeMisc(p *reader.Pass, c *checker) bool {
	m := c.Misc
	if m.Script == nil {
		p.General(msgNoMiscPath)
		return false
	}
	if c.owner == nil {
		o, ok := r.global.Users.Default(p)
		if !ok {
			p.General(msgNoDefaultUser, c.command())
			return false
		}
		c.owner = &o
	}
	m.Script = script.New(m.Script.Args, *c.owner)
	return true
}

func (r *Room) smtpHandlers(h reader.Handlers) {
	const path = "virtual_server/real_server/SMTP_CHECK"
	h[path+"/helo_name"] = reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		switch {
		case !s.Has(1):
			p.General(msgHeloMissing)
		case r.checker.SMTP.HeloName != "":
			p.General(msgHeloDefined)
		default:
			r.checker.SMTP.HeloName = p.Keep(s.Word(1))
		}
	}}
	h[path+"/host"] = reader.Handler{
		Open: func(p *reader.Pass, _ *reader.Statement) bool {
			r.host = &checker{Checker: new(config.Checker)}
			p.Made(r.host.Checker, r.checker)
			r.host.Target.Addr, r.host.Target.Port = r.real.Addr, r.real.Port
			return true
		},
		Close: func(p *reader.Pass) {
			host := r.host
			host.Kind = config.CheckSMTP
			r.host = nil
			if targetUsable(p, host) {
				r.checker.hosts = append(r.checker.hosts, host)
			}
		},
	}
	r.commonHandlers(h, path+"/host", true)
}

// closeSMTP keeps an SMTP_CHECK, and one more for each of its hosts. Without
// a connection keyword of its own the first host takes its place. (In 2.4.3
// what is written in a host block lands in the check itself; the manual, and
// 2.2.7, say that it is about that host.)
func (r *Room) closeSMTP(p *reader.Pass, c *checker) {
	if c.SMTP.HeloName == "" {
		c.SMTP.HeloName = defaultHelo
	}
	all := append([]*checker{c}, c.hosts...)
	if len(c.hosts) > 0 {
		p.Log(msgHostDeprecated)
		if !c.connected {
			all = c.hosts
		}
	}
	for _, one := range all {
		if one != c {
			host := *one
			target := host.Target
			*one, *host.Checker = *c, *c.Checker
			one.Checker, host.Target = host.Checker, target
			one.connectTimeout = given(host.connectTimeout, c.connectTimeout)
		} else if !targetUsable(p, c) {
			continue
		}
		one.hosts = nil
		r.real.checkers = append(r.real.checkers, one)
	}
}

// defaultHelo is the name that an SMTP_CHECK gives without helo_name.
const defaultHelo = "smtpchecker.keepalived.org"

// dnsTypes are the record types of DNS_CHECK (RFC 1035 section 3.2.2 and its
// successors).
var dnsTypes = map[string]uint16{"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28, "RRSIG": 46, "DNSKEY": 48}

func (r *Room) dnsHandlers(h reader.Handlers) {
	const path = "virtual_server/real_server/DNS_CHECK"
	h[path+"/type"] = reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		word := p.Need(s, 1)
		code, ok := dnsTypes[strings.ToUpper(word)]
		if !ok {
			p.General(msgDNSType, word)
			return
		}
		r.checker.DNS.Type, r.checker.DNS.TypeCode = strings.ToUpper(word), code
	}}
	h[path+"/name"] = reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		word := p.Need(s, 1)
		switch {
		case r.checker.DNS.Name != "":
			p.General(msgDNSNameDefined)
		case emptyLabel(word):
			p.General(msgDNSNameEmpty, word)
		default:
			r.checker.DNS.Name = p.Keep(word)
		}
	}}
}

// emptyLabel reports a name that the C daemon takes for one with an empty
// label: two dots in a row, a leading one, or a first label of one character
// (04-lvs-checkers section 8.5).
func emptyLabel(name string) bool {
	return name != "." && (strings.HasPrefix(name, ".") || strings.Contains(name, "..") || len(name) > 1 && name[1] == '.')
}

func (r *Room) udpHandlers(h reader.Handlers) {
	const path = "virtual_server/real_server/UDP_CHECK"
	h[path+"/payload"] = reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if !s.Has(1) {
			p.General(msgPayloadMissing)
			return
		}
		payload, _, ok := octets(s.Words[1:], false)
		if !ok {
			p.General(msgPayloadHex)
			return
		}
		r.checker.UDP.Payload, r.checker.UDP.PayloadSet = payload, true
	}}
	h[path+"/require_reply"] = reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		u := r.checker.UDP
		u.RequireReply = true
		if !s.Has(1) {
			return
		}
		reply, mask, ok := octets(s.Words[1:], true)
		if !ok {
			p.General(msgReplyHex)
			return
		}
		u.Reply, u.ReplyMask = reply, mask
	}}
	length := func(name string, field func(*config.UDPCheck) *int) {
		h[path+"/"+name+"_reply_length"] = reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
			word := p.Need(s, 1)
			v, ok := p.Unsigned(word, 0, maxReply, reader.Strict)
			if !ok {
				p.General(msgReplyLength, name, word, maxReply)
				return
			}
			*field(r.checker.UDP) = int(v)
		}}
	}
	length("min", func(u *config.UDPCheck) *int { return &u.MinReply })
	length("max", func(u *config.UDPCheck) *int { return &u.MaxReply })
}

const (
	maxReply        = 65535
	defaultMaxReply = 255
)

func closeUDP(p *reader.Pass, c *checker) {
	if c.UDP.MinReply > c.UDP.MaxReply {
		p.General(msgReplyLengths, c.UDP.MinReply, c.UDP.MaxReply)
	}
}

// octets reads hexadecimal octets: pairs of digits, and single ones before a
// blank, in quotes or not, or at the end. With wild an x stands for any digit, and its mask is 0.
func octets(words []string, wild bool) (value, mask []byte, ok bool) {
	for _, w := range strings.Fields(strings.Join(words, " ")) {
		for len(w) > 0 {
			n := min(2, len(w))
			var v, m byte
			for _, c := range []byte(w[:n]) {
				d := strings.IndexByte("0123456789abcdef", c|0x20)
				switch {
				case wild && c|0x20 == 'x':
					v, m = v<<4, m<<4
				case d < 0 || c < '0':
					return nil, nil, false
				default:
					v, m = v<<4|byte(d), m<<4|0xf
				}
			}
			if n == 1 {
				m |= 0xf0
			}
			value, mask, w = append(value, v), append(mask, m), w[n:]
		}
	}
	return value, mask, true
}
