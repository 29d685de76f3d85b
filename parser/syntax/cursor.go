package syntax

import (
	"iter"
	"slices"

	"keepalived/parser/source"
)

// EventKind is what a cursor meets.
type EventKind uint8

// The events, in the terms of 01-configuration section 3.5.
const (
	Text EventKind = iota
	Open
	Close
	Problem
)

// Event is one piece of the text.
type Event struct {
	Text    string
	Problem *source.Problem
	Place   source.Place
	Column  uint32
	Kind    EventKind
}

// Cursor walks through a file, piece by piece, in the order of the text.
type Cursor struct {
	top   []*Item
	stack []position
	block *Block // to be entered by the next step
	last  *Item  // of the top level

	current Event // that Next returned
}

// position is where the cursor is in a block.
type position struct {
	block *Block
	next  int
}

// NewCursor returns a cursor at the beginning of a file.
func NewCursor(f *File) *Cursor { return &Cursor{top: f.Items} }

// Next returns the next piece, which is valid until the next call; ok is false
// at the end.
func (c *Cursor) Next() (e *Event, ok bool) {
	if b := c.block; b != nil {
		c.block = nil
		c.stack = append(c.stack, position{block: b})
		return c.event(Event{Kind: Open, Place: b.Open}), true
	}
	for len(c.stack) > 0 {
		p := &c.stack[len(c.stack)-1]
		if p.next < len(p.block.Items) {
			p.next++
			return c.enter(&p.block.Items[p.next-1]), true
		}
		b := p.block
		c.stack = c.stack[:len(c.stack)-1]
		if b.Closed {
			return c.event(Event{Kind: Close, Place: b.Close, Column: b.CloseColumn}), true
		}
	}
	if len(c.top) == 0 {
		return nil, false
	}
	c.last = c.top[0]
	c.top = c.top[1:]
	return c.enter(c.last), true
}

// event keeps an event for its reader.
func (c *Cursor) event(e Event) *Event {
	c.current = e
	return &c.current
}

// enter returns the event of an item.
func (c *Cursor) enter(i *Item) *Event {
	e := c.event(Event{Place: i.Place, Column: i.Column})
	switch i.Kind {
	case Statement:
		e.Kind, e.Text = Text, i.Text
		c.block = i.Block
	case Bare:
		e.Kind = Open
		c.stack = append(c.stack, position{block: i.Block})
	case StrayOpen:
		e.Kind = Open
	case StrayClose:
		e.Kind = Close
	case Trouble:
		e.Kind, e.Problem = Problem, i.Block.Problem
	}
	return e
}

// SkipBlock leaves out the block that comes next, when it can be left out
// without anybody noticing: closed, and without problems in it.
func (c *Cursor) SkipBlock() bool {
	if c.block == nil || !c.block.Closed || c.block.Troubled {
		return false
	}
	c.block = nil
	return true
}

// Current returns the item of the top level at which the cursor is, nil when
// it is inside one.
func (c *Cursor) Current() *Item {
	if len(c.stack) > 0 {
		return nil
	}
	return c.last
}

// Forget gives up the contents of the block of an item of the top level, for
// when no other walk will enter it. The block can still be skipped. Nothing
// happens while the cursor is inside.
func (c *Cursor) Forget(i *Item) {
	if i != nil && len(c.stack) == 0 && i.Block != nil && i.Block.Closed && !i.Block.Troubled {
		i.Block.Items = nil
	}
}

// Ahead yields the items of the top level that are still to come.
func (c *Cursor) Ahead() iter.Seq[*Item] { return slices.Values(c.top) }

// OpenFollows reports whether the next piece is a {, problems aside.
func (c *Cursor) OpenFollows() bool {
	if c.block != nil {
		return true
	}
	if len(c.stack) == 0 {
		for _, i := range c.top {
			if i.Kind != Trouble {
				return i.opens()
			}
		}
		return false
	}
	p := c.stack[len(c.stack)-1]
	for n := p.next; n < len(p.block.Items); n++ {
		if i := &p.block.Items[n]; i.Kind != Trouble {
			return i.opens()
		}
	}
	return false
}

// opens reports whether an item begins with a {.
func (i *Item) opens() bool { return i.Kind == Bare || i.Kind == StrayOpen }
