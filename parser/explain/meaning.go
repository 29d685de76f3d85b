package explain

import (
	"strconv"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/keyword"
)

// meaning is what an item means for a running daemon, empty when its message
// says it.
func (m *maker) meaning(it *item, row *keyword.Keyword) string {
	switch f := it.fact; {
	case m.Start == 0 && (f.fatal || f.meaning == meaningInterface):
		return "" // of a process that does not run
	case f.fatal && f.meaning == "":
		return noStart
	case f.meaning != "":
		return fill(f.meaning, it.args)
	}
	switch it.d.Class {
	case config.ClassNone:
		if strings.HasPrefix(it.text, "Config files missing") {
			return "nothing is included by this line"
		}
	case config.ClassUnknownKeyword:
		return "the line is left out"
	case config.ClassUnmatchedQuote:
		return "what stands behind the \" may be lost"
	case config.ClassMissingParameter:
		return "nothing behind it is read, and the daemon does not start with this (exit status 2)"
	case config.ClassFileNotFound:
		if m.Start != 0 {
			return "the daemon does not start with this (exit status " + strconv.Itoa(m.Start) + ")"
		}
		return ""
	case config.ClassInvalidNumber:
		if it.s.Used != "" {
			return "a running daemon takes it for " + it.s.Used
		}
		if strings.Contains(it.text, "too many decimal places") {
			return "it is rounded"
		}
	}
	if row == nil || it.s.Statement == "" {
		return ""
	}
	if row.Deprecated() && it.Option != nil && strings.Contains(it.text, "deprecated") {
		return "it works all the same"
	}
	if strings.Contains(it.text, "gnoring") || strings.Contains(it.text, "kipping") || strings.Contains(it.text, "etting to") {
		return "" // said already
	}
	return reaction(row, conditions(it, row))
}

// conditions are the words for a kind of problem that the table may use.
func conditions(it *item, row *keyword.Keyword) []string {
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(it.text, w) {
				return true
			}
		}
		return false
	}
	switch {
	case it.d.Class == config.ClassInvalidNumber:
		return []string{"", "bad", "invalid", "malformed", "out of range", "not a number"}
	case has("already", "uplicate", "twice"):
		return []string{"duplicate", "repeated", "second", "twice"}
	case has("too long", "longer"):
		return []string{"too long", "longer"}
	case has("issing", "requires", "not specified", "No value"):
		return []string{"missing"}
	case has("nknown", "exist", "not found"):
		return []string{"unknown"}
	case row.Args == "[bool]":
		return []string{"bad bool"}
	}
	return []string{"bad", "invalid", "malformed", ""}
}

// reaction words what the table says happens under the first of some
// conditions; the empty one is what it says without a condition.
func reaction(row *keyword.Keyword, conditions []string) string {
	for _, want := range conditions {
		for _, clause := range strings.Split(row.Reaction, ";") {
			when, result, conditional := strings.Cut(strings.TrimSpace(clause), ": ")
			if !conditional {
				when, result = "", when
			}
			for _, w := range strings.Split(when, "/") {
				if w == want || want != "" && strings.HasPrefix(w, want+" ") {
					if text := outcome(row, result); text != "" {
						return text
					}
				}
			}
		}
	}
	return ""
}

// outcome words one result of the table, empty for what has no word here.
func outcome(row *keyword.Keyword, result string) string {
	value, warned := strings.CutPrefix(result, "warn, ")
	if strings.HasPrefix(result, "warn-and-ignore") {
		if row.Shape == keyword.Word {
			return "the option is left out"
		}
		return "the keyword is left out"
	}
	switch value {
	case "dropped", "line dropped":
		return "the line is left out"
	case "block skipped":
		return "the whole block is left out"
	case "checker dropped":
		return meaningUnchecked
	case "cleared":
		return "the option is left out"
	case "kept", "accepted":
		return "it is used as it is"
	case "full length":
		return "the full length is used"
	case "unset, then config error":
		return "it is left out"
	case "set 0", "0 used", "0 stored":
		return "0 is used instead"
	case "replaced":
		return "the later one is used"
	}
	if result == "warn-and-truncate" {
		return "it is cut to that length"
	}
	if owner, own := strings.CutSuffix(value, "'s weight"); own {
		return "the " + owner + "'s own weight is used"
	}
	if _, err := strconv.Atoi(value); warned && err == nil {
		return value + " is used instead"
	}
	return ""
}
