package effective

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

type server = config.VirtualServer

func sslRows() []row[config.SSL] {
	return []row[config.SSL]{
		text("password", func(s *config.SSL) string { return s.Password }),
		text("ca", func(s *config.SSL) string { return s.CA }),
		text("certificate", func(s *config.SSL) string { return s.Certificate }),
		text("key", func(s *config.SSL) string { return s.Key }),
	}
}

// entryRows are the lines of a virtual_server_group.
func entryRows() []row[config.GroupEntry] {
	ranged := func(e *config.GroupEntry) bool { return !e.IsFWMark && !e.IsMask }
	return []row[config.GroupEntry]{
		custom("fwmark", func(_ *renderer, e *config.GroupEntry) value {
			v := numeric(e.FWMark)
			v.absent = !e.IsFWMark
			switch e.Family {
			case 4:
				v.words = append(v.words, "inet")
			case 6:
				v.words = append(v.words, "inet6")
			}
			return v
		}),
		custom("<ip>[-<last>]", func(_ *renderer, e *config.GroupEntry) value {
			word := e.First.String()
			if e.IsRange {
				word += "-" + e.Last.String()
			}
			return value{json: word, words: []string{word}, absent: !ranged(e)}
		}).head("address"),
		custom("<ip>/<len>", func(_ *renderer, e *config.GroupEntry) value {
			word := fmt.Sprintf("%s/%d", e.First, commonBits(e.First, e.Last))
			return value{json: word, words: []string{word}, absent: !e.IsMask}
		}).head("network"),
		positive("port", func(e *config.GroupEntry) uint16 { return e.Port }).head("port"),
		number("family", func(e *config.GroupEntry) int { return e.Family }).inside(),
	}
}

// commonBits is how many leading bits two addresses have in common.
func commonBits(a, b netip.Addr) int {
	n := a.BitLen()
	for ; n > 0; n-- {
		p, err := a.Prefix(n)
		if err == nil && p.Contains(b) {
			break
		}
	}
	return n
}

// serverName is what stands behind virtual_server.
func serverName(v *server) []string {
	switch {
	case v.Group != "":
		return []string{"group", v.Group}
	case v.IsFWMark:
		return []string{"fwmark", strconv.FormatUint(uint64(v.FWMark), 10)}
	}
	return addressPort(v.Addr, v.Port)
}

// addressPort leaves out a port of 0.
func addressPort(a netip.Addr, port uint16) []string {
	if port == 0 {
		return []string{a.String()}
	}
	return []string{a.String(), strconv.Itoa(int(port))}
}

func serverRows() []row[server] {
	flags := func(bit uint8) func(v *server) bool { return func(v *server) bool { return v.SchedulerFlags&bit != 0 } }
	none := func(v *server) bool { return v.Quorum == 0 }
	rows := []row[server]{
		address("address", func(v *server) netip.Addr { return v.Addr }).inside(),
		number("port", func(v *server) uint16 { return v.Port }).inside(),
		number("fwmark", func(v *server) uint32 { return v.FWMark }).inside(),
		text("group", func(v *server) string { return v.Group }).inside(),
		text("ip_family", func(v *server) string { return map[int]string{4: "inet", 6: "inet6"}[v.Family] }).
			unless(func(v *server) bool { return v.Addr.IsValid() }),
		text("protocol", func(v *server) string {
			return map[bool]string{true: "", false: upper(v.Protocol)}[v.Protocol == config.ProtocolNone]
		}),
		duration("delay_loop", func(v *server) time.Duration { return v.DelayLoop }),
		duration("connect_timeout", func(v *server) time.Duration { return v.ConnectTimeout }),
		ifGiven("retry", func(v *server) config.Given[uint32] { return v.Retry }, numeric),
		ifGiven("delay_before_retry", func(v *server) config.Given[time.Duration] { return v.DelayBeforeRetry }, timeValue),
		ifGiven("warmup", func(v *server) config.Given[time.Duration] { return v.Warmup }, timeValue),
		text("lb_algo", func(v *server) string { return v.Scheduler }),
		flag("flag-1", flags(1)).from("./sh-fallback", "./mh-fallback"),
		flag("flag-2", flags(2)).from("./sh-port", "./mh-port"),
		flag("flag-3", flags(4)),
		flag("ops", func(v *server) bool { return v.OnePacket }),
		custom("lb_kind", func(r *renderer, v *server) value { return words(r, &v.Method, methodRows()) }),
		number("persistence_timeout", func(v *server) uint32 { return v.PersistenceTimeout }).
			from("./persistence_granularity").unless(func(v *server) bool { return !v.Persistent }),
		custom("persistence_granularity", granularity),
		text("persistence_engine", func(v *server) string { return v.PersistenceEngine }),
		flag("ha_suspend", func(v *server) bool { return v.HASuspend }),
		flag("alpha", func(v *server) bool { return v.Alpha }),
		flag("omega", func(v *server) bool { return v.Omega }),
		flag("inhibit_on_failure", func(v *server) bool { return v.InhibitOnFailure }),
		number("weight", func(v *server) int64 { return v.Weight }),
		// Without any weight the quorum is 0, which cannot be said.
		number("quorum", func(v *server) uint32 { return v.Quorum }).unless(none),
		number("hysteresis", func(v *server) uint32 { return v.Hysteresis }).unless(none),
		script("quorum_up", func(v *server) *config.Script { return v.QuorumUp }),
		script("quorum_down", func(v *server) *config.Script { return v.QuorumDown }),
		choice("smtp_alert", func(v *server) bool { return v.SMTPAlert }).from("global_defs/smtp_alert_checker", "global_defs/smtp_alert"),
		text("virtualhost", func(v *server) string { return v.VirtualHost }),
		text("snmp_name", func(v *server) string { return v.SNMPName }),
	}
	return append(append(rows, sorryRows()...), blocks("real_server", realServers))
}

