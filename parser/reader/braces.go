package reader

import (
	"keepalived/core/config"
	"keepalived/parser/keyword"
	"keepalived/parser/syntax"
)

// braces follows where the braces of the text and the blocks of the language
// go different ways (01-configuration section 3.5). One brace too few or too
// many makes the C daemon report every line behind it; what it reports is not
// changed here, but each report can tell what it comes from.
type braces struct {
	levels int // blocks that are being read
	// broken is the break that has not healed, nil in an orderly text.
	broken *config.Break
	// lost is set while words are looked up at a level that they are not
	// meant for.
	lost bool
	// offset is how many braces more than levels there were before; the
	// break has healed when a } brings it back.
	offset int
	// lasting breaks do not change the offset. They end with the } that is
	// one too many, or where a block of the top level begins.
	lasting bool
	ending  bool // the break ends with this piece of the text
	closed  bool // the last piece was a }
	closing bool // the checks at the end of a block are being made
	data    bool // a line is read that is not meant for its data block
	// last is the latest block of the top level.
	last     opened
	lastItem *syntax.Item
	// inner is the block that has just ended at innerClose in the one that
	// is being read.
	inner      opened
	innerClose Head
	// unclosed is the break that a missing } makes, nil when none is
	// missing; culprit is where its block begins.
	unclosed *config.Break
	culprit  Head
	// spoiled are the objects that were read while lost.
	spoiled map[Head]*config.Break
}

// enter begins a level, and returns the offset of braces around it.
func (b *braces) enter(depth int, top bool) (offset int) {
	offset = depth - b.levels
	if !top {
		b.levels++
	}
	return offset
}

func (b *braces) leave(top bool) {
	if !top {
		b.levels--
	}
}

// start notes a break, unless the text is lost already.
func (b *braces) start(br *config.Break, offset int, lost, lasting bool) {
	if b.broken == nil || !b.lost {
		b.broken, b.offset, b.lost, b.lasting, b.ending = br, offset, lost, lasting, false
	}
}

// settle ends a break that has healed.
func (b *braces) settle(depth int) {
	if b.broken != nil && (b.ending || b.closed && !b.lasting && depth-b.levels == b.offset) {
		b.broken, b.lost, b.lasting, b.ending = nil, false, false, false
	}
	b.closed = false
}

// spoil remembers an object that was read while lost.
func (b *braces) spoil(h Head) {
	if b.broken == nil || !b.lost {
		return
	}
	if b.spoiled == nil {
		b.spoiled = make(map[Head]*config.Break)
	}
	b.spoiled[h] = b.broken
}

// of returns the break that a report may come from.
func (b *braces) of(class config.Class, s *subject) *config.Break {
	if s.head.at.Line > 0 && b.broken == nil {
		return b.spoiled[s.head]
	}
	if b.broken == nil {
		return nil
	}
	structural := class >= config.ClassUnknownKeyword && class <= config.ClassMissingClose
	word := class == config.ClassUnknownKeyword && s.text != "}"
	if structural && !word || b.lost && (word || b.closing || b.data) {
		return b.broken
	}
	return nil
}

// here is the statement that is being read, as a block.
func (p *Pass) here() config.Block {
	b := config.Block{Statement: brief(p.subject.text), Position: p.Position(p.at, p.column)}
	if e := p.subject.entry; e != nil {
		b.Keyword = e.path()
	}
	return b
}

// innermost is the block that is being read.
func (p *Pass) innermost() config.Block {
	o := p.subject.open[len(p.subject.open)-1]
	return p.blockAt(o.entry, o.head, o.text)
}

// withoutOpen is a block that does not begin with {. Others than its owner
// take its lines for their own.
func (p *Pass) withoutOpen(offset int, foreign bool) {
	br := &config.Break{Kind: config.MissingOpen}
	if foreign {
		br.Block = p.here()
	} else {
		br.Block = p.innermost()
	}
	p.braces.start(br, offset, foreign, foreign)
}

// strayOpen is a { where a keyword is expected.
func (p *Pass) strayOpen() {
	p.braces.start(&config.Break{Kind: config.StrayOpen, Block: p.here()}, p.depth-1-p.braces.levels, true, false)
}

