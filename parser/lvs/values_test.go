package lvs_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"keepalived/parser"
)

var update = flag.Bool("update", false, "write what is found into the test data")

// Each case is a configuration and the virtual servers that it means, every
// default and inherited value resolved; where it has a section "log", also what
// the daemon only logs.
func TestValues(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range cases {
		t.Run(filepath.Base(name), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "keepalived.conf")
			if err := os.WriteFile(path, archive.Files[0].Data, 0o644); err != nil {
				t.Fatal(err)
			}
			r := parser.Load(parser.Options{Path: path, Test: true})
			if r.Config == nil {
				t.Fatalf("unusable: %v", r.Diagnostics)
			}
			got, err := json.MarshalIndent(r.Config.LVS, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			var log strings.Builder
			for _, d := range r.Diagnostics {
				if d.LogOnly {
					log.WriteString(d.Message + "\n")
				}
			}
			sections := []string{"", string(got) + "\n", log.String()}
			if *update {
				for i := 1; i < len(archive.Files); i++ {
					archive.Files[i].Data = []byte(sections[i])
				}
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for i := 1; i < len(archive.Files); i++ {
				if want := string(archive.Files[i].Data); sections[i] != want {
					t.Errorf("%s: got:\n%s\nwant:\n%s", archive.Files[i].Name, sections[i], want)
				}
			}
		})
	}
}
