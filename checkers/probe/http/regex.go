package http

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"

	"keepalived/core/config"
)

// A body is searched in windows: what a pattern can see at once, and how much
// of it the next window repeats, so that a match across their border is found.
const (
	windowSize = 1 << 20
	windowKeep = 1 << 16
)

// patternTimeout bounds a pattern that backtracks without end.
const patternTimeout = time.Second

// pattern is a compiled regex of a url.
type pattern struct {
	c         *config.Regex
	re        *regexp2.Regexp
	utf       bool
	firstLine bool
}

// compile translates a PCRE2 pattern. Options that cannot change whether
// something matches are accepted and have no effect.
func compile(c *config.Regex) (*pattern, error) {
	p := &pattern{c: c}
	var o regexp2.RegexOptions
	source := c.Pattern
	for _, name := range c.Options {
		switch name {
		case "caseless":
			o |= regexp2.IgnoreCase
		case "dotall":
			o |= regexp2.Singleline
		case "multiline":
			o |= regexp2.Multiline
		case "extended":
			o |= regexp2.IgnorePatternWhitespace
		case "no_auto_capture":
			o |= regexp2.ExplicitCapture
		case "utf":
			p.utf = true
		case "firstline":
			p.firstLine = true
		}
	}
	if slices.Contains(c.Options, "dollar_endonly") && o&regexp2.Multiline == 0 {
		source = endOnly(source)
	}
	re, err := regexp2.Compile(source, o)
	if err != nil {
		return nil, fmt.Errorf("regex %q: %w", c.Pattern, err)
	}
	re.MatchTimeout = patternTimeout
	p.re = re
	return p, nil
}

// endOnly replaces each $ that is an assertion by \z.
func endOnly(s string) string {
	var b strings.Builder
	class := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			b.WriteString(s[i : i+2])
			i++
			continue
		case c == '[' && !class:
			class = true
		case c == ']' && class:
			class = false
		case c == '$' && !class:
			b.WriteString(`\z`)
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// searches is a reply being searched as a whole and its body alone. The C
// daemon does the one or the other, depending on how the reply arrives: with
// the header and the beginning of the body in one segment, or not. A pattern
// matches when it would in either case.
type searches struct{ whole, body search }

func (s *searches) end() bool { return s.body.end() || s.whole.end() }

// search is one text being searched.
type search struct {
	p       *pattern
	window  []byte
	base    int64 // offset of the window in the text
	matched bool
	decided bool
}

// add takes the next part of the text.
func (s *search) add(b []byte) {
	if s.decided {
		return
	}
	s.window = append(s.window, b...)
	if len(s.window) >= windowSize {
		s.look()
		keep := len(s.window) - windowKeep
		s.base += int64(keep)
		s.window = append(s.window[:0], s.window[keep:]...)
	}
}

// end searches what is left and reports whether the pattern has matched.
func (s *search) end() bool {
	s.look()
	return s.matched
}

// look searches the window. Octets are characters, unless the pattern is utf.
// Offsets count octets of the text.
func (s *search) look() {
	if s.decided {
		return
	}
	start := int64(s.p.c.MinOffset) - s.base
	if start > int64(len(s.window)) {
		return
	}
	text, index := characters(s.window, s.p.utf)
	m, err := s.p.re.FindRunesMatchStartingAt(text, runeAt(index, int(max(0, start))))
	if err != nil {
		s.decided = true // the pattern took too long: not matched
		return
	}
	if m == nil {
		return
	}
	at := int64(offsetAt(index, m.Index)) + s.base
	if s.p.c.MaxOffsetSet && at > int64(s.p.c.MaxOffset) {
		s.decided = true
		return
	}
	if s.p.firstLine && slices.Contains(text[:m.Index], '\n') {
		s.decided = true
		return
	}
	s.matched, s.decided = true, true
}

// characters makes runes of octets. index holds the octet offset of each rune,
// nil when both are the same.
func characters(b []byte, utf bool) (text []rune, index []int) {
	if !utf {
		text = make([]rune, len(b))
		for i, c := range b {
			text[i] = rune(c)
		}
		return text, nil
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		text, index = append(text, r), append(index, i)
		i += n
	}
	return text, index
}

func offsetAt(index []int, i int) int {
	if index == nil || i >= len(index) {
		return i
	}
	return index[i]
}

func runeAt(index []int, offset int) int {
	if index == nil {
		return offset
	}
	i, _ := slices.BinarySearch(index, offset)
	return i
}
