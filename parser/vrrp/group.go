package vrrp

import (
	"slices"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// syncGroup is a vrrp_sync_group while it is read and completed.
type syncGroup struct {
	config.SyncGroup
	head            reader.Head
	names           []string // as listed
	smtpAlert       choice
	priorityChanges choice
	members         []*instance
}

func (r *Room) groupHandlers() reader.Handlers {
	return reader.Handlers{
		"vrrp_sync_group":       {Open: r.openGroup, Close: r.closeGroup},
		"vrrp_sync_group/group": {Open: r.openGroupList, Line: r.groupLine, End: r.endGroupList},
		"vrrp_sync_group/global_tracking": {Read: func(p *reader.Pass, _ *reader.Statement) {
			p.General(msgGlobalTracking, r.group.Name)
			r.group.TrackingWeight, r.group.GlobalTracking = true, true
		}},
		"vrrp_sync_group/sync_group_tracking_weight": {Read: func(*reader.Pass, *reader.Statement) { r.group.TrackingWeight = true }},
		"track_group":       {Open: r.openTrackGroup, Close: r.closeTrackGroup},
		"track_group/group": {Open: r.openTrackGroupList, Line: r.trackGroupLine, End: r.endTrackGroupList},
	}
}

func (r *Room) openGroup(p *reader.Pass, s *reader.Statement) bool {
	if s.Len() != 2 {
		p.General(msgGroupName)
		return false
	}
	name := p.Keep(s.Word(1))
	if g := r.groupByName[name]; g != nil {
		p.Against(pathGroup, g.head)
		p.General(msgGroupDefined, name)
		return false
	}
	r.group = &syncGroup{head: p.Head(), SyncGroup: config.SyncGroup{Name: name}}
	r.groupByName[name] = r.group
	r.groups = append(r.groups, r.group)
	p.Made(&r.group.SyncGroup, r.group)
	return true
}

func (r *Room) closeGroup(p *reader.Pass) {
	if len(r.group.names) > 0 {
		return
	}
	p.General(msgGroupNoMembers, r.group.Name)
	delete(r.groupByName, r.group.Name)
	r.groups = r.groups[:len(r.groups)-1]
}

func (r *Room) openGroupList(p *reader.Pass, s *reader.Statement) bool {
	if len(r.group.names) > 0 { // an empty list does not count
		p.General(msgListTwice, r.group.Name)
		return false
	}
	return true
}

func (r *Room) groupLine(p *reader.Pass, s *reader.Statement) {
	for _, w := range s.Words {
		r.group.names = append(r.group.names, p.Keep(w))
	}
}

func (r *Room) endGroupList(p *reader.Pass, lines int) {
	if lines == 0 {
		p.General(msgGroupEmptyList, r.group.Name)
	}
}

func (r *Room) openTrackGroup(p *reader.Pass, s *reader.Statement) bool {
	if s.Len() != 2 {
		p.General(msgTrackGroupName)
		return false
	}
	name := p.Keep(s.Word(1))
	if r.trackGroupByName[name] != nil {
		p.General(msgTrackGroupDefined, name)
		return false
	}
	r.trackGroup = &config.TrackGroup{Name: name}
	r.trackGroupByName[name] = r.trackGroup
	r.trackGroups = append(r.trackGroups, r.trackGroup)
	p.Made(r.trackGroup, nil)
	return true
}

func (r *Room) closeTrackGroup(p *reader.Pass) {
	if len(r.trackGroup.Instances) > 0 {
		return
	}
	p.General(msgTrackGroupNoMembers, r.trackGroup.Name)
	delete(r.trackGroupByName, r.trackGroup.Name)
	r.trackGroups = r.trackGroups[:len(r.trackGroups)-1]
}

func (r *Room) openTrackGroupList(p *reader.Pass, s *reader.Statement) bool {
	if len(r.trackGroup.Instances) > 0 {
		p.General(msgListTwice, r.trackGroup.Name)
		return false
	}
	return true
}

func (r *Room) trackGroupLine(p *reader.Pass, s *reader.Statement) {
	for _, w := range s.Words {
		r.trackGroup.Instances = append(r.trackGroup.Instances, p.Keep(w))
	}
}

func (r *Room) endTrackGroupList(p *reader.Pass, lines int) {
	if lines == 0 {
		p.General(msgTrackGroupEmptyList, r.trackGroup.Name)
	}
}

// resolveTrackGroups takes the names of unknown instances out of the track
// groups, and groups without a member out of the configuration (step 7).
func (r *Room) resolveTrackGroups(p *reader.Pass) {
	for _, g := range r.trackGroups {
		g.Instances = slices.DeleteFunc(g.Instances, func(name string) bool {
			if r.byName[name] != nil {
				return false
			}
			p.Log(logTrackGroupMember, name, g.Name)
			return true
		})
		if len(g.Instances) > 0 {
			p.Config.VRRP.TrackGroups = append(p.Config.VRRP.TrackGroups, g)
		}
	}
}
