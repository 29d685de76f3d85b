package effective

import (
	"bytes"
	"encoding/json"
	"io"
)

// JSON writes the configuration as one JSON object. A block is an object with
// its name, its origin and its values; a keyword has its value and its origin;
// blocks of which there may be several, and lines, are arrays.
func JSON(w io.Writer, in Input) error {
	e := encoder{out: w}
	e.json = json.NewEncoder(&e.text)
	e.json.SetEscapeHTML(false)
	e.value(members(newRenderer(in).root()), "")
	e.text.WriteByte('\n')
	e.flush()
	return e.err
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	key   string
	value any
}

// members are the statements of a block by their keywords.
func members(all []statement) object {
	fields := object{}
	index := make(map[string]int)
	for _, s := range all {
		key := s.key
		if key == "" {
			key = s.keyword
		}
		one := s.json()
		if !s.many {
			fields = append(fields, member{key, one})
			continue
		}
		at, ok := index[key]
		if !ok {
			at = len(fields)
			index[key] = at
			fields = append(fields, member{key, []any{}})
		}
		fields[at].value = append(fields[at].value.([]any), one)
	}
	return fields
}

func (s *statement) json() any {
	fields := object{}
	switch s.kind {
	case list:
		if !s.many {
			return elements(s.children)
		}
		fields = append(fields, member{"name", s.value.json}, member{"origin", s.origin.json()}, member{"lines", elements(s.children)})
	case block:
		if s.value.json != nil {
			fields = append(fields, member{"name", s.value.json})
		}
		if s.origin.known {
			fields = append(fields, member{"origin", s.origin.json()})
		}
		fields = append(fields, member{"values", members(s.children)})
	default:
		fields = append(fields, member{"value", s.value.json})
		if s.origin.known {
			fields = append(fields, member{"origin", s.origin.json()})
		}
	}
	return fields
}

func elements(lines []statement) []any {
	all := make([]any, len(lines))
	for i := range lines {
		all[i] = lines[i].json()
	}
	return all
}

// encoder writes values as they come, with their indent. A json.Marshaler
// would be copied once for each block around it.
type encoder struct {
	out  io.Writer
	text bytes.Buffer // what is not in out yet
	json *json.Encoder
	err  error
}

// enough is how much text is worth a call of Write.
const enough = 64 << 10

// flush hands the text over.
func (e *encoder) flush() {
	if e.err == nil {
		_, e.err = e.text.WriteTo(e.out)
	}
	e.text.Reset()
}

// value writes an object, an array, or a value of the language.
func (e *encoder) value(v any, indent string) {
	if e.text.Len() > enough {
		e.flush()
	}
	switch v := v.(type) {
	case object:
		e.sequence("{}", len(v), indent, func(i int, inner string) {
			e.scalar(v[i].key)
			e.text.WriteString(": ")
			e.value(v[i].value, inner)
		})
	case []any:
		e.sequence("[]", len(v), indent, func(i int, inner string) { e.value(v[i], inner) })
	default:
		e.json.SetIndent(indent, "  ")
		e.scalar(v)
	}
}

// sequence writes n elements between brackets, each on a line of its own.
func (e *encoder) sequence(brackets string, n int, indent string, element func(i int, indent string)) {
	e.text.WriteByte(brackets[0])
	inner := indent + "  "
	for i := range n {
		if i > 0 {
			e.text.WriteByte(',')
		}
		e.text.WriteByte('\n')
		e.text.WriteString(inner)
		element(i, inner)
	}
	if n > 0 {
		e.text.WriteByte('\n')
		e.text.WriteString(indent)
	}
	e.text.WriteByte(brackets[1])
}

// scalar writes what encoding/json makes of a value, without the escapes that
// only HTML needs.
func (e *encoder) scalar(v any) {
	if err := e.json.Encode(v); err != nil && e.err == nil {
		e.err = err
	}
	e.text.Truncate(max(0, len(bytes.TrimSuffix(e.text.Bytes(), []byte("\n"))))) // Encode ends the line
}
