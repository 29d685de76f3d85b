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
	for _, k := range general(s.cfg) {
		if k.used {
			s.info(message.NotAvailableGeneral, k.name)
		}
	}
}

func (s *service) harmless(c *config.Instance) []keyword {
	return []keyword{
		{"netlink_notify_msg", c.VMAC != nil && c.VMAC.NetlinkNotify},
	}
}

func general(c *config.Config) []keyword {
	g := &c.Global
	return []keyword{
		{"enable_snmp_vrrp", g.SNMP.VRRP || g.SNMP.RFCv2 || g.SNMP.RFCv3},
	}
}
