package reader

import (
	"slices"

	"keepalived/core/config"
	"keepalived/parser/keyword"
	"keepalived/parser/source"
	"keepalived/parser/syntax"
)

// findUnclosed looks for the block whose } is missing, if one is. Counted from
// the end it is always an outermost one that is open; where the } was forgotten
// is told by the indentation, else by a keyword that does not belong into the
// block that it is in.
func (p *Pass) findUnclosed() {
	n := len(p.file.Items)
	if n == 0 {
		return
	}
	last := p.file.Items[n-1]
	if last.Block == nil || last.Kind == syntax.Trouble || last.Block.Closed {
		return
	}
	s := search{top: p.language.top}
	outermost := s.child(p.language.top, last)
	found, ok := s.byIndentation(outermost, nil)
	if !ok {
		found, ok = s.byKeyword(outermost, nil)
	}
	if !ok {
		found = s.innermost(outermost)
	}
	i := found.item
	p.braces.culprit = Head{i.Place, i.Column}
	p.braces.unclosed = &config.Break{Kind: config.MissingClose, Block: p.blockAt(found.entry, p.braces.culprit, i.Text)}
	if i.Block.Closed {
		p.braces.unclosed.Close = p.Position(i.Block.Close, i.Block.CloseColumn)
	}
}

// search is the search for a block without }.
type search struct{ top *level }

// suspect is a block with its keyword, nil if that is unknown.
type suspect struct {
	item  *syntax.Item
	entry *entry
}

// keywordOf is the first word of an item.
func keywordOf(i *syntax.Item) string {
	if word := source.FirstWord(i.Text); word != "" {
		return word
	}
	words, _ := source.Words(nil, i.Text)
	return (&Statement{Words: words}).Keyword()
}

// child is an item of a level; the level is nil for one of unknown keywords.
func (s search) child(l *level, i *syntax.Item) suspect {
	if l == nil {
		return suspect{item: i}
	}
	return suspect{i, l.entries[keywordOf(i)]}
}

// level is that of the keywords in a block, nil without any.
func (s suspect) level() *level {
	if s.entry == nil {
		return nil
	}
	return s.entry.sub
}

// byIndentation finds the first block whose } stands under the first word of a
// block around it.
func (s search) byIndentation(in suspect, around []uint32) (suspect, bool) {
	around = append(around, in.item.Column)
	for n := range in.item.Block.Items {
		i := &in.item.Block.Items[n]
		if i.Block == nil || i.Kind == syntax.Trouble {
			continue
		}
		c := s.child(in.level(), i)
		if found, ok := s.byIndentation(c, around); ok {
			return found, true
		}
		b := i.Block
		if b.Closed && b.CloseColumn > 0 && b.CloseColumn < i.Column && b.Close.Line > i.Place.Line && slices.Contains(around, b.CloseColumn) {
			return c, true
		}
	}
	return suspect{}, false
}

// byKeyword finds the first block in which there is one that only belongs
// somewhere around it.
func (s search) byKeyword(in suspect, around []*level) (suspect, bool) {
	around = append(around, in.level())
	for n := range in.item.Block.Items {
		i := &in.item.Block.Items[n]
		if i.Block == nil || i.Kind != syntax.Statement {
			continue
		}
		c := s.child(in.level(), i)
		if c.entry == nil {
			name := keywordOf(i)
			outer := s.top.entries[name]
			for _, l := range around[:len(around)-1] {
				if l != nil && outer == nil {
					outer = l.entries[name]
				}
			}
			if outer != nil && outer.keyword.Shape != keyword.Scalar {
				return in, true
			}
		}
		if found, ok := s.byKeyword(c, around); ok {
			return found, true
		}
	}
	return suspect{}, false
}

// innermost is the last block that is open.
func (s search) innermost(in suspect) suspect {
	items := in.item.Block.Items
	if n := len(items); n > 0 {
		if i := &items[n-1]; i.Block != nil && i.Kind != syntax.Trouble && !i.Block.Closed {
			return s.innermost(s.child(in.level(), i))
		}
	}
	return in
}
