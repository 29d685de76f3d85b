package number

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestUnsigned(t *testing.T) {
	for _, c := range []struct {
		reader    Reader
		word      string
		low, high uint32
		value     uint32
		problem   string
		ok        bool
	}{
		{Reader{}, "5", 0, 9, 5, "", true},
		{Reader{}, " +5", 0, 9, 5, "", true},
		{Reader{}, "007", 0, 9, 7, "", true},
		{Reader{}, "", 0, 9, 0, "", true},
		{Reader{}, "-5", 0, 9, 0, "negative number '-5'", false},
		{Reader{}, " -5", 0, 9, 0, "negative number ' -5'", false},
		{Reader{}, "0x33", 0, 99, 0, "invalid number '0x33'", false},
		{Reader{}, "5x", 0, 9, 5, "invalid number '5x'", false},
		{Reader{}, "x", 0, 9, 0, "invalid number 'x'", false},
		{Reader{}, "+", 0, 9, 0, "invalid number '+'", false},
		{Reader{}, "4294967296", 0, 9, 0, "number '4294967296' outside unsigned integer range", false},
		{Reader{}, "300", 1, 255, 0, "number '300' outside range [1, 255]", false},
		{Reader{}, "4294967295", 0, math.MaxUint32, math.MaxUint32, "", true},
		{Reader{Lenient: true}, "5x", 0, 9, 5, "WARNING - invalid number '5x'", true},
		{Reader{Lenient: true}, "50x", 0, 9, 50, "WARNING - invalid number '50x'", false},
		{Reader{Lenient: true, Test: true}, "5x", 0, 9, 5, "invalid number '5x'", false},
		{Reader{Lenient: true}, "-5", 0, 9, 0, "WARNING - negative number '-5'", false},
		{Reader{AnyBase: true}, "0x10", 0, 99, 16, "", true},
		{Reader{AnyBase: true}, "010", 0, 99, 8, "", true},
		{Reader{AnyBase: true}, "0", 0, 99, 0, "", true},
		{Reader{AnyBase: true}, "0x", 0, 99, 0, "invalid number '0x'", false},
		{Reader{AnyBase: true}, "09", 0, 99, 0, "invalid number '09'", false},
	} {
		value, problem, ok := c.reader.Unsigned(c.word, c.low, c.high)
		if problem != c.problem || ok != c.ok || ok && value != c.value {
			t.Errorf("%+v.Unsigned(%q) = %d, %q, %v; want %d, %q, %v", c.reader, c.word, value, problem, ok, c.value, c.problem, c.ok)
		}
	}
}

func TestUnsigned64(t *testing.T) {
	if v, _, ok := (Reader{}).Unsigned64("18446744073709551615"); !ok || v != math.MaxUint64 {
		t.Errorf("largest number: %d, %v", v, ok)
	}
	if _, problem, ok := (Reader{}).Unsigned64("99999999999999999999999"); ok || problem != "number '99999999999999999999999' outside unsigned 64 bit range" {
		t.Errorf("too large: %q, %v", problem, ok)
	}
}

func TestSigned(t *testing.T) {
	for _, c := range []struct {
		word    string
		value   int32
		problem string
		ok      bool
	}{
		{"-5", -5, "", true},
		{"255", 0, "number '255' outside range [-254, 254]", false},
		{"-2147483649", 0, "number '-2147483649' outside integer range", false},
		{"1.5", 0, "invalid number '1.5'", false},
	} {
		value, problem, ok := Reader{}.Signed(c.word, -254, 254)
		if problem != c.problem || ok != c.ok || ok && value != c.value {
			t.Errorf("Signed(%q) = %d, %q, %v; want %d, %q, %v", c.word, value, problem, ok, c.value, c.problem, c.ok)
		}
	}
}

