package explain

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/keyword"
)

// Problem is one cause, however many processes have reported it.
type Problem struct {
	File      string   `json:"file,omitempty"`
	Line      int      `json:"line,omitempty"`   // from 1; 0: of no line
	Column    int      `json:"column,omitempty"` // in bytes, from 1; 0: unknown
	Class     string   `json:"class"`
	Processes []string `json:"processes"`
	// Message is the C daemon's line, with its prefix, as it is first
	// shown.
	Message    string `json:"message"`
	Suggestion string `json:"suggestion,omitempty"`
}

// Report is the result of a configuration test.
type Report struct {
	Status   int       `json:"status"` // exit status
	Problems []Problem `json:"problems"`
}

// New makes a report of the diagnostics that a configuration test shows.
func New(diagnostics []config.Diagnostic, status int) *Report {
	r := &Report{Status: status, Problems: []Problem{}}
	type cause struct {
		position config.Position
		text     string
	}
	seen := make(map[cause]int)
	var names []string
	for _, d := range diagnostics {
		if d.LogOnly {
			continue
		}
		c := cause{d.Position, withoutPrefix(d.Message)}
		if i, again := seen[c]; again {
			if p := &r.Problems[i]; !slices.Contains(p.Processes, d.Pass.String()) {
				p.Processes = append(p.Processes, d.Pass.String())
			}
			continue
		}
		seen[c] = len(r.Problems)
		p := Problem{
			File: d.Position.File, Line: d.Position.Line, Column: d.Position.Column,
			Class: className(d.Class), Processes: []string{d.Pass.String()}, Message: d.Message,
		}
		if word, ok := unknownKeyword(c.text); ok && d.Class == config.ClassUnknownKeyword {
			if names == nil {
				names = keywordNames()
			}
			p.Suggestion = nearest(word, names)
		}
		r.Problems = append(r.Problems, p)
	}
	return r
}

// JSON writes the report as one JSON object on one line.
func (r *Report) JSON(w io.Writer) error { return json.NewEncoder(w).Encode(r) }

// Text writes the report for people. read returns the content of a file; a
// line that cannot be had is left out.
func (r *Report) Text(w io.Writer, read func(file string) (string, error)) error {
	lines := make(map[string][]string)
	out := bufio.NewWriter(w)
	causes := 0
	for i, p := range r.Problems {
		if i > 0 && consequence(&r.Problems[i-1], &p) {
			continue // shown with its cause
		}
		causes++
		if p.Line == 0 {
			fmt.Fprintf(out, "%s\n\n", p.Message)
			continue
		}
		fmt.Fprintf(out, "%s:%d:%d: %s\n", p.File, p.Line, max(p.Column, 1), withoutPrefix(p.Message))
		text, known := lines[p.File]
		if !known {
			if content, err := read(p.File); err == nil {
				text = strings.Split(content, "\n")
			}
			lines[p.File] = text
		}
		if p.Line <= len(text) {
			showLine(out, p, strings.TrimRight(text[p.Line-1], "\r"))
		}
		if i+1 < len(r.Problems) && consequence(&p, &r.Problems[i+1]) {
			fmt.Fprintf(out, "      = %s\n", withoutPrefix(r.Problems[i+1].Message))
		}
		if p.Suggestion != "" {
			fmt.Fprintf(out, "      = did you mean '%s'?\n", p.Suggestion)
		}
		fmt.Fprintln(out)
	}
	if causes > 0 {
		fmt.Fprintf(out, "%d problem%s, status %d\n", causes, map[bool]string{true: "s"}[causes > 1], r.Status)
	}
	return out.Flush()
}

// consequence reports whether a problem is what a keyword makes of a number
// that the problem before it has refused.
func consequence(cause, p *Problem) bool {
	return cause.Class == className(config.ClassInvalidNumber) && p.Class != cause.Class &&
		p.Line > 0 && p.File == cause.File && p.Line == cause.Line && p.Column == cause.Column
}

// widest is how much of a line is shown.
const widest = 160

// showLine writes a line with a caret under the word that is meant.
func showLine(w io.Writer, p Problem, line string) {
	column := p.Column
	if column == 0 || column > len(line) {
		column = 1 + len(line) - len(strings.TrimLeft(line, " \t"))
	}
	if len(line) > widest {
		line = line[:widest]
	}
	fmt.Fprintf(w, "%5d | %s\n", p.Line, strings.ReplaceAll(line, "\t", " "))
	if column > len(line) {
		return
	}
	word := strings.IndexAny(line[column-1:], " \t")
	if word < 0 {
		word = len(line) - column + 1
	}
	fmt.Fprintf(w, "      | %s%s\n", strings.Repeat(" ", column-1), "^"+strings.Repeat("~", max(word-1, 0)))
}

// withoutPrefix removes "(Line 3) " and "(FILE: Line 3) ".
func withoutPrefix(message string) string {
	if m := linePrefix().FindString(message); m != "" {
		return message[len(m):]
	}
	return message
}

func linePrefix() *regexp.Regexp { return regexp.MustCompile(`^\((?:[^()]*: )?Line \d+\) `) }

func unknownKeyword(text string) (word string, ok bool) {
	word, ok = strings.CutPrefix(text, "Unknown keyword '")
	return strings.TrimSuffix(word, "'"), ok
}

func keywordNames() []string {
	var names []string
	for _, k := range keyword.New().All() {
		names = append(names, k.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// className names a class in the words of 01-configuration section 2.3.
func className(c config.Class) string {
	return [...]string{
		"note", "file not found", "bad interface", "fatal", "multiple files", "unknown keyword",
		"unexpected {", "missing {", "unexpected }", "missing }", "unmatched quote", "missing parameter",
		"invalid number", "general error", "warning", "deprecated", "security",
	}[c]
}
