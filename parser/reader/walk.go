package reader

import (
	"keepalived/core/config"
	"keepalived/parser/keyword"
	"keepalived/parser/source"
	"keepalived/parser/syntax"
)

// next returns the next piece of the text. On the way it reports problems and
// counts braces (01-configuration section 3.5).
func (p *Pass) next() (*syntax.Event, bool) {
	p.braces.settle(p.depth)
	for {
		e, ok := p.cursor.Next()
		p.focus(nil, "")
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
			p.braces.closed = true
			if p.depth--; p.depth < 0 {
				p.depth = 0
				p.extraClose()
				p.Report(config.ClassUnexpectedClose, MsgExtraClose)
			}
		}
		return e, true
	}
}

// problem reports what the layers below found, in the passes that see it.
func (p *Pass) problem(e *syntax.Event) {
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
	offset := p.braces.enter(p.depth, top)
	defer p.braces.leave(top)
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
			p.withoutOpen(offset, false)
			p.Report(config.ClassMissingOpen, MsgMissingOpen)
		}
		switch {
		case e.Kind == syntax.Open:
			p.strayOpen()
			p.Report(config.ClassUnexpectedOpen, MsgUnexpectedOpen)
		case e.Kind == syntax.Close && !top:
			return
		default:
			s := p.statement(e)
			found := l.find(s.Keyword())
			if found != nil && e.Kind == syntax.Text {
				p.focus(found, s.Raw)
				p.dispatch(found, s, top)
				if p.abandoned {
					p.abandoned = false
					p.rest()
					return
				}
				continue
			}
			p.focus(nil, s.Raw)
			if e.Kind == syntax.Text {
				p.unknown(s, top)
			}
			p.Report(config.ClassUnknownKeyword, MsgUnknownKeyword, s.Keyword())
		}
	}
}

// statement splits a piece into words. A brace is a word of its own. There is
// one Statement for all, as none is valid when the next one is read.
func (p *Pass) statement(e *syntax.Event) *Statement {
	s := &p.current
	s.Raw, s.Place, s.Column = e.Text, e.Place, e.Column
	switch e.Kind {
	case syntax.Open:
		s.Raw, s.Words = "{", append(s.Words[:0], "{")
	case syntax.Close:
		s.Raw, s.Words = "}", append(s.Words[:0], "}")
	default:
		var unmatched bool
		s.Words, unmatched = source.Words(s.Words[:0], e.Text)
		if unmatched && len(s.Words) > 0 && keyword.ScriptLike(s.Words[0]) {
			// The value is split by other rules, in which an open
			// quote loses nothing.
			if words, _ := shellWords(e.Text, false); len(words) > 0 && words[0] == s.Words[0] {
				s.Words = append(s.Words[:0], words...)
			} else if len(s.Words) == 1 {
				// The quote is behind the keyword: there is a value, for
				// the other splitting to judge.
				s.Words = append(s.Words, "")
			}
		}
	}
	return s
}

// dispatch calls the handler of a keyword and reads its block.
func (p *Pass) dispatch(e *entry, s *Statement, top bool) {
	if top && e.keyword.Shape != keyword.Scalar {
		p.begins(e, s)
	}
	if top && !e.keyword.Passes.Has(p.Process) {
		if p.inactive != nil {
			p.inactive(e.keyword.Name)
		}
		p.skip()
		return
	}
	switch e.keyword.Shape {
	case keyword.Scalar:
		if p.active(e) && e.handler.Read != nil {
			p.read(e, s)
		}
	case keyword.Block:
		p.block(e, s, top)
	case keyword.Lines:
		p.data(e, s)
	}
}

// active reports whether the handler of a keyword is called.
func (p *Pass) active(e *entry) bool { return !p.rejected && e.active(p) }

// open calls the handler of a block keyword. When it rejects the block, all
// of it is left out; but without a { the words that follow are looked up as
// if they were in it, and nothing is done at them.
func (p *Pass) open(e *entry, s *Statement) (skipped bool) {
	if !p.active(e) || e.handler.Open == nil || e.handler.Open(p, s) {
		return false
	}
	if p.cursor.OpenFollows() {
		p.skip()
		return true
	}
	p.rejected = true
	return false
}

// block reads a block of keywords.
func (p *Pass) block(e *entry, s *Statement, top bool) {
	item, rejected := p.cursor.Current(), p.rejected
	p.enter(e, s)
	if p.open(e, s) {
		p.leave()
		return
	}
	p.push(e, s)
	p.level(e.sub, false)
	p.focus(e, "")
	if p.active(e) && e.handler.Close != nil {
		p.braces.closing = true
		e.handler.Close(p)
		p.braces.closing = false
	}
	p.pop()
	p.leave()
	p.rejected = rejected
	if top && p.regular && e.keyword.Passes.Last(p.Process) {
		p.cursor.Forget(item)
	}
}

// data reads a block whose lines are not keywords.
func (p *Pass) data(e *entry, s *Statement) {
	rejected := p.rejected
	p.enter(e, s)
	if p.open(e, s) {
		p.leave()
		return
	}
	defer func() { p.rejected = rejected }()
	active, named := p.active(e), e.keyword.Args[0] == '<'
	p.extra(s, named)
	due, lines := true, 0
	p.push(e, s)
	offset := p.braces.enter(p.depth, false)
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
			p.withoutOpen(offset, false)
			p.missingOpen(named)
		}
		if ev.Kind == syntax.Close {
			break
		}
		lines++
		if active && e.handler.Line != nil {
			s := p.statement(ev)
			p.focus(e, s.Raw)
			p.dataLine(s, ev.Kind)
			p.line(e, s)
			p.braces.data = false
		}
	}
	p.focus(e, "")
	if active && e.handler.End != nil {
		p.braces.closing = true
		e.handler.End(p, lines)
		p.braces.closing = false
	}
	p.braces.leave(false)
	p.pop()
	p.leave()
}

// extra handles words between the keyword of a data block, or its name, and
// the {. After a name they end everything, which is what the C daemon does.
func (p *Pass) extra(s *Statement, named bool) {
	if !named && s.Has(1) {
		p.General(MsgExtraParameters, s.Word(0), s.Word(1))
	} else if named && s.Has(2) {
		p.Fatal(config.ClassMissingParameter, MsgMissingFirst, missingWord, 1)
	}
}

// missingOpen handles a data block without {. It is only logged, unless the
// block has a name: then it ends everything, too.
func (p *Pass) missingOpen(named bool) {
	if named {
		p.Fatal(config.ClassMissingParameter, MsgMissingFirst, missingWord, 1)
	}
	p.Log(MsgMissingOpen)
}

// Abandon leaves out what is left of the block that is being read.
func (p *Pass) Abandon() { p.abandoned = true }

// rest goes to the } of the block that is being read.
func (p *Pass) rest() {
	for depth := 1; depth > 0; {
		e, ok := p.next()
		switch {
		case !ok:
			return
		case e.Kind == syntax.Open:
			depth++
		case e.Kind == syntax.Close:
			depth--
		}
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
