package mail

import (
	"strings"
	"testing"
	"time"
)

// The message as the C daemon 2.4.3 writes it.
func TestText(t *testing.T) {
	m := Message{
		Date:    time.Date(2026, 11, 5, 9, 35, 8, 0, time.FixedZone("", -5400)),
		From:    `"Keep A. Lived" <ka@example.org>`,
		To:      []string{"a@example.com", `"Ops, all" <b@example.com>`, "c"},
		Subject: "[node1] VRRP Instance VI_1 - Entering MASTER state",
		Body:    "=> VRRP Instance is now owning VRRP VIPs <=",
	}
	want := `Date: Thu, 05 Nov 2026 09:35:08 -0130
From: "Keep A. Lived" <ka@example.org>
Subject: [node1] VRRP Instance VI_1 - Entering MASTER state
X-Mailer: Keepalived
To: a@example.com,
 "Ops, all" <b@example.com>,
 c

=> VRRP Instance is now owning VRRP VIPs <=

.
`
	if got := m.text(); got != strings.ReplaceAll(want, "\n", "\r\n") {
		t.Errorf("got\n%s", got)
	}
}

// Twenty recipients of sixty characters are more than the C daemon's buffer
// holds; the message must still have its end.
func TestManyRecipients(t *testing.T) {
	var m Message
	for range 20 {
		m.To = append(m.To, strings.Repeat("x", 48)+"@example.com")
	}
	text := m.text()
	if !strings.HasSuffix(text, "\r\n.\r\n") || strings.Count(text, "@example.com") != 20 {
		t.Errorf("got\n%s", text)
	}
	for line := range strings.Lines(text) {
		if len(line) > 998 { // RFC 5322 section 2.1.1
			t.Errorf("a line of %d octets", len(line))
		}
	}
}

// What is too long is cut, never inside a character, and no text adds a line.
func TestHostileTexts(t *testing.T) {
	m := Message{
		From: "a@b\r\nBcc: x@y", To: []string{"c\nDATA"},
		Subject: strings.Repeat("s", 254) + "ßtail", Body: "=> \r\n.\r\nQUIT " + strings.Repeat("b", 600),
	}
	lines := strings.Split(m.text(), "\r\n")
	if len(lines) != 10 {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	if lines[1] != "From: a@b  Bcc: x@y" || lines[4] != "To: c DATA" {
		t.Errorf("headers %q, %q", lines[1], lines[4])
	}
	if want := "Subject: " + strings.Repeat("s", 254); lines[2] != want {
		t.Errorf("subject %q", lines[2])
	}
	if len(lines[6]) != 511 || !strings.HasPrefix(lines[6], "=>   .  QUIT bbb") {
		t.Errorf("body of %d octets: %q", len(lines[6]), lines[6])
	}
}

func TestPath(t *testing.T) {
	for address, want := range map[string]string{
		"ka@example.org":                   "<ka@example.org>",
		`"Keep A. Lived" <ka@example.org>`: "<ka@example.org>",
		"<ka@example.org>":                 "<ka@example.org>",
		"plain":                            "<plain>",
		"Name <ka@example.org":             "<Name <ka@example.org>", // as it stands: nothing to find in it
		"x>\r\nRCPT TO:<y":                 "<x>  RCPT TO:<y>",
	} {
		if got := path(address); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}
