package reader

import (
	"keepalived/core/config"
	"keepalived/parser/source"
)

// Statement is one keyword line, or one line of a data block. It is valid
// until the handler that got it returns; its words are parts of the file:
// [Pass.Keep] what is stored.
type Statement struct {
	// Words are the words of the line, the keyword first.
	Words []string
	// Raw is the line as it was before it was split into words.
	Raw    string
	Place  source.Place
	Column uint32
}

// Len returns the number of words, the keyword included.
func (s *Statement) Len() int { return len(s.Words) }

// Keyword returns the first word.
func (s *Statement) Keyword() string { return s.Word(0) }

// Word returns word i, the keyword being 0; empty when there is none.
func (s *Statement) Word(i int) string {
	if i < len(s.Words) {
		return s.Words[i]
	}
	return ""
}

// Has reports whether there is a word i.
func (s *Statement) Has(i int) bool { return i < len(s.Words) }

// Need returns word i. When there is none the reading of the configuration
// ends here, with status 2 (01-configuration section 3.6).
func (p *Pass) Need(s *Statement, i int) string {
	if i < len(s.Words) {
		return s.Words[i]
	}
	if i == 0 || len(s.Words) == 0 {
		p.Fatal(config.ClassMissingParameter, MsgMissingFirst, s.Word(0), i+1)
	}
	p.Fatal(config.ClassMissingParameter, MsgMissingParameter, s.Word(0), s.Words[len(s.Words)-1], len(s.Words)+1)
	return ""
}

// Bool reads the optional boolean at word i: absent means true. ok is false
// for any other word, and the caller reports.
func (s *Statement) Bool(i int) (value, ok bool) {
	if !s.Has(i) {
		return true, true
	}
	return boolean(s.Words[i])
}

// boolean reads a boolean word, lower case only.
func boolean(word string) (value, ok bool) {
	switch word {
	case "on", "true", "yes":
		return true, true
	case "off", "false", "no":
		return false, true
	}
	return false, false
}
