package syntax

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"keepalived/parser/source"
)

// Kind says what an item is.
type Kind uint8

// The kinds of items.
const (
	// Statement is a piece of a line, with the block that follows it.
	Statement Kind = iota
	// Bare is a block that follows no statement.
	Bare
	// StrayOpen is a { that is nested too deeply to be a block.
	StrayOpen
	// StrayClose is a } without its {.
	StrayClose
	// Trouble is a problem of package source or of this one.
	Trouble
)

// Item is one element of a file or a block.
type Item struct {
	Text   string // of a statement
	Place  source.Place
	Column uint32 // from 1, 0 when not known
	Kind   Kind
	Block  *Block // nil without one; for Trouble it has the problem
}

// Block is what stands between two braces.
type Block struct {
	Items  []Item
	Open   source.Place
	Close  source.Place
	Closed bool // false when the text ends first
	// Troubled is set when there is a Trouble inside, at any depth.
	Troubled bool
	// Problem is what a Trouble has in the place of a block. That an item has
	// one pointer, not two, saves a fifth of the tree.
	Problem *source.Problem
}

// maxDepth bounds the nesting of blocks; deeper braces are stray ones.
const maxDepth = 64

// grammar is the root of the grammar.
type grammar struct {
	Items []*Item `parser:"@@*"`
}

// Parse implements participle.Parseable.
func (i *Item) Parse(lex *lexer.PeekingLexer) error {
	if lex.Peek().EOF() {
		return participle.NextMatch
	}
	i.parse(lex, 0)
	return nil
}

// parse reads one item at a depth.
func (i *Item) parse(lex *lexer.PeekingLexer, depth int) {
	t := lex.Next()
	i.Place, i.Column = place(t), uint32(t.Pos.Column)
	switch t.Type {
	case tokenText:
		i.Kind, i.Text = Statement, t.Value
		if lex.Peek().Type == tokenOpen && depth < maxDepth {
			i.Block = parseBlock(lex, depth+1)
		}
	case tokenOpen:
		if depth >= maxDepth {
			i.Kind = StrayOpen
			return
		}
		i.Kind, i.Block = Bare, new(Block)
		i.Block.parse(lex, i.Place, depth+1)
	case tokenClose:
		i.Kind = StrayClose
	case tokenTrouble:
		i.Kind, i.Block = Trouble, new(Block)
	}
}

// parseBlock reads a block from its { on.
func parseBlock(lex *lexer.PeekingLexer, depth int) *Block {
	b := new(Block)
	b.parse(lex, place(lex.Next()), depth)
	return b
}

// few is the number of items that most blocks have.
const few = 12

// parse reads a block after its {. The items are gathered on the stack and
// kept at their exact number, because a configuration has many small blocks.
func (b *Block) parse(lex *lexer.PeekingLexer, open source.Place, depth int) {
	var room [few]Item
	items := room[:0]
	b.Open = open
	for {
		t := lex.Peek()
		if t.EOF() {
			break
		}
		if t.Type == tokenClose {
			lex.Next()
			b.Close, b.Closed = place(t), true
			break
		}
		items = append(items, Item{})
		i := &items[len(items)-1]
		i.parse(lex, depth)
		if i.Kind == Trouble || i.Block != nil && i.Block.Troubled {
			b.Troubled = true
		}
	}
	b.Items = append([]Item(nil), items...)
}

func place(t *lexer.Token) source.Place {
	return source.Place{Inclusion: uint32(t.Pos.Offset), Line: uint32(t.Pos.Line)}
}
