package parser

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what is said into testdata/messages")

// told is what a configuration test says of a file: its status and every line,
// in order. Of a daemon it is also what is only logged.
func told(r *Result, test bool) string {
	status := r.Status
	if test {
		status = r.TestStatus()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "exit %d\n", status)
	for _, d := range r.Diagnostics {
		switch {
		case !d.LogOnly:
			fmt.Fprintln(&b, d.Message)
		case !test:
			fmt.Fprintln(&b, "log: "+d.Message)
		}
	}
	return b.String()
}

// daemonCases are read by a daemon, all others by a configuration test.
const daemonCases = "testdata/messages/daemon.txtar"

// inArchive calls f for each configuration NAME.conf of a txtar archive, with
// what has been made of it in a directory with the archive's files. NUL bytes
// are written ^@ there.
func inArchive(t *testing.T, name string, f func(archive *txtar.Archive, conf string, r *Result)) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	defer os.Chdir(home)
	if err := os.Chdir(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	for _, file := range archive.Files {
		if err := os.MkdirAll(filepath.Dir(file.Name), 0o755); err != nil {
			t.Fatal(err)
		}
		data := strings.ReplaceAll(string(file.Data), "^@", "\x00")
		if err := os.WriteFile(file.Name, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range archive.Files {
		if strings.HasSuffix(file.Name, ".conf") {
			f(archive, file.Name, Load(Options{Path: file.Name, Test: name != daemonCases, Host: fakeHost{}}))
		}
	}
}

// TestMessages reads one configuration after the other and compares what is
// said with NAME.want. There is a case for each message of the specification
// (TestCovered) and for each sentence about what is refused; they have been
// compared with version 2.2.7 of the C daemon, whose wording is not always that
// of 2.4.3.
func TestMessages(t *testing.T) {
	files, err := filepath.Glob("testdata/messages/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			var archive *txtar.Archive
			got := make(map[string]string)
			inArchive(t, name, func(a *txtar.Archive, conf string, r *Result) {
				archive = a
				got[strings.TrimSuffix(conf, ".conf")+".want"] = told(r, name != daemonCases)
			})
			if *update {
				rewrite(t, name, archive, got)
				return
			}
			for _, f := range archive.Files {
				if text, ok := got[f.Name]; ok && text != string(f.Data) {
					t.Errorf("%s: got:\n%s\nwant:\n%s", f.Name, text, f.Data)
				}
				delete(got, f.Name)
			}
			for want := range got {
				t.Errorf("%s is missing", want)
			}
		})
	}
}

// rewrite writes an archive with new expectations, each behind its case.
func rewrite(t *testing.T, name string, archive *txtar.Archive, got map[string]string) {
	t.Helper()
	var files []txtar.File
	for _, f := range archive.Files {
		if _, ok := got[f.Name]; ok {
			continue
		}
		files = append(files, f)
		want := strings.TrimSuffix(f.Name, ".conf") + ".want"
		if text, ok := got[want]; ok {
			files = append(files, txtar.File{Name: want, Data: []byte(text)})
		}
	}
	archive.Files = files
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
