package explain

import (
	"cmp"
	"slices"
	"strings"

	"keepalived/core/config"
)

// collect makes an item of every problem, however many processes report it.
func (m *maker) collect() {
	type problem struct {
		position config.Position
		text     string
	}
	seen := make(map[problem]*item)
	counts := make(map[problem][4]int)
	reasons := make(map[config.Position][]string)
	for i := range m.Diagnostics {
		d := &m.Diagnostics[i]
		if d.LogOnly {
			f := m.logged(d)
			if f.reason && d.Position.Line > 0 {
				reasons[d.Position] = append(reasons[d.Position], withoutPrefix(d.Message))
			}
			if !f.note {
				continue
			}
		}
		k := problem{d.Position, withoutPrefix(d.Message)}
		n := counts[k]
		n[d.Pass]++
		counts[k] = n
		if it := seen[k]; it != nil {
			if p := d.Pass.String(); !slices.Contains(it.Processes, p) {
				it.Processes = append(it.Processes, p)
			}
			if n[d.Pass] > 1 {
				it.Times = max(it.Times, n[d.Pass])
			}
			it.learn(d.Subject)
			continue
		}
		it := m.item(d, k.text)
		seen[k] = it
		if d.LogOnly {
			m.notes = append(m.notes, it)
		} else {
			m.items = append(m.items, it)
		}
	}
	for _, it := range slices.Concat(m.items, m.notes) {
		m.place(it)
		if it.fact.drops != "" || it.fact.reasoned {
			it.Advice = append(it.Advice, slices.Compact(reasons[it.d.Position])...)
		}
	}
	told := make(map[string]bool)
	for _, it := range slices.Concat(m.items, m.notes) {
		for _, a := range it.Advice {
			told[a] = true
		}
	}
	m.notes = slices.DeleteFunc(m.notes, func(n *item) bool { return told[n.text] })
	byPosition(m.items)
	byPosition(m.notes)
}

// learn takes the subject of another report of the same problem if it tells
// more: that it does not come from braces alone, or from which inner block.
func (it *item) learn(s *config.Subject) {
	b := it.s.Break
	switch {
	case s == nil || b == nil:
	case s.Break == nil, s.Break.Kind == config.ClosedEarly && b.Kind == config.ClosedEarly && s.Break.Block.Position.Line > b.Block.Position.Line:
		it.s = s
	}
}

