package checkers

import (
	"fmt"
	"slices"

	"keepalived/checkers/machine"
	"keepalived/checkers/message"
	"keepalived/core/config"
)

// groupsOf are the entries of the virtual server groups by name.
func groupsOf(c *config.Config) map[string][]config.GroupEntry {
	groups := make(map[string][]config.GroupEntry, len(c.LVS.Groups))
	for _, g := range c.LVS.Groups {
		groups[g.Name] = g.Entries
	}
	return groups
}

// regrouped tells of the entries that have gone from and come into the group
// of a virtual server with a reload.
func (s *service) regrouped(c *config.VirtualServer) {
	if s.marks.of[marking{c.Group, c.Protocol}] != 0 {
		s.regroupedByMark(c)
		return
	}
	old, now := s.oldGroups[c.Group], s.groups[c.Group]
	for _, e := range old {
		if !slices.ContainsFunc(now, e.Same) {
			s.logf(message.GroupEntryGone, entryName(c, e, false), c.Group)
		}
	}
	for _, e := range now {
		if !slices.ContainsFunc(old, e.Same) {
			s.logf(message.GroupEntryAdded, entryName(c, e, true), c.Group)
		}
	}
}

// entryName is how the lines about group entries name one.
func entryName(c *config.VirtualServer, e config.GroupEntry, added bool) string {
	switch {
	case e.IsFWMark && added:
		return fmt.Sprintf("FWM %d", e.FWMark)
	case e.IsFWMark:
		return fmt.Sprint(e.FWMark)
	}
	name := machine.ServerName(e.First, c.Protocol, e.Port)
	if e.First != e.Last {
		name += "-" + e.Last.String()
	}
	return name
}
