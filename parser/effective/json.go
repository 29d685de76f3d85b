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
	data, err := encode(members(newRenderer(in).root()))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, data, "", "  "); err != nil {
		return err
	}
	out.WriteByte('\n')
	_, err = w.Write(out.Bytes())
	return err
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := encode(m.key)
		if err != nil {
			return nil, err
		}
		value, err := encode(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
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

// encode is json.Marshal without the escapes that only HTML needs.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
