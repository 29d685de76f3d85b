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

// Parse reads all lines. scriptLike says which keywords have values that are
// split like those of a shell. An error means a defect of this package: there
// is no text that the grammar refuses.
func Parse(lines *source.Reader, scriptLike func(keyword string) bool) (*File, error) {
	parser, err := participle.Build[grammar](participle.Lexer(definition{}))
	if err != nil {
		return nil, fmt.Errorf("configuration grammar: %w", err)
	}
	file := &File{Multiple: lines.Multiple(), Opened: lines.Opened(), Unreadable: lines.Unreadable()}
	lex := &tokens{builder: builder{pieces: pieces{lines: lines, scriptLike: scriptLike}}}
	for !lex.ended {
		lex.count, lex.blocks = 0, lex.blocks[:0]
		peeking, err := lexer.Upgrade(lex)
		if err != nil {
			return nil, fmt.Errorf("configuration lexer: %w", err)
		}
		part, err := parser.ParseFromLexer(peeking)
		if err != nil {
			return nil, fmt.Errorf("configuration grammar: %w", err)
		}
		blocks := lex.blocks
		for _, item := range part.Items {
			blocks = item.adopt(blocks)
		}
		file.Items = append(file.Items, part.Items...)
	}
	file.Failed, file.Inclusions = lines.Failed(), lines.Inclusions()
	return file, nil
}
