package mail

import (
	"strings"
	"time"
)

// Message is a mail.
type Message struct {
	Date    time.Time
	From    string   // an address, or "Name <address>"
	To      []string // the same
	Subject string
	Body    string // one line, "=> ... <="
}

// The most octets of a subject and a body; the rest is cut off.
const (
	maxSubject = 255
	maxBody    = 511
)

// text is what follows DATA, with the line that ends it. Nothing has to be said
// about lines that begin with a dot: a header begins with its name, and every
// body with "=>".
func (m *Message) text() string {
	var b strings.Builder
	line := func(parts ...string) {
		for _, p := range parts {
			b.WriteString(p)
		}
		b.WriteString("\r\n")
	}
	line("Date: ", m.Date.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	line("From: ", flat(m.From))
	line("Subject: ", clip(flat(m.Subject), maxSubject))
	line("X-Mailer: Keepalived")
	// One recipient on each line, folded (RFC 5322 section 2.2.3).
	to := make([]string, len(m.To))
	for i, t := range m.To {
		to[i] = flat(t)
	}
	line("To: ", strings.Join(to, ",\r\n "))
	line()
	line(clip(flat(m.Body), maxBody))
	line()
	line(".")
	return b.String()
}

// path is an address as MAIL and RCPT want it, with its angle brackets.
func path(address string) string {
	address = flat(address)
	if open := strings.LastIndexByte(address, '<'); open >= 0 && strings.HasSuffix(address, ">") {
		return address[open:]
	}
	return "<" + address + ">"
}

// flat makes one line of a text: what comes from a configuration or a server's
// answer must not add headers or commands.
func flat(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == 0 {
			return ' '
		}
		return r
	}, s)
}

func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}
