package reader

import (
	"strings"

	"keepalived/core/config"
)

// ScriptWords splits the line of a script-like keyword as a shell would:
// quotes of both kinds, adjacent pieces join, a backslash takes the next
// character as it is (01-configuration section 3.4). Word 0 is the keyword,
// word 1 the whole command line, the others are user and group. There are none
// when a quote is left open in the keyword.
func (p *Pass) ScriptWords(s *Statement) []string {
	words, open := shellWords(s.Raw, false)
	if open != 0 {
		p.Report(config.ClassUnmatchedQuote, msgUnclosedQuote, s.Raw, open)
		if len(words) < 2 {
			return nil
		}
	}
	return words
}

// CommandWords splits a command line into arguments; a backslash begins a
// C-style escape. There are none when a quote is left open.
func (p *Pass) CommandWords(command string) []string {
	words, open := shellWords(command, true)
	if open != 0 {
		p.Report(config.ClassUnmatchedQuote, msgUnclosedQuote, command, open)
		return nil
	}
	return words
}

// EscapedWords splits the line of a keyword whose only value has C-style
// escapes (regex).
func (p *Pass) EscapedWords(s *Statement) []string {
	words, open := shellWords(s.Raw, true)
	if open != 0 {
		p.Report(config.ClassUnmatchedQuote, msgUnclosedQuote, s.Raw, open)
	}
	return words
}

// shellWords splits s. open is the quote that is missing at the end, 0 for
// none; the last word then runs to the end. A quote with nothing behind it
// opens nothing; with a backslash that has nothing behind it there are no words.
func shellWords(s string, escapes bool) (words []string, open byte) {
	var word strings.Builder
	inside := false // of a word
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\\' && i+1 == len(s):
			return nil, 0
		case c == '\\':
			inside = true
			if !escapes {
				word.WriteByte(s[i+1])
				i += 2
				continue
			}
			value, n := escape(s[i+1:])
			word.WriteByte(value)
			i += 1 + n
			continue
		case open != 0 && c == open:
			open = 0
		case open == 0 && (c == '"' || c == '\''):
			inside = true
			if i+1 < len(s) {
				open = c
			}
		case open == 0 && strings.IndexByte(spaces, c) >= 0:
			if inside {
				words = append(words, word.String())
				word.Reset()
				inside = false
			}
		default:
			inside = true
			word.WriteByte(c)
		}
		i++
	}
	if inside {
		words = append(words, word.String())
	}
	return words, open
}

// escape reads what follows a backslash, which is not empty, and returns the
// character and the number of bytes that it took.
func escape(s string) (value byte, n int) {
	const letters, values = "abEfnrtv", "\a\b\x1b\f\n\r\t\v"
	switch c := s[0]; {
	case c == 'x' && len(s) > 1 && digit(s[1]) < 16:
		value, n = byte(digit(s[1])), 2
		if len(s) > 2 && digit(s[2]) < 16 {
			value, n = value<<4|byte(digit(s[2])), 3
		}
		return value, n
	case c >= '0' && c <= '7':
		v := 0
		for n < 3 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
			v = v<<3 | int(s[n]-'0')
			n++
		}
		return byte(v), n
	case c == 'c' && len(s) > 1:
		return s[1] & 0x1f, 2
	default:
		if at := strings.IndexByte(letters, c); at >= 0 {
			return values[at], 1
		}
		return c, 1
	}
}
