package syntax

import (
	"fmt"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/source"
)

// pieces takes logical lines apart, at the braces outside double quotes.
type pieces struct {
	lines      *source.Reader
	scriptLike func(keyword string) bool

	place   source.Place
	column  uint32
	rest    string          // of the line
	problem *source.Problem // to be told next
	ahead   [2]Event        // to be given next: a piece, perhaps a problem before it
	waiting int             // of ahead
	words   []string
}

// peek returns the next piece, and leaves it there.
func (p *pieces) peek() (*Event, bool) {
	if p.waiting == 0 && !p.take() {
		return nil, false
	}
	return &p.ahead[0], true
}

// drop takes the next piece away.
func (p *pieces) drop() {
	if p.waiting--; p.waiting > 0 {
		p.ahead[0] = p.ahead[1]
	}
}

// take queues one more piece, or a problem and its piece.
func (p *pieces) take() bool {
	for p.rest == "" && p.problem == nil {
		line, ok := p.lines.Next()
		if !ok {
			return false
		}
		p.place, p.column = line.Place, line.Column
		p.rest, p.problem = line.Text, line.Problem
		p.skip(0)
	}
	if p.problem != nil {
		p.queue(Problem, "", p.problem)
		p.problem = nil
		return true
	}
	switch p.rest[0] {
	case '{':
		p.queue(Open, "", nil)
		p.skip(1)
	case '}':
		p.queue(Close, "", nil)
		p.skip(1)
	default:
		p.text()
	}
	return true
}

// queue puts a piece at the current place into the queue.
func (p *pieces) queue(k EventKind, text string, problem *source.Problem) {
	p.ahead[p.waiting] = Event{Kind: k, Text: text, Place: p.place, Column: p.column, Problem: problem}
	p.waiting++
}

// text takes the text before the next brace.
func (p *pieces) text() {
	end, quoted := pieceEnd(p.rest)
	last := end
	for last > 0 && source.IsSeparator(p.rest[last-1]) {
		last--
	}
	text := p.rest[:last]
	unmatched := quoted && p.unmatched(text)
	if unmatched {
		p.queue(Problem, "", &source.Problem{Class: config.ClassUnmatchedQuote, Message: fmt.Sprintf(msgUnmatchedQuote, text), ChildOnly: true})
	}
	// A piece that begins with the open quote has no words: nothing of it is
	// left.
	if !unmatched || len(p.words) > 0 {
		p.queue(Text, text, nil)
	}
	p.skip(end)
}

// skip leaves n bytes of the line behind, and the separators after them.
func (p *pieces) skip(n int) {
	for n < len(p.rest) && source.IsSeparator(p.rest[n]) {
		n++
	}
	p.rest = p.rest[n:]
	if p.column > 0 {
		p.column += uint32(n)
	}
}

// unmatched reports whether splitting a piece into words gives a message
// (01-configuration section 3.4): not for script-like keywords when the quote
// is opened after their second word.
func (p *pieces) unmatched(text string) bool {
	if strings.Count(text, `"`)%2 == 0 {
		return false
	}
	var unmatched bool
	p.words, unmatched = source.Words(p.words[:0], text)
	return unmatched && (len(p.words) < 2 || !p.scriptLike(p.words[0]))
}

// pieceEnd returns where the next brace outside double quotes is, and whether
// there are any quotes before it.
func pieceEnd(text string) (end int, quoted bool) {
	open := false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			open, quoted = !open, true
		case '{', '}':
			if !open {
				return i, quoted
			}
		}
	}
	return len(text), quoted
}
