package parser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestFound compares configuration tests with what version 2.2.7 of the C
// daemon said about the same text, where 2.4.3 is not known to say anything
// else. The cases are those in which compat-tests/fuzzconfig once found a
// difference.
func TestFound(t *testing.T) {
	files, err := filepath.Glob("testdata/found/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			want := ""
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
				} else if err := os.WriteFile(f.Name, []byte(strings.ReplaceAll(string(f.Data), "^M", "\r")), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			r := Load(Options{Path: "m.conf", Test: true, Host: fakeHost{}})
			got := fmt.Sprintf("exit %d\n", r.TestStatus())
			for _, d := range r.Diagnostics {
				if !d.LogOnly {
					got += d.Message + "\n"
				}
			}
			if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
