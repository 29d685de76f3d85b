package reference

import (
	_ "embed"
	"strings"

	"keepalived/core/commandline"
	"keepalived/core/version"
	"keepalived/parser/keyword"
)

//go:embed intro.roff
var intro string

//go:embed daemon.roff
var daemon string

// Manual5 is the page keepalived.conf(5).
func Manual5(t *keyword.Table) string {
	var r roff
	r.title("keepalived.conf", 5, "keepalived "+version.Number, "Keepalived Configuration")
	r.WriteString(intro)
	for _, b := range blocks(t) {
		heading(&r, b[0].Path)
		for _, k := range b {
			r.tagged(k.Name, k.Args, sentence(k.Help)+".")
			for _, note := range notes(k) {
				r.line(note)
			}
		}
	}
	r.section("SEE ALSO")
	r.WriteString("\\fBkeepalived\\fR(8), \\fBgenhash\\fR(1), \\fBipvsadm\\fR(8), \\fBip\\-address\\fR(8), \\fBip\\-route\\fR(8), \\fBip\\-rule\\fR(8)\n")
	return r.String()
}

// blocks are the keywords of every block, in the order of the table.
func blocks(t *keyword.Table) [][]*keyword.Keyword {
	var all [][]*keyword.Keyword
	index := make(map[string]int)
	rows := t.All()
	for i := range rows {
		k := &rows[i]
		if k.Shape == keyword.Directive {
			continue
		}
		at, ok := index[k.Path]
		if !ok {
			at = len(all)
			index[k.Path] = at
			all = append(all, nil)
		}
		all[at] = append(all[at], k)
	}
	return all
}

// heading begins the keywords of a block.
func heading(r *roff, path string) {
	if path == "" {
		r.section("KEYWORDS OUTSIDE BLOCKS")
		return
	}
	r.section(strings.ReplaceAll(path, "/", " / "))
}

// Manual8 is the page keepalived(8).
func Manual8() string {
	var r roff
	r.title("keepalived", 8, "keepalived "+version.Number, "System Administration")
	options, rest, _ := strings.Cut(daemon, ".\\\" OPTIONS\n")
	r.WriteString(options)
	for _, o := range commandline.Documented() {
		tag, value := "--"+o.Long, o.Value
		if o.Short != "" {
			tag = "-" + o.Short + ", " + tag
		}
		if o.Optional {
			value = "[=" + value + "]"
		}
		help := strings.ReplaceAll(sentence(o.Help), "\n default ", ", default ")
		r.tagged(tag, value, strings.ReplaceAll(help, "\n ", " ")+".")
	}
	r.WriteString(rest)
	return r.String()
}

//go:embed genhash.roff
var genhash string

// Manual1 is the page genhash(1).
func Manual1() string {
	var r roff
	r.title("genhash", 1, "keepalived "+version.Number, "User Commands")
	r.WriteString(genhash)
	return r.String()
}
