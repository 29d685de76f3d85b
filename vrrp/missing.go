package vrrp

import (
	"keepalived/core/config"
	"keepalived/vrrp/message"
)

// keyword is a word of the configuration, and whether it asks for something.
type keyword struct {
	name string
	used bool
}

// sayMissing names what the configuration asks for and this build cannot do,
// one line for each keyword.
func (s *service) sayMissing() {
	for _, r := range s.routers {
		for _, k := range s.harmless(r.conf) {
			if k.used {
				s.info(message.NotAvailable, r.conf.Name, k.name)
			}
		}
	}
}

func (s *service) harmless(c *config.Instance) []keyword {
	return []keyword{
		{"netlink_notify_msg", c.VMAC != nil && c.VMAC.NetlinkNotify},
	}
}
