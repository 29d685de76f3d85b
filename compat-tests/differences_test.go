package compat

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// reference is what the last column of DIFFERENCES.md may hold: a scenario, or
// a test of a package with the case that shows the difference; further tests
// and cases follow after a comma.
var reference = regexp.MustCompile(`^(?:([a-z][a-z/]*) )?(?:script )?(Test\w+)?(?:/)?([\w.-]+)?$`)

// Each deliberate difference is held by a test that exists: a row that
// outlives its test claims what nobody checks.
func TestDifferencesAreTested(t *testing.T) {
	data, err := os.ReadFile("DIFFERENCES.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, line := range strings.Split(string(data), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 3 || strings.HasPrefix(cells[1], "---") || strings.TrimSpace(cells[1]) == "What" {
			continue
		}
		rows++
		if len(cells) != 7 {
			t.Errorf("%d cells, not five: %s", len(cells)-2, line)
			continue
		}
		room, test := "", ""
		for _, item := range strings.Split(strings.TrimSpace(cells[5]), ", ") {
			m := reference.FindStringSubmatch(item)
			if m == nil {
				t.Errorf("%q is no reference to a test: %s", item, line)
				continue
			}
			if m[1] != "" {
				room, test = m[1], ""
			}
			if m[2] != "" {
				test = m[2]
			}
			if !exists(t, room, test, m[3]) {
				t.Errorf("there is no %q (room %q, test %q): %s", item, room, test, line)
			}
		}
	}
	if rows == 0 {
		t.Error("no row found")
	}
}

// exists reports whether a room has a test, and the room's tests or test data
// the case; without a room the case is a scenario.
func exists(t *testing.T, room, test, name string) bool {
	t.Helper()
	if room == "" {
		_, err := os.Stat(filepath.Join("scenarios", name+".txtar"))
		return err == nil
	}
	found, named := test == "", name == ""
	err := filepath.WalkDir(filepath.Join("..", room), func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		named = named || strings.HasPrefix(entry.Name(), name)
		if entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		data, err := os.ReadFile(path)
		found = found || strings.Contains(string(data), "\nfunc "+test+"(")
		named = named || strings.Contains(underscores(string(data)), `"`+underscores(name))
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return found && named
}

// underscores writes names of cases alike, as go test does with blanks.
func underscores(s string) string { return strings.NewReplacer(" ", "_", "-", "_").Replace(s) }
