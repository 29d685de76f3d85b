package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"keepalived/parser/explain"
	"keepalived/parser/keyword"
	"keepalived/parser/reference"
)

// suggestions is how many other keywords are named when none matches.
const suggestions = 5

// keywords is --keywords: the help of the keywords that match a pattern, of
// all without one.
func keywords(pattern string, stdout, stderr io.Writer) int {
	out := bufio.NewWriter(stdout)
	n := reference.Help(out, keyword.New(), pattern)
	if err := out.Flush(); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	if n > 0 {
		return 0
	}
	fmt.Fprintf(stderr, "no keyword matches %s\n", pattern)
	last := pattern[strings.LastIndexByte(pattern, '/')+1:]
	if near := explain.Similar(last, suggestions); len(near) > 0 {
		fmt.Fprintf(stderr, "did you mean %s?\n", strings.Join(near, ", "))
	}
	return 1
}
