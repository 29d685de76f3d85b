package reader

import (
	"strings"

	"keepalived/core/config"
	"keepalived/parser/source"
)

// subject is what the next report will be about. Nothing is built of it before
// there is a report.
type subject struct {
	entry *entry // the keyword, nil for a word that is none
	text  string // the statement
	open  []opened
	// blocks is open as reports have it, nil when it has to be made.
	blocks []config.Block
	// path and head are those of the object that is looked at after reading.
	path string
	head Head
	// other is the second object of the next report.
	other *config.Block
}

// opened is a block that is being read.
type opened struct {
	entry *entry
	head  Head
	text  string
}

// Head is the place of the statement that an object was made from.
type Head struct {
	at     source.Place
	column uint32
}

// Head returns the place of the statement that is being read.
func (p *Pass) Head() Head { return Head{p.at, p.column} }

// About says what the reports are about that come after reading: the object
// that was made at head by the keyword of that path. It lasts until the next
// call.
func (p *Pass) About(path string, head Head) { p.subject.path, p.subject.head = path, head }

// Against says that the next report is also about another object: the one that
// the keyword of that path has made at head.
func (p *Pass) Against(path string, head Head) {
	if head.at.Line > 0 {
		p.subject.other = &config.Block{Keyword: path, Position: p.Position(head.at, head.column)}
	}
}

// focus makes a keyword and a statement the subject of what is reported until
// the next piece of the text.
func (p *Pass) focus(e *entry, text string) { p.subject.entry, p.subject.text = e, text }

// push enters a block, pop leaves it.
func (p *Pass) push(e *entry, s *Statement) {
	p.subject.open = append(p.subject.open, opened{e, Head{s.Place, s.Column}, s.Raw})
	p.subject.blocks = nil
	p.braces.inner = opened{}
}

func (p *Pass) pop() {
	o := &p.subject.open
	p.braces.inner, p.braces.innerClose = (*o)[len(*o)-1], p.Head()
	p.braces.spoil(p.braces.inner.head)
	*o = (*o)[:len(*o)-1]
	p.subject.blocks = nil
}

// subjectPosition is the position of what is found at the end of the text or
// after reading.
func (p *Pass) subjectPosition() config.Position {
	h := p.subject.head
	if n := len(p.subject.open); n > 0 {
		h = p.subject.open[n-1].head
	}
	if h.at.Line == 0 {
		return config.Position{}
	}
	return p.Position(h.at, h.column)
}

// subjectOf describes what is reported now.
func (p *Pass) subjectOf(class config.Class, template string) *config.Subject {
	s := &p.subject
	d := &config.Subject{Template: template, Statement: brief(s.text), Other: s.other, Break: p.braces.of(class, s)}
	s.other = nil
	if p.reading {
		if s.entry != nil {
			d.Keyword = s.entry.path()
		}
		if s.blocks == nil {
			s.blocks = p.openBlocks()
		}
		d.Blocks = s.blocks
	} else if s.head.at.Line > 0 {
		d.Keyword = s.path
		d.Blocks = []config.Block{{Keyword: s.path, Position: p.Position(s.head.at, s.head.column)}}
	}
	return d
}

// openBlocks are the blocks that are open, as reports have them.
func (p *Pass) openBlocks() []config.Block {
	blocks := make([]config.Block, 0, len(p.subject.open))
	for _, o := range p.subject.open {
		blocks = append(blocks, p.blockAt(o.entry, o.head, o.text))
	}
	return blocks
}

func (p *Pass) blockAt(e *entry, h Head, text string) config.Block {
	return config.Block{Keyword: e.path(), Statement: brief(text), Position: p.Position(h.at, h.column)}
}

// path is where a keyword stands in the table; an unknown one has none.
func (e *entry) path() string {
	if e == nil {
		return ""
	}
	return join(e.keyword.Path, e.keyword.Name)
}

// longestStatement bounds what a report keeps of a line.
const longestStatement = 250

// brief is a copy of the beginning of a text, so that a report does not hold a
// whole file in memory.
func brief(text string) string { return strings.Clone(text[:min(len(text), longestStatement)]) }
