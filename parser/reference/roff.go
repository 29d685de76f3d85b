package reference

import (
	"fmt"
	"strings"

	"keepalived/core/version"
)

// roff builds a page of the man macro set.
type roff struct{ strings.Builder }

// escape protects what roff would take for its own. Hyphens are those that a
// reader copies.
func escape(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "^", `\(ha`, "~", `\(ti`, "`", `\(ga`).Replace(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return s
}

func (r *roff) title(name string, section int, source, heading string) {
	month, rest, _ := strings.Cut(version.Date, "/")
	day, year, _ := strings.Cut(rest, ",")
	fmt.Fprintf(r, ".TH %s %d %s-%s-%s %q %q\n", strings.ToUpper(name), section, year, month, day, source, heading)
}

func (r *roff) section(name string) { fmt.Fprintf(r, ".SH %s\n", escape(name)) }

// tagged is a tag in bold with its arguments, and a text.
func (r *roff) tagged(tag, arguments, text string) {
	fmt.Fprintf(r, ".TP\n\\fB%s\\fR", escape(tag))
	if arguments != "" {
		fmt.Fprintf(r, " %s", escape(arguments))
	}
	fmt.Fprintf(r, "\n%s\n", escape(text))
}

// line is one more line of the text before.
func (r *roff) line(s string) { fmt.Fprintf(r, ".br\n%s\n", escape(s)) }
