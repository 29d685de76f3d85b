package syntax

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"keepalived/core/config"
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
const chunk = 1024

// tokens implements lexer.Lexer. It says EOF at the end of each chunk.
type tokens struct {
	lines      *source.Reader
	scriptLike func(keyword string) bool

	line     source.Line
	rest     string // of line.Text
	column   uint32
	depth    int
	count    int // tokens of this chunk
	ended    bool
	problem  *source.Problem // to be told next
	queued   *lexer.Token
	problems []*source.Problem // of this chunk, in the order of their tokens
	words    []string
}

// Next implements lexer.Lexer.
func (l *tokens) Next() (lexer.Token, error) {
	if l.queued != nil {
		t := *l.queued
		l.queued = nil
		return t, nil
	}
	if !l.fill() {
		l.ended = true
		return lexer.EOFToken(lexer.Position{}), nil
	}
	// A { would belong to the item before it.
	if l.count >= chunk && l.depth == 0 && !strings.HasPrefix(l.rest, "{") {
		return lexer.EOFToken(lexer.Position{}), nil
	}
	if p := l.problem; p != nil {
		l.problem = nil
		return l.trouble(p), nil
	}
	return l.piece(), nil
}

// fill reads lines until there is a piece or a problem.
func (l *tokens) fill() bool {
	for l.rest == "" && l.problem == nil {
		line, ok := l.lines.Next()
		if !ok {
			return false
		}
		l.line, l.column = line, line.Column
		l.rest, l.problem = line.Text, line.Problem
		l.skip(0)
	}
	return true
}

// token makes a token at the current place.
func (l *tokens) token(t lexer.TokenType, value string) lexer.Token {
	l.count++
	return lexer.Token{Type: t, Value: value, Pos: lexer.Position{
		Offset: int(l.line.Place.Inclusion), Line: int(l.line.Place.Line), Column: int(l.column),
	}}
}

// trouble makes a token of a problem.
func (l *tokens) trouble(p *source.Problem) lexer.Token {
	l.problems = append(l.problems, p)
	return l.token(tokenTrouble, "")
}

// piece takes the next brace, or the text before it, from the line.
func (l *tokens) piece() lexer.Token {
	switch l.rest[0] {
	case '{':
		t := l.token(tokenOpen, "")
		l.depth++
		l.skip(1)
		return t
	case '}':
		t := l.token(tokenClose, "")
		if l.depth > 0 {
			l.depth--
		}
		l.skip(1)
		return t
	}
	end := pieceEnd(l.rest)
	text := strings.TrimRight(l.rest[:end], Separators)
	t := l.token(tokenText, text)
	l.skip(end)
	if l.unmatched(text) {
		// A piece that begins with the open quote has no words: nothing
		// of it is left.
		if len(l.words) > 0 {
			l.queued = &t
		}
		trouble := l.trouble(&source.Problem{Class: config.ClassUnmatchedQuote, Message: fmt.Sprintf(msgUnmatchedQuote, text), ChildOnly: true})
		trouble.Pos = t.Pos
		return trouble
	}
	return t
}

// skip leaves n bytes of the line behind, and the separators after them.
func (l *tokens) skip(n int) {
	rest := strings.TrimLeft(l.rest[n:], Separators)
	if l.column > 0 {
		l.column += uint32(len(l.rest) - len(rest))
	}
	l.rest = rest
}

// unmatched reports whether splitting a piece into words gives a message
// (01-configuration section 3.4): not for script-like keywords when the quote
// is opened after their second word.
func (l *tokens) unmatched(text string) bool {
	if strings.Count(text, `"`)%2 == 0 {
		return false
	}
	var unmatched bool
	l.words, unmatched = Words(l.words[:0], text)
	return unmatched && (len(l.words) < 2 || !l.scriptLike(l.words[0]))
}

// pieceEnd returns where the next brace outside double quotes is.
func pieceEnd(text string) int {
	open := false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			open = !open
		case '{', '}':
			if !open {
				return i
			}
		}
	}
	return len(text)
}
