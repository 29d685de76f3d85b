package global

import (
	"math"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// The longest names that iptables, ipset and nftables take.
const (
	maxChain   = 27
	maxIPSet   = 30
	maxNFTable = 254
)

// ipsetSuffix derives the names of the other sets from the first, as a user
// of "vrrp_ipsets NAME" expects.
var ipsetSuffix = [6]string{"", "6", "_if6", "_igmp", "_mld", "_nd"}

// firewallHandlers are the keywords about firewall objects.
func (r *Room) firewallHandlers() reader.Handlers {
	f := &r.config.Global.Firewall
	return reader.Handlers{
		"global_defs/vrrp_iptables":              {Read: r.iptables},
		"global_defs/vrrp_ipsets":                {Read: r.ipsets},
		"global_defs/nftables":                   nftables(&f.NFTables, "keepalived", "chain", msgNFTablesDuplicate),
		"global_defs/nftables_priority":          nftPriority(&f.NFTablesPriority, msgNFTablesPriority),
		"global_defs/nftables_ifindex":           flag(&f.NFTablesIfindex),
		"global_defs/nftables_ipvs":              nftables(&f.NFTablesIPVS, "keepalived_ipvs", "ipvs chain", msgNFTablesIPVSDuplicate),
		"global_defs/nftables_ipvs_priority":     nftPriority(&f.NFTablesIPVSPriority, msgNFTablesIPVSPriority),
		"global_defs/nftables_ipvs_start_fwmark": {Read: r.nftStartFWMark},
		"global_defs/nftables_counters":          flag(&f.NFTablesCounters),
	}
}

// firewallName checks a name and reports what is wrong with it.
func firewallName(p *reader.Pass, name string, longest int, tool, what string) bool {
	switch {
	case name == "":
		p.General(msgFirewallEmpty, tool, what)
	case len(name) > longest:
		p.General(msgFirewallLong, tool, what)
	default:
		return true
	}
	return false
}

func (r *Room) iptables(p *reader.Pass, s *reader.Statement) {
	f := &r.config.Global.Firewall
	if f.IPTables {
		p.General(msgIPTablesDuplicate)
		return
	}
	in, out := "INPUT", "OUTPUT"
	if s.Has(1) {
		if !firewallName(p, s.Word(1), maxChain, "iptables", "in chain") {
			return
		}
		in, out = p.Keep(s.Word(1)), ""
	}
	if s.Has(2) {
		if !firewallName(p, s.Word(2), maxChain, "iptables", "out chain") {
			return
		}
		if out = p.Keep(s.Word(2)); out == in {
			out = ""
		}
	}
	f.IPTables, f.IPTablesIn, f.IPTablesOut = true, in, out
}

func (r *Room) ipsets(p *reader.Pass, s *reader.Statement) {
	f := &r.config.Global.Firewall
	if !s.Has(1) {
		f.IPSets = false
		f.IPSetNames = [6]string{}
		return
	}
	what := [6]string{"address", "IPv6 address", "IPv6 address_iface", "IGMP", "MLD", "ND"}
	var names [6]string
	seen := make(map[string]bool)
	for i := range names {
		if s.Has(1 + i) {
			if !firewallName(p, s.Word(1+i), maxIPSet, "ipset", what[i]) {
				return
			}
			names[i] = p.Keep(s.Word(1 + i))
		} else {
			suffix := ipsetSuffix[i]
			names[i] = names[0][:min(len(names[0]), maxIPSet-len(suffix))] + suffix
		}
		if seen[names[i]] {
			p.General(msgIPSetTwice, names[i])
			return
		}
		seen[names[i]] = true
	}
	f.IPSets, f.IPSetNames = true, names
}

// nftables handles "keyword [table]", which may be given once.
func nftables(set *string, builtin, what, duplicate string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if *set != "" {
			p.General("%s", duplicate)
			return
		}
		name := builtin
		if s.Has(1) {
			if !firewallName(p, s.Word(1), maxNFTable, "nftables", what) {
				return
			}
			name = p.Keep(s.Word(1))
		}
		*set = name
	}}
}

func nftPriority(set *int, message string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		word := p.Need(s, 1)
		v, ok := p.Signed(word, math.MinInt32, math.MaxInt32, reader.Strict)
		if !ok {
			p.Report(config.ClassInvalidNumber, message, word)
			return
		}
		*set = int(v)
	}}
}

func (r *Room) nftStartFWMark(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, 1, math.MaxUint32, reader.Strict)
	if !ok {
		p.Report(config.ClassInvalidNumber, msgNFTablesIPVSFWMark, word)
		return
	}
	r.config.Global.Firewall.NFTablesIPVSStartFWMark = v
}

// finishFirewall resolves contradictions, which only the running daemon logs.
func finishFirewall(p *reader.Pass, f *config.Firewall) {
	if f.IPTables && f.NFTables != "" {
		p.Log(msgFirewallBoth)
		f.IPTables, f.IPSets = false, false
		f.IPTablesIn, f.IPTablesOut = "", ""
	}
	if f.IPSets && !f.IPTables {
		p.Log(msgIPSetsAlone)
		f.IPSets = false
	}
	if !f.IPSets {
		f.IPSetNames = [6]string{}
	}
}
