package scenario

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	for line, want := range map[string][]string{
		"":                         nil,
		"  # nothing":              nil,
		"start r1 -D":              {"start", "r1", "-D"},
		"wait r1 log 'a b' # why":  {"wait", "r1", "log", "a b"},
		`x "a'b" c'd e'f`:          {"x", "a'b", "cd ef"},
		"expect r1 log a#b":        {"expect", "r1", "log", "a#b"},
		"write r1 '' x":            {"write", "r1", "", "x"},
		"get c http://10.0.0.1/ 3": {"get", "c", "http://10.0.0.1/", "3"},
	} {
		got, err := split(line)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %q, %v", line, got, err)
		}
	}
	if _, err := split("a 'b"); err == nil {
		t.Error("an open quote is accepted")
	}
}

// A wrong scenario is refused with the number of its line.
func TestParseRefuses(t *testing.T) {
	const head = "# A purpose.\nnet lan\nnode r1 eth0@lan=192.0.2.1/24\n"
	for name, c := range map[string]struct{ script, want string }{
		"purpose":    {"net lan\nnode r1\nstart r1\n", "what it is for"},
		"steps":      {head, "no steps"},
		"command":    {head + "begin r1\n", "line 4: begin r1: begin: no such command"},
		"node":       {head + "start r2\n", "line 4"},
		"network":    {"# x\nnode r1 eth0@wan=192.0.2.1/24\nstart r1\n", `no network "wan"`},
		"address":    {"# x\nnet lan\nnode r1 eth0@lan=192.0.2.1\nstart r1\n", "line 3"},
		"expression": {head + "wait r1 log '('\n", "error parsing regexp"},
		"condition":  {head + "wait r1 mood good\n", `no condition "mood"`},
		"time":       {head + "wait r1 log x within soon\n", "invalid duration"},
		"program":    {head + "run theirs\nstart r1\n", `no program "theirs"`},
		"matrix":     {head + "matrix A=1,B=1 A=1,B=2\nstart r1\n", "two words begin"},
		"file":       {head + "start r1\n-- r9/keepalived.conf --\n", "no node's name"},
		"advert":     {head + "inject lan defect=none\n", "no such defect"},
		"signal":     {head + "signal r1 HELLO\n", `no signal "HELLO"`},
		"state":      {head + "link r1 eth0 sideways\n", "up or down"},
		"mail":       {head + "mail r1 127.0.0.1:25 EHLO=no\n", `no reply to "EHLO"`},
		"mails":      {head + "wait r1 mails 25 some x\n", "invalid syntax"},
		"outside":    {head + "check r1 outside\n", "nothing is left"},
		"record":     {head + "record r1 dreams\n", `nothing called "dreams"`},
	} {
		_, err := Parse("case", []byte(c.script))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestCases(t *testing.T) {
	s, err := Parse("case", []byte("# A purpose\n# in two lines.\nrun ours\nrun r1=oracle r2=ours\nmatrix V=2,I=1 V=3,I=0.1\nnode r1\nnode r2\nstart r1 -@V@\n# not the purpose\n-- r1/x --\nversion @V@ every @I@\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Purpose != "A purpose\nin two lines.\n" {
		t.Errorf("purpose %q", s.Purpose)
	}
	cases, err := s.Cases()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range cases {
		names = append(names, c.Name)
	}
	want := []string{"V=2/ours", "V=2/r1=oracle,r2=ours", "V=3/ours", "V=3/r1=oracle,r2=ours"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q", names)
	}
	if got := string(cases[2].files[0].Data); got != "version 3 every 0.1\n" {
		t.Errorf("file: %q", got)
	}
	if cases[1].program("r1") != Oracle || cases[0].program("r1") != Ours {
		t.Error("programs are mixed up")
	}
}

func TestUndated(t *testing.T) {
	for line, want := range map[string]string{
		"Sun Nov  1 09:05:08 2026: (VI_1) Entering MASTER STATE": "(VI_1) Entering MASTER STATE",
		"Wed Nov 25 16:13:34 2026: Stopping":                     "Stopping",
		"panic: not dated":                                       "panic: not dated",
		"short":                                                  "short",
	} {
		if got := undated(line); got != want {
			t.Errorf("%q: got %q", line, got)
		}
	}
}

func TestCompare(t *testing.T) {
	a := []Record{{"r1 log", "one\ntwo\nthree"}}
	if err := Compare(a, a); err != nil {
		t.Error(err)
	}
	err := Compare([]Record{{"r1 log", "one\n2\nthree"}}, a)
	if err == nil || !strings.Contains(err.Error(), "  one\n- two\n+ 2\n  three\n") {
		t.Errorf("got %v", err)
	}
	if Compare(a, nil) == nil {
		t.Error("a missing record is not noticed")
	}
}

// Every scenario of the house can be read.
func TestScenariosParse(t *testing.T) {
	files, err := filepath.Glob("../scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(filepath.Base(file), data); err != nil {
			t.Error(err)
		}
	}
}
