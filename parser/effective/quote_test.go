package effective

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What stands in the file.
func TestCommand(t *testing.T) {
	for want, args := range map[string][]string{
		`/bin/true`:                         {"/bin/true"},
		`"/bin/true a"`:                     {"/bin/true", "a"},
		`"/bin/sh -c 'a b' ''"`:             {"/bin/sh", "-c", "a b", ""},
		`"/bin/sh -c 'a \\x22$b\\x22 # {'"`: {"/bin/sh", "-c", `a "$b" # {`},
		`"x \\x5c\\x27\\x24_PWD"`:           {"x", `\'$_PWD`},
	} {
		if got := command(args); got != want {
			t.Errorf("%q: got %s, want %s", args, got, want)
		}
	}
}

// Any argument vector and any pattern come back from the file.
func TestCommandAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching("[ -~\t]{0,9}")
		args := append([]string{"/usr/bin/true"}, rapid.SliceOfN(word, 0, 4).Draw(t, "arguments")...)
		regex := "x" + word.Draw(t, "pattern")
		text := "virtual_server 198.51.100.1 80 {\n real_server 198.51.100.11 80 {\n notify_up " + command(args) + " # \"\n" +
			" HTTP_GET {\n url {\n path /\n regex " + pattern(regex) + " # x\n }\n }\n }\n}\n"
		r := loadText(text)
		if r.Config == nil || len(r.Config.LVS.VirtualServers) != 1 {
			t.Fatalf("%s: %v", text, r.Diagnostics)
		}
		rs := r.Config.LVS.VirtualServers[0].RealServers[0]
		if rs.NotifyUp == nil || strings.Join(rs.NotifyUp.Args, "\x00") != strings.Join(args, "\x00") {
			t.Errorf("%s: got %+v, want %q", text, rs.NotifyUp, args)
		}
		if got := rs.Checkers[0].HTTP.URLs[0].Regex.Pattern; got != regex {
			t.Errorf("%s: got %q, want %q", text, got, regex)
		}
	})
}

// Any word comes back from the file.
func TestQuoteAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[ !#-~\t]{1,20}`).Filter(func(s string) bool { return !strings.Contains(s, "${_") && !strings.Contains(s, "$_") }).Draw(t, "word")
		var b strings.Builder
		w := newConfWriter(&b)
		w.line("router_id "+quote(id), "a comment", 1)
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		r := loadText("global_defs {\n" + b.String() + "}\n")
		if r.Config == nil || r.Config.Global.RouterID != id {
			t.Errorf("%q: %s", id, b.String())
		}
	})
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0", time.Second: "1", 1500 * time.Millisecond: "1.5", time.Microsecond: "0.000001", 1001 * time.Nanosecond: "0.000002",
		math.MaxInt64: "9223372036.854775",
	} {
		if got := seconds(d); got != want {
			t.Errorf("%d: got %s, want %s", d, got, want)
		}
	}
}