func TestDecimal(t *testing.T) {
	lenient := Reader{Lenient: true, Test: true}
	for _, c := range []struct {
		reader    Reader
		word      string
		low, high uint64
		decimals  int
		value     uint64
		problem   string
		ok        bool
	}{
		{lenient, "0.5", 0, 1e7, 6, 500000, "", true},
		{lenient, ".5", 0, 1e7, 6, 500000, "", true},
		{lenient, "1.", 0, 1e7, 6, 1000000, "", true},
		{lenient, "+1", 0, 1e7, 6, 1000000, "", true},
		{lenient, "-1", 0, 1e7, 6, 0, "negative number '-1'", false},
		{lenient, "0.2500001", 0, 1e7, 6, 250000, "number '0.2500001' has too many decimal places", true},
		{lenient, "0.2500005", 0, 1e7, 6, 250001, "number '0.2500005' has too many decimal places", true},
		{lenient, "6s", 1, 1e9, 6, 6, "invalid number '6s'", true},
		{lenient, "1s", 10000, 255000000, 6, 1, "invalid number '1s'", false},
		{lenient, "1.5555555s", 0, 1e9, 6, 1555556, "number '1.5555555s' has too many decimal places", true},
		{lenient, "1.2.3", 20, 1e9, 6, 12, "invalid number '1.2.3'", false},
		{lenient, "1e3.0000000", 0, 1e9, 6, 1, "number '1e3.0000000' has too many decimal places; invalid number '1e3.0000000'", true},
		{lenient, "x", 0, 1e9, 6, 0, "invalid number 'x'", true},
		{Reader{}, "x", 0, 1e9, 6, 0, "invalid number 'x'", false},
		{lenient, "300", 10000, 255000000, 6, 0, "number '300' outside range [0.010000, 255.000000]", false},
		{lenient, "5000", 0, 4294000, 3, 0, "number '5000' outside range [0.000, 4294.000]", false},
		{Reader{}, "960001", 0, 960000, 0, 0, "number '960001' outside range [0., 960000.]", false},
		{lenient, "99999999999999999999", 0, 1, 0, 0, "number '99999999999999999999' outside unsigned decimal range", false},
		{Reader{Lenient: true}, "6s", 1, 1e9, 6, 6, "WARNING - invalid number '6s'", true},
	} {
		value, problems, ok := c.reader.Decimal(c.word, c.low, c.high, c.decimals)
		problem := strings.Join(problems, "; ")
		if problem != c.problem || ok != c.ok || ok && value != c.value {
			t.Errorf("%+v.Decimal(%q) = %d, %q, %v; want %d, %q, %v", c.reader, c.word, value, problem, ok, c.value, c.problem, c.ok)
		}
	}
}

// A number that is printed in the plain way is read back without a problem.
func TestReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		decimals := rapid.IntRange(0, 6).Draw(t, "decimals")
		v := rapid.Uint64Range(0, 1e12).Draw(t, "value")
		word := Format(v, decimals)
		if got, problems, ok := (Reader{}).Decimal(word, 0, math.MaxUint64, decimals); !ok || problems != nil || got != v {
			t.Fatalf("Decimal(%q) = %d, %q, %v", word, got, problems, ok)
		}
		n := rapid.Int32().Draw(t, "signed")
		if got, problem, ok := (Reader{}).Signed(fmt.Sprint(n), math.MinInt32, math.MaxInt32); !ok || problem != "" || got != n {
			t.Fatalf("Signed(%d) = %d, %q, %v", n, got, problem, ok)
		}
	})
}

// A refused number always has a text, and texts name the word.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"", "-", "+", "1.5", "0x10", "99999999999999999999999999", " 1", "1 ", "..", "1e3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, word string) {
		for _, r := range []Reader{{}, {Lenient: true}, {Lenient: true, Test: true}, {AnyBase: true}} {
			check := func(problem string, ok bool) {
				if !ok && problem == "" || problem != "" && !strings.Contains(problem, "'"+word+"'") {
					t.Fatalf("%+v %q: %q, %v", r, word, problem, ok)
				}
			}
			_, problem, ok := r.Unsigned(word, 3, 70000)
			check(problem, ok)
			_, problem, ok = r.Unsigned64(word)
			check(problem, ok)
			_, problem, ok = r.Signed(word, -5, 70000)
			check(problem, ok)
			_, problems, ok := r.Decimal(word, 3, 70000, 3)
			check(strings.Join(problems, ""), ok)
		}
	})
}
