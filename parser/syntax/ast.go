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
	// CloseColumn is the column of Close; from 1, 0 when not known.
	CloseColumn uint32
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

// Parse implements participle.Parseable: an item is a piece of text with the
// block that follows it, or a brace that has no such place.
func (i *Item) Parse(lex *lexer.PeekingLexer) error {
	if lex.Peek().EOF() {
		return participle.NextMatch
	}
	var r room
	*i = r.item(lex, 0)
	return nil
}

// room is where the items and blocks inside one item of the top level are
// kept. It is made for several at a time, because a configuration has many
// small blocks, and for each item anew: what [Cursor.Forget] gives up is free.
type room struct {
	items  []Item
	blocks []Block
	size   int // of the room made last
}

// portion bounds the number of items, and of blocks, for which room is made
// at a time.
const portion = 64

// item reads an item.
func (r *room) item(lex *lexer.PeekingLexer, depth int) Item {
	t := lex.Next()
	i := Item{Text: t.Value, Place: place(t), Column: uint32(t.Pos.Column)}
	switch t.Type {
	case tokenText:
		if lex.Peek().Type == tokenOpen && depth < maxDepth {
			i.Block = r.block(lex, place(lex.Next()), depth+1)
		}
	case tokenOpen:
		if i.Kind = StrayOpen; depth < maxDepth {
			i.Kind, i.Block = Bare, r.block(lex, i.Place, depth+1)
		}
	case tokenClose:
		i.Kind = StrayClose
	case tokenTrouble:
		i.Kind, i.Block = Trouble, r.newBlock(depth)
	}
	return i
}

// few is the number of items that most blocks have.
const few = 12

// block reads a block after its {.
func (r *room) block(lex *lexer.PeekingLexer, open source.Place, depth int) *Block {
	var gathered [few]Item
	items := gathered[:0]
	block := r.newBlock(depth)
	block.Open = open
	for {
		t := lex.Peek()
		if t.EOF() {
			break
		}
		if t.Type == tokenClose {
			lex.Next()
			block.Close, block.CloseColumn, block.Closed = place(t), uint32(t.Pos.Column), true
			break
		}
		i := r.item(lex, depth)
		if i.Kind == Trouble || i.Block != nil && i.Block.Troubled {
			block.Troubled = true
		}
		items = append(items, i)
	}
	block.Items = r.keep(items)
	return block
}

// keep returns a copy of items.
func (r *room) keep(items []Item) []Item {
	n := len(items)
	if n == 0 {
		return nil
	}
	if n > cap(r.items)-len(r.items) {
		r.items = make([]Item, 0, max(n, r.more()))
	}
	begin := len(r.items)
	r.items = append(r.items, items...)
	return r.items[begin : begin+n : begin+n]
}

// newBlock returns room for a block. One of the top level is kept when its
// contents are forgotten, and must not keep others.
func (r *room) newBlock(depth int) *Block {
	if depth <= 1 {
		return new(Block)
	}
	if len(r.blocks) == 0 {
		r.blocks = make([]Block, max(1, r.more()/few))
	}
	block := &r.blocks[0]
	r.blocks = r.blocks[1:]
	return block
}

// more returns how much room to make next.
func (r *room) more() int {
	r.size = min(2*r.size+1, portion)
	return r.size
}

func place(t *lexer.Token) source.Place {
	return source.Place{Inclusion: uint32(t.Pos.Offset), Line: uint32(t.Pos.Line)}
}
