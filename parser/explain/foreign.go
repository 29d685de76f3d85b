package explain

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"keepalived/core/config"
)

// foreign says when what is wrong comes from elsewhere: from a template that
// was not filled in, from a merge, from a web page. Each advice is given once.
func (m *maker) foreign(it *item) {
	if it.from != nil {
		return
	}
	line, ok := m.sources.line(it.File, it.Line)
	if !ok {
		return
	}
	word := it.word
	if it.d.Class == config.ClassUnknownKeyword {
		word, _, _ = strings.Cut(it.s.Statement, " ")
	}
	text, _, _ := strings.Cut(line, "#")
	text, _, _ = strings.Cut(text, "!")
	for _, advice := range []string{conflict(line), template(text), comment(word), page(text), placeholder(word), typography(text + strings.Join(it.Advice, "")), ending(word)} {
		if advice == "" {
			continue
		}
		m.once(it, advice)
		return
	}
}

// once gives an advice if nobody has got it yet.
func (m *maker) once(it *item, advice string) {
	if !m.said[advice] && !slices.Contains(it.Advice, advice) {
		m.said[advice] = true
		it.Advice = append(it.Advice, advice)
	}
}

// conflict is about what version control systems write into a file that they
// could not merge.
func conflict(line string) string {
	for _, mark := range []string{"<<<<<<<", "=======", ">>>>>>>", "|||||||"} {
		if strings.HasPrefix(line, mark) {
			return "a conflict of two versions was left in the file: keep one of them, and remove the lines with <<<<<<<, ======= and >>>>>>>"
		}
	}
	return ""
}

func template(text string) string {
	if at := strings.Index(text, "${"); at >= 0 && strings.Contains(text[at:], ":-") {
		return "${NAME:-value} is for a shell: a definition has no value besides its own"
	}
	for _, mark := range [][2]string{{"{{", "}}"}, {"{%", "%}"}, {"<%", "%>"}} {
		if strings.Contains(text, mark[0]) {
			return fmt.Sprintf("this is a template: %s ... %s is to be filled in before", mark[0], mark[1])
		}
	}
	return ""
}

func comment(word string) string {
	for _, mark := range []string{"//", "/*", "--", "<!--"} {
		if strings.HasPrefix(word, mark) && strings.Trim(word, "-") != "" {
			return fmt.Sprintf("a comment begins with # or !, not with %s", mark)
		}
	}
	return ""
}

// page is about what was copied from the source of a web page, or from a text
// in Markdown.
func page(text string) string {
	if strings.HasPrefix(strings.TrimSpace(text), "```") {
		return "``` belongs to the text that this was copied from: remove the line"
	}
	for _, entity := range [][2]string{{"&quot;", `"`}, {"&lt;", "<"}, {"&gt;", ">"}, {"&nbsp;", "a blank"}, {"&amp;", "&"}} {
		if strings.Contains(text, entity[0]) {
			return fmt.Sprintf("%s is what a web page has for %s: write that", entity[0], entity[1])
		}
	}
	return ""
}

// placeholder is about <name>, @NAME@, __NAME__ and %NAME%.
func placeholder(word string) string {
	for _, mark := range []string{"@", "__", "%"} {
		if len(word) > 2*len(mark) && strings.HasPrefix(word, mark) && strings.HasSuffix(word, mark) {
			return fmt.Sprintf("%s...%s stands for a value that is to be filled in", mark, mark)
		}
	}
	at := strings.IndexByte(word, '<')
	if at < 0 || at+1 == len(word) || !unicode.IsLetter(rune(word[at+1])) {
		return ""
	}
	return "<...> stands for a value that is to be filled in"
}

// typography is about characters that look like those of the language.
func typography(text string) string {
	for _, r := range text {
		if r <= unicode.MaxASCII {
			continue
		}
		meant := ""
		switch {
		case r == utf8.RuneError:
			continue
		case strings.ContainsRune("“”„‟«»″", r):
			meant = `"`
		case strings.ContainsRune("‘’‚‛′", r):
			meant = "'"
		case strings.ContainsRune("–—−‐‑", r):
			meant = "-"
		case r >= '！' && r <= '～': // the wide forms of ASCII
			meant = string(r - '！' + '!')
		default:
			if odd := oddCharacter(string(r)); odd != "" {
				return odd
			}
			continue
		}
		return fmt.Sprintf("the character %c (U+%04X) only looks like %s: write that", r, r, meant)
	}
	return ""
}

// ending is about the ends of lines in other languages.
func ending(word string) string {
	for _, mark := range []string{";", ","} {
		if len(word) > 1 && strings.HasSuffix(word, mark) {
			return fmt.Sprintf("nothing stands behind a value: remove the %s", mark)
		}
	}
	return ""
}
