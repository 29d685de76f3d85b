package syntax

import (
	"errors"
	"io"

	"github.com/alecthomas/participle/v2/lexer"
)

// tokenItem is the type of the tokens of the first kind of items; the other
// kinds follow.
const tokenItem lexer.TokenType = 1

// definition implements lexer.Definition. Its lexers read from logical lines,
// never from an io.Reader.
type definition struct{}

// Symbols implements lexer.Definition.
func (definition) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{
		"EOF":       lexer.EOF,
		"Statement": tokenItem + lexer.TokenType(Statement), "Bare": tokenItem + lexer.TokenType(Bare),
		"StrayOpen": tokenItem + lexer.TokenType(StrayOpen), "StrayClose": tokenItem + lexer.TokenType(StrayClose),
		"Trouble": tokenItem + lexer.TokenType(Trouble),
	}
}

// Lex implements lexer.Definition.
func (definition) Lex(string, io.Reader) (lexer.Lexer, error) {
	return nil, errors.New("configuration text is lexed from its logical lines")
}

// chunk is the number of items of the top level that are parsed at a time. It
// bounds the memory that tokens need, whatever the size of the file.
const chunk = 255

// heads implements lexer.Lexer: each token is the beginning of an item of the
// top level. It says EOF at the end of each chunk.
type heads struct {
	builder
	bodies []*Block // of the items of this chunk
	ended  bool
}

// Next implements lexer.Lexer.
func (h *heads) Next() (lexer.Token, error) {
	if len(h.bodies) == chunk {
		return lexer.EOFToken(lexer.Position{}), nil
	}
	e, ok := h.next()
	if !ok {
		h.ended = true
		return lexer.EOFToken(lexer.Position{}), nil
	}
	i := h.item(e, 0)
	h.bodies = append(h.bodies, i.Block)
	return lexer.Token{Type: tokenItem + lexer.TokenType(i.Kind), Value: i.Text, Pos: lexer.Position{
		Offset: int(i.Place.Inclusion), Line: int(i.Place.Line), Column: int(i.Column),
	}}, nil
}
