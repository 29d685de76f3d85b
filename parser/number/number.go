package number

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Reader says how a number is read. The zero Reader is strict and decimal.
type Reader struct {
	// Lenient keywords accept a number with trailing junk: integers only
	// outside a configuration test, decimals always.
	Lenient bool
	// Test is set during a configuration test; it removes "WARNING - "
	// from the texts of lenient keywords.
	Test bool
	// AnyBase reads 0x and 0 prefixes as the C language does.
	AnyBase bool
}

func (r Reader) warn() string {
	if r.Lenient && !r.Test {
		return "WARNING - "
	}
	return ""
}

// blanks are what strtoul skips in front of a number.
const blanks = " \t\n\v\f\r"

// leading splits word into the number that it starts with (as a magnitude
// with a sign) and what is left over. An empty word is 0 without rest.
func (r Reader) leading(word string) (value *big.Int, rest string) {
	s := strings.TrimLeft(word, blanks)
	negative := false
	if s != "" && (s[0] == '+' || s[0] == '-') {
		negative = s[0] == '-'
		s = s[1:]
	}
	base := 10
	if r.AnyBase {
		switch {
		case len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && isDigit(s[2], 16):
			base, s = 16, s[2:]
		case len(s) > 1 && s[0] == '0':
			base = 8
		}
	}
	n := 0
	for n < len(s) && isDigit(s[n], base) {
		n++
	}
	if n == 0 {
		return new(big.Int), word
	}
	value, _ = new(big.Int).SetString(s[:n], base)
	if negative {
		value.Neg(value)
	}
	return value, s[n:]
}

func isDigit(c byte, base int) bool {
	switch {
	case c >= '0' && c <= '9':
		return int(c-'0') < base
	case base == 16 && (c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'):
		return true
	}
	return false
}

// Unsigned reads a 32 bit number between low and high.
func (r Reader) Unsigned(word string, low, high uint32) (value uint32, problem string, ok bool) {
	v, problem, ok := r.unsigned(word, uint64(low), uint64(high), math.MaxUint32, "unsigned integer range")
	return uint32(v), problem, ok
}

// Unsigned64 reads a 64 bit number.
func (r Reader) Unsigned64(word string) (value uint64, problem string, ok bool) {
	return r.unsigned(word, 0, math.MaxUint64, math.MaxUint64, "unsigned 64 bit range")
}

func (r Reader) unsigned(word string, low, high, limit uint64, kind string) (uint64, string, bool) {
	if strings.HasPrefix(strings.TrimLeft(word, blanks), "-") {
		return 0, fmt.Sprintf("%snegative number '%s'", r.warn(), word), false
	}
	big, rest := r.leading(word)
	fits := big.IsUint64() && big.Uint64() <= limit
	value := big.Uint64()
	inRange := fits && value >= low && value <= high
	switch {
	case rest != "":
		return value, fmt.Sprintf("%sinvalid number '%s'", r.warn(), word), r.Lenient && !r.Test && inRange
	case !fits:
		return 0, fmt.Sprintf("%snumber '%s' outside %s", r.warn(), word, kind), false
	case !inRange:
		return 0, fmt.Sprintf("%snumber '%s' outside range [%d, %d]", r.warn(), word, low, high), false
	}
	return value, "", true
}

// Signed reads a 32 bit number between low and high.
func (r Reader) Signed(word string, low, high int32) (value int32, problem string, ok bool) {
	big, rest := r.leading(word)
	fits := big.IsInt64() && big.Int64() >= math.MinInt32 && big.Int64() <= math.MaxInt32
	if fits {
		value = int32(big.Int64())
	}
	inRange := fits && value >= low && value <= high
	switch {
	case rest != "":
		return value, fmt.Sprintf("%sinvalid number '%s'", r.warn(), word), r.Lenient && !r.Test && inRange
	case !fits:
		return 0, fmt.Sprintf("%snumber '%s' outside integer range", r.warn(), word), false
	case !inRange:
		return value, fmt.Sprintf("number '%s' outside range [%d, %d]", word, low, high), false
	}
	return value, "", true
}

// Decimal reads a number with up to decimals digits after the point. The
// value and the limits are in units of the last digit: with 6 decimals,
// "0.5" is 500000.
//
// A lenient keyword takes the digits in front of junk as units of the last
// digit ("6s" is 6), because the C daemon adds the missing zeros behind the
// junk; the text is the only hint that the user gets.
//
// There can be two problems, in this order.
func (r Reader) Decimal(word string, low, high uint64, decimals int) (value uint64, problems []string, ok bool) {
	add := func(format string, args ...any) { problems = append(problems, r.warn()+fmt.Sprintf(format, args...)) }
	if strings.HasPrefix(word, "-") {
		add("negative number '%s'", word)
		return 0, problems, false
	}
	digits, excess, roundUp := scale(word, decimals)
	if excess {
		add("number '%s' has too many decimal places", word)
	}
	big, rest := Reader{}.leading(digits)
	fits := big.IsUint64()
	value = big.Uint64()
	if fits && roundUp && rest == "" {
		value++
	}
	inRange := fits && value >= low && value <= high
	switch {
	case rest != "":
		add("invalid number '%s'", word)
		return value, problems, r.Lenient && inRange
	case !fits:
		add("number '%s' outside unsigned decimal range", word)
	case !inRange:
		add("number '%s' outside range [%s, %s]", word, Format(low, decimals), Format(high, decimals))
	}
	return value, problems, inRange
}

// scale removes the point and adds the zeros that bring word to decimals
// digits after it. Digits beyond are cut; roundUp says that they are worth
// a half or more.
func scale(word string, decimals int) (digits string, excess, roundUp bool) {
	whole, fraction, _ := strings.Cut(word, ".")
	if excess = len(fraction) > decimals; excess {
		roundUp = fraction[decimals] >= '5' && fraction[decimals] <= '9'
		fraction = fraction[:decimals]
	}
	return whole + fraction + strings.Repeat("0", decimals-len(fraction)), excess, roundUp
}

// Format writes a decimal in the way of the range texts: always with all
// its decimals, and with a final point when it has none.
func Format(value uint64, decimals int) string {
	unit := uint64(math.Pow10(decimals))
	s := strconv.FormatUint(value/unit, 10) + "."
	if decimals > 0 {
		s += fmt.Sprintf("%0*d", decimals, value%unit)
	}
	return s
}
