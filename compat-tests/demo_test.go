package compat

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDemo plays the demo with our daemon: its exit status says whether traffic
// came back after every event.
func TestDemo(t *testing.T) {
	if os.Getenv(inGuest) != "" {
		return // it starts a guest of its own
	}
	demo := filepath.Join(t.TempDir(), "demo")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", demo, "keepalived/compat-tests/demo").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, output)
	}
	output, err := exec.CommandContext(t.Context(), demo, "-method", "nat", "-daemon", os.Getenv("KEEPALIVED_OURS")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, want := range []string{"d2 is MASTER", "rs2 has left the table", "director d1 is back", "without answer"} {
		if !strings.Contains(string(output), want) {
			t.Errorf("the screen does not say %q:\n%s", want, output)
		}
	}
	if strings.Contains(string(output), "\x1b[") {
		t.Error("colours without a terminal")
	}
}
