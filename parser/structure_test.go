package parser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestStructure: what each process says about misplaced braces and words, in
// its order (01-configuration section 3.5). The expectations are what the C
// daemon printed; where 2.4.3 words a line differently from Debian's 2.2.7
// they have been changed.
func TestStructure(t *testing.T) {
	files, err := filepath.Glob("testdata/structure/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("t.conf", archive.Files[0].Data, 0o644); err != nil {
				t.Fatal(err)
			}
			r := Load(Options{Path: "t.conf", Test: true, Host: fakeHost{}})
			var got strings.Builder
			for _, d := range r.Diagnostics {
				if !d.LogOnly {
					fmt.Fprintln(&got, d.Message)
				}
			}
			fmt.Fprintf(&got, "status %d\n", r.TestStatus())
			if want := string(archive.Files[1].Data); got.String() != want {
				t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
			}
		})
	}
}
