package explain

import (
	"slices"
	"strings"

	"keepalived/core/config"
)

// findCauses finds for each item the one that it follows from, if there is
// one.
func (m *maker) findCauses() {
	m.braces()
	m.statements()
	m.shared()
	m.references()
	m.missing()
	m.members()
}

// braces folds what comes from wrong braces under one of its reports.
func (m *maker) braces() {
	type place struct {
		kind     config.BreakKind
		position config.Position
	}
	groups := make(map[place][]*item)
	var order []place
	for _, it := range m.items {
		if b := it.s.Break; b != nil {
			k := place{b.Kind, b.Block.Position}
			if groups[k] == nil {
				order = append(order, k)
			}
			groups[k] = append(groups[k], it)
		}
	}
	for _, k := range order {
		cause := chief(groups[k])
		for _, it := range groups[k] {
			if it != cause {
				it.follow(cause)
			}
		}
	}
}

// chief is the report that says best what is wrong with the braces.
func chief(group []*item) *item {
	b := group[0].s.Break
	class := map[config.BreakKind]config.Class{
		config.UnknownBlock: config.ClassUnknownKeyword, config.MissingOpen: config.ClassMissingOpen,
		config.MissingClose: config.ClassMissingClose, config.ClosedEarly: config.ClassUnexpectedClose,
		config.StrayOpen: config.ClassUnexpectedOpen,
	}[b.Kind]
	for _, it := range group {
		if it.d.Class == class && it.s.Break.Kind == b.Kind {
			return it
		}
	}
	return group[0]
}

// statements folds what several checks, or several processes, say about the
// same word of the same line.
func (m *maker) statements() {
	type statement struct {
		position config.Position
		text     string // a sequence makes many of one line
	}
	first := make(map[statement]*item)
	quotes := make(map[config.Position]*item) // of lines
	for _, it := range m.items {
		if it.Line == 0 || it.s.Break != nil || it.from != nil {
			continue
		}
		this := statement{it.d.Position, it.s.Statement}
		if cause := first[this]; cause != nil && strings.HasPrefix(it.text, "      ") {
			it.follow(cause) // its second line
			continue
		}
		line := config.Position{File: it.File, Line: it.Line}
		if cause := quotes[line]; cause != nil {
			it.follow(cause)
			continue
		}
		if openQuote(it) {
			quotes[line] = it
		}
		if cause := first[this]; cause != nil && together(cause, it) {
			it.follow(cause)
		} else {
			first[this] = it
		}
	}
}

// together reports whether two items of one statement are about the same.
func together(cause, it *item) bool {
	if it.d.Pass != cause.d.Pass {
		return it.s.Statement != "" // two checks of one } have none
	}
	number := config.ClassInvalidNumber
	return cause.d.Class == number && it.d.Class != number || it.word != "" && it.word == cause.word
}

// shared folds messages about the same thing in many places.
func (m *maker) shared() {
	first := make(map[string]*item)
	for _, it := range m.items {
		if key := it.thing(); key != "" {
			if first[key] == nil {
				first[key] = it
			} else {
				it.follow(first[key])
			}
			if it.fact.refers == interfaces && it.fact.meaning == meaningInterface && first[interfaces] == nil {
				first[interfaces] = it
			}
		}
		if it.fact.same == interfaces {
			if cause := first[interfaces]; cause != nil {
				it.follow(cause)
				cause.Advice = append(cause.Advice, "VRRP is not examined any further before there is such an interface")
			}
		}
	}
}

// thing is what an item shares with others: an object that does not exist, or
// a reason.
func (it *item) thing() string {
	switch f := it.fact; {
	case f.refers == interfaces && f.meaning != meaningInterface:
		return ""
	case f.refers != "" && f.name < len(it.args):
		return f.refers + " " + it.args[f.name]
	case f.same != interfaces:
		return f.same
	}
	return ""
}

