package source

import (
	"fmt"
	"strings"

	"keepalived/core/config"
)

// Options says what to read and what the built-in definitions stand for.
type Options struct {
	// Path is the main file, or a pattern for several.
	Path string
	// ConfigID is what @ID lines are compared with.
	ConfigID string
	// AllIncludes applies every check to every include (-e).
	AllIncludes bool
	// Getenv returns the value of an environment variable.
	Getenv func(string) string
	// Random returns a number below n.
	Random func(n uint64) uint64
	// MaxProduced bounds the lines that sequences, lists and multi-line
	// definitions produce; 0 means 2,500,000.
	MaxProduced int
	// record gets each line of the files as it is handed on to others.
	record func(line string)
}

// Reader produces the logical lines of a configuration.
type Reader struct {
	options    Options
	files      Files
	dir        string // working directory
	checks     checks // default strictness of includes
	frames     []*frame
	inclusions []Inclusion
	contents   map[string]string
	multiple   bool
	failed     bool
	unreadable bool

	definitions map[string]definition
	scanned     []byte // room for a line in which definitions are replaced
	pending     string // name of the multi-line definition being read
	opened      definition
	expansions  []expansion

	blocks blocks

	place Place
	// literal is set while a line is as it stands in the file. Only the
	// parent process sees an include in such a line: the text that it hands
	// to the others has an empty line there.
	literal bool
	// child is set when the children's text is read, escaped when it is not
	// that of the parent.
	child   bool
	escaped bool
	quote   *Problem // what the others see of an open quote of such a line
	queue   []Line   // from head on, lines to be returned
	head    int

	lines    int // of files
	produced int // lines of expansions
	ended    bool
}

// frame is a file being read.
type frame struct {
	data      string
	pos       int
	line      uint32
	inclusion uint32
	dir       string // working directory while the file is read
	outer     string // working directory to return to
	checks    checks // strictness to return to
	entered   bool
}

// Open opens the main file. Reading is possible even when nothing could be
// opened: then only the problems are read. Opened tells.
func Open(o Options, files Files) *Reader {
	if o.MaxProduced == 0 {
		o.MaxProduced = maxProduced
	}
	return open(o, files, make(map[string]string), false)
}

// Children returns a reader of the same text as the children of the C daemon
// see it: the parent hands on its lines without the backslash of an escaped #
// or !, so for the children a comment begins there. It is nil when they see
// what the parent sees, which is known when Next has returned false. random
// takes the place of Options.Random.
func (r *Reader) Children(random func(n uint64) uint64) *Reader {
	if !r.escaped {
		return nil
	}
	o := r.options
	o.Random = random
	return open(o, r.files, r.contents, true)
}

// open opens the main file for one side.
func open(o Options, files Files, contents map[string]string, child bool) *Reader {
	r := &Reader{
		options: o, files: files, dir: files.Directory(), literal: true, child: child,
		contents: contents, definitions: make(map[string]definition),
	}
	if o.AllIncludes {
		r.checks = checks{true, true, true, true}
	}
	c := checks{read: true, match: true, wildcard: o.AllIncludes, brace: o.AllIncludes}
	var usable []string
	for _, name := range r.matches(o.Path, c, true) {
		if r.usable(name, c) {
			usable = append(usable, name)
		}
	}
	r.multiple = len(usable) > 1
	if r.multiple {
		r.problem(Problem{Class: config.ClassMultipleFiles, Message: fmt.Sprintf(msgConfigMultiple, o.Path, usable[0]), ParentOnly: true})
	}
	for i := len(usable) - 1; i >= 0; i-- {
		if f := r.mainFrame(usable[i]); f != nil {
			r.frames = append(r.frames, f)
		}
	}
	r.failed = false // only includes count; the main file has Opened
	return r
}

// mainFrame opens one main file.
func (r *Reader) mainFrame(name string) *frame {
	n := len(r.queue)
	f := r.frame(name, checks{read: true})
	if f == nil {
		r.queue, r.unreadable = r.queue[:n], true
		r.problem(Problem{Class: config.ClassFileNotFound, Message: fmt.Sprintf(msgConfigUnreadable, name), ParentOnly: true})
	}
	return f
}

// Opened reports whether some main file could be opened.
func (r *Reader) Opened() bool { return len(r.inclusions) > 0 }

// Unreadable reports whether a main file exists and cannot be read.
func (r *Reader) Unreadable() bool { return r.unreadable }

// Multiple reports whether several main files are read as one.
func (r *Reader) Multiple() bool { return r.multiple }

// Failed reports whether an include failed a check that was asked for. It is
// complete when Next has returned false.
func (r *Reader) Failed() bool { return r.failed }

// Inclusions returns the files read, in the order of their opening.
func (r *Reader) Inclusions() []Inclusion { return r.inclusions }

