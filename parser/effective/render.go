package effective

import (
	"strconv"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/global"
	"keepalived/parser/reader"
)

// Input is a configuration that has been loaded.
type Input struct {
	Config   *config.Config
	Settings *global.Settings
	// Origins may be nil: then no origin is printed.
	Origins *reader.Origins
	// User and Group return the name for a number, empty without one; nil
	// prints numbers.
	User, Group func(id uint32) string
}

// kind says what a statement is.
type kind uint8

const (
	scalar kind = iota
	block       // keywords in braces
	list        // lines in braces
	line        // one of them
)

// statement is a keyword with its value, a block, or a line of one.
type statement struct {
	kind     kind
	keyword  string
	key      string // in JSON
	value    value  // of a scalar or a line; the name of a block
	origin   origin
	children []statement
	// many is set for a block of which there may be several.
	many bool
}

// renderer turns a configuration into statements.
type renderer struct {
	Input
	groups     map[string]*config.SyncGroup // by member
	scripts    map[string]*config.TrackScript
	files      map[string]*config.TrackFile
	processes  map[string]*config.TrackProcess
	sessions   map[string]*config.TrackBFD
	users      map[uint32]string
	groupNames map[uint32]string
}

func newRenderer(in Input) *renderer {
	r := &renderer{
		Input: in, groups: make(map[string]*config.SyncGroup), scripts: make(map[string]*config.TrackScript),
		files: make(map[string]*config.TrackFile), processes: make(map[string]*config.TrackProcess),
		sessions: make(map[string]*config.TrackBFD), users: make(map[uint32]string), groupNames: make(map[uint32]string),
	}
	v := &in.Config.VRRP
	for _, g := range v.SyncGroups {
		for _, name := range g.Instances {
			r.groups[name] = g
		}
	}
	for _, s := range v.Scripts {
		r.scripts[s.Name] = s
	}
	for _, files := range [][]*config.TrackFile{in.Config.LVS.TrackFiles, v.TrackFiles} {
		for i := len(files) - 1; i >= 0; i-- { // of several the first counts
			r.files[files[i].Name] = files[i]
		}
	}
	for _, p := range v.TrackProcesses {
		r.processes[p.Name] = p
	}
	for _, b := range v.TrackBFDs {
		r.sessions[b.Name] = b
	}
	return r
}

// owner names a user and a group.
func (r *renderer) owner(uid, gid uint32) (user, group string) {
	return named(r.users, r.User, uid), named(r.groupNames, r.Group, gid)
}

// named looks a number up once; without a name it is its own.
func named(known map[uint32]string, look func(id uint32) string, id uint32) string {
	name, ok := known[id]
	if ok {
		return name
	}
	if look != nil {
		name = look(id)
	}
	if name == "" {
		name = strconv.FormatUint(uint64(id), 10)
	}
	known[id] = name
	return name
}

// render makes the statements of a block. made is what the origins know the
// object by.
func render[T any](r *renderer, o *T, made any, rows []row[T]) []statement {
	source := r.Origins.Of(made)
	var all []statement
	for i := range rows {
		w := &rows[i]
		if w.build != nil {
			all = append(all, w.build(r, o, source)...)
			continue
		}
		v := w.value(r, o)
		if v.absent {
			continue
		}
		v.silent = v.silent || w.virtual || w.hide != nil && w.hide(o)
		s := statement{keyword: w.keyword, key: w.key, value: v, origin: w.origin(r, o, source)}
		all = place(all, s)
	}
	return all
}

// place appends a statement, into the block that its keyword names.
func place(all []statement, s statement) []statement {
	outer, inner, nested := strings.Cut(s.keyword, "/")
	if !nested {
		return append(all, s)
	}
	if n := len(all) - 1; n < 0 || all[n].kind != block || all[n].keyword != outer {
		all = append(all, statement{kind: block, keyword: outer})
	}
	b := &all[len(all)-1]
	s.keyword = inner
	b.children = append(b.children, s)
	return all
}

// words makes one value of the rows of a line.
func words[T any](r *renderer, o *T, rows []row[T]) (v value) {
	var fields object
	for i := range rows {
		w := &rows[i]
		part := w.value(r, o)
		if part.absent || part.silent || w.hide != nil && w.hide(o) {
			continue
		}
		key := w.key
		if key == "" {
			key = w.keyword
		}
		fields = append(fields, member{key, part.json})
		if w.virtual {
			continue
		}
		if !w.bare {
			v.words = append(v.words, w.keyword)
		}
		v.words = append(v.words, part.words...)
	}
	v.json = fields
	return v
}

// lines makes a data block of rows of words; nothing when it is empty.
func lines(keyword string, children []statement) []statement {
	if len(children) == 0 {
		return nil
	}
	return []statement{{kind: list, keyword: keyword, children: children}}
}
