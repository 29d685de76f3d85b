package parser

import (
	"testing"

	"keepalived/parser/internal/cases"
	"keepalived/parser/internal/host"
)

// TestFound compares configuration tests with what version 2.2.7 of the C
// daemon said about the same text, where 2.4.3 is not known to say anything
// else. The cases are those in which compat-tests/fuzzconfig once found a
// difference.
func TestFound(t *testing.T) {
	cases.Each(t, "testdata/found/*.txtar", 40, func(t *testing.T, c *cases.Case) {
		c.Unpack(c.Files)
		r := Load(Options{Path: "m.conf", Test: true, Host: host.Golden()})
		c.Compare(c.File("want", "m.conf"), told(r, true))
	})
}
