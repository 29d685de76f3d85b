package effective

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// quote writes a word so that it is read as this one word again
// (01-configuration section 3.4). A word of the configuration never has a
// double quote in it.
func quote(word string) string {
	if word != "" && !strings.ContainsAny(word[:1], "@~$") && strings.IndexFunc(word, special) < 0 {
		return word
	}
	return `"` + word + `"`
}

// special reports characters that end a word or begin something else.
func special(c rune) bool {
	return c <= ' ' || c == 0x7f || strings.ContainsRune("\"#!{}$`", c)
}

// phrase joins words.
func phrase(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

// command writes an argument vector as the one word that a script-like keyword
// takes for its command line. It is read twice: as a word, where a backslash
// takes the next character as it is, and then as arguments, with C's escapes.
func command(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = argument(a)
	}
	line := strings.Join(quoted, " ")
	if strings.ContainsRune(line, '\\') {
		return `"` + strings.ReplaceAll(line, `\`, `\\`) + `"`
	}
	if !strings.ContainsRune(line, '\'') {
		return quote(line)
	}
	return `"` + line + `"`
}

// argument writes one argument, in single quotes if it has blanks.
func argument(a string) string {
	if a == "" || strings.ContainsRune(a, ' ') {
		return "'" + escape(a) + "'"
	}
	return escape(a)
}

// escape writes the characters that mean something in quotes as \xHH, and the
// first of what may be taken for a built-in parameter.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c == 0x7f || c == '"' || c == '\'' || c == '\\',
			c == '$' && (strings.HasPrefix(s[i+1:], "_") || strings.HasPrefix(s[i+1:], "{_")):
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// pattern writes a regular expression, whose keyword knows C's escapes.
func pattern(s string) string { return `"` + escape(s) + `"` }

// seconds writes a time with as many of six places as it needs. A fraction of
// a microsecond, which only a correction can produce, is rounded up: the
// correction will be made again.
func seconds(d time.Duration) string {
	if rest := d % time.Microsecond; rest > 0 && d < math.MaxInt64-time.Microsecond {
		d += time.Microsecond
	}
	return decimal(d.Truncate(time.Microsecond), time.Second)
}

// decimal writes a time in a unit.
func decimal(d, unit time.Duration) string {
	whole, rest := d/unit, d%unit
	if rest == 0 {
		return strconv.FormatInt(int64(whole), 10)
	}
	places := len(strconv.FormatInt(int64(unit), 10)) - 1
	return strings.TrimRight(fmt.Sprintf("%d.%0*d", whole, places, rest), "0")
}
