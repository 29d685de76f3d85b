package parser

import (
	"os"
	"path/filepath"
	"testing"

	"keepalived/parser/internal/host"
)

// FuzzLoad reads any text. It must end, must not panic, and must give a
// status that the specification knows.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/golden/*.conf")
	if err != nil || len(files) == 0 {
		f.Fatal("no seed files", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("$A=$A\n$A x\n"))
	f.Add([]byte("$A= a \\\n$A\n$A\n"))
	f.Add([]byte("include /keepalived.conf\n"))
	f.Add([]byte("~SEQ(A,1,9) ~SEQ(B,1,9) ~SEQ(C,1,9) x$A$B$C\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		// Few lines, so that no input takes long.
		r := Load(Options{Path: "/keepalived.conf", Test: true, Host: host.Golden(), Files: host.Disk{"/keepalived.conf": string(text)}, MaxProduced: 10_000})
		switch s := r.TestStatus(); s {
		case StatusOK, StatusConfig, StatusPermission, StatusProblems, StatusNoConfig:
		default:
			t.Errorf("status %d", s)
		}
		if r.Status == StatusOK && r.Config == nil {
			t.Error("status 0 without a configuration")
		}
		if r.Config != nil {
			if _, err := r.Config.Encode(); err != nil {
				t.Error(err)
			}
		}
	})
}
