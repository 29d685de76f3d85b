package explain

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"keepalived/core/config"
	"keepalived/parser/keyword"
)

// suggestKeyword says what an unknown keyword was meant to be: one of the
// block that it stands in, or where it belongs.
func (m *maker) suggestKeyword(it *item) {
	word, _, _ := strings.Cut(it.s.Statement, " ")
	if strings.HasPrefix(word, "$") {
		it.Advice = append(it.Advice, "there is no definition of that name before this line")
		return
	}
	if odd := oddCharacter(word); odd != "" {
		it.Advice = append(it.Advice, odd)
		return
	}
	if word == "" || word == "{" || word == "}" {
		return
	}
	path := ""
	if n := len(it.s.Blocks); n > 0 {
		path = it.s.Blocks[n-1].Keyword
	}
	if n := len(it.s.Blocks); n > 0 && m.listsMember(it, it.s.Blocks[n-1]) {
		it.Advice = append(it.Advice, "put the names of the members into a group { } block")
		return
	}
	if !m.afford(500) {
		return
	}
	here := slices.Sorted(maps.Keys(m.table.Level(path)))
	if keyword := glued(word, here); keyword != "" {
		it.Advice = append(it.Advice, fmt.Sprintf("a blank is missing behind '%s'", keyword))
		return
	}
	if it.Suggestion = cmp.Or(nearest(word, here), longer(word, here)); it.Suggestion != "" {
		return
	}
	if homes := m.homes(word); len(homes) > 0 {
		it.Advice = append(it.Advice, fmt.Sprintf("'%s' belongs into %s", word, anyOf(homes)))
		return
	}
	var names []string
	for _, k := range m.table.All() {
		if k.Shape != keyword.Word && k.Shape != keyword.Directive {
			names = append(names, k.Name)
		}
	}
	slices.Sort(names)
	if near := nearest(word, slices.Compact(names)); near != "" {
		it.Suggestion = near
		it.Advice = append(it.Advice, fmt.Sprintf("'%s' belongs into %s", near, anyOf(m.homes(near))))
	}
}

// glued returns the keyword at the beginning of a word that goes on with what
// is no part of a keyword: "vrrp_instanceVI_1".
func glued(word string, keywords []string) string {
	for _, k := range slices.Backward(keywords) { // of several the longest
		if rest, ok := strings.CutPrefix(word, k); ok && rest != "" && rest[0] != '_' && (rest[0] < 'a' || rest[0] > 'z') && rest[0] != ':' && rest[0] != '=' {
			return k
		}
	}
	return ""
}

// longer returns the only keyword that has a word as its beginning or end:
// "script_security" is part of enable_script_security. Short words are part of
// too many.
func longer(word string, keywords []string) (found string) {
	if !strings.Contains(word, "_") {
		return ""
	}
	for _, k := range keywords {
		if strings.HasSuffix(k, "_"+word) || strings.HasPrefix(k, word+"_") {
			if found != "" {
				return ""
			}
			found = k
		}
	}
	return found
}

// oddCharacter says what is in the place of a blank, or before the first word,
// without being seen; empty when nothing is.
func oddCharacter(word string) string {
	r, size := utf8.DecodeRuneInString(word)
	switch {
	case r == utf8.RuneError && size == 1:
		return fmt.Sprintf("the byte 0x%02X is no character: remove it", word[0])
	case r == '\uFEFF':
		return "the file begins with a byte order mark: remove it"
	case r > unicode.MaxASCII && (unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)):
		return fmt.Sprintf("the character U+%04X looks like a blank, and is none: remove it", r)
	}
	return ""
}

