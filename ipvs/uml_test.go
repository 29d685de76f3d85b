package ipvs_test

import (
	"testing"
	"time"

	"keepalived/compat-tests/uml"
)

// TestGuest runs the tests of guest_test.go under a kernel with IPVS.
func TestGuest(t *testing.T) {
	uml.GoTest(t, "keepalived/ipvs", "^TestGuest.+", 4*time.Minute, "-rapid.checks=100", "-rapid.nofailfile")
}
