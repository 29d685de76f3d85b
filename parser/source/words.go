package source

import "strings"

// Words appends the words of a piece of a line to buf (01-configuration section 3.4).
// A double quote starts a word that ends at the next one. unmatched is set,
// and the last word left out, when there is no next one.
func Words(buf []string, text string) (words []string, unmatched bool) {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case IsSeparator(c):
			i++
		case c == '"':
			end := strings.IndexByte(text[i+1:], '"')
			if end < 0 {
				return buf, true
			}
			buf = append(buf, text[i+1:i+1+end])
			i += end + 2
		default:
			word := FirstWord(text[i:])
			buf = append(buf, word)
			i += len(word)
		}
	}
	return buf, false
}

// FirstWord returns the word that a piece begins with; none when it begins with
// a quote or a separator.
func FirstWord(text string) string {
	for i := range len(text) {
		if c := text[i]; c == '"' || c <= ' ' && IsSeparator(c) {
			return text[:i]
		}
	}
	return text
}

// IsSeparator tells what stands between words: blank, tab, form feed, vertical
// tab, and a carriage return that does not end the line.
func IsSeparator(c byte) bool { return c == ' ' || c == '\t' || c == '\f' || c == '\v' || c == '\r' }
