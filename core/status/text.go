package status

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"keepalived/core/config"
)

// Command shows a command, every word in quotes, except that of a readability
// test.
func Command(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		if i == 0 && (strings.HasPrefix(word, "<") || strings.HasPrefix(word, ">")) {
			quoted[i] = word
		}
	}
	return strings.Join(quoted, " ")
}

// Notifier shows a script with who runs it, as notification scripts are shown.
func Notifier(s *config.Script) string {
	text := Command(s.Args)
	if s.Path != "" && len(s.Args) > 0 && s.Path != s.Args[0] {
		text = s.Path + ", params = " + text
	}
	return fmt.Sprintf("%s, uid:gid %d:%d", text, s.UID, s.GID)
}

// or is the other word for an empty one.
func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// unless leaves out what is usual.
func unless(s, usual string) string {
	if s == usual {
		return ""
	}
	return s
}

func pick(on bool, yes, no string) string {
	if on {
		return yes
	}
	return no
}

func yesNo(on bool) string   { return pick(on, "yes", "no") }
func enabled(on bool) string { return pick(on, "enabled", "disabled") }
func reverse(on bool) string { return pick(on, " reverse", "") }

func number(on bool) int {
	if on {
		return 1
	}
	return 0
}

func known(a netip.Addr) string {
	if !a.IsValid() {
		return "(none)"
	}
	return a.String()
}

// seconds prints a time as seconds since 1970. Times on a loop have a monotonic
// part; what is printed is the wall clock at that moment.
func seconds(t time.Time) string {
	if t.IsZero() {
		return "0.000000"
	}
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}

// atZero is what the C daemon shows for a time that was never set.
func atZero(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0)
	}
	return t
}

// The layouts of times in parentheses.
const (
	withYear    = "Mon Jan _2 15:04:05.000000 2006"
	withoutYear = "Mon Jan _2 15:04:05.000000"
)

func stamp(t time.Time, layout string) string {
	return fmt.Sprintf("%s (%s)", seconds(t), atZero(t).Local().Format(layout))
}

// behind formats a time whose microseconds stand behind the year, where the
// time package knows no fractions.
func behind(t time.Time) string {
	t = atZero(t)
	return fmt.Sprintf("%s (%s.%06d)", seconds(t), t.Local().Format(time.ANSIC), t.Nanosecond()/1000)
}

// general is %g of C: six digits, without zeros at the end.
func general(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
