package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A form is a way in which a configuration comes to somebody else's machine.
type form struct {
	name string
	// make returns the text, next is another configuration. An empty text
	// is no question.
	make func(s, next seed) string
}

// forms are applied to every configuration with -forms. The first one is the
// configuration itself.
var forms = []form{
	{"as it is", func(s, _ seed) string { return s.text() }},
	{"included", func(s, _ seed) string { return "include " + s.name + "\n" }},
	{"line ends of another system", func(s, _ seed) string { return strings.ReplaceAll(s.text(), "\n", "\r\n") }},
	{"byte order mark", func(s, _ seed) string { return "\xef\xbb\xbf" + s.text() }},
	{"first third", func(s, _ seed) string { return s.text()[:len(s.text())/3] }},
	{"first two thirds", func(s, _ seed) string { return s.text()[:len(s.text())*2/3] }},
	{"last half", func(s, _ seed) string { return s.text()[len(s.text())/2:] }},
	{"with another one behind it", func(s, next seed) string { return s.text() + next.text() }},
	{"twice", func(s, _ seed) string { return s.text() + s.text() }},
	{"without its braces at the end", func(s, _ seed) string { return strings.TrimRight(s.text(), "} \t\n") + "\n" }},
	{"without any indent", func(s, _ seed) string { return indent.ReplaceAllString(s.text(), "") }},
	{"blanks that are no ASCII", func(s, _ seed) string {
		return indent.ReplaceAllStringFunc(s.text(), func(b string) string { return strings.Repeat("\u00a0", len(b)) })
	}},
	{"quotes of a word processor", func(s, _ seed) string { return re(`"([^"\n]*)"`).ReplaceAllString(s.text(), "“$1”") }},
	{"from the source of a web page", func(s, _ seed) string {
		return strings.NewReplacer("<", "&lt;", ">", "&gt;", `"`, "&quot;", "&", "&amp;").Replace(s.text())
	}},
	{"braces on lines of their own", func(s, _ seed) string { return re(`(?m)[ \t]*\{[ \t]*$`).ReplaceAllString(s.text(), "\n{") }},
	{"no blank before the brace", func(s, _ seed) string { return strings.ReplaceAll(s.text(), " {", "{") }},
	{"comments of another language", func(s, _ seed) string { return re(`[#!]`).ReplaceAllString(s.text(), "//") }},
	{"semicolons", func(s, _ seed) string { return re(`(?m)([^\s{}])$`).ReplaceAllString(s.text(), "$1;") }},
	{"other interfaces", func(s, _ seed) string {
		return interfaceName.ReplaceAllStringFunc(s.text(), func(m string) string {
			return strings.Replace(m, interfaceName.FindStringSubmatch(m)[1], "nosuch0", 1)
		})
	}},
	{"of the first machine", func(s, _ seed) string { return machine(s.text(), 0) }},
	{"of the second machine", func(s, _ seed) string { return machine(s.text(), 1) }},
}

var indent = regexp.MustCompile(`(?m)^[ \t]+`)

func (s seed) text() string { return strings.Join(s.lines, "\n") + "\n" }

// condition is the @ that begins a line for one machine, or for all others.
var condition = regexp.MustCompile(`^[ \t]*@(\^?)(\w+)[ \t]`)

// machine returns what the machine with the nth name that a text uses in
// conditions reads, empty when there is none.
func machine(text string, n int) string {
	lines := strings.SplitAfter(text, "\n")
	var names []string
	for _, line := range lines {
		if m := condition.FindStringSubmatch(line); m != nil && !slices.Contains(names, m[2]) {
			names = append(names, m[2])
		}
	}
	if n >= len(names) {
		return ""
	}
	for i, line := range lines {
		m := condition.FindStringSubmatch(line)
		switch {
		case m == nil:
		case (m[1] == "") == (m[2] == names[n]):
			lines[i] = line[len(m[0]):]
		default:
			lines[i] = "\n"
		}
	}
	return strings.Join(lines, "")
}

// formed returns every form of every configuration.
func formed(seeds []seed) []mutant {
	var all []mutant
	for i, s := range seeds {
		for j, f := range forms {
			if text := f.make(s, seeds[(i+1)%len(seeds)]); text != "" {
				m := mutant{number: uint64(i*len(forms) + j), seed: fmt.Sprintf("%s, %s", s.name, f.name), lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
				if strings.HasPrefix(text, "include "+s.name) {
					m.includes = s.text()
				}
				all = append(all, m)
			}
		}
	}
	return all
}
