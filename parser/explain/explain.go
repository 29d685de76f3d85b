package explain

import (
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/keyword"
)

// Input is what a report is made of.
type Input struct {
	Diagnostics []config.Diagnostic
	// Status is the exit status of the configuration test.
	Status int
	// Start is what is against a start with this configuration, as the
	// parser has it: 0 when nothing is.
	Start int
	// Structural is set when braces or quotes are wrong.
	Structural bool
	// Strict is reload_check_config of this configuration.
	Strict bool
	// Needs tells whether a daemon runs the process of a pass; nil: all.
	Needs func(config.Pass) bool
	// Read returns the content of a configuration file. What cannot be had
	// is left out.
	Read func(file string) (string, error)
	// Interfaces returns the names of the interfaces that exist; nil when
	// they are not known.
	Interfaces func() []string
}

// Report is the result of a configuration test.
type Report struct {
	Status int `json:"status"` // exit status
	// Daemon is what a daemon does with this configuration.
	Daemon Daemon `json:"daemon"`
	// Problems are in the order of the text; those of no place come last. A
	// problem that follows from another one has its index as Cause.
	Problems []Problem `json:"problems"`
	// Notes are what has no effect on the status, and should be known all
	// the same.
	Notes []Problem `json:"notes,omitempty"`

	sources   *sources
	condition string // of a reload that is not refused by all that may run
}

// Daemon is what becomes of a daemon.
type Daemon struct {
	Starts bool `json:"starts"`
	// Status is that with which a daemon ends that does not start.
	Status int `json:"status,omitempty"`
	// Reloads is false when a running daemon refuses it, and keeps what it
	// has. A configuration with reload_check_config and a problem is taken
	// to follow one that has the keyword as well.
	Reloads bool `json:"reloads"`
}

// Place is a place in a file.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`   // from 1
	Column int    `json:"column"` // in bytes, from 1; 0: unknown
	// Note says what is there: "opened here".
	Note string `json:"note,omitempty"`
}

// Problem is one thing that is wrong, however many processes have reported it.
type Problem struct {
	File      string   `json:"file,omitempty"`
	Line      int      `json:"line,omitempty"`      // from 1; 0: of no line
	Column    int      `json:"column,omitempty"`    // in bytes, from 1; 0: unknown
	EndColumn int      `json:"endColumn,omitempty"` // behind the word that is meant
	Class     string   `json:"class"`
	Processes []string `json:"processes"`
	// Times is how often one process reports it, when that is more than
	// once.
	Times int `json:"times,omitempty"`
	// Message is the C daemon's line, with its prefix, as it is first
	// shown.
	Message string `json:"message"`
	// Keyword is the path of the keyword: "vrrp_instance/priority".
	Keyword string `json:"keyword,omitempty"`
	// Statement is the line after all substitutions, when they have changed
	// it.
	Statement string `json:"statement,omitempty"`
	// Blocks are those around it, the outermost first; the note is the line
	// that begins the block.
	Blocks []Place `json:"blocks,omitempty"`
	// Related are other places that have to do with it.
	Related []Place `json:"related,omitempty"`
	// Option is what the table says about the keyword, or about the word of
	// its line that is meant.
	Option *Option `json:"option,omitempty"`
	// Meaning is what it means for a running daemon.
	Meaning string `json:"meaning,omitempty"`
	// Suggestion is the word that was probably meant.
	Suggestion string `json:"suggestion,omitempty"`
	// Advice is what can be done.
	Advice []string `json:"advice,omitempty"`
	// Cause is the index of the problem that this one follows from.
	Cause *int `json:"cause,omitempty"`

	inside   string   // the path of the innermost block
	template string   // of the message, empty when it is not known
	args     []string // what its placeholders stand for
}

// Option is a row of the keyword table.
type Option struct {
	Name      string `json:"name"`
	Arguments string `json:"arguments,omitempty"`
	Range     string `json:"range,omitempty"`
	Default   string `json:"default,omitempty"`
	// Instead is the spelling that has replaced it.
	Instead string `json:"instead,omitempty"`
}

