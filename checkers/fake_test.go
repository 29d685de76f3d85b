//go:build !uml

package checkers

import (
	"testing"

	"keepalived/compat-tests/uml"
	"keepalived/ipvs"
	"time"
)

// goldenTable is the table in which TestGolden plays: here the fake one.
func goldenTable(*testing.T) ipvs.Client { return ipvs.NewFake() }

// TestGuest plays the same scenarios in a real kernel's table.
func TestGuest(t *testing.T) {
	uml.GoTest(t, "keepalived/checkers", "^TestGolden$", 4*time.Minute)
}
