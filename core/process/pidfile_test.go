package process

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestPIDFile(t *testing.T) {
	old := unix.Umask(0o177)
	defer unix.Umask(old)
	path := filepath.Join(t.TempDir(), "pid")
	if err := os.WriteFile(path, []byte("garbage that is longer than a pid"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := OpenPIDFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Write(123); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	info, err := os.Stat(path)
	if err != nil || string(text) != "123\n" || info.Mode() != 0o644 {
		t.Errorf("content %q, mode %v, %v", text, info.Mode(), err)
	}
	if _, err := OpenPIDFile(path); !errors.Is(err, ErrLocked) {
		t.Errorf("second lock: %v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "123\n" {
		t.Errorf("the refused lock has changed the file: %q", text)
	}
	if !p.Current() {
		t.Error("not current")
	}
	if err := errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if p.Current() {
		t.Error("current after it was replaced")
	}
	p.Remove()
	if _, err := os.Stat(path); err != nil {
		t.Error("the file of somebody else was removed")
	}
}

// The lock belongs to the open file: whoever has inherited it keeps it.
func TestPIDFileInherited(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	p, err := OpenPIDFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Dup(int(p.File().Fd()))
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	if _, err := OpenPIDFile(path); !errors.Is(err, ErrLocked) {
		t.Errorf("lock while a child has it: %v", err)
	}
	unix.Close(fd)
	again, err := OpenPIDFile(path)
	if err != nil {
		t.Fatal(err)
	}
	again.Remove()
	again.Close()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("not removed: %v", err)
	}
}

func TestPIDFileLink(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "target"), filepath.Join(dir, "pid")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPIDFile(filepath.Join(dir, "pid")); !errors.Is(err, unix.ELOOP) {
		t.Errorf("symbolic link: %v", err)
	}
}
