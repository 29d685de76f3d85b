package uml

import (
	"slices"
	"strings"
	"testing"
)

// TestSplit shows how the output of a guest's tests is judged.
func TestSplit(t *testing.T) {
	want := []verdict{
		{"TestA", "PASS", "=== RUN   TestA\n=== RUN   TestA/sub\n    a_test.go:1: said\n--- PASS: TestA (0.00s)\n    --- PASS: TestA/sub (0.00s)\n"},
		{"TestB", "SKIP", "=== RUN   TestB\n--- SKIP: TestB (0.00s)\n"},
		{"TestC", "none", "=== RUN   TestC\npanic: oh\n"},
	}
	got := split("before\n" + want[0].output + want[1].output + want[2].output)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestConsole feeds the console in pieces of any size.
func TestConsole(t *testing.T) {
	const input = "kernel says\n@@x begin\nfirst\n@@\n@@x@@y\nno line end@@x end 7\npower off\n"
	const want = "first\n@@\n@@x@@y\nno line end"
	for size := 1; size <= len(input); size++ {
		var live strings.Builder
		ends := 0
		c := newConsole("x", &live)
		c.atEnd = func() { ends++ }
		for chunk := range slices.Chunk([]byte(input), size) {
			if _, err := c.Write(chunk); err != nil {
				t.Fatal(err)
			}
		}
		if c.output.String() != want || live.String() != want || c.status != 7 || !c.ended || ends != 1 {
			t.Errorf("in pieces of %d: output %q, status %d, %d ends", size, c.output.String(), c.status, ends)
		}
		if c.before.String() != "kernel says\n" {
			t.Errorf("in pieces of %d: before the command %q", size, c.before.String())
		}
	}
}
