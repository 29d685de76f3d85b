package uml

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Run runs the job in a guest. The test fails when the guest cannot run it to
// its end, also for want of a package; what the command does is for the caller
// to judge.
func Run(t testing.TB, job Job) Result {
	t.Helper()
	result, err := Boot(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// Tag is the build tag of test files that only a guest can run. [GoTest]
// compiles with it.
const Tag = "uml"

// GoTest compiles the tests of a package (an import path) with the build tag
// [Tag], runs those that match the pattern in one guest, in the package's
// directory, and reports each as a subtest of t. A test that is skipped in the
// guest fails, and so does a pattern that matches nothing. arguments are more
// flags for the test binary.
func GoTest(t *testing.T, pkg, pattern string, timeout time.Duration, arguments ...string) {
	t.Helper()
	source := goList(t, pkg, "{{.Dir}}")
	dir := t.TempDir()
	binary := filepath.Join(dir, "guest.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-tags", Tag, "-o", binary, pkg)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("compile the tests of %s: %v\n%s", pkg, err, out)
	}
	result := Run(t, Job{
		Command: append([]string{binary, "-test.v", "-test.run=" + pattern, "-test.timeout=" + timeout.String()}, arguments...),
		Dir:     source,
		Share:   shares(dir, goList(t, pkg, "{{.Module.Dir}}")),
		Timeout: timeout + 30*time.Second,
	})
	verdicts := split(result.Output)
	for _, v := range verdicts {
		t.Run(v.name, func(t *testing.T) {
			t.Log(v.output)
			if v.word != "PASS" {
				t.Fail()
			}
		})
	}
	if len(verdicts) == 0 || result.Status != 0 && !t.Failed() {
		t.Errorf("exit status %d:\n%s", result.Status, result.Output)
	}
}

// goList asks the go command about a package.
func goList(t *testing.T, pkg, format string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", format, pkg).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pkg, err)
	}
	return strings.TrimSpace(string(out))
}

// shares are the directory of the binary and, when the guest would not see it
// otherwise, the module.
func shares(dir, module string) []string {
	if strings.HasPrefix(module, os.TempDir()+"/") || strings.HasPrefix(module, "/run/") {
		return []string{dir, module}
	}
	return []string{dir}
}

// verdict is one top-level test of a guest. Its word is PASS, FAIL or SKIP, or
// none when it did not come to its end.
type verdict struct{ name, word, output string }

// split divides the output of a test binary by its top-level tests.
func split(output string) []verdict {
	var all []verdict
	for line := range strings.Lines(output) {
		if name, starts := strings.CutPrefix(line, "=== RUN   "); starts && !strings.Contains(name, "/") {
			all = append(all, verdict{name: strings.TrimSpace(name), word: "none"})
		}
		if len(all) == 0 {
			continue
		}
		v := &all[len(all)-1]
		v.output += line
		if rest, ends := strings.CutPrefix(line, "--- "); ends {
			v.word, _, _ = strings.Cut(rest, ":")
		}
	}
	return all
}
