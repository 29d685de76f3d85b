package main

import (
	"math/rand/v2"
	"slices"
	"strings"

	"keepalived/parser/keyword"
)

// A mutator makes mutants. It has no state of its own between two of them.
type mutator struct {
	seeds []seed
	table *keyword.Table
}

// A mutant is a configuration that somebody might have typed.
type mutant struct {
	number uint64
	seed   string
	lines  []string
	// includes is the text of the file that it includes, if that is known.
	includes string
}

func (m mutant) text() string { return strings.Join(m.lines, "\n") + "\n" }

// mutant makes the mutant of a run and a number.
func (m *mutator) mutant(run, number uint64) mutant {
	r := rand.New(rand.NewPCG(run, number))
	s := m.seeds[r.IntN(len(m.seeds))]
	e := &edit{mutator: m, r: r, lines: slices.Clone(s.lines)}
	for {
		operations[r.IntN(len(operations))](e)
		if r.IntN(2) == 0 {
			break
		}
	}
	for i, line := range e.lines {
		e.lines[i] = line[:min(len(line), longestLine)]
	}
	return mutant{number: number, seed: s.name, lines: e.lines}
}

// edit is a mutant in the making.
type edit struct {
	*mutator
	r     *rand.Rand
	lines []string
}

// operations are the ways to change a configuration. What is often wrong in
// real files stands in it more than once.
var operations = []func(*edit){
	deleteLine, duplicateLine, swapLines, moveLine, moveLine,
	deleteBlock, duplicateBlock, foreignLine,
	deleteWord, deleteWord, duplicateWord, swapWords, replaceWord, replaceWord,
	insertBrace, deleteBrace, insertQuote, quoteWord, insertSign,
	boundary, boundary, boundary,
	otherKeyword, otherKeyword, otherKeyword, newKeyword, newKeyword,
}

// line chooses a line, -1 when there is none.
func (e *edit) line() int {
	if len(e.lines) == 0 {
		return -1
	}
	for range 8 {
		if i := e.r.IntN(len(e.lines)); strings.TrimSpace(e.lines[i]) != "" {
			return i
		}
	}
	return e.r.IntN(len(e.lines))
}

// word chooses a word of a line; ok is false when the line has none.
func (e *edit) word() (line int, tokens []string, at int, ok bool) {
	for range 8 {
		if line = e.line(); line < 0 {
			break
		}
		tokens = split(e.lines[line])
		if w := words(tokens); len(w) > 0 {
			return line, tokens, w[e.r.IntN(len(w))], true
		}
	}
	return 0, nil, 0, false
}

func (e *edit) set(line int, tokens []string) { e.lines[line] = strings.Join(tokens, "") }

func deleteLine(e *edit) {
	if i := e.line(); i >= 0 {
		e.lines = slices.Delete(e.lines, i, i+1)
	}
}

func duplicateLine(e *edit) {
	if i := e.line(); i >= 0 {
		e.lines = slices.Insert(e.lines, i, e.lines[i])
	}
}

func swapLines(e *edit) {
	if i, j := e.line(), e.line(); i >= 0 {
		e.lines[i], e.lines[j] = e.lines[j], e.lines[i]
	}
}

// moveLine moves a line, most of the time into another block.
func moveLine(e *edit) {
	i := e.line()
	if i < 0 {
		return
	}
	line := e.lines[i]
	e.lines = slices.Delete(e.lines, i, i+1)
	e.lines = slices.Insert(e.lines, e.r.IntN(len(e.lines)+1), line)
}

// block chooses the lines of a block, or one line that is none.
func (e *edit) block() (from, to int) {
	from = e.line()
	for range 8 {
		if from < 0 || strings.Contains(e.lines[from], "{") {
			break
		}
		from = e.line()
	}
	if from < 0 {
		return 0, 0
	}
	return from, blockEnd(e.lines, from)
}

func deleteBlock(e *edit) {
	from, to := e.block()
	e.lines = slices.Delete(e.lines, from, to)
}

func duplicateBlock(e *edit) {
	from, to := e.block()
	if len(e.lines) < 2000 {
		e.lines = slices.Insert(e.lines, to, e.lines[from:to]...)
	}
}

// foreignLine takes a line of another configuration.
func foreignLine(e *edit) {
	other := e.seeds[e.r.IntN(len(e.seeds))].lines
	if len(other) > 0 {
		e.lines = slices.Insert(e.lines, e.r.IntN(len(e.lines)+1), other[e.r.IntN(len(other))])
	}
}

func deleteWord(e *edit) {
	if line, tokens, at, ok := e.word(); ok {
		e.set(line, slices.Delete(tokens, at, at+1))
	}
}

func duplicateWord(e *edit) {
	if line, tokens, at, ok := e.word(); ok {
		e.set(line, slices.Insert(tokens, at, tokens[at], " "))
	}
}

func swapWords(e *edit) {
	if line, tokens, at, ok := e.word(); ok {
		w := words(tokens)
		other := w[e.r.IntN(len(w))]
		tokens[at], tokens[other] = tokens[other], tokens[at]
		e.set(line, tokens)
	}
}

// replaceWord puts a word of another line in the place of one.
func replaceWord(e *edit) {
	line, tokens, at, ok := e.word()
	_, others, from, ok2 := e.word()
	if ok && ok2 {
		tokens[at] = others[from]
		e.set(line, tokens)
	}
}

