package reader

import (
	"math"
	"slices"
	"testing"
	"time"

	"keepalived/core/config"
	"keepalived/parser/syntax"
)

// newTestPass returns a pass over nothing.
func newTestPass(test bool) *Pass {
	return NewPass(config.PassChecker, Mode{Test: test}, new(syntax.File), new(config.Config), nil)
}

// messages returns what was reported, and forgets it.
func (p *Pass) messages() []string {
	var m []string
	for _, d := range p.Diagnostics {
		m = append(m, d.Message)
	}
	p.Diagnostics = nil
	return m
}

// TestUnsigned: the table of 01-configuration section 3.6, first column.
func TestUnsigned(t *testing.T) {
	for _, c := range []struct {
		word    string
		value   uint32
		ok      bool
		message string
	}{
		{"51", 51, true, ""},
		{"+51", 51, true, ""},
		{" 51", 51, true, ""},
		{"0051", 51, true, ""},
		{"", 0, false, "number '' outside range [1, 255]"},
		{"-5", 0, false, "negative number '-5'"},
		{" -5", 0, false, "negative number ' -5'"},
		{"0x33", 0, false, "invalid number '0x33'"},
		{"51x", 51, false, "invalid number '51x'"},
		{"51 ", 51, false, "invalid number '51 '"},
		{"x", 0, false, "invalid number 'x'"},
		{"+", 0, false, "invalid number '+'"},
		{"4294967296", 0, false, "number '4294967296' outside unsigned integer range"},
		{"99999999999999999999999", 0, false, "number '99999999999999999999999' outside unsigned integer range"},
		{"256", 256, false, "number '256' outside range [1, 255]"},
		{"0", 0, false, "number '0' outside range [1, 255]"},
	} {
		p := newTestPass(true)
		v, ok := p.Unsigned(c.word, 1, 255, Lenient)
		check(t, p, c.word, v, c.value, ok, c.ok, c.message)
	}
}

// TestSigned: the same table, second column.
func TestSigned(t *testing.T) {
	for _, c := range []struct {
		word    string
		value   int32
		ok      bool
		message string
	}{
		{"-5", -5, true, ""},
		{"+5", 5, true, ""},
		{"5", 5, true, ""},
		{"5x", 5, false, "invalid number '5x'"},
		{"-", 0, false, "invalid number '-'"},
		{"2147483648", math.MinInt32, false, "number '2147483648' outside integer range"},
		{"-2147483649", math.MaxInt32, false, "number '-2147483649' outside integer range"},
		{"99999999999999999999999", -1, false, "number '99999999999999999999999' outside integer range"},
		{"-99999999999999999999999", 0, false, "number '-99999999999999999999999' outside integer range"},
		{"-254", -254, false, "number '-254' outside range [-253, 253]"},
	} {
		p := newTestPass(true)
		v, ok := p.Signed(c.word, -253, 253, Lenient)
		check(t, p, c.word, v, c.value, ok, c.ok, c.message)
	}
}

// TestLeniency: outside a test most keywords take the leading part.
func TestLeniency(t *testing.T) {
	p := newTestPass(false)
	v, ok := p.Unsigned("51x", 1, 255, Lenient)
	check(t, p, "51x", v, 51, ok, true, "WARNING - invalid number '51x'")
	v, ok = p.Unsigned("51x", 1, 255, Strict)
	check(t, p, "51x strict", v, 51, ok, false, "invalid number '51x'")
	v, ok = p.Unsigned("999x", 1, 255, Lenient)
	check(t, p, "999x", v, 999, ok, false, "WARNING - invalid number '999x'")
	s, ok := p.Signed("999", -253, 253, Lenient)
	check(t, p, "999", s, 999, ok, false, "number '999' outside range [-253, 253]")
}

func TestUnsigned64(t *testing.T) {
	p := newTestPass(true)
	v, ok := p.Unsigned64("18446744073709551615", 0, math.MaxUint64, Strict)
	check(t, p, "max", v, math.MaxUint64, ok, true, "")
	_, ok = p.Unsigned64("18446744073709551616", 0, math.MaxUint64, Strict)
	check(t, p, "wide", 0, 0, ok, false, "number '18446744073709551616' outside unsigned 64 bit range")
	v, ok = p.Unsigned64("9", 0, 5, Strict)
	check(t, p, "range", v, 9, ok, false, "number '9' outside range [0, 5]")
}

func TestUnsignedAnyBase(t *testing.T) {
	for word, want := range map[string]uint32{"0x1f": 31, "017": 15, "0": 0, "12": 12, "0X10": 16} {
		p := newTestPass(true)
		v, ok := p.UnsignedAnyBase(word, 0, math.MaxUint32, Strict)
		check(t, p, word, v, want, ok, true, "")
	}
	for _, word := range []string{"08", "0xg", "0x"} {
		p := newTestPass(true)
		v, ok := p.UnsignedAnyBase(word, 0, math.MaxUint32, Strict)
		check(t, p, word, v, 0, ok, false, "invalid number '"+word+"'")
	}
}

