package reader

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"keepalived/core/config"
)

// Leniency says what happens to a number with other characters behind it
// (01-configuration section 3.6).
type Leniency uint8

const (
	// Strict refuses it.
	Strict Leniency = iota
	// Lenient lets a running daemon use the leading part, after a message.
	Lenient
)

const spaces = " \t\n\v\f\r"

// afterSpaces leaves out the spaces before a number. strings.TrimLeft would make
// a set of them first, for every number.
func afterSpaces(word string) string {
	for word != "" && strings.IndexByte(spaces, word[0]) >= 0 {
		word = word[1:]
	}
	return word
}

// number reports a problem of the number class.
func (p *Pass) number(format string, args ...any) {
	p.Report(config.ClassInvalidNumber, format, args...)
}

// warn is the prefix of number messages.
func (p *Pass) warn(l Leniency) string {
	if l == Lenient && !p.Mode.Test {
		return "WARNING - "
	}
	return ""
}

// uses notes what the daemon takes for the number that has just been reported.
func (p *Pass) uses(value string) {
	if d := &p.Diagnostics[len(p.Diagnostics)-1]; d.Subject != nil {
		d.Subject.Used = value
	}
}

// leading splits digits off the front of s and returns their value; wide is
// set when they do not fit 64 bits. base is 10, or 0 for C's prefixes.
func leading(s string, base int) (value uint64, digits int, rest string, wide bool) {
	if base == 0 {
		base = 10
		switch {
		case len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' && digit(s[2]) < 16:
			value, digits, rest, wide = leading(s[2:], 16)
			return value, digits + 2, rest, wide
		case len(s) > 1 && s[0] == '0':
			base = 8
		}
	}
	n := 0
	for n < len(s) && digit(s[n]) < base {
		n++
	}
	if n == 0 {
		return 0, 0, s, false
	}
	value, err := strconv.ParseUint(s[:n], base, 64)
	return value, n, s[n:], err != nil
}

// digit returns the value of a digit in any base up to 16, else 99.
func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return 99
}

// AnyNumber reads a word that is a number as a whole, in the base that its
// prefix names; an empty one is 0. It reports nothing.
func AnyNumber(word string) (value uint64, ok bool) {
	s := strings.TrimPrefix(afterSpaces(word), "+")
	value, digits, rest, wide := leading(s, 0)
	return value, rest == "" && !wide && (digits > 0 || word == "")
}

// Unsigned reads an unsigned decimal number of 32 bits within limits. What is
// wrong with it has been reported when ok is false.
func (p *Pass) Unsigned(word string, low, high uint32, l Leniency) (value uint32, ok bool) {
	v, ok := p.unsigned(word, uint64(low), uint64(high), 10, math.MaxUint32, l)
	return uint32(v), ok
}

// UnsignedAnyBase is Unsigned for the few keywords that also take hexadecimal
// and octal numbers.
func (p *Pass) UnsignedAnyBase(word string, low, high uint32, l Leniency) (value uint32, ok bool) {
	v, ok := p.unsigned(word, uint64(low), uint64(high), 0, math.MaxUint32, l)
	return uint32(v), ok
}

// Unsigned64 is Unsigned for 64 bits. Its range message is that of signed
// numbers.
func (p *Pass) Unsigned64(word string, low, high uint64, l Leniency) (value uint64, ok bool) {
	return p.unsigned(word, low, high, 10, math.MaxUint64, l)
}

func (p *Pass) unsigned(word string, low, high uint64, base int, limit uint64, l Leniency) (uint64, bool) {
	warn := p.warn(l)
	s := afterSpaces(word)
	if strings.HasPrefix(s, "-") {
		p.number(msgNegative, warn, word)
		return 0, false
	}
	empty := s == "" // after blanks too, which a signed number does not forgive
	v, digits, rest, wide := leading(strings.TrimPrefix(s, "+"), base)
	switch {
	case rest != "" || digits == 0 && !empty:
		p.number(msgInvalid, warn, word)
		usable := l == Lenient && digits > 0 && !wide && v >= low && v <= high
		if usable {
			p.uses(strconv.FormatUint(v, 10))
		}
		return v, usable && !p.Mode.Test
	case wide || v > limit:
		if limit == math.MaxUint64 {
			p.number(msgUnsigned64Wide, warn, word)
		} else {
			p.number(msgUnsignedWide, warn, word)
		}
		return 0, false
	case v < low || v > high:
		if limit == math.MaxUint64 {
			p.number(msgSignedRange, word, low, high)
		} else {
			p.number(msgUnsignedRange, warn, word, low, high)
		}
		return v, false
	}
	return v, true
}

