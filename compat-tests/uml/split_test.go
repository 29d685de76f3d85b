package uml

import (
	"slices"
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

// TestConsole feeds the console octet by octet and at once.
func TestConsole(t *testing.T) {
	const input = "kernel says\n@@x begin\nfirst\n@@x\npart@@x end 9\nlast\n@@x end 7\npower off\n"
	const want = "first\n@@x\npart@@x end 9\nlast"
	for _, size := range []int{1, 2, 7, len(input)} {
		c := newConsole("x", nil)
		c.atEnd = func() {}
		for chunk := range slices.Chunk([]byte(input), size) {
			if _, err := c.Write(chunk); err != nil {
				t.Fatal(err)
			}
		}
		c.Flush()
		if c.Output() != want || c.status != 7 || !c.ended {
			t.Errorf("in pieces of %d: output %q, status %d, ended %v", size, c.Output(), c.status, c.ended)
		}
	}
}
