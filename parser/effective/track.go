package effective

import (
	"slices"
	"strconv"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// tracks is a kind of tracked objects.
type tracks struct {
	keyword string
	block   string // of the objects; empty for interfaces, which have none
	limit   int    // of a weight on a line
	list    func(*config.Tracking) []config.Tracked
	// object finds the weight that a line without one takes.
	object func(r *renderer, name string) (made any, weight int, reverse bool)
}

func trackKinds() []tracks {
	return []tracks{
		{"track_interface", "", 253, func(t *config.Tracking) []config.Tracked { return t.Interfaces },
			func(*renderer, string) (any, int, bool) { return nil, 0, false }},
		{"track_script", "vrrp_script", 253, func(t *config.Tracking) []config.Tracked { return t.Scripts },
			func(r *renderer, name string) (any, int, bool) {
				if o := r.scripts[name]; o != nil {
					return o, o.Weight, o.Reverse
				}
				return nil, 0, false
			}},
		{"track_file", "track_file", 254, func(t *config.Tracking) []config.Tracked { return t.Files },
			func(r *renderer, name string) (any, int, bool) {
				if o := r.files[name]; o != nil {
					return o, o.Weight, o.Reverse
				}
				return nil, 0, false
			}},
		{"track_process", "vrrp_track_process", 254, func(t *config.Tracking) []config.Tracked { return t.Processes },
			func(r *renderer, name string) (any, int, bool) {
				if o := r.processes[name]; o != nil {
					return o, o.Weight, o.Reverse
				}
				return nil, 0, false
			}},
		{"track_bfd", "bfd_instance", 253, func(t *config.Tracking) []config.Tracked { return t.BFDs },
			func(r *renderer, name string) (any, int, bool) {
				if o := r.sessions[name]; o != nil {
					return o, o.Weight, o.Reverse
				}
				return nil, 0, false
			}},
	}
}

// tracked is a line of a list.
type tracked struct {
	config.Tracked
	kind *tracks
	// own and reverse are the object's.
	own     int
	reverse bool
}

func trackedRows() []row[tracked] {
	return []row[tracked]{
		text("<name>", func(t *tracked) string { return t.Name }).head("name"),
		custom("weight", func(_ *renderer, t *tracked) value {
			v := value{json: t.Weight, words: []string{strconv.Itoa(t.Weight)}}
			switch {
			case t.Weight < -t.kind.limit || t.Weight > t.kind.limit: // the object's, as a line may not have it
				v.absent = t.own == t.Weight
			case t.kind.block == "":
				v.absent = t.Weight == 0 && !t.Reverse
			}
			switch {
			case t.Reverse:
				v.words = append(v.words, "reverse")
			case t.reverse:
				v.words = append(v.words, "noreverse")
			}
			return v
		}),
		flag("reverse", func(t *tracked) bool { return t.Reverse }).inside(),
	}
}

// trackRows are the lists of an instance or a group. own tells which lines of
// a list are its own, the first so many.
func trackRows[T any](of func(*T) (string, *config.Tracking), own func(r *renderer, o *T, k *tracks, all []config.Tracked) int) []row[T] {
	var rows []row[T]
	for _, k := range trackKinds() {
		rows = append(rows, blocks(k.keyword, func(r *renderer, o *T, source *reader.Source) []statement {
			name, tracking := of(o)
			list := k.list(tracking)
			n := own(r, o, &k, list)
			var all []statement
			for i, t := range list {
				s := r.trackLine(&k, t, source, name)
				s.value.silent = i >= n
				all = append(all, s)
			}
			return lines(k.keyword, all)
		}))
	}
	return rows
}

// trackLine is one line. It comes from the block itself, or from the sync
// group of an instance.
func (r *renderer) trackLine(k *tracks, t config.Tracked, source *reader.Source, owner string) statement {
	made, weight, reverse := k.object(r, t.Name)
	s := statement{kind: line, value: words(r, &tracked{t, k, weight, reverse}, trackedRows())}
	key := k.keyword + "/" + t.Name
	said, ok := source.Last(key)
	if ok {
		s.origin = given(said)
	} else if g := r.groups[owner]; g != nil {
		if said, ok = r.Origins.Of(g).Last(key); ok {
			s.origin = taken("vrrp_sync_group", said)
		}
	}
	if !ok || strings.Contains(said.Text, " weight ") || k.block == "" {
		return s
	}
	if said, ok := r.Origins.Of(made).Last("weight"); ok {
		s.origin.note = "weight " + taken(k.block, said).String()
	}
	return s
}

func allOwn[T any](_ *renderer, _ *T, _ *tracks, list []config.Tracked) int { return len(list) }

// instanceTracks finds how many lines of an instance's list must be its own, so
// that adding those of its group gives the list (01-configuration section
// 11.2, step 8).
func instanceTracks(r *renderer, v *instance, k *tracks, list []config.Tracked) int {
	g := r.groups[v.Name]
	if g == nil {
		return len(list)
	}
	group := k.list(&g.Tracking)
	for n := range list {
		if slices.Equal(merged(v, k, list[:n], group), list) {
			return n
		}
	}
	return len(list)
}

func merged(v *instance, k *tracks, own, group []config.Tracked) []config.Tracked {
	all := slices.Clone(own)
	for _, t := range group {
		i := slices.IndexFunc(all, func(o config.Tracked) bool { return o.Name == t.Name })
		switch {
		case k.block == "" && t.Name == v.Interface && !v.DontTrackPrimary:
		case i < 0:
			t.OfGroup = true
			all = append(all, t)
		case all[i].Weight != 0:
			all[i] = t
		}
	}
	return all
}
