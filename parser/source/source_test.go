package source

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"keepalived/parser/internal/cases"
)

// memory is a file system of an archive, with the root as working directory.
// A name that ends in "+x" is an executable file.
type memory map[string]string

type info struct {
	name string
	size int
	mode fs.FileMode
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return int64(i.size) }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }

func (m memory) Stat(name string) (fs.FileInfo, error) {
	if data, ok := m[name]; ok {
		return info{path.Base(name), len(data), 0o644}, nil
	}
	if data, ok := m[name+"+x"]; ok {
		return info{path.Base(name), len(data), 0o755}, nil
	}
	for file := range m {
		if strings.HasPrefix(file, strings.TrimSuffix(name, "/")+"/") {
			return info{path.Base(name), 0, fs.ModeDir | 0o755}, nil
		}
	}
	return nil, fs.ErrNotExist
}

func (m memory) Read(name string) (string, error) {
	data, ok := m[name]
	if !ok {
		return "", fs.ErrPermission
	}
	return data, nil
}

func (m memory) Glob(pattern string) (names []string, err error) {
	for file := range m {
		file = strings.TrimSuffix(file, "+x")
		if ok, err := path.Match(pattern, file); err != nil {
			return nil, err
		} else if ok {
			names = append(names, file)
		}
	}
	slices.Sort(names)
	return names, nil
}

func (memory) Directory() string { return "/" }

// render shows lines as "file:line: text" and problems as "file:line! text",
// with (parent), (children) or (log) behind those that not everybody sees.
func render(r *Reader) string {
	var b strings.Builder
	for {
		line, ok := r.Next()
		if !ok {
			break
		}
		name := "-"
		if len(r.Inclusions()) > 0 && line.Place.Line > 0 {
			name = r.Inclusions()[line.Place.Inclusion].File
		}
		at := fmt.Sprintf("%s:%d", name, line.Place.Line)
		if inc := r.Inclusions(); len(inc) > 0 {
			if n := inc[line.Place.Inclusion].ParentLine(line.Place.Line); n != line.Place.Line {
				at += fmt.Sprintf("(parent %d)", n)
			}
		}
		p := line.Problem
		if p == nil {
			fmt.Fprintf(&b, "%s: %s\n", at, line.Text)
			continue
		}
		note := ""
		switch {
		case p.LogOnly:
			note = " (log)"
		case p.ParentOnly:
			note = " (parent)"
		case p.ChildOnly:
			note = " (children)"
		}
		fmt.Fprintf(&b, "%s! %s%s\n", at, p.Message, note)
	}
	if r.Failed() {
		b.WriteString("failed\n")
	}
	return b.String()
}

// TestCases reads the file "main" of each archive, with the config id node1,
// and compares the logical lines; those of the children follow when they are
// other ones.
func TestCases(t *testing.T) {
	cases.Each(t, "testdata/*.txtar", 1, func(t *testing.T, c *cases.Case) {
		files := make(memory)
		for _, f := range c.Files {
			if f.Name != "want" {
				files["/"+f.Name] = cases.Plain(f)
			}
		}
		o := Options{Path: "main", ConfigID: "node1", Getenv: getenv, Random: func(uint64) uint64 { return 3 }}
		lines := Open(o, files)
		got := render(lines)
		if children := lines.Children(o.Random); children != nil {
			got += "children:\n" + render(children)
		}
		c.Compare(c.File("want", ""), got)
	})
}

func getenv(name string) string {
	if name == "HOST" {
		return "alpha"
	}
	return ""
}

func read(text string) string {
	return render(Open(Options{Path: "main", ConfigID: "node1", Getenv: getenv, Random: func(uint64) uint64 { return 0 }}, memory{"/main": text}))
}

// TestLongLine: a line of more than 1022 characters loses its first 1023, and
// the parent counts one line more from there on (01-configuration 3.1).
func TestLongLine(t *testing.T) {
	x := strings.Repeat("x", MaxLine)
	for _, c := range []struct{ name, text, want string }{
		{"fits", "a\n" + x + "\nb\n", "main:1: a\nmain:2: " + x + "\nmain:3: b\n"},
		{"one too many", "a\n" + x + "y\nb\n", "main:1: a\nmain:1! line too long - ignoring (parent)\nmain:3(parent 4): b\n"},
		{"remainder", "a\n" + x + "yz\nb\n", "main:1: a\nmain:1! line too long - ignoring (parent)\nmain:2(parent 3): z\nmain:3(parent 4): b\n"},
	} {
		if got := read(c.text); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestNUL: a line with a NUL is ignored, and reported at the line before.
func TestNUL(t *testing.T) {
	want := "main:1: a\nmain:1! configuration appears to have embedded NULs - ignoring line (parent)\nmain:3: c\n"
	if got := read("a\nb\x00b\nc\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestBounds: texts for which the C daemon loops, or ends when it has no more
// memory or file descriptors.
func TestBounds(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"definition of itself", "$A=$A\n$A\nend\n", "refers to itself"},
		{"definitions of each other", "$A=$B\n$B=$A\n$A\nend\n", "refers to itself"},
		{"growing definition", "$A=xxx${A}\n${A}\nend\n", "too long after substitution"},
		{"multi-line definition of itself", "$A= \\\nx \\\n$A\n$A\nend\n", "nested too deeply"},
		{"definitions of each other, twice", "$A= \\\nx \\\n$B\n$B= \\\n$A \\\n$A\n$A\nend\n", "nested too deeply"},
		{"endless sequence", "~SEQ(A, 1, 2000) ~SEQ(B, 1, 2000) @none $A\nend\n", "more than 2500000 lines"},
		{"include of itself", "include main\nend\n", "open problem (Too many open files)"},
		{"ten megabytes in a line", strings.Repeat("x", 10<<20) + "\nend\n", "line too long"},
	} {
		got := read(c.text)
		whole := strings.HasSuffix(got, ": end\n") || strings.Contains(got, "ignoring the rest")
		if !strings.Contains(got, c.want) || !whole {
			t.Errorf("%s: want a problem with %q and the rest of the text; got\n%.2000s", c.name, c.want, got)
		}
	}
}

// TestDiskNotRegular: a FIFO or a directory is never opened for reading.
func TestDiskNotRegular(t *testing.T) {
	if _, err := (Disk{}).Read(t.TempDir()); err == nil {
		t.Error("directory was read")
	}
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := makeFIFO(fifo); err != nil {
		t.Fatal(err)
	}
	if _, err := (Disk{}).Read(fifo); err == nil {
		t.Error("FIFO was read")
	}
}

// TestReadOnce: a file that is included several times is read once, so a
// change in between cannot be seen.
func TestReadOnce(t *testing.T) {
	files := &counting{memory: memory{"/main": "include a\ninclude a\n", "/a": "x\n"}}
	render(Open(Options{Path: "main", Getenv: getenv}, files))
	if files.reads != 2 {
		t.Errorf("%d reads of two files", files.reads)
	}
}

type counting struct {
	memory
	reads int
}

func (c *counting) Read(name string) (string, error) {
	c.reads++
	return c.memory.Read(name)
}