// Next returns the next logical line or problem, which is valid until the next
// call.
func (r *Reader) Next() (*Line, bool) {
	if r.head == len(r.queue) {
		r.queue, r.head = r.queue[:0], 0
	}
	for len(r.queue) == 0 {
		if !r.advance() {
			return nil, false
		}
	}
	r.head++
	return &r.queue[r.head-1], true
}

// problem reports at the current place.
func (r *Reader) problem(p Problem) {
	r.queue = append(r.queue, Line{Place: r.place, Problem: &p})
}

// advance handles one more line, of an expansion or of a file.
func (r *Reader) advance() bool {
	if r.ended {
		return false
	}
	for len(r.expansions) > 0 {
		line, ok := r.expansions[len(r.expansions)-1].next(r)
		if ok {
			if r.produced++; r.produced > r.options.MaxProduced {
				return r.end(r.options.MaxProduced)
			}
			r.literal = false
			r.conditional(trim(line))
			return true
		}
		r.expansions = r.expansions[:len(r.expansions)-1]
	}
	for len(r.frames) > 0 {
		f := r.frames[len(r.frames)-1]
		if !f.entered {
			f.entered, f.outer, f.checks = true, r.dir, r.checks
			r.dir = f.dir
			r.record("# " + r.inclusions[f.inclusion].File)
		}
		if f.pos < len(f.data) {
			if r.lines++; r.lines > maxLines {
				return r.end(maxLines)
			}
			r.physical(f)
			return true
		}
		r.record(endOfFile)
		r.dir, r.checks = f.outer, f.checks
		r.frames = r.frames[:len(r.frames)-1]
	}
	return false
}

// end gives up the rest of a configuration that is too long.
func (r *Reader) end(limit int) bool {
	r.ended = true
	r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(msgTooManyLines, limit)})
	return true
}

// directory is ${_PWD}.
func (r *Reader) directory() string { return r.dir }

// push starts an expansion.
func (r *Reader) push(e expansion) {
	if len(r.expansions) >= maxExpansionDepth {
		// Everything that the line stands for is given up: definitions that
		// refer to each other twice would come here for ever.
		r.expansions = nil
		r.problem(Problem{Class: config.ClassGeneral, Message: msgExpansionDepth})
		return
	}
	r.expansions = append(r.expansions, e)
}

// define stores a definition, replacing an earlier one.
func (r *Reader) define(name string, d definition) { r.definitions[name] = d }

// record hands a line to Consolidate.
func (r *Reader) record(line string) {
	if r.options.record != nil {
		r.options.record(line)
	}
}

