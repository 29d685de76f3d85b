package line

import (
	"sync"

	"github.com/alecthomas/participle/v2"

	"keepalived/parser/reader"
)

// Tracked is a line of a track_* list: NAME [weight N [reverse|noreverse]].
type Tracked struct {
	Name string
	// Weight is the weight written on the line; WeightSet is false when
	// there is none, or none that can be used.
	Weight    int
	WeightSet bool
	// Reverse is what reverse and noreverse leave of the object's own
	// setting: nil keeps it.
	Reverse *bool
}

type trackLine struct {
	Name   argument     `parser:"@@"`
	Weight *trackWeight `parser:"@@?"`
	Rest   []*argument  `parser:"@@*"`
}

type trackWeight struct {
	Value   *argument `parser:"'weight' @@?"`
	Reverse *argument `parser:"@@?"`
}

var trackGrammar = sync.OnceValue(func() *participle.Parser[trackLine] {
	return participle.MustBuild[trackLine](participle.Lexer(words{}))
})

// shortTrack: NAME.
func shortTrack(words []string, from int) *trackLine {
	if len(words) != 1 {
		return nil
	}
	return &trackLine{Name: argument{words[0], from}}
}

// TrackKind is what a track_* list lists.
type TrackKind uint8

// The lists.
const (
	TrackInterface TrackKind = iota
	TrackScript
	TrackFile
	TrackProcess
	TrackBFD
)

// trackTexts are the messages of a list; the C daemon words each its own way.
// The arguments are owner, name, word.
type trackTexts struct {
	option, valueless, weight, reverse string
}

func (k TrackKind) texts() trackTexts {
	switch k {
	case TrackInterface:
		return trackTexts{
			option:    "(%[1]s) unknown track_interface %[2]s option %[3]s - ignoring",
			valueless: "(%[1]s) weight without value specified for track_interface %[2]s - ignoring",
			weight:    "(%[1]s) weight %[3]s for %[2]s must be between [-253..253] inclusive. Ignoring...",
			reverse:   "(%[1]s) unknown track_interace %[2]s weight option %[3]s - ignoring",
		}
	case TrackScript:
		return trackTexts{
			option:    "(%[1]s) unknown track script option %[3]s - ignoring",
			valueless: "(%[1]s) weight without value specified for track script %[2]s - ignoring",
			weight:    "(%[1]s) track script %[2]s: weight must be between [-253..253] inclusive, ignoring...",
			reverse:   "(%[1]s) unknown track_script %[2]s weight option %[3]s - ignoring",
		}
	case TrackFile:
		return trackTexts{
			option:    "(%[1]s) unknown track file option %[3]s - ignoring",
			valueless: "(%[1]s) weight without value specified for track file %[2]s - ignoring",
			weight:    "(%[1]s) weight for track file %[2]s must be in [-254..254] inclusive. Ignoring...",
			reverse:   "(%[1]s) unknown track file %[2]s weight option %[3]s - ignoring",
		}
	case TrackProcess:
		return trackTexts{
			option:    "(%[1]s) unknown track process option %[3]s - ignoring",
			valueless: "(%[1]s) weight without value specified for track process %[2]s - ignoring",
			weight:    "(%[1]s) weight for track process %[2]s must be in [-254..254] inclusive. Ignoring...",
			reverse:   "(%[1]s) unknown track_process %[2]s weight option %[3]s - ignoring",
		}
	}
	return trackTexts{
		option:    "(%[1]s) unknown track bfd %[2]s option %[3]s - ignoring",
		valueless: "(%[1]s) weight without value specified for track bfd %[2]s - ignoring",
		weight:    "(%[1]s) weight for track bfd %[2]s must be in [-253..253] inclusive. Ignoring...",
		reverse:   "(%[1]s) unknown track bfd %[2]s weight option %[3]s - ignoring",
	}
}

// Track reads a line of a track_* list of owner, an instance or a group. It
// returns nil when the line is dropped. The caller has looked the name up.
func (c *Context) Track(kind TrackKind, words []string, owner string) (*Tracked, error) {
	tree, err := parse(trackGrammar, shortTrack, plainWords, words, 0)
	if err != nil {
		return nil, err
	}
	t := &Tracked{Name: tree.Name.Text}
	texts := kind.texts()
	say := func(format string, word string) { c.General(format, owner, t.Name, word) }
	switch w := tree.Weight; {
	case w == nil && len(tree.Rest) > 0:
		say(texts.option, tree.Rest[0].Text)
		return nil, nil
	case w == nil:
		return t, nil
	case w.Value == nil:
		say(texts.valueless, "")
		return nil, nil
	default:
		c.weight(kind, t, w.Value.Text, owner)
		if w.Reverse != nil && !t.reverse(kind, w.Reverse.Text) {
			say(texts.reverse, w.Reverse.Text)
			if kind == TrackFile || kind == TrackBFD {
				return nil, nil
			}
		}
	}
	return t, nil
}

// weight reads the number. Interfaces and scripts tolerate one more than
// their limit.
func (c *Context) weight(kind TrackKind, t *Tracked, word, owner string) {
	limit := int32(254)
	if kind == TrackBFD {
		limit = 253
	}
	v, ok := c.Signed(word, -limit, limit, reader.Lenient)
	if !ok {
		c.General(kind.texts().weight, owner, t.Name, word)
		return
	}
	if kind == TrackInterface || kind == TrackScript {
		if v == 254 || v == -254 {
			c.General("(%s) weight for %s cannot be +/-254. Setting to +/-253", owner, t.Name)
			v -= v / 254
		}
	}
	t.Weight, t.WeightSet = int(v), true
}

// reverse reads the word behind the weight.
func (t *Tracked) reverse(kind TrackKind, word string) bool {
	switch {
	case word == "reverse":
	case word == "noreverse" && kind != TrackInterface:
	default:
		return false
	}
	on := word == "reverse"
	t.Reverse = &on
	return true
}
