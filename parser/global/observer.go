package global

import (
	"time"

	"keepalived/parser/reader"
)

const maxSNMPSocket = 4095

// observerHandlers are the keywords about SNMP and D-Bus.
func (r *Room) observerHandlers() reader.Handlers {
	s, d := &r.config.Global.SNMP, &r.config.Global.DBus
	return reader.Handlers{
		"global_defs/snmp_socket":                   {Read: r.snmpSocket},
		"global_defs/enable_traps":                  flag(&s.Traps),
		"global_defs/enable_snmp_vrrp":              flag(&s.VRRP),
		"global_defs/enable_snmp_rfc":               {Read: func(*reader.Pass, *reader.Statement) { s.RFCv2, s.RFCv3 = true, true }},
		"global_defs/enable_snmp_rfcv2":             flag(&s.RFCv2),
		"global_defs/enable_snmp_rfcv3":             flag(&s.RFCv3),
		"global_defs/enable_snmp_checker":           flag(&s.Checker),
		"global_defs/snmp_vs_stats_update_interval": statsInterval(&s.VSStatsInterval),
		"global_defs/snmp_rs_stats_update_interval": statsInterval(&s.RSStatsInterval),
		"global_defs/enable_dbus":                   flag(&d.Enabled),
		"global_defs/dbus_service_name":             text(&d.ServiceName, msgDBusServiceMissing),
		"global_defs/dbus_no_interface_name":        text(&d.NoInterfaceName, msgDBusInterfaceMissing),
	}
}

func (r *Room) snmpSocket(p *reader.Pass, s *reader.Statement) {
	set := &r.config.Global.SNMP.Socket
	switch {
	case s.Len() > 2:
		p.General(msgSNMPTooMany)
	case !s.Has(1):
		p.General(msgSNMPMissing)
	case len(s.Word(1)) > maxSNMPSocket:
		p.General(msgSNMPLong)
	case *set != "":
		p.General(msgSNMPDuplicate, *set)
	default:
		*set = p.Keep(s.Word(1))
	}
}

func statsInterval(set *time.Duration) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		word := p.Need(s, 1)
		v, ok := p.Timer(word, time.Millisecond, 30*time.Second, reader.Lenient)
		if !ok {
			p.General(msgSNMPInterval, word)
			return
		}
		*set = v
	}}
}

// text handles a keyword with one word; without it the message is given.
func text(set *string, missing string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if !s.Has(1) {
			p.General("%s", missing)
			return
		}
		*set = p.Keep(s.Word(1))
	}}
}
