//go:build uml

package checkers

import (
	"testing"

	"keepalived/ipvs"
)

// goldenTable is the table in which TestGolden plays: here that of the kernel,
// empty, and empty again afterwards.
func goldenTable(t *testing.T) ipvs.Client {
	c, err := ipvs.Open(ipvs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Flush(); err != nil {
			t.Error(err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}