// homes are the blocks that have a keyword.
func (m *maker) homes(name string) (paths []string) {
	for _, k := range m.table.All() {
		if k.Name != name || k.Shape == keyword.Word || k.Shape == keyword.Directive {
			continue
		}
		path := k.Path
		if path == "" {
			path = "no block"
		}
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// anyOf lists blocks, not too many of them.
func anyOf(paths []string) string {
	const most = 3
	if len(paths) == 1 && paths[0] == "no block" {
		return "no block: it stands by itself"
	}
	text := strings.Join(paths[:min(len(paths), most)], ", ")
	if i := strings.LastIndex(text, ", "); i >= 0 && len(paths) <= most {
		return text[:i] + " or " + text[i+2:]
	}
	if len(paths) > most {
		text += ", ..."
	}
	return text
}

// few interfaces are all named.
const few = 8

// suggestName says which existing thing a name was meant for, or that it comes
// too late.
func (m *maker) suggestName(it *item) {
	if it.fact.name >= len(it.args) {
		return
	}
	name := it.args[it.fact.name]
	if it.fact.refers == interfaces {
		if m.links == nil && m.Interfaces != nil {
			m.links = m.Interfaces()
		}
		if n := len(m.links); n > few {
			it.Suggestion = nearest(name, slices.DeleteFunc(slices.Clone(m.links), func(link string) bool { return numbered(name, link) }))
		} else if n > 0 && it.from == nil && !m.linksSaid {
			m.linksSaid = true
			it.Advice = append(it.Advice, "the interfaces are "+strings.Join(m.links, ", "))
		}
		return
	}
	var names []string
	if !m.afford(len(m.defined(it.fact.refers))) {
		return
	}
	for _, d := range m.defined(it.fact.refers) {
		if d.name == name && it.from == nil && (d.place.File != it.File || d.place.Line > it.Line) {
			d.place.Note = "defined here"
			it.Related = append(it.Related, d.place)
			it.Advice = append(it.Advice, fmt.Sprintf("the %s has to stand before its use", it.fact.refers))
			return
		}
		names = append(names, d.name)
	}
	if it.Suggestion = nearest(name, names); it.Suggestion != "" || it.from != nil {
		return
	}
	advice := "there is no " + it.fact.refers
	if n := len(names); n > few {
		return
	} else if n == 1 {
		advice = fmt.Sprintf("the only %s is %s", it.fact.refers, names[0])
	} else if n > 1 {
		advice = fmt.Sprintf("the names of %s are %s", it.fact.refers, strings.Join(names, ", "))
	}
	m.once(it, advice)
}

// defined are the names of things of a kind.
func (m *maker) defined(kind string) []definition {
	if m.names == nil {
		m.names = m.sources.definitions()
	}
	return m.names.byKeyword[kind]
}

// isInstance reports whether there is a vrrp_instance of a name.
func (m *maker) isInstance(name string) bool {
	return slices.ContainsFunc(m.defined("vrrp_instance"), func(d definition) bool { return d.name == name })
}

// listsMember reports whether the name of an instance stands in a group, and
// not in a list of the group.
func (m *maker) listsMember(it *item, in config.Block) bool {
	word, _, _ := strings.Cut(it.s.Statement, " ")
	return (in.Keyword == "vrrp_sync_group" || in.Keyword == "track_group") && m.isInstance(word)
}

// suggestWord says which word of a line was meant: one of the words that the
// table has for the keyword.
func (m *maker) suggestWord(it *item, row *keyword.Keyword) string {
	if it.word == "" || it.s.Statement == "" || strings.HasPrefix(it.s.Statement, it.word) && row.Shape == keyword.Scalar {
		return ""
	}
	words := slices.Sorted(maps.Keys(m.table.Level(it.s.Keyword)))
	if strings.Contains(row.Args, "[bool]") {
		words = append(words, "on", "off", "true", "false", "yes", "no")
	}
	for _, w := range strings.FieldsFunc(row.Args, func(r rune) bool { return strings.ContainsRune("|[]() ", r) }) {
		if !strings.ContainsAny(w, "<{.") {
			words = append(words, w)
		}
	}
	if row.Name == "lb_algo" || row.AliasOf == "lb_algo" {
		words = append(words, strings.Fields(row.Range)...)
	}
	for _, w := range words {
		if w != it.word && strings.EqualFold(w, it.word) {
			return w
		}
	}
	return nearest(it.word, words)
}
