package line

import (
	"errors"
	"io"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The kinds of words, which the grammars name in their tags.
const (
	kindEOF lexer.TokenType = lexer.EOF
	// kindWord is any word that is not one of the others.
	kindWord lexer.TokenType = iota + 1
	// kindFlag is an option without a value.
	kindFlag
	// kindKey is an option whose value is the next word, whatever it is.
	kindKey
	// kindLockKey is a key with an optional "lock" before the value.
	kindLockKey
	// kindType is a type word, which goes with the next word.
	kindType
	// structural are words that a grammar names itself.
	structural
)

// words is the lexer of all the languages: its tokens are the words of a
// line, and their column is the position of the word, from 1.
type words struct{}

// Symbols implements lexer.Definition.
func (words) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{"EOF": kindEOF, "Word": kindWord, "Flag": kindFlag, "Key": kindKey, "LockKey": kindLockKey, "Type": kindType}
}

// Lex implements lexer.Definition. The languages start from split words,
// never from text.
func (words) Lex(string, io.Reader) (lexer.Lexer, error) {
	return nil, errors.New("line: words expected, not text")
}

// stream is one line on its way into a grammar.
type stream struct {
	kind  func(word string) lexer.TokenType
	words []string
	at    int // words already delivered
	from  int // position of words[0] in the line, from 0
}

// Next implements lexer.Lexer.
func (s *stream) Next() (lexer.Token, error) {
	if s.at == len(s.words) {
		return lexer.EOFToken(position(s.from + s.at)), nil
	}
	pos, w := position(s.from+s.at), s.words[s.at]
	s.at++
	return lexer.Token{Type: s.kind(w), Value: w, Pos: pos}, nil
}

// position is where the word is that has position at in its line.
func position(at int) lexer.Position { return lexer.Position{Line: 1, Column: at + 1} }

// shortcut makes the tree that a grammar makes of the shortest lines; nil for
// any other line. words are those from position from on. A configuration that
// is large has a great many lines of one or two words, and a grammar takes
// twenty times as long for them.
type shortcut[G any] func(words []string, from int) *G

// parse reads words from position from on. The grammars accept every
// sequence of words, so a failure is a mistake in the grammar itself; it is
// returned, not hidden.
func parse[G any](p func() *participle.Parser[G], short shortcut[G], kind func(string) lexer.TokenType, words []string, from int) (*G, error) {
	if short != nil {
		if tree := short(words[from:], from); tree != nil {
			return tree, nil
		}
	}
	return grammatical(p(), kind, words, from)
}

// grammatical is parse without a shortcut.
func grammatical[G any](p *participle.Parser[G], kind func(string) lexer.TokenType, words []string, from int) (*G, error) {
	lex, err := lexer.Upgrade(&stream{kind: kind, words: words[from:], from: from})
	if err != nil {
		return nil, err
	}
	return p.ParseFromLexer(lex)
}

// argument is one word of any kind.
type argument struct {
	Text string
	At   int // position in the line, from 0
}

// Parse implements participle.Parseable.
func (a *argument) Parse(lex *lexer.PeekingLexer) error {
	t := lex.Peek()
	if t.EOF() {
		return participle.NextMatch
	}
	a.Text, a.At = t.Value, t.Pos.Column-1
	lex.Next()
	return nil
}

// pair is a key with its value, which is missing at the end of a line.
type pair struct {
	Pos   lexer.Position
	Key   string    `parser:"@Key"`
	Value *argument `parser:"@@?"`
}

// missing returns the error for a line that ends after word at.
func missing(words []string, at int) *MissingWordError {
	return &MissingWordError{First: words[0], After: words[at], Position: at + 2}
}