// references folds the use of an object that was refused under the reason for
// that.
func (m *maker) references() {
	refused := make(map[string]*item)
	for _, it := range m.items {
		if it.fact.drops != "" {
			for _, b := range it.s.Blocks {
				if kind := kindOf(b.Keyword); kind == it.fact.drops {
					note(refused, kind+" "+nameIn(m.blockPlace(b).Note), it)
				}
			}
		}
		// A definition that was not recognised.
		if it.d.Class == config.ClassUnknownKeyword {
			if name := nameIn(it.s.Statement); name != "" {
				note(refused, " "+name, it)
			}
		}
	}
	for _, it := range m.items {
		if it.fact.refers == "" || it.fact.refers == interfaces || it.fact.name >= len(it.args) {
			continue
		}
		name := it.args[it.fact.name]
		if cause := refused[it.fact.refers+" "+name]; cause != nil {
			it.follow(cause)
		} else if cause := refused[" "+name]; cause != nil && m.definesLike(cause, it.fact.refers) {
			it.follow(cause)
		}
	}
}

func note(m map[string]*item, key string, it *item) {
	if m[key] == nil {
		m[key] = it
	}
}

// kindOf is the keyword that others know an object by.
func kindOf(path string) string {
	if path == "vrrp_track_file" {
		return "track_file"
	}
	return path
}

// nameIn is the second word of a statement.
func nameIn(statement string) string {
	words := strings.Fields(statement)
	if len(words) < 2 {
		return ""
	}
	return strings.Trim(words[1], `"`)
}

// definesLike reports whether an unknown keyword was meant to be one of a
// kind.
func (m *maker) definesLike(it *item, kind string) bool {
	word, _, _ := strings.Cut(it.s.Statement, " ")
	return distance(strings.ToLower(word), kind, reach(word)) <= reach(word)
}

// missing folds what a block lacks under an earlier problem with it.
func (m *maker) missing() {
	inBlock := make(map[config.Position][]*item)
	for _, it := range m.items {
		for _, b := range it.s.Blocks {
			inBlock[b.Position] = append(inBlock[b.Position], it)
		}
	}
	for _, it := range m.items {
		n := len(it.s.Blocks)
		if len(it.fact.about) == 0 || n == 0 || it.from != nil {
			continue
		}
		block := it.s.Blocks[n-1]
		for _, other := range inBlock[block.Position] {
			if other != it && !sameKind(other, it) && other.root() != it && m.concerns(other, block.Keyword, it.fact.about) {
				it.follow(other)
				break
			}
		}
	}
}

// sameKind reports whether two items are of one template: one real server is
// not wrong because another one is.
func sameKind(a, b *item) bool { return a.s.Template == b.s.Template }

// concerns reports whether an item is about one of some keywords of a block.
func (m *maker) concerns(it *item, path string, about []string) bool {
	if it.d.Class == config.ClassUnknownKeyword {
		if len(it.s.Blocks) == 0 || it.s.Blocks[len(it.s.Blocks)-1].Keyword != path {
			return false
		}
		word, _, _ := strings.Cut(it.s.Statement, " ")
		if slices.Contains(about, "group") && m.isInstance(word) {
			return true
		}
		return slices.ContainsFunc(about, func(name string) bool { return distance(strings.ToLower(word), name, reach(word)) <= reach(word) })
	}
	rest, inside := strings.CutPrefix(it.s.Keyword, path+"/")
	if !inside {
		return false
	}
	return slices.ContainsFunc(about, func(name string) bool {
		return rest == name || strings.HasPrefix(rest, name+"/") || strings.HasSuffix(rest, "/"+name)
	})
}

// members folds what is said about the size of a group under a member that
// does not exist.
func (m *maker) members() {
	unknown := make(map[config.Position]*item)
	for _, it := range m.items {
		if it.fact.refers == "vrrp_instance" && unknown[it.d.Position] == nil {
			unknown[it.d.Position] = it
		}
	}
	for _, it := range m.items {
		if it.fact.members && it.Line > 0 {
			it.follow(unknown[it.d.Position])
		}
	}
	listed := make(map[config.Position]*item) // without group { }
	for _, it := range m.items {
		if n := len(it.s.Blocks); it.d.Class == config.ClassUnknownKeyword && n > 0 && m.listsMember(it, it.s.Blocks[n-1]) {
			if first := listed[it.s.Blocks[n-1].Position]; first != nil {
				it.follow(first)
			} else {
				listed[it.s.Blocks[n-1].Position] = it
			}
		}
	}
}
