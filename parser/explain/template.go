package explain

import (
	"regexp"
	"strings"
)

// templates are the formats of messages as patterns, nil for one that is none.
type templates map[string]*regexp.Regexp

// match returns what the placeholders of a format stand for in a text, nil
// when the text was not made from it.
func (t templates) match(template, text string) []string {
	if template == "" {
		return nil
	}
	re, known := t[template]
	if !known {
		re = pattern(template)
		t[template] = re
	}
	found := re.FindStringSubmatch(text)
	if found == nil {
		return nil
	}
	return found[1:]
}

// pattern makes a format of package fmt a pattern that has a group for each
// placeholder.
func pattern(template string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s)^`)
	verbs := regexp.MustCompile(`%[-+# 0]*(?:\[\d+\])?[\d*]*(?:\.[\d*]+)?[a-z%]`)
	last := 0
	for _, at := range verbs.FindAllStringIndex(template, -1) {
		b.WriteString(regexp.QuoteMeta(template[last:at[0]]))
		if verb := template[at[1]-1]; verb == '%' {
			b.WriteString("%")
		} else if verb == 'd' {
			b.WriteString(`(-?\d+)`)
		} else {
			b.WriteString(`(.*?)`)
		}
		last = at[1]
	}
	b.WriteString(regexp.QuoteMeta(template[last:]))
	b.WriteString(`$`)
	return regexp.MustCompile(b.String())
}

// withoutPrefix removes "(Line 3) " and "(FILE: Line 3) ".
func withoutPrefix(message string) string {
	if !strings.HasPrefix(message, "(") {
		return message
	}
	end := strings.Index(message, ") ")
	if end < 0 {
		return message
	}
	// A file name may have parentheses, too.
	for at := end; at >= 0; {
		inside := message[1:at]
		line := strings.TrimRight(inside, "0123456789")
		if line != inside && (line == "Line " || strings.HasSuffix(line, ": Line ")) {
			return message[at+2:]
		}
		next := strings.Index(message[at+2:], ") ")
		if next < 0 {
			break
		}
		at += 2 + next
	}
	return message
}
