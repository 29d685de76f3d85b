package main

import (
	"slices"
	"strings"

	"keepalived/parser/keyword"
)

// odd are words that stand where an argument stands, but that nobody means: an
// empty one, a quote that is alone, one that fits in no buffer, numbers in the
// spellings that strtol and its like take or refuse (those are oddNumbers).
var odd = []string{
	`""`, `"" ""`, `''`, `"`, `'`, `" "`, `"""`, `\`, `"\"`, `" x"`, strings.Repeat("w", 200), `"` + strings.Repeat("w ", 100) + `"`,
	strings.Repeat("w", 900), strings.Repeat("w", 4096), "/" + strings.Repeat("d/", 100),
}

var oddNumbers = []string{
	strings.Repeat("9", 200), strings.Repeat("0", 200) + "5",
	"+0", "-0", "+1", "+007", "08", "-1", "--1", "-", "+", "0x", "0x7", "0X1f", "0b1", "1x", "1,", "1_000", "1e2", "1.0", "1.", ".1", ".", "-0.5", "+0.5", "0.0000000001", "-99999999999999999999", "-99999999999999999999.9", "99999999999999999999.9",
	"2147483648", "4294967296", "4294967297", "18446744073709551616", "18446744073709551617", "-2147483649", "-4294967295", `"1 "`, `" 1"`, "inf", "nan", "١",
}

// newArguments makes the cases in which one argument is an odd one: for each
// keyword, each line of data and each option, each of its arguments in turn.
func newArguments(table *keyword.Table) *language {
	l := &language{table: table, known: make(map[string]bool)}
	for _, row := range ordered(table) {
		switch row.Shape {
		case keyword.Scalar:
			for _, line := range disfigured(row.Name, valid(row)[0]) {
				l.add(title(row, "value"), put(scenes(row.Path)[0], line))
			}
		case keyword.Block, keyword.Lines:
			for _, head := range disfigured(row.Name, validName(row)) {
				l.add(title(row, "name"), put(scenes(row.Path)[0], slices.Concat([]string{head + " {"}, content(row), []string{"}"})...))
			}
		}
	}
	for _, t := range tongues() {
		base := strings.ReplaceAll(t.bases[0], "_", "")
		at := func(kind, line string) { l.add(t.path+" "+kind, t.write(line)) }
		for _, line := range disfigured("", base) {
			at("data", line)
		}
		for _, w := range l.words(t.path) {
			for _, option := range disfigured(w.name, w.good[0]) {
				at(w.name+" value", join(base, option))
			}
		}
	}
	return l
}

// disfigured returns what begins with a word and goes on with arguments, one of
// them an odd word. An odd word that is no number is also tried between them and
// behind them.
func disfigured(word, arguments string) []string {
	good := strings.Fields(arguments)
	var all []string
	for n, o := range slices.Concat(odd, oddNumbers) {
		for i := range len(good) + 1 {
			with := func(rest []string) {
				all = append(all, join(word, join(slices.Concat(good[:i], []string{o}, rest)...)))
			}
			if i < len(good) {
				with(good[i+1:])
			}
			if n < len(odd) || len(good) == 0 {
				with(good[i:])
			}
		}
	}
	return all
}
