package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"keepalived/parser/keyword"
)

const golden = "../../parser/testdata/golden"

func newMutator(t *testing.T) *mutator {
	t.Helper()
	seeds, err := readSeeds(golden)
	if err != nil {
		t.Fatal(err)
	}
	return &mutator{seeds, keyword.New()}
}

// TestMutantAgain: a mutant follows from two numbers, and others are others.
func TestMutantAgain(t *testing.T) {
	a, b := newMutator(t), newMutator(t)
	different := 0
	for n := range uint64(200) {
		m := a.mutant(1, n)
		if again := b.mutant(1, n); m.text() != again.text() || m.seed != again.seed {
			t.Fatalf("mutant %d: %q and %q", n, m.text(), again.text())
		}
		if m.text() != a.mutant(2, n).text() {
			different++
		}
		for _, line := range m.lines {
			if len(line) > longestLine {
				t.Errorf("mutant %d has a line of %d characters", n, len(line))
			}
		}
	}
	if different < 180 {
		t.Errorf("%d of 200 mutants of another run are others", different)
	}
}

// TestMutantDiffers: mutants are seldom what they were made of.
func TestMutantDiffers(t *testing.T) {
	m := newMutator(t)
	same := 0
	for n := range uint64(500) {
		mu := m.mutant(3, n)
		i := slices.IndexFunc(m.seeds, func(s seed) bool { return s.name == mu.seed })
		if slices.Equal(m.seeds[i].lines, mu.lines) {
			same++
		}
	}
	if same > 75 {
		t.Errorf("%d of 500 mutants are their seeds", same)
	}
}

// TestOperations: each operation survives texts without lines, words, braces or
// blocks, and leaves the seed alone.
func TestOperations(t *testing.T) {
	for i, operation := range operations {
		for _, text := range []string{"", "\n", "}", "{", "a", "a {\nb\n}", "\"", "vrrp_instance V {\n\tinterface eth0\n"} {
			for n := range uint64(20) {
				s := strings.Split(text, "\n")
				if text == "" {
					s = nil
				}
				before := slices.Clone(s)
				e := &edit{mutator: &mutator{[]seed{{"s", s}}, keyword.New()}, r: rand.New(rand.NewPCG(1, n)), lines: slices.Clone(s)}
				operation(e)
				if !slices.Equal(s, before) {
					t.Errorf("operation %d changed the seed %q", i, text)
				}
			}
		}
	}
}

// TestPrepare: what version 2.2.7 does not know is left out, blocks as a whole.
func TestPrepare(t *testing.T) {
	got := prepare("global_defs {\n\tuse_symlink_paths\n\trouter_id x\n}\nvrrp_instance V {\n\tauth_hmac {\n\t\tkey 1 x\n\t}\n\tno_virtual_ipaddress\n\tnotify \"/bin/true x\"\n\tpriority 5\n}\n")
	want := []string{"global_defs {", "\trouter_id x", "}", "vrrp_instance V {", "\tnotify \"/usr/bin/true x\"", "\tpriority 5", "}"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOutline(t *testing.T) {
	got := outline(strings.Split("a {\nb 1 # {\nc\n{\nd }\ne { f { \"{\"\ng } }\n}\nh", "\n"))
	want := []string{"", "a", "a", "a", "a/c", "a", "a/e/f", "a", ""}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMinimise: what is left is what the property needs.
func TestMinimise(t *testing.T) {
	lines := strings.Split("a\nb x y\nc\nd\ne\nf z\ng\nh", "\n")
	asked := 0
	got := minimise(lines, 1000, func(lines []string) bool {
		asked++
		text := strings.Join(lines, "\n")
		return strings.Contains(text, "b x") && strings.Contains(text, "f")
	})
	if want := []string{"b x", "f"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	n := asked
	minimise(lines, 3, func([]string) bool { asked++; return false })
	if asked != n+3 {
		t.Errorf("asked %d times, want 3", asked-n)
	}
}
