package reader

import (
	"fmt"
	"hash/fnv"
	"io"
	"net/netip"
	"reflect"
	"strings"

	"keepalived/core/config"
)

// Said is one statement of the configuration: a keyword line, or a line of a
// data block.
type Said struct {
	Position config.Position
	// Text is the statement as it was before it was split into words.
	Text string
}

// Source is what the configuration says about one object.
type Source struct {
	Said // what the object was made from
	// Block is the keyword of its block, Outer the source of the object
	// around it.
	Block string
	Outer *Source
	said  map[string][]Said
}

// All returns the statements that counted, in the order of the text: those of a
// keyword ("priority", "auth_hmac/key"), the lines of a data block
// ("track_script"), or those lines of it that have a word
// ("track_script/NAME"; addresses in their usual form).
func (s *Source) All(key string) []Said {
	if s == nil {
		return nil
	}
	return s.said[key]
}

// Last returns the last of All.
func (s *Source) Last(key string) (said Said, ok bool) {
	if all := s.All(key); len(all) > 0 {
		return all[len(all)-1], true
	}
	return said, false
}

// Origins remembers which statements the objects of a configuration were made
// from. It is filled while the processes read, which takes time and memory that
// nobody spends who does not ask for it.
type Origins struct {
	sources map[any]*Source
	frames  []frame
}

// NewOrigins returns an empty memory.
func NewOrigins() *Origins { return &Origins{sources: make(map[any]*Source)} }

// Of returns the source of an object; nil when there is none.
func (o *Origins) Of(object any) *Source {
	if o == nil {
		return nil
	}
	return o.sources[object]
}

// Nth is an object that is known by its place in a list of its owner.
type Nth struct {
	Owner any
	List  string
	N     int
}

// Rename makes what was read as one object known as another.
func (o *Origins) Rename(object, as any) {
	o.sources[as] = o.sources[object]
	delete(o.sources, object)
}

// frame is a block, or a line of a data block, that is being read.
type frame struct {
	name   string
	said   Said
	source *Source // nil for a block that is no object of its own
	state  any     // what its keywords change besides the object
	object any
}

// Made notes that the block or the line that is being read makes an object, by
// its pointer or as an Nth. state, if not nil, is what the keywords of the
// block change besides the object itself. It does nothing unless origins are
// wanted.
func (p *Pass) Made(object, state any) {
	o := p.Origins
	if o == nil || len(o.frames) == 0 {
		return
	}
	f := &o.frames[len(o.frames)-1]
	f.object, f.state = object, state
	if f.source = o.sources[object]; f.source != nil {
		return // a block that is given in pieces
	}
	f.source = &Source{Said: f.said, Block: f.name, said: make(map[string][]Said)}
	if outer := o.inner(len(o.frames) - 1); outer >= 0 {
		f.source.Outer = o.frames[outer].source
	}
	o.sources[object] = f.source
}

// inner returns the innermost of the first n frames that is an object, -1
// without one.
func (o *Origins) inner(n int) int {
	for n--; n >= 0 && o.frames[n].source == nil; n-- {
	}
	return n
}

// begin makes the configuration itself the object that all blocks are in.
func (o *Origins) begin(p *Pass) {
	o.frames = append(o.frames[:0], frame{})
	p.Made(p.Config, nil)
}

// enter begins a block.
func (p *Pass) enter(e *entry, s *Statement) {
	if p.Origins != nil {
		p.Origins.frames = append(p.Origins.frames, frame{name: e.name(), said: p.said(s)})
	}
}

// leave ends a block.
func (p *Pass) leave() {
	if p.Origins != nil {
		p.Origins.frames = p.Origins.frames[:len(p.Origins.frames)-1]
	}
}

// name is a keyword by the spelling that others are aliases of.
func (e *entry) name() string {
	if a := e.keyword.AliasOf; a != "" && !strings.ContainsAny(a, "/ ") {
		return a
	}
	return e.keyword.Name
}

func (p *Pass) said(s *Statement) Said {
	return Said{Position: p.Position(s.Place, s.Column), Text: p.Keep(s.Raw)}
}

// read calls the handler of a scalar keyword.
func (p *Pass) read(e *entry, s *Statement) {
	if p.Origins == nil {
		e.handler.Read(p, s)
		return
	}
	said := p.said(s)
	if p.counts(func() { e.handler.Read(p, s) }) {
		p.Origins.note(e.name(), said)
	}
}

// line calls the handler for a line of a data block.
func (p *Pass) line(e *entry, s *Statement) {
	o := p.Origins
	if o == nil {
		e.handler.Line(p, s)
		return
	}
	f := frame{said: p.said(s)}
	words := make([]string, len(s.Words))
	for i, w := range s.Words {
		words[i] = usual(w)
	}
	o.frames = append(o.frames, f)
	made := false
	counts := p.counts(func() {
		e.handler.Line(p, s)
		made = o.frames[len(o.frames)-1].source != nil
	})
	o.frames = o.frames[:len(o.frames)-1]
	if !counts && !made {
		return
	}
	o.note("", f.said)
	for _, w := range words {
		o.note(w, f.said)
	}
}

// usual is an address in its usual form, and any other word as it is.
func usual(word string) string {
	if a, err := netip.ParseAddr(word); err == nil {
		return a.String()
	}
	return word
}

// counts calls a handler, and reports whether it took what was said: it did
// when it had nothing to say about it, or changed something.
func (p *Pass) counts(handle func()) bool {
	before, reported := p.Origins.state(), len(p.Diagnostics)
	handle()
	return len(p.Diagnostics) == reported || p.Origins.state() != before
}

// note files a statement under its keyword, as it is called within its object.
func (o *Origins) note(key string, said Said) {
	n := o.inner(len(o.frames))
	if n < 0 {
		return
	}
	path := make([]string, 0, 3)
	for _, f := range o.frames[n+1:] {
		path = append(path, f.name)
	}
	if key != "" {
		path = append(path, key)
	}
	s := o.frames[n].source
	full := strings.Join(path, "/")
	s.said[full] = append(s.said[full], said)
}

// state is a digest of the object that is being read; of the whole
// configuration there is none.
func (o *Origins) state() uint64 {
	n := o.inner(len(o.frames))
	if n < 1 {
		return 0
	}
	h := fnv.New64a()
	seen := make(map[uintptr]bool)
	digest(h, reflect.ValueOf(o.frames[n].object), seen)
	digest(h, reflect.ValueOf(o.frames[n].state), seen)
	return h.Sum64()
}

// digest feeds a value and all that it points to.
func digest(w io.Writer, v reflect.Value, seen map[uintptr]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			fmt.Fprint(w, v.IsNil())
			return
		}
		seen[v.Pointer()] = true
		digest(w, v.Elem(), seen)
	case reflect.Interface:
		digest(w, v.Elem(), seen)
	case reflect.Struct:
		for i := range v.NumField() {
			digest(w, v.Field(i), seen)
		}
	case reflect.Slice, reflect.Array:
		fmt.Fprint(w, "#", v.Len())
		for i := range v.Len() {
			digest(w, v.Index(i), seen)
		}
	case reflect.Map:
		fmt.Fprint(w, "#", v.Len())
	case reflect.String:
		fmt.Fprintf(w, "%q", v.String())
	case reflect.Bool:
		fmt.Fprint(w, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		fmt.Fprint(w, " ", v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		fmt.Fprint(w, " ", v.Uint())
	}
}
