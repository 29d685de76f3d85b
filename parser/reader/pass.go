package reader

import (
	"fmt"
	"hash/maphash"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/source"
	"keepalived/parser/syntax"
)

// Mode is the way in which the configuration is read.
type Mode struct {
	// Test is a configuration test (-t).
	Test bool
	// Reload is a re-read by a running daemon.
	Reload bool
}

// Pass is the reading of a configuration for one process.
type Pass struct {
	Process config.Pass
	Mode    Mode
	Config  *config.Config
	Host    Host
	// Diagnostics is what was reported, in order.
	Diagnostics []config.Diagnostic
	// Origins, if not nil, remembers what the values were made from.
	Origins *Origins

	file     *syntax.File
	language *Language
	cursor   *syntax.Cursor
	kept     [keptWords]string
	seed     maphash.Seed // of kept
	at       source.Place
	column   uint32
	reading  bool
	depth    int
	current  Statement
	inactive func(keyword string)
	rejected bool // inside a block that its keyword has rejected
	// abandoned is set by a keyword after which the rest of its block is
	// left out.
	abandoned bool
	regular   bool // all processes agree on what is a block
	subject   subject
	braces    braces
}

// NewPass prepares the reading of a file for one process.
func NewPass(process config.Pass, mode Mode, file *syntax.File, c *config.Config, host Host) *Pass {
	return &Pass{
		Process: process, Mode: mode, Config: c, Host: host,
		file: file, seed: maphash.MakeSeed(),
	}
}

// maxDiagnostics bounds what one pass reports. A sequence of a few bytes can
// have millions of wrong lines.
const maxDiagnostics = 250_000

// keptWords is the number of words that wait for their like. A large
// configuration has hundreds of thousands of names, each once or twice; a map of
// them all costs more than it saves.
const keptWords = 1024

// stop ends a pass from within a handler. It never leaves this package.
type stop struct{}

// Read reads the whole file with the keywords of a language. inactive is
// called for every top-level keyword that belongs to other processes. It
// returns false when a missing parameter ended the reading.
func (p *Pass) Read(l *Language, inactive func(keyword string)) (complete bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(stop); !ok {
				panic(r)
			}
			p.reading = false
		}
	}()
	p.cursor, p.inactive, p.reading = syntax.NewCursor(p.file), inactive, true
	p.regular = l.regular(p.file)
	p.language = l
	p.findUnclosed()
	if p.Origins != nil {
		p.Origins.begin(p)
	}
	p.level(l.top, true)
	p.reading, p.at = false, source.Place{}
	p.focus(nil, "")
	if p.depth > 0 {
		p.missingClose()
	}
	p.braces.broken = nil
	return true
}

// Keep returns a copy of a word that does not hold the whole file in memory;
// equal words share it, unless there are many others between them.
func (p *Pass) Keep(word string) string {
	kept := &p.kept[maphash.String(p.seed, word)%keptWords]
	if *kept != word {
		*kept = strings.Clone(word)
	}
	return *kept
}

// Report reports a problem at the current line, or of the whole
// configuration when reading is over.
func (p *Pass) Report(class config.Class, format string, args ...any) {
	if p.Full() {
		return
	}
	p.add(config.Diagnostic{Class: class, Message: fmt.Sprintf(format, args...)}, format)
}

// General reports a problem of the general class.
func (p *Pass) General(format string, args ...any) {
	p.Report(config.ClassGeneral, format, args...)
}

// Log reports what only a running daemon logs, and the C daemon without the
// place.
func (p *Pass) Log(format string, args ...any) {
	if p.Full() {
		return
	}
	p.add(config.Diagnostic{LogOnly: true, Message: fmt.Sprintf(format, args...)}, format)
}

// Fatal reports a problem and ends the reading of the configuration. It does
// not return.
func (p *Pass) Fatal(class config.Class, format string, args ...any) {
	p.Report(class, format, args...)
	panic(stop{})
}

// add completes a diagnostic with pass, position, prefix and subject. What is
// only logged while reading has no subject: there can be much of it without
// anything being wrong.
func (p *Pass) add(d config.Diagnostic, template string) {
	d.Pass = p.Process
	if p.reading && p.at.Line > 0 {
		d.Position = p.Position(p.at, p.column)
		if !d.LogOnly {
			d.Message = p.prefix() + d.Message
		}
	} else {
		d.Position = p.subjectPosition()
	}
	if !d.LogOnly || !p.reading {
		d.Subject = p.subjectOf(d.Class, template)
	}
	if len(p.Diagnostics) == maxDiagnostics {
		d = config.Diagnostic{Pass: d.Pass, Class: config.ClassGeneral, Message: MsgTooMany}
	}
	p.Diagnostics = append(p.Diagnostics, d)
}

// Full reports whether so much has been reported that nothing more will be.
// Loops over pairs of things can end then.
func (p *Pass) Full() bool { return len(p.Diagnostics) > maxDiagnostics }

// Position returns a place as file, line and column.
func (p *Pass) Position(at source.Place, column uint32) config.Position {
	return config.Position{File: p.file.Inclusions[at.Inclusion].File, Line: int(at.Line), Column: int(column)}
}

// prefix is what stands before a message while reading (01-configuration
// section 2.2).
func (p *Pass) prefix() string {
	inc := &p.file.Inclusions[p.at.Inclusion]
	if p.Process != config.PassParent {
		return fmt.Sprintf("(%s: Line %d) ", inc.File, p.at.Line)
	}
	if p.at.Inclusion == 0 && !p.file.Multiple {
		return fmt.Sprintf("(Line %d) ", inc.ParentLine(p.at.Line))
	}
	return fmt.Sprintf("(%s: Line %d) ", inc.File, inc.ParentLine(p.at.Line))
}

// Place returns the place that is being read.
func (p *Pass) Place() source.Place { return p.at }