// unknown is a word that is no keyword at its level. It makes a break when a
// block follows, and when it belongs into the block that has just ended.
func (p *Pass) unknown(s *Statement, top bool) {
	b := &p.braces
	offset := p.depth - b.levels
	switch follows := p.cursor.OpenFollows(); {
	case b.broken != nil && b.broken.Kind == config.MissingOpen && !b.lost && p.outer(s.Keyword()):
		b.lost = true // its } was taken for that of the block without {
	case !top && b.inner.entry != nil && b.inner.entry.contains(s.Keyword()) && p.extraFollows():
		b.start(p.closedEarly(b.inner, b.innerClose), offset, true, true)
	case top && b.last.entry != nil && b.last.entry.contains(s.Keyword()):
		b.start(p.closedEarly(b.last, p.lastClose()), offset, true, true)
	case follows && !top && b.unclosed != nil && p.outer(s.Keyword()):
		b.start(b.unclosed, offset, true, false)
	case follows:
		b.start(&config.Break{Kind: config.UnknownBlock, Block: p.here()}, offset, true, false)
	}
}

// outer reports whether a keyword belongs to a block around the one that is
// being read.
func (p *Pass) outer(name string) bool {
	open := p.subject.open
	for _, o := range open[:max(len(open)-1, 0)] {
		if o.entry.sub != nil && o.entry.sub.entries[name] != nil {
			return true
		}
	}
	return p.language.block(name)
}

// extraFollows reports whether a } that is one too many comes before the next
// block of the top level.
func (p *Pass) extraFollows() bool {
	for i := range p.cursor.Ahead() {
		if i.Kind == syntax.StrayClose {
			return true
		}
		if i.Kind == syntax.Statement && p.language.block(keywordOf(i)) {
			return false
		}
	}
	return false
}

// closedEarly is the break of a block that has ended.
func (p *Pass) closedEarly(o opened, end Head) *config.Break {
	br := &config.Break{Kind: config.ClosedEarly, Block: p.blockAt(o.entry, o.head, o.text)}
	if end.at.Line > 0 {
		br.Close = p.Position(end.at, end.column)
	}
	return br
}

// lastClose is where the latest block of the top level ends.
func (p *Pass) lastClose() Head {
	if i := p.braces.lastItem; i != nil && i.Block != nil {
		return Head{i.Block.Close, i.Block.CloseColumn}
	}
	return Head{}
}

// extraClose is a } that closes nothing.
func (p *Pass) extraClose() {
	b := &p.braces
	if b.broken == nil {
		br := &config.Break{Kind: config.ClosedEarly}
		if b.last.entry != nil {
			br = p.closedEarly(b.last, p.lastClose())
		}
		b.start(br, 0, true, true)
	}
	b.ending = b.ending || b.lasting
}

// begins notes a block of the top level, where everybody finds the way again.
func (p *Pass) begins(e *entry, s *Statement) {
	b := &p.braces
	if b.lasting && b.last.entry != nil && b.last.entry.contains(s.Keyword()) && s.Len() == 1 {
		return // track_file is a keyword of both
	}
	b.last, b.lastItem = opened{e, Head{s.Place, s.Column}, s.Raw}, p.cursor.Current()
	if !p.cursor.OpenFollows() {
		if !e.keyword.Passes.Has(p.Process) {
			p.withoutOpen(0, true)
		}
		return
	}
	if b.lasting {
		b.broken = nil
	}
	b.lost, b.lasting = false, false
}

// dataLine looks whether a line of a data block is a keyword behind a missing
// }.
func (p *Pass) dataLine(s *Statement, kind syntax.EventKind) {
	b := &p.braces
	if b.broken == nil && b.unclosed != nil {
		o := p.subject.open
		outer := p.language.top
		if len(o) > 1 {
			outer = o[len(o)-2].entry.sub
		}
		if kind == syntax.Open || outer.entries[s.Keyword()] != nil || p.language.block(s.Keyword()) {
			b.start(b.unclosed, p.depth-b.levels, true, false)
		}
	}
	b.data = b.broken != nil && b.lost
}

// missingClose reports braces that are still open at the end.
func (p *Pass) missingClose() {
	b := &p.braces
	b.broken, b.lost = b.unclosed, true
	p.About("", b.culprit)
	p.Report(config.ClassMissingClose, MsgMissingClose, p.depth, "}", "{")
	p.About("", Head{})
}

// block reports whether a keyword begins a block of the top level.
func (l *Language) block(name string) bool {
	e := l.top.entries[name]
	return e != nil && e.keyword.Shape != keyword.Scalar
}

// contains reports whether a keyword stands somewhere in a block.
func (e *entry) contains(name string) bool {
	if e.sub == nil {
		return false
	}
	if e.sub.entries[name] != nil {
		return true
	}
	for _, inner := range e.sub.entries {
		if inner.contains(name) {
			return true
		}
	}
	return false
}