// byPosition sorts items in the order of the text; the files in the order in
// which they are first met.
func byPosition(items []*item) {
	rank := make(map[string]int)
	for _, it := range items {
		if _, known := rank[it.File]; !known {
			rank[it.File] = len(rank)
		}
	}
	nowhere := func(it *item) int {
		if it.Line == 0 {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(items, func(a, b *item) int {
		return cmp.Or(nowhere(a)-nowhere(b), rank[a.File]-rank[b.File], a.Line-b.Line, a.d.Position.Column-b.d.Position.Column)
	})
}

// logged returns what is known about what is only logged.
func (m *maker) logged(d *config.Diagnostic) fact {
	if d.Subject != nil {
		return m.facts[d.Subject.Template]
	}
	for template, f := range m.facts {
		start, _, _ := strings.Cut(template, "%")
		if f.reading && strings.HasPrefix(d.Message, start) && m.templates.match(template, d.Message) != nil {
			return f
		}
	}
	return fact{}
}

// item makes an item of a diagnostic.
func (m *maker) item(d *config.Diagnostic, text string) *item {
	it := &item{d: *d, s: d.Subject, text: text}
	if it.s == nil {
		it.s = new(config.Subject)
	}
	it.fact = m.facts[it.s.Template]
	if d.LogOnly {
		it.fact = m.logged(d)
	}
	it.Problem = Problem{
		File: d.Position.File, Line: d.Position.Line, Column: d.Position.Column,
		Class: className(d.Class), Processes: []string{d.Pass.String()}, Message: d.Message,
		template: it.s.Template, args: m.templates.match(it.s.Template, text),
	}
	return it
}

// place completes an item whose reports are all known.
func (m *maker) place(it *item) {
	it.Keyword = it.s.Keyword
	m.locate(it)
	for _, b := range it.s.Blocks {
		it.inside = b.Keyword
		it.Blocks = append(it.Blocks, m.blockPlace(b))
	}
	if o := it.s.Other; o != nil {
		p := m.blockPlace(*o)
		p.Note = cmp.Or(it.fact.other, "first here")
		it.Related = append(it.Related, p)
	}
}

// locate finds the word that a message is about in its line.
func (m *maker) locate(it *item) {
	line, ok := m.sources.line(it.File, it.Line)
	if openQuote(it) {
		if i := strings.LastIndexByte(line, '"'); i >= 0 {
			it.Column, it.EndColumn = i+1, i+2
		}
		return
	}
	statement := it.s.Statement
	if statement == "" {
		if m.locateName(it) || m.locateKeyword(it) || locateHead(it, m.sources) {
			return
		}
		if ok && it.Column > 0 && it.Column <= len(line) && strings.IndexByte("{}", line[it.Column-1]) >= 0 {
			it.EndColumn = it.Column + 1
		}
		return
	}
	args := it.args
	if it.d.Class == config.ClassInvalidNumber { // the others are limits
		args = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "" })
		args = args[:min(len(args), 1)]
	}
	if n := it.fact.value; n > 0 && n <= len(args) {
		args = args[n-1 : n]
	}
	from, to, word := wordOf(statement, it.text, args, it.d.Class != config.ClassUnknownKeyword)
	it.word = word
	at := it.Column - 1
	if ok && it.Column > 0 && at <= len(line) && strings.HasPrefix(line[at:], statement[:min(len(statement), len(line)-at)]) && from < len(line)-at {
		it.Column, it.EndColumn = at+from+1, at+min(to, len(line)-at)+1
		return
	}
	if ok && !strings.Contains(line, statement) {
		it.Statement = statement
	}
}

// openQuote reports whether a double quote is missing.
func openQuote(it *item) bool {
	return it.d.Class == config.ClassUnmatchedQuote || strings.HasPrefix(it.text, "Unterminated quote '")
}

// locateHead finds the word in the first line of the block that was only
// judged at its end.
func locateHead(it *item, s *sources) bool {
	n := len(it.s.Blocks)
	if !it.fact.head || n == 0 || len(it.args) == 0 {
		return false
	}
	head := it.s.Blocks[n-1].Position
	line, _ := s.line(head.File, head.Line)
	at := wordAt(line, it.args[0])
	if at < 0 {
		return false
	}
	it.Line, it.Column, it.EndColumn = head.Line, at+1, at+1+len(it.args[0])
	return true
}

// locateKeyword finds the line of a block that has the keyword which does not
// go together with others, as was noticed after reading.
func (m *maker) locateKeyword(it *item) bool {
	n := len(it.s.Blocks)
	if it.fact.at == "" || n == 0 || !m.afford(50) {
		return false
	}
	head := it.s.Blocks[n-1]
	depth := 0
	for number := head.Position.Line; number < head.Position.Line+longestBlock; number++ {
		line, ok := m.sources.line(head.Position.File, number)
		if !ok {
			return false
		}
		if i := strings.IndexAny(line, "#!"); i >= 0 {
			line = line[:i]
		}
		before := depth
		depth += strings.Count(line, "{") - strings.Count(line, "}")
		if words := strings.Fields(line); before == 1 && len(words) > 0 && strings.TrimRight(words[0], "{") == it.fact.at {
			it.Line, it.Column = number, strings.Index(line, words[0])+1
			it.EndColumn = it.Column + len(it.fact.at)
			it.Keyword = head.Keyword + "/" + it.fact.at
			return true
		}
		if before > 0 && depth <= 0 {
			return false
		}
	}
	return false
}

// longestBlock is how many lines of a block are searched for a name.
const longestBlock = 200

