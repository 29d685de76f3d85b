package effective

import (
	"fmt"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// origin is where a value came from.
type origin struct {
	known bool
	// from is the block or the keyword that the value was taken from, empty
	// for a value that was given itself.
	from string
	at   config.Position // zero for a default
	// note is what else there is to say.
	note string
}

func given(s reader.Said) origin { return origin{known: true, at: s.Position} }

func taken(from string, s reader.Said) origin { return origin{known: true, from: from, at: s.Position} }

// builtin is the origin of a default.
func builtin() origin { return origin{known: true} }

// String is the origin as a comment has it; empty when it is not known.
func (o origin) String() string {
	if !o.known {
		return ""
	}
	s := "default"
	if o.at.Line > 0 {
		s = fmt.Sprintf("%s:%d", o.at.File, o.at.Line)
	}
	switch {
	case o.from != "" && o.at.Line > 0:
		s = "from " + o.from + ", " + s
	case o.from != "":
		s = "from " + o.from
	}
	if o.note != "" {
		s += "; " + o.note
	}
	return s
}

// json is the origin as JSON has it; nil when it is not known.
func (o origin) json() any {
	if !o.known {
		return nil
	}
	from := o.from
	switch {
	case from != "":
	case o.at.Line > 0:
		from = "file"
	default:
		from = "default"
	}
	fields := object{{"from", from}}
	if o.at.Line > 0 {
		fields = append(fields, member{"file", o.at.File}, member{"line", o.at.Line})
	}
	if o.note != "" {
		fields = append(fields, member{"note", o.note})
	}
	return fields
}

// made is the origin of an object as a whole.
func (r *renderer) made(object any) origin {
	if r.Origins == nil {
		return origin{}
	}
	if s := r.Origins.Of(object); s != nil {
		return given(s.Said)
	}
	return builtin()
}

// origin finds where the value of a row came from.
func (w *row[T]) origin(r *renderer, o *T, source *reader.Source) origin {
	if r.Origins == nil {
		return origin{}
	}
	for i := range w.causes {
		if c := &w.causes[i]; c.overrules && c.when(o) {
			if found, ok := c.find(r, o, source); ok {
				return found
			}
		}
	}
	if said, ok := source.Last(w.keyword); ok {
		return given(said)
	}
	for i := range w.causes {
		if c := &w.causes[i]; !c.overrules && (c.when == nil || c.when(o)) {
			if found, ok := c.find(r, o, source); ok {
				return found
			}
		}
	}
	return builtin()
}

// find looks for what a cause names.
func (c *cause[T]) find(r *renderer, o *T, source *reader.Source) (origin, bool) {
	if c.source != nil {
		block, keyword, _ := strings.Cut(c.spec, "/")
		said, ok := c.source(r, o).Last(keyword)
		return taken(block, said), ok
	}
	if keyword, ok := strings.CutPrefix(c.spec, "="); ok {
		said, ok := source.Last(keyword)
		return given(said), ok
	}
	if keyword, ok := strings.CutPrefix(c.spec, "./"); ok {
		said, ok := source.Last(keyword)
		return taken(keyword, said), ok
	}
	if keyword, ok := strings.CutPrefix(c.spec, "../"); ok {
		return around(source, keyword)
	}
	block, keyword, _ := strings.Cut(c.spec, "/")
	said, ok := r.Origins.Of(&r.Config.Global).Last(keyword)
	return taken(block, said), ok
}

// around looks through the blocks around; without a keyword the next one
// itself is meant.
func around(source *reader.Source, keyword string) (origin, bool) {
	if source == nil {
		return origin{}, false
	}
	for s := source.Outer; s != nil && s.Block != ""; s = s.Outer {
		if keyword == "" {
			return taken(s.Block, s.Said), true
		}
		if said, ok := s.Last(keyword); ok {
			return taken(s.Block, said), true
		}
	}
	return origin{}, false
}
