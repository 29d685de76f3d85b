package reference

import (
	"fmt"
	"io"
	"path"
	"strings"

	"keepalived/parser/keyword"
)

// Help writes what the table says about the keywords that match a pattern,
// and returns how many there are. A pattern with * ? or [ must match a name,
// or block/name, as a whole; another one must be contained in the name.
func Help(w io.Writer, t *keyword.Table, pattern string) int {
	n := 0
	for _, k := range t.All() {
		if !matches(pattern, &k) {
			continue
		}
		n++
		fmt.Fprintf(w, "%s\n    %s.\n", title(&k), sentence(k.Help))
		for _, note := range notes(&k) {
			fmt.Fprintf(w, "    %s\n", note)
		}
	}
	return n
}

func matches(pattern string, k *keyword.Keyword) bool {
	full := path.Join(k.Path, k.Name)
	if !strings.ContainsAny(pattern, "*?[") {
		return strings.Contains(full, pattern)
	}
	for _, s := range []string{k.Name, full} {
		if ok, err := path.Match(pattern, s); ok && err == nil {
			return true
		}
	}
	return false
}

// title is a keyword with its block and its arguments.
func title(k *keyword.Keyword) string {
	s := k.Name
	if k.Path != "" {
		s = strings.ReplaceAll(k.Path, "/", " / ") + " / " + s
	}
	if k.Args != "" {
		s += " " + k.Args
	}
	return s
}

// notes are the facts about a keyword, a line each.
func notes(k *keyword.Keyword) (lines []string) {
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, name+": "+value)
		}
	}
	add("Default", k.Default)
	add("Range", k.Range)
	add("Since", strings.Replace(k.Since, ">", "after ", 1))
	add("Another spelling of", k.AliasOf)
	return lines
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".")
}
