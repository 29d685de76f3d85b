package source

import (
	"slices"
	"testing"
)

// TestWords: 01-configuration section 3.4.
func TestWords(t *testing.T) {
	for _, c := range []struct {
		text      string
		words     []string
		unmatched bool
	}{
		{"a b\tc\fd\ve\rf", []string{"a", "b", "c", "d", "e", "f"}, false},
		{`"abc`, nil, true},
		{`a"b c"d`, []string{"a", "b c", "d"}, false},
		{`key ""`, []string{"key", ""}, false},
		{`key "a # { } !"`, []string{"key", "a # { } !"}, false},
		{`'a b'`, []string{"'a", "b'"}, false},
		{`a\ b`, []string{`a\`, "b"}, false},
		{`key "abc`, []string{"key"}, true},
		{`key "a" "b`, []string{"key", "a"}, true},
		{"", nil, false},
	} {
		words, unmatched := Words(nil, c.text)
		if !slices.Equal(words, c.words) || unmatched != c.unmatched {
			t.Errorf("%q: %q %v, want %q %v", c.text, words, unmatched, c.words, c.unmatched)
		}
	}
}
