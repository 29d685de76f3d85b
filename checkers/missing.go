package checkers

import (
	"keepalived/checkers/message"
	"keepalived/core/config"
)

// sayMissing names what the configuration asks of this process and this build
// cannot do.
func (s *service) sayMissing(c *config.Config) {
	if c.Global.SNMP.Checker {
		s.logf(message.NotAvailable, "enable_snmp_checker")
	}
}
