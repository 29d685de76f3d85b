package explain

import (
	"cmp"
	"slices"
	"strings"

	"keepalived/parser/keyword"
)

// Similar returns the keywords that a mistyped word was probably meant to be,
// the nearest first, most at the most. A third of the word may be wrong, three
// letters at most.
func Similar(word string, most int) []string {
	limit := max(1, reach(word))
	near := make(map[string]int)
	for _, k := range keyword.New().All() {
		if d := distance(word, k.Name, limit); d <= limit {
			near[k.Name] = d
		}
	}
	names := make([]string, 0, len(near))
	for name := range near {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(near[a]-near[b], cmp.Compare(a, b)) })
	return names[:min(len(names), most)]
}

// reach is how many letters of a word may be wrong: a third, three at most.
func reach(word string) int { return min(3, len(word)/3) }

// nearest returns the name that a mistyped word was probably meant to be, empty
// when none is near. The case of letters counts for nothing.
func nearest(word string, names []string) string {
	best, limit := "", max(reach(word), 0)
	lower := strings.ToLower(word)
	for _, name := range names {
		if name == word {
			continue
		}
		other := strings.ToLower(name)
		if d := distance(lower, other, limit); d <= limit && (best == "" || d < limit) && (d < 2 || !exchanged(lower, other)) {
			best, limit = name, d
		}
	}
	return best
}

// exchanged reports whether two words differ in one of their parts only, and
// in the most of that: "track_all" is no mistyped "track_bfd".
func exchanged(a, b string) bool {
	as, bs := strings.Split(a, "_"), strings.Split(b, "_")
	if len(as) != len(bs) || len(as) == 1 {
		return false
	}
	for i := range as {
		if as[i] != bs[i] && distance(as[i], bs[i], len(as[i])/2) > len(as[i])/2 {
			return true
		}
	}
	return false
}

// numbered reports whether two names differ in their digits only, as those of
// interfaces that all exist somewhere do.
func numbered(a, b string) bool {
	return a != b && strings.Trim(a, "0123456789.:") != "" && letters(a) == letters(b)
}

func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' || r == ':' {
			return -1
		}
		return r
	}, name)
}

// longestWord bounds the words that are compared.
const longestWord = 100

// distance is how many letters must be inserted, deleted, changed or swapped
// with their neighbour to make b of a; more than limit when it is not near.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit || len(a) > longestWord {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