// JSON writes the report as one JSON object on one line.
func (r *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// New makes a report of the diagnostics that a configuration test shows.
func New(in Input) *Report {
	if in.Read == nil {
		in.Read = func(string) (string, error) { return "", nil }
	}
	m := &maker{
		Input: in, table: keyword.New(), facts: facts(), templates: make(templates),
		sources: &sources{read: in.Read, lines: make(map[string][]string)},
		uses:    regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^{}]*)?\}`), said: make(map[string]bool),
	}
	m.collect()
	m.findCauses()
	m.followers = make(map[*item][]*item)
	for _, it := range m.items {
		if it.from != nil {
			m.followers[it.from] = append(m.followers[it.from], it)
		}
	}
	for _, it := range slices.Concat(m.items, m.notes) {
		m.describe(it)
	}
	m.spread()
	return m.report()
}

// maker makes a report.
type maker struct {
	Input
	table     *keyword.Table
	facts     map[string]fact
	templates templates
	sources   *sources
	uses      *regexp.Regexp // of definitions
	items     []*item
	notes     []*item
	names     *definitions // made when first needed
	links     []string     // the interfaces
	linksSaid bool
	said      map[string]bool   // advice that is given once
	followers map[*item][]*item // direct ones
	effort    int               // spent on guesses
}

// afford reports whether there is time for some guess, which costs so many
// comparisons. A file with a hundred thousand mistakes gets no good advice about
// the last of them, but soon.
func (m *maker) afford(cost int) bool {
	const most = 2_000_000
	m.effort += cost
	return m.effort < most
}

// item is a problem while it is examined.
type item struct {
	Problem
	d    config.Diagnostic // the first of its reports
	s    *config.Subject   // never nil
	text string            // of the message, without prefix
	fact fact
	word string // the word of the statement that the message is about
	// from is the item that it follows from.
	from  *item
	index int
}

// root is the cause at the beginning.
func (it *item) root() *item {
	for it.from != nil {
		it = it.from
	}
	return it
}

// follow makes an item a consequence of another one, unless that follows from
// it.
func (it *item) follow(cause *item) {
	if it.from == nil && cause != nil && cause.root() != it {
		it.from = cause
	}
}

// report puts the items together.
func (m *maker) report() *Report {
	r := &Report{Status: m.Status, Problems: []Problem{}, sources: m.sources}
	r.Daemon, r.condition = m.daemon()
	for i, it := range m.items {
		it.index = i
	}
	for _, it := range m.items {
		if it.from != nil {
			it.Cause = &it.root().index
		}
		r.Problems = append(r.Problems, it.Problem)
	}
	for _, it := range m.notes {
		r.Notes = append(r.Notes, it.Problem)
	}
	return r
}

// daemon is what becomes of a daemon, and on what it depends that a reload is
// refused.
func (m *maker) daemon() (d Daemon, condition string) {
	switch {
	case m.Start == statusFatal:
		return Daemon{}, "" // status 0 as the C daemon, which ends as if asked to
	case m.Start != 0:
		return Daemon{Status: m.Start}, ""
	case m.Strict && slices.ContainsFunc(m.Diagnostics, m.counts):
		return Daemon{Status: statusConfig}, ""
	case m.Structural:
		return Daemon{Starts: true}, ", unless it has such mistakes already"
	case m.Strict && m.Status != 0:
		return Daemon{Starts: true}, ", if it has reload_check_config"
	}
	return Daemon{Starts: true, Reloads: true}, ""
}

// counts reports whether a process ends because of a diagnostic when
// reload_check_config is set.
func (m *maker) counts(d config.Diagnostic) bool {
	return !d.LogOnly && d.Class != config.ClassNone && d.Pass != config.PassParent && (m.Needs == nil || m.Needs(d.Pass))
}

// spread makes it known that a start ends because of what follows from a
// problem.
func (m *maker) spread() {
	for _, it := range m.items {
		if root := it.root(); root != it && it.Meaning == noStart && !strings.Contains(root.Meaning, noStart) && root.Meaning != meaningInterface {
			if root.Meaning != "" {
				root.Meaning += "; "
			}
			root.Meaning += noStart
		}
	}
}

// What the parser has against a start: that the network namespace cannot be
// entered, and a configuration that cannot be used.
const (
	statusFatal  = 1
	statusConfig = 2
)

// className names a class in the words of 01-configuration section 2.3.
func className(c config.Class) string {
	return [...]string{
		"note", "file not found", "bad interface", "fatal", "multiple files", "unknown keyword",
		"unexpected {", "missing {", "unexpected }", "missing }", "unmatched quote", "missing parameter",
		"invalid number", "general error", "warning", "deprecated", "security",
	}[c]
}
