package explain

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"keepalived/core/config"
)

// Text writes the report for people; with colour for a terminal.
func (r *Report) Text(w io.Writer, colour bool) error {
	t := &writer{Writer: bufio.NewWriter(w), report: r, colour: colour}
	followers := make(map[int][]*Problem)
	causes := 0
	for i := range r.Problems {
		p := &r.Problems[i]
		if p.Cause != nil {
			followers[*p.Cause] = append(followers[*p.Cause], p)
		} else {
			causes++
		}
	}
	same := make(repetitions)
	same.ofLines(r.Problems)
	same.ofBlocks(r.Problems, followers)
	for i := range r.Problems {
		if p := &r.Problems[i]; p.Cause == nil && same[i] != again {
			t.problem(p, followers[i], red, "", same[i])
		}
	}
	for i := range r.Notes {
		t.problem(&r.Notes[i], nil, yellow, "note: ", "")
	}
	t.verdict(causes, len(r.Problems)-causes)
	return t.Flush()
}

// The colours.
const (
	plain  = "0"
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	blue   = "1;34"
)

type writer struct {
	*bufio.Writer
	report *Report
	colour bool
}

// paint is a text in a colour.
func (t *writer) paint(colour, text string) string {
	if !t.colour || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[" + plain + "m"
}

// gutter is how wide the numbers of lines are.
const gutter = 5

// fact writes what is known besides.
func (t *writer) fact(format string, args ...any) {
	fmt.Fprintf(t, "%*s%s %s\n", gutter+1, "", t.paint(blue, "="), printable(fmt.Sprintf(format, args...)))
}

// problem writes a problem with what follows from it.
func (t *writer) problem(p *Problem, followers []*Problem, colour, label, same string) {
	message := printable(withoutPrefix(p.Message))
	if p.Line == 0 {
		fmt.Fprintf(t, "%s\n", t.paint(bold, label+message))
	} else {
		fmt.Fprintf(t, "%s %s\n", t.paint(bold, fmt.Sprintf("%s:%d:%d:", p.File, p.Line, max(p.Column, 1))), t.paint(colour, label+message))
		t.lines(p, colour)
	}
	if p.Statement != "" {
		t.fact("after substitutions: %s", p.Statement)
	}
	if p.Option != nil {
		t.fact("%s", p.Option)
		if p.Option.Instead != "" {
			t.fact("use %s instead", p.Option.Instead)
		}
	}
	if p.Meaning != "" {
		t.fact("%s", p.Meaning)
	}
	if p.Suggestion != "" {
		t.fact("did you mean '%s'?", p.Suggestion)
	}
	for _, a := range p.Advice {
		t.fact("%s", a)
	}
	t.follow(p, followers)
	if same != "" {
		t.fact("%s", same)
	}
	fmt.Fprintln(t)
}

// follow tells what follows from a problem. The other words about the same
// place are shown when nothing else says what they say.
func (t *writer) follow(p *Problem, followers []*Problem) {
	more := 0
	var lines []int
	var same *Problem
	for _, f := range followers {
		if f.File == p.File && f.Line == p.Line && f.Line > 0 && !strings.HasSuffix(p.Class, "}") {
			if same == nil || same.Class == className(config.ClassUnmatchedQuote) {
				same = f
			}
			continue
		}
		more++
		if f.Line > 0 && f.File == p.File {
			lines = append(lines, f.Line)
		}
	}
	switch {
	case same == nil || p.Meaning != "":
	case same.Class == className(config.ClassMissingParameter):
		t.fact("%s", same.Meaning)
	default:
		t.fact("%s", withoutPrefix(same.Message))
	}
	if more == 0 {
		return
	}
	where := ""
	if len(lines) > 0 {
		where = " (" + lineList(lines) + ")"
	}
	if more == 1 {
		t.fact("1 more problem follows from this%s", where)
	} else {
		t.fact("%d more problems follow from this%s", more, where)
	}
}

// lineList names lines, not too many of them: "lines 3, 7 to 9 and 12".
func lineList(lines []int) string {
	slices.Sort(lines)
	lines = slices.Compact(lines)
	const most = 6
	var parts []string
	for i := 0; i < len(lines); {
		j := i
		for j+1 < len(lines) && lines[j+1] == lines[j]+1 {
			j++
		}
		switch {
		case j == i:
			parts = append(parts, strconv.Itoa(lines[i]))
		case j == i+1:
			parts = append(parts, strconv.Itoa(lines[i]), strconv.Itoa(lines[j]))
		default:
			parts = append(parts, fmt.Sprintf("%d to %d", lines[i], lines[j]))
		}
		i = j + 1
	}
	if len(lines) == 1 {
		return "line " + parts[0]
	}
	if len(parts) > most {
		return "lines " + strings.Join(parts[:most], ", ") + ", ..."
	}
	return "lines " + strings.Join(parts, ", ")
}

// verdict says what becomes of it all.
func (t *writer) verdict(causes, followers int) {
	d := t.report.Daemon
	if causes == 0 && t.report.Status == 0 && d.Starts {
		return
	}
	fmt.Fprint(t, t.paint(bold, counted(causes, "problem")))
	if followers > 0 {
		fmt.Fprintf(t, ", %s from %s", counted(followers, "consequence"), map[bool]string{true: "it", false: "them"}[causes == 1])
	}
	fmt.Fprintf(t, ", status %d\n", t.report.Status)
	switch {
	case !d.Starts && d.Status == 0:
		fmt.Fprintf(t, "The daemon does not start with this: the network namespace cannot be entered.\n")
	case !d.Starts:
		fmt.Fprintf(t, "The daemon does not start with this (exit status %d).\n", d.Status)
	case d.Reloads:
		fmt.Fprintf(t, "The daemon starts with this, and a reload takes it.\n")
	default:
		fmt.Fprintf(t, "The daemon starts, with what it understands.\n")
	}
	if !d.Reloads {
		fmt.Fprintf(t, "A reload is refused, and the running configuration stays%s.\n", t.report.condition)
	}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// mark is a line to be shown, with a place in it.
type mark struct {
	line, column, end int // column 0: nothing is marked
	primary           bool
	note              string
}

// lines writes the lines that a problem is about.
func (t *writer) lines(p *Problem, colour string) {
	marks := []mark{{line: p.Line, column: max(p.Column, 1), end: p.EndColumn, primary: true}}
	if p.Column == 0 {
		marks[0].column = -1 // the first word
	}
	shown := func(line int) bool { return slices.ContainsFunc(marks, func(m mark) bool { return m.line == line }) }
	for _, r := range p.Related {
		if r.File != p.File {
			defer t.fact("%s: %s:%d", r.Note, r.File, r.Line)
			continue
		}
		if i := slices.IndexFunc(marks, func(m mark) bool { return m.line == r.Line }); i >= 0 {
			if marks[i].note == "" {
				marks[i].note = r.Note
			}
			continue
		}
		marks = append(marks, mark{line: r.Line, column: r.Column, note: r.Note})
	}
	if n := len(p.Blocks); n > 0 && p.Blocks[n-1].File == p.File && !shown(p.Blocks[n-1].Line) {
		marks = append(marks, mark{line: p.Blocks[n-1].Line})
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return cmp.Compare(a.line, b.line) })
	last := 0
	for _, m := range marks {
		text, ok := t.report.sources.line(p.File, m.line)
		if !ok {
			continue
		}
		if last > 0 && m.line > last+1 {
			fmt.Fprintf(t, "%*s\n", gutter, "...")
		}
		last = m.line
		t.line(m, text, colour)
	}
}

// widest is how much of a line is shown.
const widest = 160

// line writes a line with what is marked in it.
func (t *writer) line(m mark, text, colour string) {
	bar := t.paint(blue, "|")
	column := m.column
	if column < 0 || column > len(text) && column != 0 {
		column = 1 + len(text) - len(strings.TrimLeft(text, " \t"))
	}
	end := m.end
	if column > 0 && column <= len(text) && end <= column {
		end = column + len(text[column-1:])
		if i := strings.IndexAny(text[column-1:], " \t"); i > 0 {
			end = column + i
		}
	}
	from := 0
	if column > widest { // the end of a long line
		from = column - widest/2
		for from < len(text) && !utf8.RuneStart(text[from]) {
			from++
		}
	}
	shown := text[from:]
	if len(shown) > widest {
		cut := widest
		for cut > 0 && !utf8.RuneStart(shown[cut]) {
			cut--
		}
		shown = shown[:cut] + "..."
	}
	fmt.Fprintf(t, "%s %s %s\n", t.paint(blue, fmt.Sprintf("%*d", gutter, m.line)), bar, printable(shown))
	if column == 0 || column > len(text) {
		return
	}
	blank := width(printable(text[from : column-1]))
	under := max(width(printable(text[column-1:min(end-1, len(text))])), 1)
	under = min(under, max(widest-blank, 1))
	sign := strings.Repeat("-", under)
	if m.primary {
		sign = "^" + strings.Repeat("~", under-1)
	} else {
		colour = blue
	}
	if m.note != "" {
		sign += " " + m.note
	}
	fmt.Fprintf(t, "%*s %s %s%s\n", gutter, "", bar, strings.Repeat(" ", blank), t.paint(colour, sign))
}

// tabs is how wide a tab is shown.
const tabs = 4

// printable is a text without what a terminal might obey: tabs are blanks, and
// other control characters and broken UTF-8 are shown as signs.
func printable(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f }) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\t':
			b.WriteString(strings.Repeat(" ", tabs))
		case r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			b.WriteRune('\uFFFD')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// width is how many columns of a terminal a printable text has.
func width(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wide reports whether a character takes two columns: those of East Asia, and
// pictures.
func wide(r rune) bool {
	return r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
		r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 ||
		r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1faff || r >= 0x20000 && r <= 0x3fffd)
}
