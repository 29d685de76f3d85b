package explain

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"keepalived/core/config"
)

func diagnostics() []config.Diagnostic {
	at := func(line, column int) config.Position {
		return config.Position{File: "k.conf", Line: line, Column: column}
	}
	return []config.Diagnostic{
		{Pass: config.PassParent, Class: config.ClassUnknownKeyword, Position: at(1, 1), Message: "(Line 1) Unknown keyword 'vrrp_instanse'"},
		{Pass: config.PassParent, Message: "Opening file", LogOnly: true},
		{Pass: config.PassChecker, Class: config.ClassUnknownKeyword, Position: at(1, 1), Message: "(k.conf: Line 1) Unknown keyword 'vrrp_instanse'"},
		{Pass: config.PassVRRP, Class: config.ClassUnknownKeyword, Position: at(1, 1), Message: "(k.conf: Line 1) Unknown keyword 'vrrp_instanse'"},
		{Pass: config.PassVRRP, Class: config.ClassInvalidNumber, Position: at(2, 5), Message: "(k.conf: Line 2) number '300' outside range [1, 255]"},
		{Pass: config.PassVRRP, Class: config.ClassGeneral, Position: at(2, 5), Message: "(k.conf: Line 2) (VI_1) Priority not valid! must be between 1 & 255. Using default 100"},
		{Pass: config.PassVRRP, Class: config.ClassGeneral, Position: at(9, 0), Message: "(k.conf: Line 9) beyond the end"},
		{Pass: config.PassVRRP, Class: config.ClassGeneral, Message: "(VI_1) the virtual router id must be set"},
	}
}

func TestText(t *testing.T) {
	var out bytes.Buffer
	err := New(diagnostics(), 5).Text(&out, func(string) (string, error) {
		return "vrrp_instanse VI_1 {\r\n\tfoo priority 300\n}\n", nil
	})
	want := `k.conf:1:1: Unknown keyword 'vrrp_instanse'
    1 | vrrp_instanse VI_1 {
      | ^~~~~~~~~~~~~
      = did you mean 'vrrp_instance'?

k.conf:2:5: number '300' outside range [1, 255]
    2 |  foo priority 300
      |     ^
      = (VI_1) Priority not valid! must be between 1 & 255. Using default 100

k.conf:9:1: beyond the end

(VI_1) the virtual router id must be set

4 problems, status 5
`
	if err != nil || out.String() != want {
		t.Errorf("%v, got:\n%s", err, out.String())
	}
	out.Reset()
	if err := New(diagnostics()[:1], 5).Text(&out, func(string) (string, error) { return "", errors.New("gone") }); err != nil || out.Len() == 0 {
		t.Errorf("without the file: %v, %q", err, out.String())
	}
}

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	err := New(diagnostics()[:5], 5).JSON(&out)
	want := `{"status":5,"problems":[` +
		`{"file":"k.conf","line":1,"column":1,"class":"unknown keyword","processes":["parent","checker","VRRP"],"message":"(Line 1) Unknown keyword 'vrrp_instanse'","suggestion":"vrrp_instance"},` +
		`{"file":"k.conf","line":2,"column":5,"class":"invalid number","processes":["VRRP"],"message":"(k.conf: Line 2) number '300' outside range [1, 255]"}]}` + "\n"
	if err != nil || out.String() != want {
		t.Errorf("%v, got:\n%s", err, out.String())
	}
	out.Reset()
	if err := New(nil, 0).JSON(&out); err != nil || out.String() != `{"status":0,"problems":[]}`+"\n" {
		t.Errorf("nothing wrong: %v, %s", err, out.String())
	}
}

func TestNearest(t *testing.T) {
	names := keywordNames()
	for word, want := range map[string]string{
		"virtual_rooter_id": "virtual_router_id", "delai_loop": "delay_loop", "vrrp_instnace": "vrrp_instance",
		"prioirty": "priority", "zzzzzzzz": "", "x": "", "": "",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

func TestSimilar(t *testing.T) {
	for word, want := range map[string]string{"delai_loop": "delay_loop", "zzzzzzzz": "", "garp_master_refrsh": "garp_master_refresh"} {
		if got := Similar(word, 3); len(got) > 3 || strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", word, got, want)
		}
	}
	if got := Similar("notify_mastr", 2); got[0] != "notify_master" {
		t.Errorf("the nearest is not the first: %v", got)
	}
}

// A distance is that of the words, whichever is first, and 0 for equal ones
// alone.
func TestDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab_]{0,6}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		d := distance(a, b, 10)
		if d != distance(b, a, 10) || (d == 0) != (a == b) || d > max(len(a), len(b)) {
			t.Errorf("distance %d, back %d", d, distance(b, a, 10))
		}
	})
}

// Any position in any line is shown without a panic.
func TestShowAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := config.Diagnostic{
			Class:    config.ClassGeneral,
			Message:  rapid.String().Draw(t, "message"),
			Position: config.Position{File: "f", Line: rapid.IntRange(0, 4).Draw(t, "line"), Column: rapid.IntRange(0, 400).Draw(t, "column")},
		}
		text := rapid.StringN(0, 300, -1).Draw(t, "text")
		var out bytes.Buffer
		if err := New([]config.Diagnostic{d}, 5).Text(&out, func(string) (string, error) { return text, nil }); err != nil {
			t.Error(err)
		}
	})
}
