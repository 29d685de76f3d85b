package effective

import (
	"bufio"
	"io"
	"strings"
)

// Conf writes the configuration in its own language.
func Conf(w io.Writer, in Input) error {
	c := newConfWriter(w)
	for i, s := range newRenderer(in).root() {
		if i > 0 && s.kind != scalar && visible(s) {
			c.WriteByte('\n')
		}
		c.statement(s, 0)
	}
	return c.Flush()
}

type confWriter struct{ *bufio.Writer }

func newConfWriter(w io.Writer) confWriter { return confWriter{bufio.NewWriter(w)} }

// comments is the column where the comments begin, if there is room.
const comments = 48

// maxLine is the longest line that is read as one.
const maxLine = 1000

// visible reports whether a statement is to be written.
func visible(s statement) bool {
	switch s.kind {
	case block, list:
		if s.many {
			return true
		}
		for _, c := range s.children {
			if visible(c) {
				return true
			}
		}
		return false
	}
	return !s.value.silent
}

func (c confWriter) statement(s statement, depth int) {
	if !visible(s) {
		return
	}
	text := s.value.text
	if text == "" {
		text = phrase(s.value.words)
	}
	if s.kind != line {
		text = strings.TrimRight(quote(s.keyword)+" "+text, " ")
	}
	if s.kind == block || s.kind == list {
		text += " {"
	}
	c.line(text, s.origin.String(), depth)
	for _, child := range s.children {
		c.statement(child, depth+1)
	}
	if s.kind == block || s.kind == list {
		c.line("}", "", depth)
	}
}

// line writes a line with its comment; the comment goes before the line where
// it would not be taken for one, or where there is no room.
func (c confWriter) line(text, comment string, depth int) {
	indent := strings.Repeat("    ", depth)
	comment = strings.Map(func(r rune) rune {
		if r < ' ' {
			return '?'
		}
		return r
	}, comment)
	if comment != "" && (strings.Contains(text, `\"`) || len(indent)+len(text)+len(comment) > maxLine) {
		c.WriteString(indent + "# " + comment + "\n")
		comment = ""
	}
	c.WriteString(indent + text)
	if comment != "" {
		c.WriteString(strings.Repeat(" ", max(1, comments-len(indent)-len(text))) + "# " + comment)
	}
	c.WriteByte('\n')
}