// TestTimer: decimal numbers, in the order of checks of section 3.6.
func TestTimer(t *testing.T) {
	const µs = time.Microsecond
	for _, c := range []struct {
		word    string
		value   time.Duration
		ok      bool
		message string
	}{
		{"1", time.Second, true, ""},
		{".5", 500 * time.Millisecond, true, ""},
		{"1.", time.Second, true, ""},
		{"+1", time.Second, true, ""},
		{"0.25", 250 * time.Millisecond, true, ""},
		{"-1", 0, false, "negative number '-1'"},
		{"0.2500001", 250 * time.Millisecond, true, "number '0.2500001' has too many decimal places"},
		{"0.2500005", 250*time.Millisecond + µs, true, "number '0.2500005' has too many decimal places"},
		{"1s", 1 * µs, false, "invalid number '1s'"},
		{"50000s", 50 * time.Millisecond, true, "invalid number '50000s'"},
		{"1.2.3", 12 * µs, false, "invalid number '1.2.3'"},
		{"x", 0, false, "invalid number 'x'"},
		{"99999999999999999999", 0, false, "number '99999999999999999999' outside unsigned decimal range"},
		{"256", 256 * time.Second, false, "number '256' outside range [0.010000, 255.000000]"},
		{" -1", -time.Second, false, "number ' -1' outside range [0.010000, 255.000000]"},
	} {
		p := newTestPass(true)
		v, ok := p.Timer(c.word, 10*time.Millisecond, 255*time.Second, Lenient)
		check(t, p, c.word, v, c.value, ok, c.ok, c.message)
	}
	p := newTestPass(true)
	v, ok := p.Timer("50000s", 10*time.Millisecond, 255*time.Second, Strict)
	check(t, p, "strict", v, 50*time.Millisecond, ok, false, "invalid number '50000s'")
}

// TestDecimalPlaces: bounds are shown with all places, and with a final dot
// when there are none.
func TestDecimalPlaces(t *testing.T) {
	p := newTestPass(true)
	_, ok := p.Decimal("960001", 0, 960000, 0, Strict)
	check(t, p, "0 places", 0, 0, ok, false, "number '960001' outside range [0., 960000.]")
	_, ok = p.Decimal("4295", 0, 4294000, 3, Strict)
	check(t, p, "3 places", 0, 0, ok, false, "number '4295' outside range [0.000, 4294.000]")
	_, ok = p.Decimal("0", 1, math.MaxUint64-1, 6, Strict)
	check(t, p, "6 places", 0, 0, ok, false, "number '0' outside range [0.000001, 18446744073709.551614]")
}

// check compares a number and the one message that reading it gave.
func check[T comparable](t *testing.T, p *Pass, word string, v, want T, ok, wantOK bool, message string) {
	t.Helper()
	var messages []string
	if message != "" {
		messages = []string{message}
	}
	if got := p.messages(); v != want || ok != wantOK || !slices.Equal(got, messages) {
		t.Errorf("%q: %v %v %q, want %v %v %q", word, v, ok, got, want, wantOK, messages)
	}
}

func TestBoolean(t *testing.T) {
	for word, want := range map[string][2]bool{
		"on": {true, true}, "true": {true, true}, "yes": {true, true},
		"off": {false, true}, "false": {false, true}, "no": {false, true},
		"1": {}, "ON": {}, "": {},
	} {
		if v, ok := boolean(word); v != want[0] || ok != want[1] {
			t.Errorf("%q: %v %v", word, v, ok)
		}
	}
	s := &Statement{Words: []string{"smtp_alert"}}
	if v, ok := s.Bool(1); !v || !ok {
		t.Error("absent boolean is not true")
	}
}

// TestScriptWords: section 3.4, script-like values.
func TestScriptWords(t *testing.T) {
	for _, c := range []struct {
		line    string
		words   []string
		message string
	}{
		{`script /bin/true`, []string{"script", "/bin/true"}, ""},
		{`script "/bin/a b 'c d'" root  wheel`, []string{"script", "/bin/a b 'c d'", "root", "wheel"}, ""},
		{`script '/bin/a "x"'`, []string{"script", `/bin/a "x"`}, ""},
		{`script a"b c"d\ e`, []string{"script", "ab cd e"}, ""},
		{`script ""`, []string{"script", ""}, ""},
		{`script "a\"b\n"`, []string{"script", `a"bn`}, ""},
		{`script "/bin/a b`, []string{"script", "/bin/a b"}, `String 'script "/bin/a b': missing terminating "`},
		{`script 'x`, []string{"script", "x"}, `String 'script 'x': missing terminating '`},
	} {
		p := newTestPass(true)
		words := p.ScriptWords(&Statement{Raw: c.line})
		messages := p.messages()
		if !slices.Equal(words, c.words) || (c.message == "") != (messages == nil) || messages != nil && messages[0] != c.message {
			t.Errorf("%s: %q %q, want %q %q", c.line, words, messages, c.words, c.message)
		}
	}
}

// TestCommandWords: section 3.4, C-style escapes.
func TestCommandWords(t *testing.T) {
	for command, want := range map[string][]string{
		`/bin/a b`:             {"/bin/a", "b"},
		`a\tb "c\nd" 'e f'`:    {"a\tb", "c\nd", "e f"},
		`\x41\x4a1 \101 \0z`:   {"AJ1", "A", "\x00z"},
		`\cA \q \\ \E\a\b\f\v`: {"\x01", "q", `\`, "\x1b\a\b\f\v"},
		`\xg`:                  {"xg"},
		`end\`:                 nil,
		``:                     nil,
	} {
		p := newTestPass(true)
		if got := p.CommandWords(command); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", command, got, want)
		}
	}
}
