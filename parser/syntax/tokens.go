package syntax

import (
	"errors"
	"io"

	"github.com/alecthomas/participle/v2/lexer"

	"keepalived/parser/source"
)

// The tokens. A text token is a whole piece of a line, a block token a block
// with all that is in it.
const (
	tokenText lexer.TokenType = iota + 1
	tokenBlock
	tokenClose
	tokenTrouble
)

// definition implements lexer.Definition. Its lexers read from logical lines,
// never from an io.Reader.
type definition struct{}

// Symbols implements lexer.Definition.
func (definition) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{
		"EOF": lexer.EOF, "Text": tokenText, "Block": tokenBlock, "Close": tokenClose, "Trouble": tokenTrouble,
	}
}

// Lex implements lexer.Definition.
func (definition) Lex(string, io.Reader) (lexer.Lexer, error) {
	return nil, errors.New("configuration text is lexed from its logical lines")
}

// chunk is the number of tokens after which a run of the lexer ends at the
// next place between two items. It bounds the memory that tokens need,
// whatever the size of the file.
const chunk = 256

// tokens implements lexer.Lexer. It says EOF at the end of each chunk.
type tokens struct {
	builder
	count int // tokens of this chunk
	ended bool
	// blocks are those of this chunk's Block and Trouble tokens, in their
	// order: a token itself has only a text.
	blocks []Block
}

// Next implements lexer.Lexer.
func (l *tokens) Next() (lexer.Token, error) {
	e, ok := l.peek()
	if !ok {
		l.ended = true
		return lexer.EOFToken(lexer.Position{}), nil
	}
	// A { would belong to the item before it.
	if l.count >= chunk && e.Kind != Open {
		return lexer.EOFToken(lexer.Position{}), nil
	}
	l.count++
	t := lexer.Token{Value: e.Text, Pos: lexer.Position{
		Offset: int(e.Place.Inclusion), Line: int(e.Place.Line), Column: int(e.Column),
	}}
	switch e.Kind {
	case Text:
		t.Type = tokenText
	case Open:
		t.Type = tokenBlock
		l.drop()
		l.blocks = append(l.blocks, l.outermost(place(&t)))
		return t, nil
	case Close:
		t.Type = tokenClose
	case Problem:
		t.Type = tokenTrouble
		l.blocks = append(l.blocks, Block{Problem: e.Problem})
	}
	l.drop()
	return t, nil
}

func place(t *lexer.Token) source.Place {
	return source.Place{Inclusion: uint32(t.Pos.Offset), Line: uint32(t.Pos.Line)}
}
