package main

import (
	"slices"
	"strings"
)

// minimise returns the fewest lines for which the property still holds, as far
// as leaving out one part after the other finds them (delta debugging), and then
// the fewest words. It asks at most budget times.
func minimise(lines []string, budget int, holds func([]string) bool) []string {
	ask := func(candidate []string) bool {
		if budget <= 0 {
			return false
		}
		budget--
		return holds(candidate)
	}
	for size := (len(lines) + 1) / 2; size > 0; size /= 2 {
		for again := true; again && budget > 0; {
			again = false
			for at := 0; at < len(lines) && budget > 0; {
				candidate := slices.Concat(lines[:at], lines[min(at+size, len(lines)):])
				if ask(candidate) {
					lines, again = candidate, true
				} else {
					at += size
				}
			}
		}
	}
	for i := range lines {
		for tokens := split(lines[i]); len(tokens) > 1 && budget > 0; tokens = tokens[:len(tokens)-1] {
			candidate := slices.Clone(lines)
			candidate[i] = strings.Join(tokens[:len(tokens)-1], "")
			if ask(candidate) {
				lines = candidate
			}
		}
	}
	return lines
}
