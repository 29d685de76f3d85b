package effective

import (
	"fmt"
	"net/netip"
	"strconv"

	"keepalived/core/config"
)

// The actions of rules (FR_ACT_*).
const (
	actionTable = 1
	actionGoto  = 2
	actionNop   = 3
)

type rule = config.Rule

func ruleRows() []row[rule] {
	return []row[rule]{
		// The word behind it is not read (01-configuration section 17), so
		// it stands there twice.
		custom("inet6", func(_ *renderer, o *rule) value {
			return value{json: true, words: []string{"inet6"}, absent: o.Family != 6 || o.From.IsValid() || o.To.IsValid()}
		}),
		flag("not", func(o *rule) bool { return o.Invert }),
		prefix("from", func(o *rule) netip.Prefix { return o.From }),
		prefix("to", func(o *rule) netip.Prefix { return o.To }),
		positive("tos", func(o *rule) uint8 { return o.TOS }),
		custom("fwmark", func(_ *renderer, o *rule) value {
			word := fmt.Sprintf("0x%x", o.FWMark)
			if o.FWMaskSet {
				word += fmt.Sprintf("/0x%x", o.FWMask)
			}
			return value{json: word, words: []string{word}, absent: !o.FWMarkSet}
		}),
		text("dev", func(o *rule) string { return o.IIF }),
		text("oif", func(o *rule) string { return o.OIF }),
		positive("tunnel-id", func(o *rule) uint64 { return o.TunnelID }),
		custom("uidrange", func(_ *renderer, o *rule) value {
			word := fmt.Sprintf("%d-%d", o.UIDFirst, o.UIDLast)
			return value{json: word, words: []string{word}, absent: !o.UIDSet}
		}),
		custom("ipproto", func(_ *renderer, o *rule) value {
			word := ipProtocol(o.IPProto)
			return value{json: word, words: []string{word}, absent: o.IPProto == 0}
		}),
		portRange("sport", func(o *rule) *config.PortRange { return o.SrcPort }),
		portRange("dport", func(o *rule) *config.PortRange { return o.DstPort }),
		flag("l3mdev", func(o *rule) bool { return o.L3MDev }),
		table("table", func(o *rule) (uint32, bool) { return o.Table, o.Action == actionTable && !o.L3MDev }),
		number("goto", func(o *rule) uint32 { return o.Goto }).unless(func(o *rule) bool { return o.Action != actionGoto }),
		flag("nop", func(o *rule) bool { return o.Action == actionNop }),
		custom("[type] blackhole|prohibit|unreachable", func(_ *renderer, o *rule) value {
			if o.Action <= actionNop {
				return value{absent: true}
			}
			word := routeTypes()[o.Action]
			return value{json: word, words: []string{word}}
		}).head("action"),
		realms("realms", func(o *rule) uint32 { return o.Realms }),
		number("suppress_prefixlength", func(o *rule) int32 { return o.SuppressPrefixLen }).unless(func(o *rule) bool { return o.SuppressPrefixLen < 0 }),
		number("suppress_ifgroup", func(o *rule) uint32 { return o.SuppressIfGroup }).unless(func(o *rule) bool { return !o.SuppressIfGroupSet }),
		number("preference", func(o *rule) uint32 { return o.Priority }),
		number("protocol", func(o *rule) uint8 { return o.Protocol }).unless(func(o *rule) bool { return o.Protocol == ownProtocol }),
		flag("no_track", func(o *rule) bool { return o.NoTrack }),
		text("track_group", func(o *rule) string { return o.TrackGroup }),
	}
}

func portRange(keyword string, f func(*rule) *config.PortRange) row[rule] {
	return custom(keyword, func(_ *renderer, o *rule) value {
		p := f(o)
		if p == nil {
			return value{absent: true}
		}
		word := fmt.Sprintf("%d-%d", p.First, p.Last)
		return value{json: word, words: []string{word}}
	})
}

// ipProtocol is a number, or a name where a number is too large for the
// keyword.
func ipProtocol(n uint8) string {
	switch n {
	case 132:
		return "sctp"
	case 136:
		return "udplite"
	case 137:
		return "mpls-in-ip"
	}
	return strconv.Itoa(int(n))
}
