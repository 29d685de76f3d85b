package cases

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what is found into testdata")

// Case is an archive of a test.
type Case struct {
	*txtar.Archive
	Name string // of the archive, without directory and suffix
	t    *testing.T
	path string
}

// Each runs a subtest for every archive that the pattern matches, and fails
// when there are fewer than least.
func Each(t *testing.T, pattern string, least int, f func(t *testing.T, c *Case)) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) < least {
		t.Fatalf("%s: %d cases, want %d (%v)", pattern, len(names), least, err)
	}
	for _, name := range names {
		t.Run(base(name), func(t *testing.T) { f(t, open(t, name)) })
	}
}

func base(name string) string { return strings.TrimSuffix(filepath.Base(name), ".txtar") }

func open(t *testing.T, name string) *Case {
	t.Helper()
	path, err := filepath.Abs(name) // before Unpack leaves the directory
	if err != nil {
		t.Fatal(err)
	}
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return &Case{Archive: archive, Name: base(name), t: t, path: path}
}

// Plain is the text of a file, in which a carriage return is written ^M and a
// NUL byte ^@.
func Plain(f txtar.File) string {
	return strings.NewReplacer("^M", "\r", "^@", "\x00").Replace(string(f.Data))
}

// Unpack writes files into a new directory, in which the rest of the test runs.
func (c *Case) Unpack(files []txtar.File) {
	c.t.Helper()
	c.t.Chdir(c.t.TempDir())
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(f.Name), 0o755); err != nil {
			c.t.Fatal(err)
		}
		if err := os.WriteFile(f.Name, []byte(Plain(f)), 0o644); err != nil {
			c.t.Fatal(err)
		}
	}
}

// Compare compares what was got with what a file of the archive wants; with
// -update it is put there instead.
func (c *Case) Compare(want *txtar.File, got string) {
	c.t.Helper()
	switch {
	case got == string(want.Data):
	case *update:
		want.Data = []byte(got)
		if err := os.WriteFile(c.path, txtar.Format(c.Archive), 0o644); err != nil {
			c.t.Fatal(err)
		}
	default:
		c.t.Errorf("%s: got:\n%s\nwant:\n%s", want.Name, got, want.Data)
	}
}

// File returns a file of the archive; one that does not exist is new, empty,
// and put behind the file named after.
func (c *Case) File(name, after string) *txtar.File {
	place := len(c.Files)
	for i := range c.Files {
		switch c.Files[i].Name {
		case name:
			return &c.Files[i]
		case after:
			place = i + 1
		}
	}
	c.Files = append(c.Files[:place:place], append([]txtar.File{{Name: name}}, c.Files[place:]...)...)
	return &c.Files[place]
}
