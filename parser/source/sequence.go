package source

import (
	"fmt"
	"strconv"
	"strings"

	"keepalived/core/config"
)

// expansion produces lines: a sequence, a list or the rest of a multi-line
// definition.
type expansion interface {
	// next returns the next line, after setting the variables for it.
	next(r *Reader) (line string, ok bool)
}

// remainder is the rest of a multi-line definition.
type remainder struct{ lines []string }

func (m *remainder) next(*Reader) (string, bool) {
	if len(m.lines) == 0 {
		return "", false
	}
	line := m.lines[0]
	m.lines = m.lines[1:]
	return line, true
}

// sequence is a ~SEQ or ~SEQx.
type sequence struct {
	variable       string
	at, step, last int64
	hex            bool
	text           string
	done           bool
}

func (s *sequence) next(r *Reader) (string, bool) {
	if s.done || s.step > 0 && s.at > s.last || s.step < 0 && s.at < s.last {
		return "", false
	}
	base := 10
	if s.hex {
		base = 16
	}
	r.define(s.variable, definition{lines: []string{strconv.FormatInt(s.at, base)}})
	next := s.at + s.step
	s.done = (next > s.at) != (s.step > 0) // overflow
	s.at = next
	return s.text, true
}

// list is a ~LST: tuples of values for some variables.
type list struct {
	variables []string
	tuples    [][]string
	text      string
}

func (l *list) next(r *Reader) (string, bool) {
	if len(l.tuples) == 0 {
		return "", false
	}
	for i, v := range l.variables {
		value := ""
		if i < len(l.tuples[0]) {
			value = l.tuples[0][i]
		}
		r.define(v, definition{lines: []string{value}})
	}
	l.tuples = l.tuples[1:]
	return l.text, true
}

// expand registers a line that begins with ~SEQ or ~LST
// (01-configuration section 8). It reports whether the line was one.
func (r *Reader) expand(line string) bool {
	switch {
	case strings.HasPrefix(line, "~SEQ"):
		s, reason := r.parseSequence(line)
		if s == nil {
			if reason != "" {
				r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(reason, line)})
			}
			r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(msgSequenceInvalid, line)})
			return true
		}
		r.push(s)
	case strings.HasPrefix(line, "~LST"):
		l, reason := parseList(line)
		if l == nil {
			if reason != "" {
				r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(reason, line)})
			}
			r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(msgListInvalid, line)})
			return true
		}
		r.push(l)
	default:
		return false
	}
	return true
}

// sequenceBounds is the longest text of all bounds together.
const sequenceBounds = 62

// parseSequence parses "~SEQ[x] (VAR, [start,] [step,] end) text". Without a
// sequence it returns the message, or none, that precedes the general one.
func (r *Reader) parseSequence(line string) (*sequence, string) {
	rest := line[len("~SEQ"):]
	s := &sequence{}
	if strings.HasPrefix(rest, "x") {
		s.hex, rest = true, rest[1:]
	}
	rest = trimLeft(rest)
	if !strings.HasPrefix(rest, "(") {
		return nil, ""
	}
	end := strings.IndexByte(rest, ')')
	if end < 0 {
		return nil, msgSequenceUnclosed
	}
	if _, bounds, _ := strings.Cut(rest[1:end], ","); len(trimLeft(bounds)) > sequenceBounds {
		return nil, msgSequenceTooLong
	}
	params := strings.Split(rest[1:end], ",")
	s.text = trimLeft(rest[end+1:])
	if len(params) < 2 || len(params) > 4 {
		return nil, msgSequenceForm
	}
	var numbers []int64
	for i, p := range params {
		p = trim(p)
		if i == 0 {
			if p == "" {
				return nil, msgSequenceForm
			}
			s.variable = p
			continue
		}
		p, more, _ := r.substitute(p)
		if more != nil {
			return nil, msgSequenceMultiline
		}
		n, ok := parseLong(trim(p))
		if !ok {
			return nil, msgSequenceForm
		}
		numbers = append(numbers, n)
	}
	s.setBounds(numbers)
	switch {
	case s.step == 0 || s.step > 0 && s.at > s.last || s.step < 0 && s.at < s.last:
		return nil, msgSequenceValues
	case s.hex && (s.at < 0 || s.last < 0):
		return nil, msgSequenceNegative
	}
	return s, ""
}

// setBounds applies the defaults for missing bounds.
func (s *sequence) setBounds(n []int64) {
	s.last = n[len(n)-1]
	s.at, s.step = 1, 1
	switch len(n) {
	case 1:
		if s.last < 0 {
			s.at = -1
		}
	case 2:
		s.at = n[0]
	case 3:
		s.at, s.step = n[0], n[1]
		return
	}
	if s.at > s.last {
		s.step = -1
	}
}

// parseLong reads a whole number in the base that its prefix names.
func parseLong(p string) (int64, bool) {
	sign := int64(1)
	switch {
	case strings.HasPrefix(p, "-"):
		sign, p = -1, p[1:]
	case strings.HasPrefix(p, "+"):
		p = p[1:]
	}
	base := 10
	switch {
	case len(p) > 2 && (p[:2] == "0x" || p[:2] == "0X"):
		base, p = 16, p[2:]
	case len(p) > 1 && p[0] == '0':
		base, p = 8, p[1:]
	}
	n, err := strconv.ParseUint(p, base, 63)
	return sign * int64(n), err == nil
}

// parseList parses "~LST(VAR, value, ...) text" and
// "~LST({A, B}, {a1, b1}, ...) text".
func parseList(line string) (*list, string) {
	rest := trimLeft(line[len("~LST"):])
	if !strings.HasPrefix(rest, "(") {
		return nil, ""
	}
	end := strings.IndexByte(rest, ')')
	if end < 0 {
		return nil, ""
	}
	l := &list{text: trimLeft(rest[end+1:])}
	items, ok := listItems(rest[1:end])
	if !ok || len(items) < 2 {
		return nil, ""
	}
	l.variables, l.tuples = items[0], items[1:]
	for _, v := range l.variables {
		if v == "" || nameLength(v) != len(v) {
			return nil, ""
		}
	}
	for _, t := range l.tuples {
		if len(t) > len(l.variables) {
			return nil, msgListTooMany
		}
	}
	return l, ""
}

// listItems splits "a, {b, c}, d" into tuples.
func listItems(s string) ([][]string, bool) {
	var items [][]string
	for {
		s = trimLeft(s)
		var part string
		if strings.HasPrefix(s, "{") {
			end := strings.IndexByte(s, '}')
			if end < 0 {
				return nil, false
			}
			tuple := strings.Split(s[1:end], ",")
			for i := range tuple {
				tuple[i] = trim(tuple[i])
				if !listValue(tuple[i]) {
					return nil, false
				}
			}
			items = append(items, tuple)
			s = trimLeft(s[end+1:])
			if s == "" {
				return items, true
			}
			if s[0] != ',' {
				return nil, false
			}
			s = s[1:]
			continue
		}
		part, rest, more := strings.Cut(s, ",")
		part = trim(part)
		if !listValue(part) {
			return nil, false
		}
		items = append(items, []string{part})
		if !more {
			return items, true
		}
		s = rest
	}
}

// listValue reports whether s may be a value: no blank, comma, brace or ).
func listValue(s string) bool { return !strings.ContainsAny(s, " \t,{})") }
