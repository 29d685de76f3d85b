package reader

import (
	"keepalived/core/config"
	"keepalived/parser/keyword"
	"keepalived/parser/source"
	"keepalived/parser/syntax"
)

// next returns the next piece of the text. On the way it reports problems and
// counts braces (01-configuration section 3.5).
func (p *Pass) next() (syntax.Event, bool) {
	for {
		e, ok := p.cursor.Next()
		if !ok {
			// Blocks that are still open are closed now, and their
			// checks are about no line any more.
			p.at, p.column = source.Place{}, 0
			return e, false
		}
		p.at, p.column = e.Place, e.Column
		switch e.Kind {
		case syntax.Problem:
			p.problem(e)
			continue
		case syntax.Open:
			p.depth++
		case syntax.Close:
			if p.depth--; p.depth < 0 {
				p.depth = 0
				p.Report(config.ClassUnexpectedClose, MsgExtraClose)
			}
		}
		return e, true
	}
}

// problem reports what the layers below found, in the passes that see it.
func (p *Pass) problem(e syntax.Event) {
	parent := p.Process == config.PassParent
	switch q := e.Problem; {
	case q.ParentOnly && !parent || q.ChildOnly && parent:
	case q.LogOnly:
		p.Log("%s", q.Message)
	default:
		p.Report(q.Class, "%s", q.Message)
	}
}

// level reads one level of keywords up to its }.
func (p *Pass) level(l *level, top bool) {
	due := !top // a { has to come first
	for {
		e, ok := p.next()
		if !ok {
			return
		}
		if due {
			due = false
			if e.Kind == syntax.Open {
				continue
			}
			p.Report(config.ClassMissingOpen, MsgMissingOpen)
		}
		switch {
		case e.Kind == syntax.Open:
			p.Report(config.ClassUnexpectedOpen, MsgUnexpectedOpen)
		case e.Kind == syntax.Close && !top:
			return
		default:
			s := p.statement(e)
			if found := l.entries[s.Keyword()]; found != nil && e.Kind == syntax.Text {
				p.dispatch(found, s, top)
			} else {
				p.Report(config.ClassUnknownKeyword, MsgUnknownKeyword, s.Keyword())
			}
		}
	}
}

// statement splits a piece into words. A brace is a word of its own.
func (p *Pass) statement(e syntax.Event) *Statement {
	s := &Statement{Raw: e.Text, Place: e.Place, Column: e.Column}
	switch e.Kind {
	case syntax.Open:
		s.Raw, s.Words = "{", append(p.words[:0], "{")
	case syntax.Close:
		s.Raw, s.Words = "}", append(p.words[:0], "}")
	default:
		s.Words, _ = syntax.Words(p.words[:0], e.Text)
	}
	p.words = s.Words
	return s
}

// dispatch calls the handler of a keyword and reads its block.
func (p *Pass) dispatch(e *entry, s *Statement, top bool) {
	if top && !e.keyword.Passes.Has(p.Process) {
		if p.inactive != nil {
			p.inactive(e.keyword.Name)
		}
		p.skip()
		return
	}
	active := e.active(p)
	switch e.keyword.Shape {
	case keyword.Scalar:
		if active && e.handler.Read != nil {
			e.handler.Read(p, s)
		}
	case keyword.Block:
		if active && e.handler.Open != nil && !e.handler.Open(p, s) {
			p.skip()
			return
		}
		p.level(e.sub, false)
		if active && e.handler.Close != nil {
			e.handler.Close(p)
		}
		if top && e.keyword.Passes.Last(p.Process) {
			p.cursor.Forget()
		}
	case keyword.Lines:
		p.data(e, s, active)
	}
}

// data reads a block whose lines are not keywords.
func (p *Pass) data(e *entry, s *Statement, active bool) {
	if active && e.handler.Open != nil && !e.handler.Open(p, s) {
		p.skip()
		return
	}
	p.extra(e, s)
	due, lines := true, 0
	for {
		ev, ok := p.next()
		if !ok {
			break
		}
		if due {
			due = false
			if ev.Kind == syntax.Open {
				continue
			}
			p.Log(MsgMissingOpen)
		}
		if ev.Kind == syntax.Close {
			break
		}
		lines++
		if active && e.handler.Line != nil {
			e.handler.Line(p, p.statement(ev))
		}
	}
	if active && e.handler.End != nil {
		e.handler.End(p, lines)
	}
}

// extra handles words between the keyword of a data block, or its name, and
// the {. After a name they end everything, which is what the C daemon does.
func (p *Pass) extra(e *entry, s *Statement) {
	if named := e.keyword.Args[0] == '<'; !named && s.Has(1) {
		p.General(MsgExtraParameters, s.Word(0), s.Word(1))
	} else if named && s.Has(2) {
		p.Fatal(config.ClassMissingParameter, MsgMissingFirst, missingWord, 1)
	}
}

// skip leaves out the block that follows, if one does.
func (p *Pass) skip() {
	if p.cursor.SkipBlock() || !p.cursor.OpenFollows() {
		return
	}
	for depth := 0; ; {
		e, ok := p.next()
		if !ok {
			return
		}
		switch e.Kind {
		case syntax.Open:
			depth++
		case syntax.Close:
			if depth--; depth == 0 {
				return
			}
		}
	}
}
