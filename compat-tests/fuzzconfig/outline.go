package main

import (
	"regexp"
	"strings"
)

// token matches a quoted text, a brace, a word or the blanks between them.
var token = regexp.MustCompile(`"[^"]*"?|[{}]|[^\s{}"]+|\s+`)

// split cuts a line into tokens; joined they are the line again.
func split(line string) []string { return token.FindAllString(line, -1) }

// words returns the indexes of the tokens that are words.
func words(tokens []string) []int {
	var at []int
	for i, t := range tokens {
		if strings.TrimSpace(t) != "" && t != "{" && t != "}" {
			at = append(at, i)
		}
	}
	return at
}

// outline returns for each line the path of the block that it begins in, as
// the keyword table writes it ("virtual_server/real_server"). Lines that are
// wrong in some way do not matter: the path is for choosing, not for judging.
func outline(lines []string) []string {
	paths := make([]string, len(lines))
	var stack []string
	last := ""
	for i, line := range lines {
		paths[i] = strings.Join(stack, "/")
		first := true
		for _, t := range split(line) {
			switch {
			case strings.TrimSpace(t) == "":
			case t == "{":
				stack = append(stack, last)
				first = true
			case t == "}":
				stack = stack[:max(0, len(stack)-1)]
				first = true
			case strings.HasPrefix(t, "#") || strings.HasPrefix(t, "!"):
				first = false
			case first:
				last, first = t, false
			}
			if strings.HasPrefix(t, "#") || strings.HasPrefix(t, "!") {
				break
			}
		}
	}
	return paths
}

// blockEnd returns the line behind the block that begins in lines[at], or at+1
// when none does or it has no end.
func blockEnd(lines []string, at int) int {
	depth := 0
	for i := at; i < len(lines); i++ {
		for _, t := range split(lines[i]) {
			switch t {
			case "{":
				depth++
			case "}":
				depth--
			}
		}
		if depth <= 0 {
			return i + 1
		}
	}
	return at + 1
}