func upper(p config.Protocol) string {
	switch p {
	case config.ProtocolTCP:
		return "TCP"
	case config.ProtocolUDP:
		return "UDP"
	case config.ProtocolSCTP:
		return "SCTP"
	}
	return ""
}

func methodRows() []row[config.Method] {
	return []row[config.Method]{
		text("forwarding", func(m *config.Method) string { return m.Forwarding.String() }).head("forwarding"),
		text("type", func(m *config.Method) string { return m.Tunnel.String() }).unless(func(m *config.Method) bool { return m.Tunnel == config.TunnelIPIP }),
		positive("port", func(m *config.Method) uint16 { return m.Port }),
		flag("csum", func(m *config.Method) bool { return m.Checksum == config.TunnelChecksumOn }),
		flag("remcsum", func(m *config.Method) bool { return m.Checksum == config.TunnelRemoteChecksum }),
	}
}

// granularity is a length for IPv6, else a mask; nothing when it is all bits
// because nothing was said.
func granularity(_ *renderer, v *server) value {
	word := v.GranularityMask.String()
	switch {
	case v.GranularityMask.IsValid() && v.GranularityLength > 0:
		return value{json: "all", silent: true}
	case v.GranularityLength > 0:
		word = strconv.Itoa(int(v.GranularityLength))
	case !v.GranularityMask.IsValid():
		return value{absent: true}
	}
	return value{json: word, words: []string{word}}
}

func sorryRows() []row[server] {
	sorry := func(keyword string, f func(v *server, r *renderer, s *config.SorryServer) value) row[server] {
		return custom(keyword, func(r *renderer, v *server) value {
			if v.SorryServer == nil {
				return value{absent: true}
			}
			return f(v, r, v.SorryServer)
		})
	}
	return []row[server]{
		sorry("sorry_server", func(v *server, _ *renderer, s *config.SorryServer) value {
			return value{json: object{{"address", s.Addr.String()}, {"port", s.Port}}, words: addressPort(s.Addr, writtenPorts(v).sorry)}
		}),
		sorry("sorry_server_inhibit", func(_ *server, _ *renderer, s *config.SorryServer) value {
			return value{json: s.Inhibit, silent: !s.Inhibit}
		}),
		sorry("sorry_server_lvs_method", func(_ *server, r *renderer, s *config.SorryServer) value {
			return words(r, &s.Method, methodRows())
		}).from("./lb_kind"),
	}
}

// backend is a real_server of a virtual server.
type backend = config.RealServer

func realServers(r *renderer, v *server, _ *reader.Source) []statement {
	var all []statement
	ports := writtenPorts(v)
	for i, rs := range v.RealServers {
		name := addressPort(rs.Addr, ports.real[i])
		all = append(all, statement{
			kind: block, many: true, keyword: "real_server", origin: r.made(rs),
			value:    value{words: name, json: phrase(addressPort(rs.Addr, rs.Port))},
			children: render(r, rs, rs, backendRows()),
		})
	}
	return all
}

func backendRows() []row[backend] {
	rows := []row[backend]{
		address("address", func(b *backend) netip.Addr { return b.Addr }).inside(),
		number("port", func(b *backend) uint16 { return b.Port }).inside(),
		number("weight", func(b *backend) int64 { return b.Weight }).from("../weight"),
		custom("lvs_method", func(r *renderer, b *backend) value { return words(r, &b.Method, methodRows()) }).from("../lb_kind"),
		positive("uthreshold", func(b *backend) uint32 { return b.UpperThreshold }),
		positive("lthreshold", func(b *backend) uint32 { return b.LowerThreshold }),
		choice("inhibit_on_failure", func(b *backend) bool { return b.InhibitOnFailure }).from("../inhibit_on_failure"),
		choice("alpha", func(b *backend) bool { return b.Alpha }).from("../alpha"),
		script("notify_up", func(b *backend) *config.Script { return b.NotifyUp }),
		script("notify_down", func(b *backend) *config.Script { return b.NotifyDown }),
		choice("smtp_alert", func(b *backend) bool { return b.SMTPAlert }).from("global_defs/smtp_alert_checker", "global_defs/smtp_alert"),
		text("virtualhost", func(b *backend) string { return b.VirtualHost }),
		text("snmp_name", func(b *backend) string { return b.SNMPName }),
		duration("delay_loop", func(b *backend) time.Duration { return b.DelayLoop }).from("../delay_loop"),
		duration("connect_timeout", func(b *backend) time.Duration { return b.ConnectTimeout }).from("../connect_timeout"),
		ifGiven("retry", func(b *backend) config.Given[uint32] { return b.Retry }, numeric).from("../retry"),
		ifGiven("delay_before_retry", func(b *backend) config.Given[time.Duration] { return b.DelayBeforeRetry }, timeValue).from("../delay_before_retry"),
		ifGiven("warmup", func(b *backend) config.Given[time.Duration] { return b.Warmup }, timeValue).from("../warmup"),
	}
	rows = append(rows, flag("unchecked", func(b *backend) bool { return b.Unchecked }).inside())
	return append(rows, blocks("", checkers))
}
