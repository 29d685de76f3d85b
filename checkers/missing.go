package checkers

import (
	"keepalived/checkers/message"
	"keepalived/core/config"
)

// sayMissing names what the configuration asks of this process and this build
// cannot do.
func (s *service) sayMissing(c *config.Config) {
	if c.Global.Firewall.NFTablesIPVS != "" && len(c.LVS.Groups) > 0 {
		s.logf(message.NoGroupMarks)
	}
	if wantsMail(c) {
		s.logf(message.NoMail)
	}
}

// wantsMail reports whether a change of a server would be mailed.
func wantsMail(c *config.Config) bool {
	if len(c.Global.NotificationEmails) == 0 || !c.Global.SMTPServer.IsValid() {
		return false
	}
	for _, v := range c.LVS.VirtualServers {
		if v.SMTPAlert {
			return true
		}
		for _, r := range v.RealServers {
			if r.SMTPAlert {
				return true
			}
		}
	}
	return false
}
