package checkers

import (
	"net/netip"
	"testing"

	"keepalived/core/config"
)

// A mail is missed when there are recipients, a server and a virtual or real
// server that asks for it.
func TestWantsMail(t *testing.T) {
	server := netip.MustParseAddrPort("192.0.2.25:25")
	for _, c := range []struct {
		name     string
		emails   []string
		smtp     netip.AddrPort
		vs, rs   bool
		expected bool
	}{
		{"virtual server", []string{"a@b"}, server, true, false, true},
		{"real server", []string{"a@b"}, server, false, true, true},
		{"nobody asks", []string{"a@b"}, server, false, false, false},
		{"no recipient", nil, server, true, true, false},
		{"no server", []string{"a@b"}, netip.AddrPort{}, true, true, false},
	} {
		var conf config.Config
		conf.Global.NotificationEmails, conf.Global.SMTPServer = c.emails, c.smtp
		conf.LVS.VirtualServers = []*config.VirtualServer{{SMTPAlert: c.vs, RealServers: []*config.RealServer{{SMTPAlert: c.rs}}}}
		if got := wantsMail(&conf); got != c.expected {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
