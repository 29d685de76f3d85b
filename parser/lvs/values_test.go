package lvs_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"keepalived/parser"
)

var update = flag.Bool("update", false, "write what is found into the test data")

// Each case is a configuration and the virtual servers that it means, every
// default and inherited value resolved.
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
			got = append(got, '\n')
			if *update {
				archive.Files[1].Data = got
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := string(archive.Files[1].Data); string(got) != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
