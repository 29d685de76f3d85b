package syntax

import (
	"errors"
	"io"

	"github.com/alecthomas/participle/v2/lexer"

	"keepalived/parser/source"
)

// The tokens. A text token is a whole piece of a line.
const (
	tokenText lexer.TokenType = iota + 1
	tokenOpen
	tokenClose
	tokenTrouble
)

// definition implements lexer.Definition. Its lexers read from logical lines,
// never from an io.Reader.
type definition struct{}

// Symbols implements lexer.Definition.
func (definition) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{
		"EOF": lexer.EOF, "Text": tokenText, "Open": tokenOpen, "Close": tokenClose, "Trouble": tokenTrouble,
	}
}

// Lex implements lexer.Definition.
func (definition) Lex(string, io.Reader) (lexer.Lexer, error) {
	return nil, errors.New("configuration text is lexed from its logical lines")
}

// chunk is the number of tokens after which a run of the lexer ends at the
// next place between two items of the top level. It bounds the memory that
// tokens need, whatever the size of the file.
const chunk = 256

// tokens implements lexer.Lexer. It says EOF at the end of each chunk.
type tokens struct {
	pieces
	depth    int
	count    int // tokens of this chunk
	ended    bool
	problems []*source.Problem // of this chunk, in the order of their tokens
}

// Next implements lexer.Lexer.
func (l *tokens) Next() (lexer.Token, error) {
	e, ok := l.peek()
	if !ok {
		l.ended = true
		return lexer.EOFToken(lexer.Position{}), nil
	}
	// A { would belong to the item before it.
	if l.count >= chunk && l.depth == 0 && e.Kind != Open {
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
		t.Type = tokenOpen
		if l.depth < maxDepth {
			l.depth++
		}
	case Close:
		t.Type = tokenClose
		if l.depth > 0 {
			l.depth--
		}
	case Problem:
		t.Type = tokenTrouble
		l.problems = append(l.problems, e.Problem)
	}
	l.drop()
	return t, nil
}
