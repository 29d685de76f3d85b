package effective

import (
	"encoding/json"
	"net/netip"
	"strconv"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// value is what a keyword has to say.
type value struct {
	json  any
	words []string // as they stand in a file, before they are quoted
	text  string   // or, quoted already
	// silent values are left out of the file: they need not be said, or
	// there is no way to say them.
	silent bool
	// absent values are left out everywhere.
	absent bool
}

// row is a line of a table: a keyword, the field that has its value, and where
// the value comes from when the block itself does not say it.
type row[T any] struct {
	keyword string
	key     string // in JSON, when it is not the keyword
	// virtual rows are in JSON only: there is no such keyword.
	virtual bool
	// bare words stand in a line without their keyword.
	bare   bool
	value  func(*renderer, *T) value
	build  func(*renderer, *T, *reader.Source) []statement
	causes []cause[T]
	hide   func(*T) bool
}

// cause is where a value may come from, besides its own keyword. The first
// that applies counts.
type cause[T any] struct {
	// spec is "global_defs/KEYWORD"; "../KEYWORD", of the blocks around, the
	// innermost first; "../", the statement that begins the block around;
	// "./KEYWORD", of the same block; or "=KEYWORD", another name for this
	// one. With source it is BLOCK/KEYWORD.
	spec   string
	source func(*renderer, *T) *reader.Source
	when   func(*T) bool // nil: always
	// overrules is set when the cause counts more than the own keyword.
	overrules bool
}

func (w row[T]) from(specs ...string) row[T] {
	for _, s := range specs {
		w.causes = append(w.causes, cause[T]{spec: s})
	}
	return w
}

func (w row[T]) fromIf(when func(*T) bool, spec string) row[T] {
	w.causes = append(w.causes, cause[T]{spec: spec, when: when})
	return w
}

func (w row[T]) fromSource(spec string, source func(*renderer, *T) *reader.Source) row[T] {
	w.causes = append(w.causes, cause[T]{spec: spec, source: source})
	return w
}

// overruled names the keyword that decides the value under a condition.
func (w row[T]) overruled(when func(*T) bool, spec string) row[T] {
	w.causes = append(w.causes, cause[T]{spec: spec, when: when, overrules: true})
	return w
}

// unless leaves the value out of the file under a condition.
func (w row[T]) unless(hide func(*T) bool) row[T] { w.hide = hide; return w }

// head makes the row the beginning of its line, without its keyword.
func (w row[T]) head(key string) row[T] { w.key, w.bare = key, true; return w }

// inside makes the row one that only JSON has.
func (w row[T]) inside() row[T] { w.virtual = true; return w }

func custom[T any](keyword string, f func(*renderer, *T) value) row[T] {
	return row[T]{keyword: keyword, value: f}
}

func blocks[T any](keyword string, f func(*renderer, *T, *reader.Source) []statement) row[T] {
	return row[T]{keyword: keyword, build: f}
}

// text is a word; nothing when it is empty.
func text[T any](keyword string, f func(*T) string) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value {
		s := f(o)
		return value{json: s, words: []string{s}, absent: s == ""}
	})
}

type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

func number[T any, N integer](keyword string, f func(*T) N) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value { return numeric(f(o)) })
}

func numeric[N integer](n N) value {
	s := strconv.FormatInt(int64(n), 10)
	if n > 0 {
		s = strconv.FormatUint(uint64(n), 10)
	}
	return value{json: json.Number(s), words: []string{s}}
}

// positive is a number of which 0 says nothing.
func positive[T any, N integer](keyword string, f func(*T) N) row[T] {
	return number(keyword, f).unless(func(o *T) bool { return f(o) == 0 })
}

// duration is a time in seconds.
func duration[T any](keyword string, f func(*T) time.Duration) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value { return timeValue(f(o)) })
}

// ifGiven is a value that is left out where nobody says it.
func ifGiven[T, V any](keyword string, f func(*T) config.Given[V], show func(V) value) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value {
		g := f(o)
		if !g.Set {
			return value{absent: true}
		}
		return show(g.Value)
	})
}

func timeValue(d time.Duration) value {
	return value{json: json.Number(decimal(d, time.Second)), words: []string{seconds(d)}}
}

// delay is a duration of which 0 says nothing.
func delay[T any](keyword string, f func(*T) time.Duration) row[T] {
	return duration(keyword, f).unless(func(o *T) bool { return f(o) == 0 })
}

// flag is a keyword that stands alone, or does not.
func flag[T any](keyword string, f func(*T) bool) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value { return value{json: f(o), silent: !f(o)} })
}

// choice is a keyword with yes or no.
func choice[T any](keyword string, f func(*T) bool) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value { return yesNo(f(o)) })
}

func yesNo(on bool) value {
	word := "no"
	if on {
		word = "yes"
	}
	return value{json: on, words: []string{word}}
}

// optional is a choice that may not have been made.
func optional[T any](keyword string, f func(*T) *bool) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value {
		if b := f(o); b != nil {
			return yesNo(*b)
		}
		return value{absent: true}
	})
}

func address[T any](keyword string, f func(*T) netip.Addr) row[T] {
	return custom(keyword, func(_ *renderer, o *T) value {
		a := f(o)
		return value{json: a.String(), words: []string{a.String()}, absent: !a.IsValid()}
	})
}

// script is a command with user and group.
func script[T any](keyword string, f func(*T) *config.Script) row[T] {
	return custom(keyword, func(r *renderer, o *T) value {
		s := f(o)
		if s == nil {
			return value{absent: true}
		}
		user, group := r.owner(s.UID, s.GID)
		return value{json: r.scriptJSON(s), text: command(s.Args) + " " + quote(user) + " " + quote(group)}
	})
}

func (r *renderer) scriptJSON(s *config.Script) any {
	user, group := r.owner(s.UID, s.GID)
	o := object{{"arguments", s.Args}, {"user", user}, {"group", group}}
	switch {
	case s.Readable != "":
		o = append(o, member{"readable", s.Readable})
	case s.Path != "":
		o = append(o, member{"path", s.Path})
	}
	return o
}
