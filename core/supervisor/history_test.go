package supervisor

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"keepalived/core/config"
)

// The text of a configuration is not written through a link in a directory that
// others can write to; the next one is written again.
func TestKeepThroughLink(t *testing.T) {
	directory := t.TempDir()
	victim := filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(victim, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	name := func(n int) string {
		return filepath.Join(directory, fmt.Sprintf("keepalived.conf.%d.%d", os.Getpid(), n))
	}
	if err := os.Symlink(victim, name(0)); err != nil {
		t.Fatal(err)
	}
	p := &parent{Settings: Settings{Text: func(w io.Writer) error { _, err := io.WriteString(w, "text"); return err }}}
	c := &config.Config{Global: config.Global{ConfigSaveDir: directory}}
	if lines := p.keep(c); len(lines) != 1 || !strings.Contains(lines[0], name(0)) {
		t.Errorf("%q", lines)
	}
	if data, err := os.ReadFile(victim); err != nil || string(data) != "precious" {
		t.Errorf("%q %v", data, err)
	}
	if lines := p.keep(c); lines != nil {
		t.Errorf("%q", lines)
	}
	if data, err := os.ReadFile(name(1)); err != nil || string(data) != "text" {
		t.Errorf("%q %v", data, err)
	}
}
