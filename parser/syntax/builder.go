package syntax

import "keepalived/parser/source"

// builder makes blocks out of pieces.
type builder struct {
	pieces
	open []Item // of the blocks that have not ended, the outermost first
	room room
}

// outermost reads a block of the top level, behind its {. It is kept when its
// contents are forgotten, so it gets no room among others.
func (b *builder) outermost(open source.Place) (block Block) {
	b.room = room{}
	b.block(&block, open, 1)
	return block
}

// block reads a block behind its {.
func (b *builder) block(block *Block, open source.Place, depth int) {
	block.Open = open
	first := len(b.open)
	for {
		e, ok := b.peek()
		if !ok {
			break
		}
		if e.Kind == Close {
			block.Close, block.CloseColumn, block.Closed = e.Place, e.Column, true
			b.drop()
			break
		}
		i := b.item(depth)
		if i.Kind == Trouble || i.Block != nil && i.Block.Troubled {
			block.Troubled = true
		}
		b.open = append(b.open, i)
	}
	block.Items = b.room.keep(b.open[first:])
	b.open = b.open[:first]
}

// item reads an item of a block, which is no Close.
func (b *builder) item(depth int) Item {
	e, _ := b.peek()
	i := Item{Text: e.Text, Place: e.Place, Column: e.Column}
	kind, problem := e.Kind, e.Problem
	b.drop()
	switch kind {
	case Text:
		if e, ok := b.peek(); ok && e.Kind == Open && depth < maxDepth {
			i.Block = b.inner(e.Place, depth)
		}
	case Open:
		if i.Kind = StrayOpen; depth < maxDepth {
			i.Kind, i.Block = Bare, b.room.block()
			b.block(i.Block, i.Place, depth+1)
		}
	case Problem:
		i.Kind, i.Block = Trouble, b.room.block()
		i.Block.Problem = problem
	}
	return i
}

// inner reads the block of a statement.
func (b *builder) inner(open source.Place, depth int) *Block {
	b.drop()
	block := b.room.block()
	b.block(block, open, depth+1)
	return block
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

// few is the number of items that most blocks have.
const few = 12

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

// block returns room for a block.
func (r *room) block() *Block {
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
