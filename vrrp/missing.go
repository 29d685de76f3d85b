package vrrp

import (
	"keepalived/vrrp/message"
)

// sayMissing names what the configuration asks for and this build cannot do,
// one line for each keyword.
func (s *service) sayMissing() {
	for _, r := range s.routers {
		c := r.conf
		// Without its own interface the router would claim its addresses
		// with another MAC than its neighbours expect; the machine keeps it
		// in FAULT, because it tracks that interface.
		for _, f := range []struct {
			keyword string
			used    bool
		}{{"use_vmac", c.VMAC != nil}, {"use_ipvlan", c.IPVLAN != nil}} {
			if f.used {
				s.info(message.NotAvailableFault, c.Name, f.keyword)
			}
		}
		for _, f := range []struct {
			keyword string
			used    bool
		}{
			{"use_vmac_addr", c.UseVMACAddr},
			{"no_accept (the firewall)", !c.Accept && !c.Owner()},
			{"linkbeat_use_polling", c.LinkbeatUsePolling || s.cfg.LinkbeatUsePolling},
			{"track_process", len(c.Tracking.Processes) > 0},
			{"track_bfd", len(c.Tracking.BFDs) > 0},
			{"smtp_alert", c.Notify.SMTPAlert},
		} {
			if f.used {
				s.info(message.NotAvailable, c.Name, f.keyword)
			}
		}
	}
	if d := s.cfg.Global.LVSSyncDaemon; d != nil && d.Instance != "" {
		s.info(message.NotAvailableGeneral, "lvs_sync_daemon with an instance")
	}
	g := &s.cfg.Global
	for _, f := range []struct {
		keyword string
		used    bool
	}{
		{"interface_up_down_delays", len(s.cfg.VRRP.UpDownDelays) > 0},
		{"linkbeat_interfaces", len(s.cfg.VRRP.Linkbeat) > 0},
		{"enable_snmp_vrrp", g.SNMP.VRRP || g.SNMP.RFCv2 || g.SNMP.RFCv3},
		{"enable_dbus", g.DBus.Enabled},
	} {
		if f.used {
			s.info(message.NotAvailableGeneral, f.keyword)
		}
	}
}
