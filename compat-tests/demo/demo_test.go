package main

import (
	"strings"
	"testing"
	"time"
)

func at(seconds float64) time.Time {
	return time.Unix(1000, 0).Add(time.Duration(seconds * float64(time.Second)))
}

// answered makes answers that ended at the given seconds; a negative one failed.
func answered(ends ...float64) []answer {
	var list []answer
	for _, end := range ends {
		a := answer{asked: at(max(end, -end) - 0.01), ended: at(max(end, -end)), server: "rs1"}
		if end < 0 {
			a.server = ""
		}
		list = append(list, a)
	}
	return list
}

func TestSilence(t *testing.T) {
	for name, c := range map[string]struct {
		answers []answer
		want    float64
	}{
		"nothing":               {nil, 10},
		"in the middle":         {answered(1, 2, 7, 8, 9, 10), 5},
		"at the beginning":      {answered(-0.5, 4, 5, 6, 7, 8, 9), 4},
		"at the end":            {answered(1, 2, 3, 4), 6},
		"failures do not count": {answered(1, 2, -3, -4, -5, 6, 7, 8, 9), 4},
		"before and after":      {answered(1, 2, 3, 4, 5, 6, 7, 8, 9, 20), 1},
	} {
		if got := silence(c.answers, at(0), at(10)).Seconds(); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestCount(t *testing.T) {
	made, failed := count(answered(0.5, 1.5, -2.5, 3.5), at(1), at(3))
	if made != 2 || failed != 1 {
		t.Errorf("%d made, %d failed", made, failed)
	}
}

func TestDraw(t *testing.T) {
	var screen strings.Builder
	line := &timeline{screen: &screen, start: time.Now()}
	line.draw("d1", []answer{{server: "rs1"}, {server: "rs2"}, {}, {server: "rs3"}})
	if got := screen.String(); !strings.HasSuffix(got, "MASTER d1      12x3                     1 failed\n") {
		t.Errorf("got %q", got)
	}
	screen.Reset()
	line.colour = true
	line.draw("", []answer{{}})
	if got := screen.String(); !strings.Contains(got, "MASTER nobody") || !strings.Contains(got, "\x1b[1;31mx\x1b[0m") {
		t.Errorf("got %q", got)
	}
}

func TestParse(t *testing.T) {
	o, err := parse([]string{"-method", "dr", "-daemon", "/bin/sh"})
	if err != nil || o.method != "dr" || o.daemon != "/bin/sh" || o.colour {
		t.Errorf("%+v, %v", o, err)
	}
	for _, arguments := range [][]string{{"-method", "magic", "-daemon", "/bin/sh"}, {"-daemon", "/nonexistent"}} {
		if _, err := parse(arguments); err == nil {
			t.Errorf("%v: accepted", arguments)
		}
	}
}
