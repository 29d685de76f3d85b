package source

import "strings"

// The meanings that a byte can have to this layer. Those of a brace at the end
// of a line are for [Reader.follow] alone.
const (
	ordinary = iota
	bracing
	significant
)

var meanings = [256]uint8{
	0: significant, '!': significant, '"': significant, '#': significant, '$': significant, '\\': significant,
	'{': bracing, '}': bracing,
}

// plain handles a line that means nothing to this layer, as most lines do: it
// has no brace but perhaps one at its end. It reports whether the line was one.
func (r *Reader) plain(f *frame, raw string) bool {
	indented := trimLeft(raw)
	text := trimRight(indented)
	if text == "" || r.pending != "" || text[0] == '@' || text[0] == '~' || strings.HasPrefix(text, "include") {
		return false
	}
	last := len(text) - 1
	for i := range last {
		if meanings[text[i]] != ordinary {
			return false
		}
	}
	end := meanings[text[last]]
	if end == significant {
		return false
	}
	f.line++
	r.record(text)
	r.place = Place{f.inclusion, f.line}
	r.literal, r.quote = true, nil
	if end == bracing {
		r.follow(text)
	} else {
		r.blocks.last = text
	}
	r.queue = append(r.queue, Line{Text: text, Place: r.place, Column: uint32(len(raw)-len(indented)) + 1})
	return true
}
