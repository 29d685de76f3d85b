package vrrp

import (
	"slices"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// weights removes weights where they cannot have an effect: from members of
// a sync group, unless it wants them, and from address owners. Processes are
// left alone, as in the C daemon.
func weights(p *reader.Pass, v *instance) {
	member := v.group != nil && !v.group.TrackingWeight
	if !member && !v.Owner() {
		return
	}
	t, reason := &v.Tracking, "SYNC group"
	if !member {
		reason = "address_owner"
	}
	remove(&t.Interfaces, func(t config.Tracked) bool {
		if t.Weight == 0 {
			return false
		}
		if !member {
			p.General(msgWeightedInterface, v.Name, t.Name, "", "address owner")
		} else {
			p.General(msgWeightedInterface, v.Name, t.Name, "weight ", reason)
		}
		return !member
	})
	for i := range t.Interfaces {
		t.Interfaces[i].Weight = 0
	}
	remove(&t.Scripts, func(t config.Tracked) bool {
		if t.Weight != 0 {
			p.General(msgWeightedScript, v.Name, t.Name, reason)
		}
		return t.Weight != 0
	})
	remove(&t.Files, func(t config.Tracked) bool {
		switch t.Weight {
		case 0:
			return false
		case 1:
			p.General(msgWeightedFileDefault, v.Name, t.Name, reason)
			return false
		}
		p.General(msgWeightedFile, v.Name, t.Name, t.Weight, reason)
		return true
	})
	for i := range t.Files {
		t.Files[i].Weight = 0
	}
	remove(&t.BFDs, func(t config.Tracked) bool {
		if t.Weight != 0 {
			p.General(msgWeightedBFD, v.Name, t.Name, t.Weight, reason)
		}
		return t.Weight != 0
	})
}

// resolveGroups finds the members of the sync groups (step 2).
func (r *Room) resolveGroups(p *reader.Pass) {
	r.groups = slices.DeleteFunc(r.groups, func(g *syncGroup) bool {
		p.About(pathGroup, g.head)
		for _, name := range g.names {
			switch v := r.byName[name]; {
			case v == nil:
				p.General(msgMemberUnknown, name, g.Name)
			case v.group != nil:
				p.Against(pathGroup, v.group.head)
				p.General(msgMemberTwice, name, g.Name)
			default:
				v.group = g
				g.members = append(g.members, v)
			}
		}
		switch len(g.members) {
		case 0:
			p.General(msgGroupNoMatch, g.Name)
			return true
		case 1:
			p.General(msgGroupOneMember, g.Name)
		}
		g.owners(p)
		g.Notify.SMTPAlert = g.smtpAlert.or(r.Global.Settings.DefaultSMTPAlert(r.Global.Settings.SMTPAlertVRRP, false))
		g.Notify.PriorityChanges = g.priorityChanges.or(r.Global.Settings.NotifyPriorityChanges)
		return false
	})
}

// owners judges by what is written whether all members are owners (section
// 12): an order in which a backup follows owners only is reported.
func (g *syncGroup) owners(p *reader.Pass) {
	all, mixed := true, false
	for i, v := range g.members {
		owner := v.State == config.StateMaster && v.priorityGiven && v.Owner()
		if i > 0 && all && v.stateGiven && v.State == config.StateBackup {
			mixed = true
		}
		all = all && owner
	}
	if mixed {
		p.General(msgGroupOwnersMix, g.Name)
	}
	if all {
		g.State = config.StateMaster
	}
}

// start turns the members of a group that does not start as MASTER to BACKUP
// (step 9).
func (g *syncGroup) start() {
	if g.State == config.StateMaster {
		return
	}
	for _, v := range g.members {
		v.State = config.StateBackup
	}
}

// groupTracking gives what a group tracks to its members (step 8).
func (r *Room) groupTracking(p *reader.Pass, g *syncGroup) {
	if slices.ContainsFunc(g.members, func(v *instance) bool { return v.Owner() }) {
		g.clearWeights(p)
	}
	for _, v := range g.members {
		for _, t := range g.Tracking.Interfaces {
			own := t.Name == v.Interface && !v.DontTrackPrimary
			r.merge(p, v, &v.Tracking.Interfaces, t, "interface", own)
		}
		for _, t := range g.Tracking.Scripts {
			r.merge(p, v, &v.Tracking.Scripts, t, "script", false)
		}
		for _, t := range g.Tracking.Files {
			r.merge(p, v, &v.Tracking.Files, t, "file", false)
		}
		for _, t := range g.Tracking.Processes {
			r.merge(p, v, &v.Tracking.Processes, t, "process", false)
		}
		for _, t := range g.Tracking.BFDs {
			r.merge(p, v, &v.Tracking.BFDs, t, "bfd", false)
		}
	}
}

// merge adds an object of the group to a member's list. When the member has
// it as well, the group's weight applies if the member's was not 0.
func (r *Room) merge(p *reader.Pass, v *instance, list *[]config.Tracked, t config.Tracked, kind string, own bool) {
	i := slices.IndexFunc(*list, func(o config.Tracked) bool { return o.Name == t.Name })
	switch {
	case own: // tracked already, and for FAULT
		p.General(msgGroupAndMember, v.Name, t.Name)
	case i < 0:
		t.OfGroup = true
		*list = append(*list, t)
	default:
		o := &(*list)[i]
		if kind == "interface" && o.Weight != 0 && t.Weight != 0 {
			p.General(msgGroupAndMember, v.Name, t.Name)
		} else {
			p.Log(logTracksBoth, v.Name, kind, t.Name)
		}
		if o.Weight != 0 {
			*o = t
		}
	}
}

// clearWeights removes the weights of a group that has an address owner.
func (g *syncGroup) clearWeights(p *reader.Pass) {
	for _, l := range []struct {
		list []config.Tracked
		text string
	}{
		{g.Tracking.Scripts, msgOwnerScript}, {g.Tracking.Files, msgOwnerFile}, {g.Tracking.Processes, msgOwnerProcess},
		{g.Tracking.BFDs, msgOwnerBFD}, {g.Tracking.Interfaces, msgOwnerInterface},
	} {
		for i := range l.list {
			if l.list[i].Weight != 0 {
				p.General(l.text, g.Name, l.list[i].Name, ownerPriority)
				l.list[i].Weight = 0
			}
		}
	}
}
