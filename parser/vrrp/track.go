package vrrp

import (
	"slices"

	"keepalived/core/config"
	"keepalived/parser/line"
	"keepalived/parser/reader"
)

// listOf returns the list of a kind.
func listOf(t *config.Tracking, kind line.TrackKind) *[]config.Tracked {
	switch kind {
	case line.TrackInterface:
		return &t.Interfaces
	case line.TrackScript:
		return &t.Scripts
	case line.TrackFile:
		return &t.Files
	case line.TrackProcess:
		return &t.Processes
	}
	return &t.BFDs
}

// remove takes what drop says out of a list.
func remove(list *[]config.Tracked, drop func(t config.Tracked) bool) {
	*list = slices.DeleteFunc(*list, drop)
}

func (r *Room) trackHandlers() reader.Handlers {
	h := reader.Handlers{}
	for keyword, kind := range map[string]line.TrackKind{
		"track_interface": line.TrackInterface, "track_script": line.TrackScript, "track_file": line.TrackFile,
		"track_process": line.TrackProcess, "track_bfd": line.TrackBFD,
	} {
		h["vrrp_instance/"+keyword] = reader.Handler{Line: func(p *reader.Pass, s *reader.Statement) {
			r.track(p, s, kind, r.instance.Name, &r.instance.Tracking)
		}}
		h["vrrp_sync_group/"+keyword] = reader.Handler{Line: func(p *reader.Pass, s *reader.Statement) {
			r.track(p, s, kind, r.group.Name, &r.group.Tracking)
		}}
	}
	return h
}

// track reads a line of a list: the object must exist and be new, then come
// the options (section 14).
func (r *Room) track(p *reader.Pass, s *reader.Statement, kind line.TrackKind, owner string, lists *config.Tracking) {
	name := s.Word(0)
	entry, ok := r.object(p, kind, name, owner)
	if !ok {
		return
	}
	list := listOf(lists, kind)
	if slices.ContainsFunc(*list, func(t config.Tracked) bool { return t.Name == name }) {
		p.General(duplicateText(kind), owner, name)
		return
	}
	option, err := r.context(p).Track(kind, s.Words, owner)
	missing(p, err)
	if option == nil {
		return
	}
	if option.WeightSet {
		entry.Weight = option.Weight
	}
	if option.Reverse != nil {
		entry.Reverse = *option.Reverse
	}
	*list = append(*list, entry)
}

// object looks up what a line names, and returns the entry that has the
// object's own weight. It reports what does not exist.
func (r *Room) object(p *reader.Pass, kind line.TrackKind, name, owner string) (entry config.Tracked, ok bool) {
	switch kind {
	case line.TrackInterface:
		if _, ok = r.link(p, name); !ok {
			p.General(msgTrackedInterface, owner, name)
			r.context(p).BadInterface = true
		}
		return config.Tracked{Name: p.Keep(name)}, ok
	case line.TrackScript:
		if t := r.scriptByName[name]; t != nil {
			return config.Tracked{Name: t.Name, Weight: t.Weight, Reverse: t.Reverse}, true
		}
		p.General(msgTrackedScript, owner, name)
	case line.TrackFile:
		if t, ok := r.Files.Lookup(config.PassVRRP, name); ok {
			return config.Tracked{Name: t.Name, Weight: t.Weight, Reverse: t.Reverse}, true
		}
		p.General(msgTrackedFile, owner, name)
	case line.TrackProcess:
		if t := r.processByName[name]; t != nil {
			return config.Tracked{Name: t.Name, Weight: t.Weight, Reverse: t.Reverse}, true
		}
		p.General(msgTrackedProcess, owner, name)
	case line.TrackBFD:
		if t, ok := r.BFDs.LookupVRRP(name); ok {
			return config.Tracked{Name: t.Name, Weight: t.Weight, Reverse: t.Reverse}, true
		}
		p.General(msgTrackedBFD, owner, name)
	}
	return config.Tracked{}, false
}

func duplicateText(kind line.TrackKind) string {
	switch kind {
	case line.TrackInterface:
		return msgTwiceInterface
	case line.TrackScript:
		return msgTwiceScript
	case line.TrackFile:
		return msgTwiceFile
	case line.TrackProcess:
		return msgTwiceProcess
	}
	return msgTwiceBFD
}
