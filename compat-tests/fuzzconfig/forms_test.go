package main

import (
	"slices"
	"strings"
	"testing"
)

// TestForms: every form of a configuration is one that differs from it.
func TestForms(t *testing.T) {
	text := "! a\nvrrp_instance V {\n  interface eth0\n  @one priority 1\n  @^one priority 2\n@two weight 3\n  notify \"/x <y>\"\n}\n"
	s := seed{"a.conf", strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	all := formed([]seed{s, {"b.conf", []string{"}"}}})
	seen := make(map[string]string)
	for _, m := range all[:len(forms)] {
		if other, ok := seen[m.text()]; ok {
			t.Errorf("%s is %s: %q", m.seed, other, m.text())
		}
		seen[m.text()] = m.seed
	}
	if all[0].text() != text {
		t.Errorf("as it is: %q", all[0].text())
	}
	if slices.ContainsFunc(all[len(forms):], func(m mutant) bool { return strings.Contains(m.seed, "machine") }) {
		t.Error("a text without conditions is of no machine")
	}
}

func TestMachine(t *testing.T) {
	text := "a\n@one b\n @^one c\n@two d\n"
	for n, want := range []string{"a\nb\n\n\n", "a\n\nc\nd\n", ""} {
		if got := machine(text, n); got != want {
			t.Errorf("machine %d: %q, want %q", n, got, want)
		}
	}
}
