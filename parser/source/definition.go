package source

import (
	"fmt"
	"strconv"
	"strings"

	"keepalived/core/config"
)

// definition is the value of a $NAME. A multi-line one has all of its lines.
type definition struct {
	lines []string
	multi bool
}

// definitionHead splits "$NAME=text". ok is false for any other line.
func definitionHead(line string) (name, text string, ok bool) {
	if len(line) < 3 || line[0] != '$' {
		return "", "", false
	}
	end := 1 + nameLength(line[1:])
	if end == 1 || end >= len(line) || line[end] != '=' {
		return "", "", false
	}
	return line[1:end], trimLeft(line[end+1:]), true
}

// nameLength returns the length of the name at the start of s, 0 without one.
func nameLength(s string) int {
	n := 0
	for n < len(s) && (isLetter(s[n]) || n > 0 && isDigit(s[n])) {
		n++
	}
	return n
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// reference is one use of a definition within a line.
type reference struct {
	end    int // of the whole text that is replaced
	name   string
	params []string
}

// parseReference parses "$NAME" or "${NAME params}" at the beginning of a line,
// which is a $. An unbraced name needs one of blank, comma, ) or the end after
// it.
func parseReference(line string) (reference, bool) {
	rest := line[1:]
	if strings.HasPrefix(rest, "{") {
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return reference{}, false
		}
		inner := rest[1:end]
		n := nameLength(inner)
		if n == 0 {
			return reference{}, false
		}
		ref := reference{end: 1 + end + 1, name: inner[:n]}
		if n == len(inner) {
			return ref, true
		}
		if !isBlank(inner[n]) || isBlank(inner[len(inner)-1]) {
			return reference{}, false
		}
		ref.params = strings.Fields(inner[n:])
		for _, p := range ref.params {
			if strings.Trim(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
				return reference{}, false
			}
		}
		return ref, true
	}
	n := nameLength(rest)
	if n == 0 {
		return reference{}, false
	}
	if n < len(rest) && !strings.ContainsRune(" \t,)", rune(rest[n])) {
		return reference{}, false
	}
	return reference{end: 1 + n, name: rest[:n]}, true
}

// substitute replaces the definitions of a line, and scans what it put in
// again. more holds the lines that follow when the line ended in a multi-line
// definition.
func (r *Reader) substitute(line string) (out string, more []string, changed bool) {
	budget := maxSubstitutions
	done, rest := r.scanned[:0], line // what is before the scan, and what is behind it
	for {
		next := strings.IndexByte(rest, '$')
		if next < 0 {
			break
		}
		done, rest = append(done, rest[:next]...), rest[next:]
		ref, ok := parseReference(rest)
		var value definition
		if ok {
			value, ok = r.value(ref, ref.end == len(rest) && more == nil)
		}
		if !ok {
			done, rest = append(done, '$'), rest[1:]
			continue
		}
		if budget--; budget < 0 {
			r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(msgSelfReference, ref.name)})
			return string(done) + rest, nil, false
		}
		text := value.lines[0]
		if len(done)+len(rest)-ref.end+len(text) >= maxExpanded {
			r.problem(Problem{LogOnly: true, Message: fmt.Sprintf(msgExpansionTooLong, ref.name)})
			return string(done) + rest, more, changed
		}
		changed = true
		if value.multi {
			more = value.lines[1:]
		}
		switch {
		case len(done) == 0:
			if rest = text + rest[ref.end:]; special(rest) {
				// What the rest of the line means is for the new
				// beginning to say: the variable of a sequence has no
				// value yet.
				return rest, more, true
			}
		case strings.IndexByte(text, '$') >= 0:
			rest = text + rest[ref.end:]
		default:
			done, rest = append(done, text...), rest[ref.end:]
		}
	}
	if !changed {
		return line, more, false
	}
	done = append(done, rest...)
	r.scanned = done
	return string(done), more, true
}

// special reports whether a line begins with something that is handled before
// definitions are replaced.
func special(line string) bool {
	_, _, definition := definitionHead(line)
	return definition || strings.HasPrefix(line, "@") || strings.HasPrefix(line, "~SEQ") || strings.HasPrefix(line, "~LST")
}

// value returns what a reference stands for. A multi-line definition is
// usable only as the last thing of a line.
func (r *Reader) value(ref reference, last bool) (definition, bool) {
	if d, ok := r.definitions[ref.name]; ok {
		if ref.params != nil || d.multi && !last {
			return definition{}, false
		}
		return d, true
	}
	text, ok := r.builtin(ref)
	return definition{lines: []string{text}}, ok
}

// builtin evaluates a built-in definition (01-configuration section 6.4).
func (r *Reader) builtin(ref reference) (string, bool) {
	switch ref.name {
	case "_PWD", "_INSTANCE", "_HASH", "_BANG":
		if ref.params != nil {
			return "", false
		}
	}
	switch ref.name {
	case "_PWD":
		return r.directory(), true
	case "_INSTANCE":
		return r.options.ConfigID, true
	case "_HASH":
		return "#", true
	case "_BANG":
		return "!", true
	case "_RANDOM":
		return r.random(ref.params)
	case "_ENV":
		if len(ref.params) != 1 {
			r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(msgParameterCount, ref.name, 1, 1, len(ref.params))})
			return "", false
		}
		return r.options.Getenv(ref.params[0]), true
	}
	return "", false
}

// random evaluates ${_RANDOM [min [max]]}.
func (r *Reader) random(params []string) (string, bool) {
	if len(params) > 2 {
		r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(msgParameterCount, "_RANDOM", 0, 2, len(params))})
		return "", false
	}
	bounds := [2]uint64{0, 32767}
	for i, p := range params {
		v, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(msgNumericParameters, "_RANDOM")})
			return "", false
		}
		bounds[i] = v
	}
	if bounds[0] > bounds[1] {
		r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(msgRandomRange, bounds[0], bounds[1], bounds[0])})
		bounds[1] = bounds[0]
	}
	return strconv.FormatUint(bounds[0]+r.options.Random(bounds[1]-bounds[0]+1), 10), true
}
