package checkers

import (
	"cmp"
	"fmt"
	"slices"

	"keepalived/checkers/message"
	"keepalived/core/config"
	"keepalived/core/firewall"
	"keepalived/core/status"
	"keepalived/ipvs"
)

// Firewall is what this package needs of the packet filter.
// [firewall.NFTables] does it, and [firewall.Fake].
type Firewall interface {
	SetMarks([]firewall.Mark) error
	Watch(disturbed func()) error
	Repair() error
	FindOld() ([]int, error)
	DeleteOld() error
	Remove() error
	Close()
}

func openFirewall(o firewall.Options) (Firewall, error) {
	f, err := firewall.Open(o)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// marking is which virtual servers share a mark: those of one protocol on one
// group (12.4).
type marking struct {
	group    string
	protocol config.Protocol
}

// marks are the firewall marks that this process has given out, and the packet
// filter that gives them to packets. A pair keeps its mark for as long as some
// virtual server is of it, over reloads too.
type marks struct {
	start, next uint32
	of          map[marking]uint32
	told        map[marking]bool // what this reload has said about changes
	filter      Firewall         // nil without nftables_ipvs
	options     firewall.Options // of filter
	refusal     string           // what filter said last
}

// byMark reports whether the packets for a group are marked by the packet
// filter: nftables_ipvs, and the group has no marks of its own.
func byMark(c *config.Config, entries []config.GroupEntry) bool {
	return c.Global.Firewall.NFTablesIPVS != "" && len(entries) > 0 &&
		!slices.ContainsFunc(entries, func(e config.GroupEntry) bool { return e.IsFWMark })
}

// assign gives marks to the pairs of a configuration that have none. It passes
// over those that the configuration uses for something else.
func (m *marks) assign(c *config.Config, groups map[string][]config.GroupEntry) {
	if start := c.Global.Firewall.NFTablesIPVSStartFWMark; start != m.start {
		m.start, m.next = start, start
	}
	old := m.of
	m.of = map[marking]uint32{}
	used := explicitMarks(c)
	var fresh []marking
	for _, v := range c.LVS.VirtualServers {
		pair := marking{v.Group, v.Protocol}
		if v.Group == "" || !byMark(c, groups[v.Group]) || m.of[pair] != 0 || slices.Contains(fresh, pair) {
			continue
		}
		if mark := old[pair]; mark != 0 {
			m.of[pair] = mark
			used[mark] = true
		} else {
			fresh = append(fresh, pair)
		}
	}
	for _, pair := range fresh {
		for used[m.next] || m.next == 0 { // 0 is none
			m.next++
		}
		m.of[pair] = m.next
		m.next++
	}
}

// explicitMarks are those that a configuration names.
func explicitMarks(c *config.Config) map[uint32]bool {
	used := map[uint32]bool{}
	for _, v := range c.LVS.VirtualServers {
		used[v.FWMark] = used[v.FWMark] || v.IsFWMark
	}
	for _, g := range c.LVS.Groups {
		for _, e := range g.Entries {
			used[e.FWMark] = used[e.FWMark] || e.IsFWMark
		}
	}
	return used
}

// groupMarks are the marks of all groups that are marked, for the data dump.
func (s *service) groupMarks() map[string]status.GroupMarks {
	all := map[string]status.GroupMarks{}
	for name, entries := range s.groups {
		if byMark(s.config, entries) {
			of := func(p config.Protocol) uint32 { return s.marks.of[marking{name, p}] }
			all[name] = status.GroupMarks{TCP: of(config.ProtocolTCP), UDP: of(config.ProtocolUDP), SCTP: of(config.ProtocolSCTP)}
		}
	}
	return all
}

// claim is an entry of a group for a virtual server.
type claim struct {
	vs    *config.VirtualServer
	entry config.GroupEntry
}

// wanted are the marks that the packet filter is to give, and the entries of
// which another group has something: who comes first in the configuration keeps
// it. An entry without port is for every port that no other entry is for.
func (m *marks) wanted(c *config.Config, groups map[string][]config.GroupEntry) (list []firewall.Mark, cut []claim) {
	done := map[marking]bool{}
	claims := map[firewall.Mark]claim{}
	var all []firewall.Mark
	for _, v := range c.LVS.VirtualServers {
		pair := marking{v.Group, v.Protocol}
		if m.of[pair] == 0 || done[pair] {
			continue
		}
		done[pair] = true
		for _, e := range groups[v.Group] {
			f := firewall.Mark{Protocol: v.Protocol, First: e.First, Last: e.Last, FirstPort: e.Port, LastPort: e.Port, Value: m.of[pair]}
			if e.Port == 0 {
				f.LastPort = 65535
			}
			claims[f] = claim{v, e}
			all = append(all, f)
		}
	}
	list, lost := firewall.Divide(all)
	for _, f := range lost {
		cut = append(cut, claims[f])
	}
	return list, cut
}

// tableOf is the table of the marks: the configured one, unless the VRRP process
// has it, which makes and deletes its table as a whole.
func tableOf(c *config.Config) string {
	f := &c.Global.Firewall
	name, other := f.NFTablesIPVS, cmp.Or(f.NFTables, "keepalived")
	if name != other || !c.HasVRRP {
		return name
	}
	const longest = 255 // NFT_NAME_MAXLEN, without its end
	const suffix = "_ipvs"
	return name[:min(len(name), longest-len(suffix))] + suffix
}

// prepareMarks opens the packet filter if the configuration has it mark
// packets. Tables that an earlier process has left, or this one with other
// options, are replaced when the marks are set.
func (s *service) prepareMarks() {
	f := &s.config.Global.Firewall
	s.marks.assign(s.config, s.groups)
	o := firewall.Options{
		Table: tableOf(s.config), Priority: int32(f.NFTablesIPVSPriority), Counters: f.NFTablesCounters,
		Namespace: ipvs.NamespacePath(s.config),
	}
	needed := s.kernel != nil && o.Table != ""
	if !needed || o.Table != s.marks.options.Table {
		s.removeMarks()
	}
	if s.marks.filter != nil && (!needed || o != s.marks.options) {
		s.closeFilter()
	}
	if !needed || s.marks.filter != nil {
		return
	}
	filter, err := s.deps.filter(o)
	if err != nil {
		s.filtered(err)
		return
	}
	s.marks.filter, s.marks.options = filter, o
	if o.Table != f.NFTablesIPVS {
		s.logf(message.TableTaken, f.NFTablesIPVS, o.Table)
	}
	_, err = filter.FindOld()
	s.filtered(err, filter.Watch(func() { s.env.Loop.Post(func() { s.repairMarks(filter) }) }))
}

// setMarks has the packet filter mark what is for the groups.
func (s *service) setMarks() {
	if s.marks.filter == nil {
		return
	}
	list, cut := s.marks.wanted(s.config, s.groups)
	for _, c := range cut {
		s.logf(message.GroupOverlap, entryName(c.vs, c.entry, false), c.vs.Group)
	}
	s.filtered(s.marks.filter.SetMarks(list), s.marks.filter.DeleteOld())
}

// repairMarks brings back what somebody has taken out of a packet filter.
func (s *service) repairMarks(filter Firewall) {
	if s.marks.filter == filter { // still
		s.logf(message.FirewallRepair, s.marks.options.Table)
		s.filtered(filter.Repair())
	}
}

// removeMarks takes everything out of the packet filter.
func (s *service) removeMarks() {
	if s.marks.filter != nil {
		s.filtered(s.marks.filter.Remove())
	}
}

// closeFilter leaves the packet filter as it is.
func (s *service) closeFilter() {
	if s.marks.filter != nil {
		s.marks.filter.Close()
		s.marks.filter = nil
	}
}

// filtered logs what the packet filter has refused of what it was asked for, once as
// long as that is the same: a kernel without nftables refuses everything.
func (s *service) filtered(answers ...error) {
	refusals := slices.DeleteFunc(answers, func(err error) bool { return err == nil })
	if now := fmt.Sprint(refusals); now != s.marks.refusal {
		s.marks.refusal = now
		for _, err := range refusals {
			s.logf("%v", err)
		}
	}
}

// keysByMark are the services of a virtual server whose group is marked: one
// for each family that the group has.
func keysByMark(entries []config.GroupEntry, mark uint32) (keys []ipvs.ServiceKey) {
	for _, family := range []int{4, 6} {
		if slices.ContainsFunc(entries, func(e config.GroupEntry) bool { return e.First.Is4() == (family == 4) }) {
			keys = append(keys, ipvs.FWMarkKey(family, mark))
		}
	}
	return keys
}

// regroupedByMark tells of the entries that have gone from a marked group, once
// for each protocol. New ones are not told of (12.4).
func (s *service) regroupedByMark(c *config.VirtualServer) {
	pair := marking{c.Group, c.Protocol}
	if s.marks.told[pair] {
		return
	}
	s.marks.told[pair] = true
	for _, e := range s.oldGroups[c.Group] {
		if !slices.ContainsFunc(s.groups[c.Group], e.Same) {
			s.logf(message.GroupEntryGone, entryName(c, e, false), c.Group)
		}
	}
}
