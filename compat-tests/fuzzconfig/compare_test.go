package main

import (
	"slices"
	"strings"
	"testing"
)

// say makes an answer.
func say(status int, messages ...string) answer { return answer{status: status, messages: messages} }

// TestJudge: what is compared, after the table.
func TestJudge(t *testing.T) {
	const unknown = "(Line 2) Unknown keyword 'x'"
	for _, c := range []struct {
		name         string
		text         string
		theirs, ours answer
		status, same bool
		signature    string // a part of it
		excluded     bool
	}{
		{name: "equal", theirs: say(5, unknown), ours: say(5, unknown), status: true, same: true},
		{name: "a message more", theirs: say(5, unknown), ours: say(5, unknown, "(V) b"), status: true, signature: "only ours: (_) b"},
		{name: "other status", theirs: say(5, unknown), ours: say(2, unknown), same: true, signature: "status 5, ours 2; same messages"},
		{name: "a row, and the status with it", theirs: say(0), ours: say(5, "(m.conf: Line 7) (V1): VIP duplicates a VIP 192.0.2.100 - ignoring"), status: true, same: true},
		{name: "a row, and a class that is not known", theirs: say(4, "(Line 1) a"), ours: say(5, "(Line 1) a", "(m.conf: Line 7) (V1): VIP duplicates a VIP 192.0.2.100 - ignoring"), status: true, same: true},
		{name: "a row beside something else", theirs: say(5, unknown), ours: say(5, unknown, "(m.conf: Line 7) (V1): VIP duplicates a VIP 192.0.2.100 - ignoring"), status: true, same: true},
		{name: "a row for the parent's pass alone", theirs: say(5, "(Line 2) Unmatched quote: 'a'", "(m.conf: Line 2) Unmatched quote: 'a'"),
			ours: say(5, "(m.conf: Line 2) Unmatched quote: 'a'"), status: true, same: true},
		{name: "not for the others", theirs: say(5, "(m.conf: Line 2) Unmatched quote: 'a'"), ours: say(0), signature: "status 5, ours 0; only theirs"},
		{name: "said by both: compared", theirs: say(5, "Invalid hex string for UDP_CHECK payload"), ours: say(5, "Invalid hex string for UDP_CHECK payload"), status: true, same: true},
		{name: "another moment", theirs: say(5, "(Line 9) a", "Virtual server [192.0.2.1]:tcp:80 has no real servers - ignoring"),
			ours: say(5, "(m.conf: Line 3) Virtual server [192.0.2.1]:tcp:80 has no real servers - ignoring", "(Line 9) a"), status: true, same: true},
		{name: "another moment, another server", theirs: say(5, "Virtual server [192.0.2.1]:tcp:80 has no real servers - ignoring"),
			ours: say(5, "(m.conf: Line 3) Virtual server [192.0.2.2]:tcp:80 has no real servers - ignoring"), status: true, signature: "Virtual server"},
		{name: "twice", theirs: say(5, "(V) No VIP specified; at least one is sensible", "(W) a", "(V) No VIP specified; at least one is sensible"),
			ours: say(5, "(W) a", "(V) No VIP specified; at least one is sensible"), status: true, same: true},
		{name: "an end of the checks", theirs: say(5, "(Line 1) a", "(V) Unknown interface!", "(m.conf: Line 1) a"),
			ours: say(5, "(Line 1) a", "(V) b", "(V) c", "(m.conf: Line 1) a"), status: true, same: true},
		{name: "no end where ours has it too", theirs: say(5, "(V) Unknown interface!"), ours: say(5, "(V) Unknown interface!", "(V) b"), status: true, signature: "only ours"},
		{name: "security", theirs: say(6, "SECURITY VIOLATION - x"), ours: say(5, "Disabling"), signature: "status 6, ours 5"},
		{name: "crash of theirs", theirs: say(-11), ours: say(5, "a"), excluded: true},
		{name: "crash of ours", theirs: say(0), ours: say(-6), signature: died},
		{name: "end of a panic", theirs: say(0), ours: say(70), signature: died},
		{name: "hang of ours, even if theirs does too", theirs: answer{hung: true}, ours: answer{hung: true}, signature: died},
		{name: "text that cannot be compared", text: "vrrp_script s {\ninterval 5s\n}\n", theirs: say(5), ours: say(0), excluded: true},
	} {
		v := question{c.text, c.theirs, c.ours}.judge()
		if v.status != c.status || v.messages != c.same || (v.excluded != "") != c.excluded || !strings.Contains(v.signature, c.signature) || c.signature == "" && v.signature != "" {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
}

// TestTable: every row has a reason and something to do.
func TestTable(t *testing.T) {
	for i, r := range table {
		if r.reason == "" || r.theirs == nil && r.ours == nil && r.both == nil && r.repeated == nil && r.ends == nil {
			t.Errorf("row %d: %+v", i, r)
		}
	}
}

func TestAnonymous(t *testing.T) {
	for message, want := range map[string]string{
		"(m.conf: Line 5) number '0' outside range [1, 255]":               "number '_' outside range [N, N]",
		"(V1) No VIP specified; at least one is sensible":                  "(_) No VIP specified; at least one is sensible",
		"Virtual server [192.0.2.1]:tcp:80 has no real servers - ignoring": "Virtual server _ has no real servers - ignoring",
		"VRRP parsed invalid IP 192.0.2.300. skipping IP...":               "VRRP parsed invalid IP _ skipping IP...",
		"(Line 1) (V1): VMAC interface name already specified":             "(_): VMAC _ name already specified",
		"Configuration error: BFD instance b1 min_rx value 0 is not valid": "Configuration error: BFD _ bN min_rx value N is not valid",
		"V1 and V2 both use VRID 51 with IPv4 on interface eth0":           "VN and VN both use VRID N with IPvN on interface _",
	} {
		if got := anonymous(message); got != want {
			t.Errorf("%q: %q, want %q", message, got, want)
		}
	}
}

// TestTally: shares, clusters and their smallest examples.
func TestTally(t *testing.T) {
	ta := newTally()
	ta.add(mutant{number: 1, lines: []string{"a", "b"}}, verdict{status: true, messages: true})
	ta.add(mutant{number: 2, lines: []string{"a", "b"}}, verdict{signature: "s"})
	ta.add(mutant{number: 3, lines: []string{"a"}}, verdict{status: true, signature: "s", rows: []int{0}})
	ta.add(mutant{number: 4}, verdict{excluded: "the C daemon hung"})
	ta.add(mutant{number: 5}, verdict{status: true, signature: "t"})
	var b strings.Builder
	ta.summary(&b)
	for _, want := range []string{"compared 4, equal exit statuses 3 (75.00 %), equal messages 1 (25.00 %)", "not compared 1: the C daemon hung", "row  0 needed    1 times"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s has no %q", b.String(), want)
		}
	}
	if c := ta.sorted(); len(c) != 2 || c[0].signature != "s" || c[0].count != 2 || c[0].statuses != 1 || !slices.Equal(c[0].example.lines, []string{"a"}) {
		t.Errorf("clusters %+v", c)
	}
	dir := t.TempDir()
	if err := ta.write(dir); err != nil {
		t.Fatal(err)
	}
}