// Signed reads a signed decimal number of 32 bits within limits. What is
// wrong with it has been reported when ok is false; value is then what was
// read, which a few keywords use all the same.
func (p *Pass) Signed(word string, low, high int32, l Leniency) (value int32, ok bool) {
	warn := p.warn(l)
	s := afterSpaces(word)
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	v, digits, rest, wide := leading(s, 10)
	wide = wide || v > math.MaxInt32+1 || !negative && v > math.MaxInt32
	n := int64(min(v, math.MaxInt64))
	switch {
	case negative && v > math.MaxInt64:
		n = math.MinInt64
	case negative:
		n = -n
	}
	within := !wide && n >= int64(low) && n <= int64(high)
	switch {
	case rest != "" || digits == 0 && word != "":
		p.number(msgInvalid, warn, word)
		usable := l == Lenient && digits > 0 && within
		if usable {
			p.uses(strconv.FormatInt(n, 10))
		}
		return int32(n), usable && !p.Mode.Test
	case wide:
		p.number(msgSignedWide, warn, word)
		return int32(n), false
	case !within:
		p.number(msgSignedRange, word, low, high)
		return int32(n), false
	}
	return int32(n), true
}

// Timer reads a decimal number of seconds with up to six places. Limits and
// value are whole microseconds.
func (p *Pass) Timer(word string, low, high time.Duration, l Leniency) (value time.Duration, ok bool) {
	v, ok := p.Decimal(word, uint64(low/time.Microsecond), uint64(high/time.Microsecond), 6, l)
	return time.Duration(v) * time.Microsecond, ok
}

// Decimal reads a decimal number that keeps some places. Limits and value
// count in the smallest unit. Superfluous places are reported and rounded; a
// number with other characters behind it is reported, and with Lenient taken
// for as many smallest units as its leading digits say, in a test as well:
// that is what the C daemon does (01-configuration section 3.6).
func (p *Pass) Decimal(word string, low, high uint64, places int, l Leniency) (value uint64, ok bool) {
	warn := p.warn(l)
	if strings.HasPrefix(word, "-") {
		p.number(msgNegative, warn, word)
		return 0, false
	}
	s := afterSpaces(word)
	hidden := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	whole, fraction, point := strings.Cut(s, ".")
	roundUp := false
	if len(fraction) > places {
		p.number(msgDecimalPlaces, warn, word)
		roundUp = fraction[places] >= '5' // not a digit perhaps
		fraction = fraction[:places]
	}
	text := whole + fraction + strings.Repeat("0", places-len(fraction))
	v, _, rest, wide := leading(text, 10)
	if text == "" && !point {
		rest = word // a sign alone
	}
	if roundUp { // also before characters that do not belong there
		v++
	}
	if hidden {
		v = -v // of 64 bits without a sign
	}
	switch {
	case rest != "":
		p.number(msgInvalid, warn, word)
		if l != Lenient || wide || v < low || v > high {
			return v, false
		}
		p.uses(strings.TrimRight(strings.TrimRight(decimal(v, places), "0"), "."))
		return v, true
	case wide:
		p.number(msgDecimalWide, warn, word)
		return 0, false
	}
	if v < low || v > high {
		p.number(msgDecimalRange, warn, word, decimal(low, places), decimal(high, places))
		return v, false
	}
	return v, true
}

// decimal prints a limit with all of its places; without any a dot remains.
func decimal(v uint64, places int) string {
	unit := uint64(math.Pow10(places))
	if places == 0 {
		return strconv.FormatUint(v, 10) + "."
	}
	return fmt.Sprintf("%d.%0*d", v/unit, places, v%unit)
}
