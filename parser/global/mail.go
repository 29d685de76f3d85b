package global

import (
	"net/netip"
	"strings"
	"time"

	"keepalived/parser/reader"
)

const (
	defaultSMTPPort = "25"
	maxSeconds      = 4294 // the most whole seconds whose microseconds fit 32 bits
)

// mailHandlers are the keywords about identity and mail.
func (r *Room) mailHandlers() reader.Handlers {
	g := &r.config.Global
	return reader.Handlers{
		"global_defs/router_id":               {Read: r.routerID},
		"global_defs/notification_email_from": {Read: r.emailFrom},
		"global_defs/notification_email":      {Line: r.email, End: r.endEmails},
		"global_defs/smtp_server":             {Read: r.smtpServer},
		"global_defs/smtp_helo_name":          {Read: r.smtpHeloName},
		"global_defs/smtp_connect_timeout":    {Read: r.smtpConnectTimeout},
		"global_defs/smtp_alert":              triState(&r.Settings.SMTPAlert, "smtp_alert"),
		"global_defs/smtp_alert_vrrp":         triState(&r.Settings.SMTPAlertVRRP, "smtp_alert_vrrp"),
		"global_defs/smtp_alert_checker":      {Read: r.smtpAlertChecker},
		"global_defs/no_email_faults":         flag(&g.NoEmailFaults),
		"global_defs/no_checker_emails":       boolean(&g.NoCheckerEmails, "no_checker_emails"),
	}
}

func (r *Room) routerID(p *reader.Pass, s *reader.Statement) {
	if !s.Has(1) {
		p.General(msgRouterIDMissing)
		return
	}
	r.config.Global.RouterID = p.Keep(s.Word(1))
}

func (r *Room) emailFrom(p *reader.Pass, s *reader.Statement) {
	if !s.Has(1) {
		p.General(msgEmailFromMissing)
		return
	}
	if s.Has(2) {
		p.General(msgEmailFromExtra, s.Word(2))
	}
	r.config.Global.NotificationEmailFrom = p.Keep(mailbox(s.Word(1)))
}

// email is a line of recipients, one a word.
func (r *Room) email(p *reader.Pass, s *reader.Statement) {
	g := &r.config.Global
	for _, word := range s.Words {
		g.NotificationEmails = append(g.NotificationEmails, p.Keep(mailbox(word)))
	}
}

func (r *Room) endEmails(p *reader.Pass, lines int) {
	if lines == 0 {
		p.General(msgEmailEmpty)
	}
}

// mailbox quotes the display name of "Name <address>" when it has characters
// that are special in a mail header (RFC 5322 section 3.2.3).
func mailbox(word string) string {
	open := strings.LastIndexByte(word, '<')
	if open < 0 || !strings.HasSuffix(word, ">") {
		return word
	}
	name := strings.TrimRight(word[:open], " \t")
	if name == "" || strings.HasPrefix(name, `"`) || !strings.ContainsAny(name, `()<>[]:;@\,."`) {
		return word
	}
	name = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name)
	return `"` + name + `" ` + word[open:]
}

// smtpServer tries a literal address first, then a host name. Both attempts
// read the port, so what is wrong with it is reported twice.
func (r *Room) smtpServer(p *reader.Pass, s *reader.Statement) {
	name, port := p.Need(s, 1), defaultSMTPPort
	if s.Has(2) {
		port = s.Word(2)
	}
	if !strings.ContainsAny(name, "-/") {
		n, ok := p.Unsigned(port, 1, 65535, reader.Strict)
		addr, err := netip.ParseAddr(name)
		if err != nil {
			// Other spellings of an address are literal ones to getaddrinfo(3).
			if any4, legacy := reader.AnyIPv4(name); legacy {
				addr, err = any4, nil
			}
		}
		if ok && err == nil {
			r.config.Global.SMTPServer = netip.AddrPortFrom(addr, uint16(n))
			return
		}
	}
	n, ok := p.Unsigned(port, 1, 65535, reader.Strict)
	if ok {
		if addr, found := p.Host.Resolve(name); found {
			r.config.Global.SMTPServer = netip.AddrPortFrom(addr.Unmap(), uint16(n))
			return
		}
	}
	p.General(msgSMTPServer, name, port)
}

func (r *Room) smtpHeloName(p *reader.Pass, s *reader.Statement) {
	if s.Has(1) {
		r.config.Global.SMTPHeloName = p.Keep(s.Word(1))
	}
}

func (r *Room) smtpConnectTimeout(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, 0, maxSeconds, reader.Lenient)
	if !ok {
		p.General(msgSMTPTimeout, word, maxSeconds)
		return
	}
	if v == 0 {
		p.General(msgSMTPTimeoutZero)
		v = 1
	}
	r.config.Global.SMTPConnectTimeout = time.Duration(v) * time.Second
}

// smtpAlertChecker is also shown in the dump, so config.Global has it.
func (r *Room) smtpAlertChecker(p *reader.Pass, s *reader.Statement) {
	v, ok := s.Bool(1)
	if !ok {
		p.General(msgInvalidBoolean, s.Word(1), "smtp_alert_checker")
		return
	}
	r.Settings.SMTPAlertChecker = &v
	r.config.Global.SMTPAlertChecker = v
}

// defaultSender is user@host.
func defaultSender(h reader.Host) string { return h.Username() + "@" + h.Hostname() }
