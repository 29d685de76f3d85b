package line

import (
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
	"pgregory.net/rapid"
)

// agree compares a shortcut with its grammar.
func agree[G any](t interface{ Fatalf(string, ...any) }, name string, p func() *participle.Parser[G], short shortcut[G], kind func(string) lexer.TokenType, words []string, from int) {
	quick := short(words[from:], from)
	if quick == nil {
		return
	}
	full, err := grammatical(p(), kind, words, from)
	if err != nil || !reflect.DeepEqual(quick, full) {
		t.Fatalf("%s %q: the shortcut makes %+v, the grammar %+v, %v", name, words, quick, full, err)
	}
}

// TestShortcuts: the tree of a short line is the one that the grammar makes.
func TestShortcuts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.SampledFrom(vocabularyOf()), rapid.SampledFrom(strings.Fields("dev fwmark group name bridge csum type TUN")), rapid.String())
		words := rapid.SliceOfN(word, 1, 4).Draw(t, "words")
		for _, static := range []bool{false, true} {
			agree(t, "address", addressGrammar, shortAddress, addressVocabulary(static), words, 0)
		}
		agree(t, "peer", peerGrammar, shortPeer, plainWords, words, 0)
		agree(t, "track", trackGrammar, shortTrack, plainWords, words, 0)
		agree(t, "group", groupGrammar, shortGroup, groupWords, words, 0)
		agree(t, "use_vmac", deviceGrammar, shortDevice(vmacWords), vmacWords, words, 1)
		agree(t, "use_ipvlan", deviceGrammar, shortDevice(ipvlanWords), ipvlanWords, words, 1)
		if len(words) > 1 {
			agree(t, "service", serviceGrammar, shortService, plainWords, words, 1)
			agree(t, "method", methodGrammar, shortMethod, methodWords, words, 1)
		}
	})
}
