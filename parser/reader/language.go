package reader

import (
	"slices"

	"keepalived/parser/keyword"
	"keepalived/parser/syntax"
)

// Handler is what to do at a keyword. The fields that are set depend on the
// keyword's shape.
type Handler struct {
	// Read handles a scalar keyword.
	Read func(*Pass, *Statement)
	// Open handles the keyword of a block. When it returns false the block
	// is left out as a whole; it has said why. Optional.
	Open func(*Pass, *Statement) bool
	// Close is called at the end of a block that Open accepted, and at the
	// end of the text for a block that is still open. Optional.
	Close func(*Pass)
	// Line handles one line of a data block, End its end, with the number
	// of lines. End is optional.
	Line func(*Pass, *Statement)
	End  func(p *Pass, lines int)
	// In limits the handler to some of the processes that own the block;
	// empty means all. In the others the keyword is known, and ignored.
	In keyword.Passes
}

// Handlers are handlers by the path of their keyword: "vrrp_instance",
// "vrrp_instance/priority", "virtual_server/real_server/TCP_CHECK/retry".
type Handlers map[string]Handler

// Language is the keyword table joined with handlers.
type Language struct {
	top *level
	// judged is the file about which regular has said verdict.
	judged  *syntax.File
	verdict bool
}

// level is the keywords of a block.
type level struct {
	entries map[string]*entry
	latest  *entry // that find returned
}

// entry is a keyword with its handler.
type entry struct {
	keyword *keyword.Keyword
	handler Handler
	sub     *level // of a block
	// next is what followed the keyword the last time.
	next *entry
}

// find returns the entry of a keyword, nil when the block has no such keyword.
// The blocks of a large configuration are alike, so that what followed a keyword
// once is likely to follow it again; this is found without the map.
func (l *level) find(name string) *entry {
	if l.latest != nil && l.latest.next != nil && l.latest.next.keyword.Name == name {
		l.latest = l.latest.next
		return l.latest
	}
	e := l.entries[name]
	if e == nil {
		return nil
	}
	if l.latest != nil {
		l.latest.next = e
	}
	l.latest = e
	return e
}

// NewLanguage joins the table with the handlers of all rooms. A keyword
// without a handler is known, and has no effect; one that is another spelling
// has the handler of the keyword it stands for, unless it has its own.
func NewLanguage(t *keyword.Table, rooms ...Handlers) *Language {
	n := 0
	for _, r := range rooms {
		n += len(r)
	}
	all := make(Handlers, n)
	for _, r := range rooms {
		for path, h := range r {
			all[path] = h
		}
	}
	return &Language{top: newLevel(t, all, "")}
}

// newLevel builds a level and those below it.
func newLevel(t *keyword.Table, handlers Handlers, path string) *level {
	rows := t.Level(path)
	l := &level{entries: make(map[string]*entry, len(rows))}
	all := make([]entry, 0, len(rows))
	for name, row := range rows {
		all = append(all, entry{keyword: row})
		e := &all[len(all)-1]
		full := join(path, name)
		h, ok := handlers[full]
		if !ok && row.AliasOf != "" {
			h = handlers[join(path, row.AliasOf)]
		}
		e.handler = h
		if row.Shape == keyword.Block {
			e.sub = newLevel(t, handlers, full)
		}
		l.entries[name] = e
	}
	return l
}

// Unhandled returns the paths of the keywords for which nobody does anything,
// in no order.
func (l *Language) Unhandled() []string { return l.top.unhandled("", nil) }

func (l *level) unhandled(path string, found []string) []string {
	for name, e := range l.entries {
		full := join(path, name)
		h := &e.handler
		if e.keyword.Shape != keyword.Word && h.Read == nil && h.Open == nil && h.Close == nil && h.Line == nil && e.sub == nil {
			found = append(found, full)
		}
		if e.sub != nil {
			found = e.sub.unhandled(full, found)
		}
	}
	return found
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

// active reports whether the handler works in a pass.
func (e *entry) active(p *Pass) bool {
	return e.handler.In == 0 || e.handler.In.Has(p.Process)
}

// regular reports whether every process takes the same text for the blocks of
// the top level. Where a brace is missing, or is one too many, at any depth, a
// process may read as lines of its own what others have left out.
func (l *Language) regular(f *syntax.File) bool {
	if l.judged != f {
		l.judged, l.verdict = f, !slices.ContainsFunc(f.Items, func(i *syntax.Item) bool { return !l.top.regular(i) })
	}
	return l.verdict
}

// regular reports whether an item is a keyword with a block if it has to have
// one, or anything without. A block of data has no keywords; its level is nil.
func (l *level) regular(i *syntax.Item) bool {
	if i.Kind == syntax.Trouble {
		return true
	}
	if i.Kind != syntax.Statement {
		return false
	}
	var e *entry
	if l != nil {
		e = l.find(keywordOf(i))
	}
	if owns := e != nil && e.keyword.Shape != keyword.Scalar; owns != (i.Block != nil) {
		return false
	}
	if i.Block == nil {
		return true
	}
	if !i.Block.Closed {
		return false
	}
	for n := range i.Block.Items {
		if !e.sub.regular(&i.Block.Items[n]) {
			return false
		}
	}
	return true
}
