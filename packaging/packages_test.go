package packaging

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestPackages builds both packages and puts each over the C daemon's.
func TestPackages(t *testing.T) {
	// The cache of go test counts as used what the test itself has looked at.
	for _, pattern := range []string{"*", "*/*", "../Makefile", "../cmd/keepalived/*"} {
		files, _ := filepath.Glob(pattern)
		for _, name := range files {
			if _, err := os.Stat(name); err != nil {
				t.Fatal(err)
			}
		}
	}

	work := t.TempDir()
	build := exec.Command("make", "-C", "..", "dist", "BUILD="+work)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("make dist: %v\n%s", err, out)
	}
	for _, name := range []string{"deb", "rpm"} {
		t.Run(name, func(t *testing.T) {
			copyFile(t, filepath.Join("testdata", name+".sh"), work)
			out, err := exec.Command("unshare", "--mount", "--pid", "--net", "--fork",
				"sh", "testdata/root.sh", work, name+".sh").CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			golden := filepath.Join("testdata", name+".txt")
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Error(err)
			}
			if string(out) != string(want) {
				t.Errorf("%s does not say this:\n%s", golden, out)
			}
		})
	}
}

func copyFile(t *testing.T, name, directory string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(directory, filepath.Base(name)), data, 0o644); err != nil {
		t.Fatal(err)
	}
}
