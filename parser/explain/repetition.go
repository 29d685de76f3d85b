package explain

import (
	"fmt"
	"slices"
	"strings"
)

// repetitions are mistakes that are shown once in the text: under the index of
// the first what is said about the others, and under theirs the word again.
type repetitions map[int]string

// again stands for a mistake that was shown further up.
const again = "again"

// ofLines finds what is wrong in many of the statements that a sequence makes
// of one line.
func (r repetitions) ofLines(problems []Problem) {
	type mistake struct {
		file         string
		line, column int
		block        string
		template     string
		meaning      string
	}
	groups := make(map[mistake][]int)
	for i := range problems {
		p := &problems[i]
		if p.Cause == nil && p.Line > 0 && p.template != "" && p.Statement != "" && len(p.Related) == 0 {
			k := mistake{p.File, p.Line, p.Column, p.block(), p.template, p.Meaning}
			groups[k] = append(groups[k], i)
		}
	}
	for _, group := range groups {
		if len(group) == 1 {
			continue
		}
		var statements []string
		for _, i := range group[1:] {
			r[i] = again
			statements = append(statements, problems[i].Statement)
		}
		r[group[0]] = others(len(group)-1, problems[group[0]].Statement, statements)
	}
}

// others tells of how many more statements the same is said, and names some.
func others(count int, first string, statements []string) string {
	const most = 6
	what := fmt.Sprintf("the same %d more times", count)
	if count == 1 {
		what = "the same once more"
	}
	statements = slices.Compact(statements)
	statements = slices.DeleteFunc(statements, func(s string) bool { return s == first })
	if n := len(statements); n > most {
		statements = append(statements[:most], "...")
	} else if n == 0 {
		return what
	}
	return what + ": " + strings.Join(statements, ", ")
}

// ofBlocks finds mistakes that are made again and again in blocks of one kind.
func (r repetitions) ofBlocks(problems []Problem, followers map[int][]*Problem) {
	type mistake struct{ file, block, text, meaning string }
	lines := make(map[mistake][]int)
	first := make(map[mistake]int)
	for i := range problems {
		p := &problems[i]
		if p.Cause != nil || p.Line == 0 || r[i] != "" || len(followers[i]) > 0 || len(p.Related) > 0 {
			continue
		}
		k := mistake{p.File, p.block(), withoutPrefix(p.Message), p.Meaning}
		if _, known := first[k]; !known {
			first[k] = i
			continue
		}
		lines[k] = append(lines[k], p.Line)
		r[i] = again
	}
	for k, l := range lines {
		r[first[k]] = "the same in " + lineList(l)
	}
}

// block is the kind of block that a problem is in.
func (p *Problem) block() string {
	if p.Keyword != "" {
		return p.Keyword
	}
	return p.inside
}