// physical reads one line of a file (01-configuration section 3.1).
func (r *Reader) physical(f *frame) {
	raw, ok := r.cutLine(f)
	if !ok {
		return
	}
	if r.plain(f, strings.TrimRight(raw, "\r")) {
		return
	}
	if strings.IndexByte(raw, 0) >= 0 {
		r.place = Place{f.inclusion, f.line}
		r.problem(Problem{Class: config.ClassGeneral, Message: msgEmbeddedNUL, ParentOnly: true})
		f.line++
		return
	}
	f.line++
	r.place = Place{f.inclusion, f.line}
	raw = strings.TrimRight(raw, "\r")
	text, cut, open := r.uncomment(raw)
	r.literal, r.quote = true, nil
	if open {
		r.unterminated(trimLeft(raw), text)
		r.quote = r.queue[len(r.queue)-1].Problem
	}
	// A comment does not swallow the backslash that continues a definition
	// (section 6.3; version 2.4.3 has lost this).
	more := strings.HasSuffix(text, `\`) || cut && strings.HasSuffix(raw, `\`)
	if r.pending != "" {
		r.continueDefinition(raw, text, more)
		return
	}
	if text == "" {
		return
	}
	text, used := r.condition(text)
	if !used {
		return
	}
	if name, value, ok := definitionHead(text); ok && more {
		r.pending, r.opened = name, definition{multi: true}
		r.addLine(value)
		return
	}
	if !cut && strings.HasSuffix(raw, `\`) {
		text = glueBackslash(text)
	}
	column := len(raw) - len(trimLeft(raw)) + 1
	if raw[column-1] == '@' {
		column = 0
	}
	r.text(text, uint32(column))
}

// cutLine takes the next physical line off a file, without its end. One that
// is too long loses its beginning, which is reported and is no line.
func (r *Reader) cutLine(f *frame) (raw string, ok bool) {
	start := f.pos
	end := strings.IndexByte(f.data[start:], '\n')
	last := end < 0
	if last {
		end = len(f.data) - start
	}
	if !last && end > MaxLine || end > MaxLine+1 {
		r.place = Place{f.inclusion, f.line}
		r.problem(Problem{Class: config.ClassGeneral, Message: msgLineTooLong, ParentOnly: true})
		inc := &r.inclusions[f.inclusion]
		inc.shifts = append(inc.shifts, f.line+1)
		f.pos += MaxLine + 1
		return "", false
	}
	f.pos = start + end
	if !last {
		f.pos++
	}
	return f.data[start : start+end], true
}

// uncomment returns a line without its comment, whether there was one, and
// whether a quote is open where the text ends.
func (r *Reader) uncomment(raw string) (text string, cut, open bool) {
	text, cut, open = stripComment(trimLeft(raw))
	r.record(text)
	if !strings.ContainsAny(text, "#!") {
		return text, cut, open
	}
	again, cutAgain, openAgain := stripComment(text)
	r.escaped = r.escaped || again != text
	if _, _, include := includeLine(text); r.child && !include {
		return again, cut || cutAgain, openAgain
	}
	return text, cut, open
}

// unterminated reports a quote that is not closed. A backslash at the end is
// not shown. The parent shows the line with the blanks at its end, the others
// read it without them.
func (r *Reader) unterminated(line, trimmed string) {
	if end, ok := strings.CutSuffix(line, `\`); ok {
		line, trimmed = end, trimRight(end)
	}
	p := Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(msgUnterminatedQuote, trimmed)}
	if line != trimmed {
		parent := p
		parent.Message, parent.ParentOnly = fmt.Sprintf(msgUnterminatedQuote, line), true
		r.problem(parent)
		p.ChildOnly = true
	}
	r.problem(p)
}

// continueDefinition appends a line to the open definition. A line without
// anything ends it; one of blanks or comment only does not.
func (r *Reader) continueDefinition(raw, text string, more bool) {
	r.addLine(text)
	if raw == "" || !more && text != "" {
		if len(r.opened.lines) == 0 {
			r.opened.lines = []string{""}
		}
		r.define(r.pending, r.opened)
		r.pending, r.opened = "", definition{}
	}
}

// addLine adds a line to the open definition, without its backslash.
func (r *Reader) addLine(text string) {
	text = trim(strings.TrimSuffix(text, `\`))
	if text != "" {
		r.opened.lines = append(r.opened.lines, text)
	}
}

// condition applies @ID and @^ID (section 7).
func (r *Reader) condition(line string) (rest string, used bool) {
	if strings.HasPrefix(line, "@") {
		end := strings.IndexAny(line, blanks)
		if end < 0 {
			return "", false
		}
		id := line[1:end]
		not := strings.HasPrefix(id, "^")
		if (strings.TrimPrefix(id, "^") == r.options.ConfigID) == not {
			return "", false
		}
		line = trimLeft(line[end:])
	}
	return line, true
}

// conditional handles a line of an expansion, or the rest of a line, from its
// condition on.
func (r *Reader) conditional(line string) {
	if line, used := r.condition(line); used && line != "" {
		r.text(line, 0)
	}
}

// text handles a line from step 6 of section 3.2 on. After a substitution it
// starts again, as the manual says (version 2.4.3 has lost this).
func (r *Reader) text(line string, column uint32) {
	for range maxExpansionDepth {
		if name, value, ok := definitionHead(line); ok {
			r.define(name, definition{lines: []string{value}})
			return
		}
		if r.expand(line) {
			return
		}
		out, more, changed := line, []string(nil), false
		if strings.IndexByte(line, '$') >= 0 {
			out, more, changed = r.substitute(line)
		}
		if more != nil {
			r.push(&remainder{more})
		}
		if !changed {
			break
		}
		column = 0
		if _, _, include := includeLine(line); !include {
			r.literal = false
		}
		text, cut, open := stripComment(out)
		if !cut {
			text = glueBackslash(text)
		}
		if open {
			_, _, include := includeLine(text)
			r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(msgUnterminatedQuote, text), ParentOnly: include && r.literal})
		}
		line = trimLeft(text)
		if !strings.HasPrefix(line, "@") && !strings.HasPrefix(line, "~") && !strings.HasPrefix(line, "$") {
			break
		}
		var used bool
		if line, used = r.condition(line); !used || line == "" {
			return
		}
	}
	if line == "" {
		return
	}
	if own, pattern, ok := includeLine(line); ok {
		r.include(own, pattern)
		return
	}
	if at := restart(line); at > 0 {
		r.emit(line[:at], column)
		r.conditional(trimLeft(line[at:]))
		return
	}
	r.emit(line, column)
}

// restart returns where a line goes on, behind a brace, with something that
// only this layer understands; 0 when it does not. What follows a brace is a
// line of its own (section 3.5).
func restart(line string) int {
	if first := brace(line); first < 0 || first == len(line)-1 {
		return 0
	}
	open := false
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '"':
			open = !open
		case '{', '}':
			if open {
				continue
			}
			rest := trimLeft(line[i+1:])
			if _, _, include := includeLine(rest); include || special(rest) {
				return i + 1
			}
		}
	}
	return 0
}
