package syntax

import "keepalived/parser/source"

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

// builder makes items of pieces.
type builder struct {
	pieces
	open   []Item // the items of the blocks that are being read
	items  []Item // room for those of blocks that are complete
	blocks []Block
}

// portion is the number of items, and of blocks, for which room is made at a
// time, because a configuration has many small blocks. It is small itself:
// what [Cursor.Forget] gives up is free when all of a portion is.
const portion = 64

// item makes an item of a piece and, if one follows, its block.
func (b *builder) item(e Event, depth int) Item {
	i := Item{Text: e.Text, Place: e.Place, Column: e.Column}
	switch e.Kind {
	case Text:
		if next, ok := b.peek(); ok && next.Kind == Open && depth < maxDepth {
			open, _ := b.next()
			i.Block = b.block(open.Place, depth+1)
		}
	case Open:
		if i.Kind = StrayOpen; depth < maxDepth {
			i.Kind, i.Block = Bare, b.block(e.Place, depth+1)
		}
	case Close:
		i.Kind = StrayClose
	case Problem:
		i.Kind, i.Block = Trouble, b.newBlock(depth)
		i.Block.Problem = e.Problem
	}
	return i
}

// block reads a block after its {.
func (b *builder) block(open source.Place, depth int) *Block {
	block := b.newBlock(depth)
	block.Open = open
	first := len(b.open)
	for {
		e, ok := b.next()
		if !ok {
			break
		}
		if e.Kind == Close {
			block.Close, block.CloseColumn, block.Closed = e.Place, e.Column, true
			break
		}
		i := b.item(e, depth)
		if i.Kind == Trouble || i.Block != nil && i.Block.Troubled {
			block.Troubled = true
		}
		b.open = append(b.open, i)
	}
	block.Items = b.keep(b.open[first:])
	b.open = b.open[:first]
	return block
}

// keep returns a copy of items.
func (b *builder) keep(items []Item) []Item {
	n := len(items)
	if n == 0 {
		return nil
	}
	if n > cap(b.items)-len(b.items) {
		b.items = make([]Item, 0, max(n, portion))
	}
	begin := len(b.items)
	b.items = append(b.items, items...)
	return b.items[begin : begin+n : begin+n]
}

// newBlock returns room for a block. One of the top level is kept when its
// contents are forgotten, and must not keep others.
func (b *builder) newBlock(depth int) *Block {
	if depth <= 1 {
		return new(Block)
	}
	if len(b.blocks) == 0 {
		b.blocks = make([]Block, portion)
	}
	block := &b.blocks[0]
	b.blocks = b.blocks[1:]
	return block
}
