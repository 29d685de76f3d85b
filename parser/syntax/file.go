package syntax

import (
	"fmt"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"keepalived/parser/source"
)

// File is a whole configuration.
type File struct {
	Items      []*Item
	Inclusions []source.Inclusion
	// Multiple is set when several main files were read as one.
	Multiple bool
	// Failed is set when an include failed a check that was asked for.
	Failed bool
	// Opened is false when there is no main file that can be read.
	Opened bool
	// Unreadable is set when a main file exists and cannot be read.
	Unreadable bool
}

// grammar is the root of the grammar.
type grammar struct {
	Items []*Item `parser:"@@*"`
}

// Parse implements participle.Parseable: the head of an item is one token.
// The lexer has its block.
func (i *Item) Parse(lex *lexer.PeekingLexer) error {
	t := lex.Peek()
	if t.EOF() {
		return participle.NextMatch
	}
	lex.Next()
	i.Kind, i.Text = Kind(t.Type-tokenItem), t.Value
	i.Place, i.Column = source.Place{Inclusion: uint32(t.Pos.Offset), Line: uint32(t.Pos.Line)}, uint32(t.Pos.Column)
	return nil
}

// Parse reads all lines. scriptLike says which keywords have values that are
// split like those of a shell. An error means a defect of this package: there
// is no text that the grammar refuses.
func Parse(lines *source.Reader, scriptLike func(keyword string) bool) (*File, error) {
	parser, err := participle.Build[grammar](participle.Lexer(definition{}))
	if err != nil {
		return nil, fmt.Errorf("configuration grammar: %w", err)
	}
	file := &File{Multiple: lines.Multiple(), Opened: lines.Opened(), Unreadable: lines.Unreadable()}
	heads := &heads{builder: builder{pieces: pieces{lines: lines, scriptLike: scriptLike}}}
	for !heads.ended {
		heads.bodies = nil
		peeking, err := lexer.Upgrade(heads)
		if err != nil {
			return nil, fmt.Errorf("configuration lexer: %w", err)
		}
		part, err := parser.ParseFromLexer(peeking)
		if err != nil {
			return nil, fmt.Errorf("configuration grammar: %w", err)
		}
		for n, item := range part.Items {
			item.Block = heads.bodies[n]
		}
		file.Items = append(file.Items, part.Items...)
	}
	file.Failed, file.Inclusions = lines.Failed(), lines.Inclusions()
	return file, nil
}
