package explain

import (
	"fmt"
	"slices"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/keyword"
)

// describe adds what there is to know about an item.
func (m *maker) describe(it *item) {
	row := m.row(it)
	if row != nil && (row.Shape == keyword.Scalar || row.Shape == keyword.Word || len(it.fact.about) > 0 && row.Range+row.Default != "") {
		it.Option = option(row)
	}
	it.Meaning = m.meaning(it, row)
	if it.fact.advice != "" {
		it.Advice = append(it.Advice, fill(it.fact.advice, it.args))
	}
	switch {
	case it.from != nil && it.d.Class == config.ClassUnknownKeyword:
	case it.d.Class == config.ClassUnknownKeyword:
		m.suggestKeyword(it)
	case it.fact.refers != "":
		m.suggestName(it)
	case row != nil && m.afford(20):
		it.Suggestion = m.suggestWord(it, row)
	}
	m.describeBraces(it)
	m.foreign(it)
}

// row is the row of the keyword table that an item is about: that of an option
// word, if its value is meant; of the keyword; or of what is missing.
func (m *maker) row(it *item) *keyword.Keyword {
	if it.d.Class == config.ClassUnknownKeyword || it.s.Break != nil {
		return nil
	}
	if it.fact.at != "" {
		if row := m.find(it.Keyword); row != nil && row.Shape == keyword.Scalar {
			return row
		}
		return nil
	}
	path := it.s.Keyword
	if len(it.fact.about) > 0 {
		if n := len(it.s.Blocks); n > 0 && it.s.Blocks[n-1].Keyword == path {
			return m.table.Level(path)[it.fact.about[0]]
		}
	}
	if it.s.Statement == "" {
		return nil
	}
	row := m.find(path)
	if options := m.table.Level(path); row != nil && row.Shape != keyword.Block && options != nil {
		if o := options[wordBefore(it.s.Statement, it.word)]; o != nil {
			return o
		}
	}
	return row
}

// find returns the row of a path.
func (m *maker) find(path string) *keyword.Keyword {
	block, name := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		block, name = path[:i], path[i+1:]
	}
	return m.table.Level(block)[name]
}

// wordBefore is the word before another one.
func wordBefore(statement, word string) string {
	words := strings.Fields(statement)
	if i := slices.Index(words, word); i > 0 {
		return words[i-1]
	}
	return ""
}

// option is a row as the report has it.
func option(row *keyword.Keyword) *Option {
	o := &Option{Name: row.Name, Arguments: row.Args, Range: limits(row.Range), Default: strings.TrimSuffix(row.Default, " (warned)")}
	if row.Shape == keyword.Lines {
		o.Arguments = "{ ... }"
	}
	if row.Deprecated() && row.AliasOf != "" {
		o.Instead = row.AliasOf
	}
	return o
}

// String is the option as one line.
func (o *Option) String() string {
	s := strings.TrimSpace(o.Name + " " + o.Arguments)
	var parts []string
	if o.Range != "" {
		parts = append(parts, o.Range)
	}
	switch required, ok := strings.CutPrefix(o.Default, "none (required"); {
	case ok:
		parts = append(parts, "required"+strings.TrimSuffix(required, ")"))
	case strings.HasPrefix(o.Default, "none, required"):
		parts = append(parts, "required")
	case o.Default != "" && o.Default != "none":
		parts = append(parts, "default "+strings.TrimPrefix(o.Default, "none, "))
	}
	if len(parts) == 0 {
		return s
	}
	return s + ": " + strings.Join(parts, "; ")
}

// limits words a range of the table.
func limits(r string) string {
	if r == "" {
		return ""
	}
	if r == "see sub-options" || r == "words listed below" {
		return ""
	}
	r, _, _ = strings.Cut(r, ", upper bound shown as")
	r, _, _ = strings.Cut(r, "; range shown as")
	r = strings.Replace(r, " with warning)", ")", 1)
	words := strings.Fields(r)
	for i, w := range words {
		end := strings.TrimRight(w, ",;")
		tail := w[len(end):]
		low, high, ok := strings.Cut(end, "..")
		switch {
		case ok && high == "":
			words[i] = "from " + low + tail
		case ok:
			words[i] = power(low) + " to " + power(high) + tail
		}
	}
	s := strings.Join(words, " ")
	for _, u := range [...][2]string{{"s", "seconds"}, {"ms", "milliseconds"}, {"us", "microseconds"}} {
		if short := " " + u[0]; strings.HasSuffix(s, short) {
			s = strings.TrimSuffix(s, short) + " " + u[1]
		}
		for _, stop := range []string{",", ";", " ("} {
			s = strings.Replace(s, " "+u[0]+stop, " "+u[1]+stop, 1)
		}
	}
	s = strings.TrimSuffix(s, " decimal")
	s = strings.Replace(s, "max ", "at most ", 1)
	return strings.Replace(s, " chars", " characters", 1)
}

