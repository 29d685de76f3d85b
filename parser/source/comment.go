package source

import "strings"

// blanks are what surrounds a line without being part of it.
const blanks = " \t"

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// trimLeft, trimRight and trim leave out blanks. Package strings would make a
// set of them first, at each of several calls for every line.
func trimLeft(s string) string {
	for s != "" && isBlank(s[0]) {
		s = s[1:]
	}
	return s
}

func trimRight(s string) string {
	for s != "" && isBlank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func trim(s string) string { return trimLeft(trimRight(s)) }

// stripComment removes a comment, the backslash of an escaped # or !, and
// the blanks at the end (01-configuration section 3.3). cut is set when there
// was a comment, open when a double quote was left open before it. What is
// behind a backslash does not count here, be it a quote or another backslash;
// the splitting into words knows no such exception. text is part of line
// unless something was escaped.
func stripComment(line string) (text string, cut, open bool) {
	if strings.IndexByte(line, '#') < 0 && strings.IndexByte(line, '!') < 0 && strings.IndexByte(line, '"') < 0 {
		return trimRight(line), false, false
	}
	var b []byte // nil while nothing has been left out
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\\' && i+1 < len(line) && (open || line[i+1] != '#' && line[i+1] != '!'):
			if b != nil {
				b = append(b, c)
			}
			i++
			c = line[i]
		case c == '"':
			open = !open
		case open:
		case c == '\\' && i+1 < len(line):
			if b == nil {
				b = append(make([]byte, 0, len(line)), line[:i]...)
			}
			i++
			c = line[i]
		case c == '#' || c == '!':
			if b == nil {
				return trimRight(line[:i]), true, open
			}
			return trimRight(string(b)), true, open
		}
		if b != nil {
			b = append(b, c)
		}
	}
	if b == nil {
		return trimRight(line), false, open
	}
	return trimRight(string(b)), false, open
}

// glueBackslash moves a backslash at the end of a line to the last word, which
// is how the C daemon sees it.
func glueBackslash(text string) string {
	if before, ok := strings.CutSuffix(text, `\`); ok {
		return trimRight(before) + `\`
	}
	return text
}