// insert puts text somewhere into a line, between two characters.
func (e *edit) insert(text string) {
	if i := e.line(); i >= 0 {
		at := e.r.IntN(len(e.lines[i]) + 1)
		e.lines[i] = e.lines[i][:at] + text + e.lines[i][at:]
	}
}

func insertBrace(e *edit) { e.insert([]string{"{", "}"}[e.r.IntN(2)]) }
func insertQuote(e *edit) { e.insert([]string{`"`, `"`, `'`}[e.r.IntN(3)]) }
func insertSign(e *edit) {
	e.insert([]string{"#", "!", `\`, "@", "$", "~", "-", "+", ".", ",", ":", "/", "%", ";", "=", " ", "\t", "\f", "\x80", "\r"}[e.r.IntN(20)])
}

func deleteBrace(e *edit) {
	var at []int
	for i, line := range e.lines {
		if strings.ContainsAny(line, "{}") {
			at = append(at, i)
		}
	}
	if len(at) > 0 {
		i := at[e.r.IntN(len(at))]
		j := strings.IndexAny(e.lines[i], "{}")
		e.lines[i] = e.lines[i][:j] + e.lines[i][j+1:]
	}
}

func quoteWord(e *edit) {
	if line, tokens, at, ok := e.word(); ok {
		w := strings.Trim(tokens[at], `"`)
		tokens[at] = []string{`"` + w + `"`, `'` + w + `'`, `"` + w + ` x"`, `""`, w}[e.r.IntN(5)]
		e.set(line, tokens)
	}
}

// boundaries are values at which readers of values change their minds.
var boundaries = []string{
	"0", "1", "-1", "2", "+5", "00", "010", "0x10", "15", "16", "31", "32", "33", "40", "64", "127", "128", "129", "253", "254", "255", "256",
	"-253", "-254", "-255", "1000", "1023", "1024", "4095", "4096", "9999", "10000", "32766", "32767", "65535", "65536", "100000",
	"2147483647", "2147483648", "-2147483648", "4294967295", "4294967296", "18446744073709551615", "18446744073709551616",
	"0.0", ".5", "1.", "0.01", "0.001", "0.000001", "0.0000001", "1.5", "40.95", "40.96", "255.5", "4294.967295", "4294.967296", "1e3", "5s", "10ms", "x", `""`, `" 5"`, `" -5"`,
	"on", "off", "true", "no", "ON", "yes",
	"0.0.0.0", "127.0.0.1", "192.0.2.1", "192.0.2.1/0", "192.0.2.1/32", "192.0.2.1/33", "192.0.2", "192.0.2.256", "192.0.2.1-9", "224.0.0.1", "255.255.255.255",
	"::", "::1", "fe80::1", "fe80::1%eth0", "2001:db8::1/64", "2001:db8::1/129", "ff02::12", "::ffff:192.0.2.1", "2001:db8:::1",
	"eth0", "eth1", "lo", "nosuch0", "V1", "MASTER", "BACKUP", "tcp", "default", "all", "a_name_that_is_longer_than_anything_needs",
}

// boundary replaces a value, most of the time a number by a number.
func boundary(e *edit) {
	for range 8 {
		line, tokens, at, ok := e.word()
		if !ok {
			return
		}
		if w := words(tokens); at == w[0] && len(w) > 1 {
			continue // the keyword
		}
		tokens[at] = boundaries[e.r.IntN(len(boundaries))]
		e.set(line, tokens)
		return
	}
}

// choose returns a keyword of the block that a line is in, nil when the table
// has none for it.
func (e *edit) choose(line int) *keyword.Keyword {
	level := e.table.Level(outline(e.lines)[line])
	var names []string
	for name, row := range level {
		if !newer(row) && !strings.HasPrefix(name, "<") {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return level[names[e.r.IntN(len(names))]]
}

// otherKeyword replaces a keyword by another one of the same block.
func otherKeyword(e *edit) {
	line, tokens, at, ok := e.word()
	if !ok {
		return
	}
	if row := e.choose(line); row != nil {
		if row.Shape != keyword.Word {
			at = words(tokens)[0]
		}
		tokens[at] = row.Name
		e.set(line, tokens)
	}
}

// newKeyword adds a keyword of a block, with values that may suit it.
func newKeyword(e *edit) {
	line := e.line()
	if line < 0 {
		return
	}
	row := e.choose(line)
	switch {
	case row == nil:
	case row.Shape == keyword.Word:
		e.lines[line] += " " + row.Name + " " + e.value(row)
	case row.Shape == keyword.Scalar:
		text := row.Name
		for range e.r.IntN(4) {
			text += " " + e.value(row)
		}
		e.lines = slices.Insert(e.lines, line, text)
	default:
		name := ""
		if e.r.IntN(2) == 0 {
			name = " " + e.value(row)
		}
		e.lines = slices.Insert(e.lines, line, row.Name+name+" {", e.value(row)+" "+e.value(row), "}")
	}
}

// value returns a value: a boundary, a word of the file, or one of the words
// that the table has for the argument.
func (e *edit) value(row *keyword.Keyword) string {
	choices := strings.FieldsFunc(row.Args+" "+row.Range, func(c rune) bool { return strings.ContainsRune(" <>[]{}|,.;()", c) })
	switch n := e.r.IntN(3); {
	case n == 0 && len(choices) > 0:
		return choices[e.r.IntN(len(choices))]
	case n == 1:
		if _, tokens, at, ok := e.word(); ok {
			return tokens[at]
		}
	}
	return boundaries[e.r.IntN(len(boundaries))]
}