// power writes a power of two as a number.
func power(s string) string {
	for short, long := range map[string]string{
		"2^31-1": "2147483647", "2^32-1": "4294967295", "2^64-1": "18446744073709551615",
	} {
		if s == short {
			return long
		}
	}
	return s
}

// fill puts what the placeholders stand for into a text.
func fill(text string, args []string) string {
	for i, a := range args {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), a)
	}
	return text
}

// describeBraces says where braces are wrong.
func (m *maker) describeBraces(it *item) {
	b := it.s.Break
	if b == nil || it.from != nil {
		return
	}
	head := m.blockPlace(b.Block)
	name := head.Note
	where := fmt.Sprintf("'%s' (line %d)", name, head.Line)
	if name == "" {
		where = fmt.Sprintf("the { in line %d", head.Line)
	}
	relate := func(p Place, note string) {
		if p.Line > 0 {
			p.Note = note
			it.Related = append(it.Related, p)
		}
	}
	closing := Place{File: b.Close.File, Line: b.Close.Line, Column: b.Close.Column}
	switch b.Kind {
	case config.UnknownBlock:
		if n := len(it.s.Blocks); n > 0 {
			outer := m.blockPlace(it.s.Blocks[n-1])
			it.Meaning = fmt.Sprintf("its } ends '%s' (line %d): what stands behind it is not read as part of that", outer.Note, outer.Line)
		} else {
			it.Meaning = "the whole block is left out"
		}
	case config.MissingOpen:
		relate(head, "a { is missing behind this")
		it.Meaning = "the block is read as if it were there"
	case config.MissingClose:
		it.Blocks = nil
		for i := range it.Related {
			it.Related[i].Note = "opened here"
		}
		if closing.Line > 0 {
			relate(closing, "this } closes it, and what is around it stays open")
		}
		it.Meaning = "it is read as if the } were there"
		if next := m.inside(it); next != nil {
			relate(Place{File: next.File, Line: next.Line, Column: next.Column}, "read as a part of it")
			it.Meaning = "what stands behind it is read as a part of it"
		}
		it.Advice = append(it.Advice, fmt.Sprintf("add a } to %s", where))
	case config.ClosedEarly:
		it.Meaning = "it is left out"
		if name == "" {
			break
		}
		relate(head, "this block")
		relate(closing, "ends here")
		if it.d.Class == config.ClassUnexpectedClose && m.hasFollowers(it) {
			it.Meaning = "what stands between is read as if it were outside of the block, and left out"
			it.Advice = append(it.Advice, fmt.Sprintf("remove a } between line %d and line %d, or the one here", head.Line, it.Line))
		}
	case config.StrayOpen:
		it.Meaning = "it is left out, and its } ends the block around it"
		if len(it.s.Blocks) == 0 {
			it.Meaning = "it is left out"
		}
		m.undefined(it)
	}
}

// undefined looks for a definition that does not exist, so that its braces are
// braces.
func (m *maker) undefined(it *item) {
	line, ok := m.sources.line(it.File, it.Line)
	if !ok {
		return
	}
	uses := m.uses.FindAllStringIndex(line, -1)
	if len(uses) == 0 {
		return
	}
	use := line[uses[0][0]:uses[0][1]]
	it.Column, it.EndColumn = uses[0][0]+1, uses[0][1]+1
	if len(uses) == 1 {
		it.Advice = append(it.Advice, use+" is not defined before this line, so that its braces count")
	} else {
		it.Advice = append(it.Advice, "if "+use+" is not defined before this line, its braces count")
	}
}

// hasFollowers reports whether other lines follow from an item.
func (m *maker) hasFollowers(cause *item) bool {
	return slices.ContainsFunc(m.followers[cause], func(it *item) bool { return it.Line < cause.Line })
}

// inside is the first report about what was read as a part of a block that is
// not closed.
func (m *maker) inside(cause *item) *item {
	for _, it := range m.followers[cause] {
		if it.Line > cause.Line && it.File == cause.File && it.Column > 0 {
			return it
		}
	}
	return nil
}