// locateName finds the line of a block that has the name of what does not
// exist, when that was only noticed at the end of the block or after it.
func (m *maker) locateName(it *item) bool {
	n := len(it.s.Blocks)
	if it.fact.refers == "" && !it.fact.find || it.fact.name >= len(it.args) || n == 0 || !m.afford(50) {
		return false
	}
	head := it.s.Blocks[n-1].Position
	for number := head.Line; number < head.Line+longestBlock; number++ {
		line, ok := m.sources.line(head.File, number)
		if !ok {
			return false
		}
		from := 0
		if number == head.Line {
			from = strings.IndexByte(line, '{') + 1 // its name is not meant
			if from == 0 {
				continue
			}
		}
		if at := wordAt(line[from:], it.args[it.fact.name]); at >= 0 {
			it.Line, it.Column = number, from+at+1
			it.EndColumn = it.Column + len(it.args[it.fact.name])
			return true
		}
	}
	return false
}

// wordAt returns where a line has a word, -1 when it has not.
func wordAt(line, word string) int {
	for from := 0; word != ""; {
		i := strings.Index(line[from:], word)
		if i < 0 {
			break
		}
		start, end := from+i, from+i+len(word)
		if strings.ContainsAny(line[:start], "#!") {
			break
		}
		if (start == 0 || strings.IndexByte(" \t{\"", line[start-1]) >= 0) && (end == len(line) || strings.IndexByte(" \t}\"", line[end]) >= 0) {
			return start
		}
		from = start + 1
	}
	return -1
}

// blockPlace is where a block begins.
func (m *maker) blockPlace(b config.Block) Place {
	p := Place{File: b.Position.File, Line: b.Position.Line, Column: b.Position.Column, Note: b.Statement}
	if p.Note == "" {
		if line, ok := m.sources.line(p.File, p.Line); ok {
			before, _, _ := strings.Cut(line, "{")
			p.Note = strings.TrimSpace(before)
		}
	}
	return p
}

// wordOf finds the word of a statement that a message is about, and returns it
// with its first byte and the byte behind it: the last of the arguments of the
// message, else one that it names, else the value when one is meant and there
// is but one word behind the keyword, else the keyword.
func wordOf(statement, message string, args []string, value bool) (from, to int, word string) {
	first, found := true, false
	var count, last, lastEnd int
	var lastWord string
	for i := 0; i < len(statement); {
		if isSeparator(statement[i]) {
			i++
			continue
		}
		start, quoted := i, statement[i] == '"'
		i++
		for i < len(statement) && (quoted || !isSeparator(statement[i])) {
			if quoted && statement[i] == '"' {
				i++
				break
			}
			i++
		}
		w := strings.Trim(statement[start:i], `"`)
		if first {
			from, to, word = start, i, w
		} else if w != "" && slices.Contains(args, w) {
			from, to, word, found = start, i, w, true
		} else if w != "" && !found && !slices.Contains(args, word) && mentions(message, w) {
			from, to, word, found = start, i, w, true
		}
		first = false
		count++
		last, lastEnd, lastWord = start, i, w
	}
	if value && !found && count == 2 && !strings.Contains(message, "deprecated") {
		return last, lastEnd, lastWord // the value
	}
	return from, to, word
}

func isSeparator(c byte) bool { return c == ' ' || c == '\t' || c == '\f' || c == '\v' || c == '\r' }

// mentions reports whether a message has a word as a whole.
func mentions(message, word string) bool {
	for from := 0; ; {
		i := strings.Index(message[from:], word)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(word)
		if (start == 0 || !wordByte(message[start-1])) && (endsWord(message[end:]) || strings.HasSuffix(word, ":")) {
			return true
		}
		from = start + 1
	}
}

// endsWord reports whether no word goes on with a text. A dot belongs to one
// when something follows it.
func endsWord(rest string) bool {
	return rest == "" || !wordByte(rest[0]) || (rest[0] == '.' || rest[0] == ':') && (len(rest) == 1 || !wordByte(rest[1]) || rest[1] == '.')
}

func wordByte(c byte) bool {
	return c == '_' || c == '-' || c == '.' || c == ':' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}
