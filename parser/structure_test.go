package parser

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"keepalived/parser/internal/cases"
	"keepalived/parser/internal/host"
)

// TestStructure: what each process says about misplaced braces and words, in
// its order (01-configuration section 3.5). The expectations are what the C
// daemon printed; where 2.4.3 words a line differently from Debian's 2.2.7
// they have been changed.
func TestStructure(t *testing.T) {
	cases.Each(t, "testdata/structure/*.txtar", 10, func(t *testing.T, c *cases.Case) {
		c.Unpack([]txtar.File{{Name: "t.conf", Data: c.Files[0].Data}})
		r := Load(Options{Path: "t.conf", Test: true, Host: host.Golden()})
		var got strings.Builder
		for _, d := range r.Diagnostics {
			if !d.LogOnly {
				fmt.Fprintln(&got, d.Message)
			}
		}
		fmt.Fprintf(&got, "status %d\n", r.TestStatus())
		c.Compare(&c.Files[1], got.String())
	})
}
