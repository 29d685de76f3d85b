package syntax

import (
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

// grammar is the root of the grammar: a list of items.
type grammar struct{ Items []*Item }

// Parse implements participle.Parseable. A list that participle makes itself
// (@@*) takes several times the room of its items.
func (g *grammar) Parse(lex *lexer.PeekingLexer) error {
	for !lex.Peek().EOF() {
		g.Items = append(g.Items, item(lex))
	}
	return nil
}

// item reads an item: a piece of text with the block that follows it, or a block
// or a brace that has no such place. What is in a block is for [Item.adopt] to
// say.
func item(lex *lexer.PeekingLexer) *Item {
	t := lex.Next()
	i := &Item{Text: t.Value, Place: place(t), Column: uint32(t.Pos.Column)}
	switch t.Type {
	case tokenText:
		if lex.Peek().Type == tokenBlock {
			lex.Next()
			i.Block = new(Block)
		}
	case tokenBlock:
		i.Kind, i.Block = Bare, new(Block)
	case tokenClose:
		i.Kind = StrayClose
	case tokenTrouble:
		i.Kind, i.Block = Trouble, new(Block)
	}
	return i
}

// adopt gives an item its block, the first of those that are left.
func (i *Item) adopt(blocks []Block) []Block {
	if i.Block == nil {
		return blocks
	}
	*i.Block = blocks[0]
	return blocks[1:]
}
