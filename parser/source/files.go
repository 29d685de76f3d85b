package source

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Files is the file system that a configuration is read from.
type Files interface {
	// Stat follows symbolic links.
	Stat(path string) (fs.FileInfo, error)
	// Read returns a regular file's content.
	Read(path string) (string, error)
	// Glob returns the sorted matches of one pattern without braces.
	Glob(pattern string) ([]string, error)
	// Directory returns the working directory.
	Directory() string
}

// Disk is the real file system.
type Disk struct{}

// Stat implements Files.
func (Disk) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

// Glob implements Files.
func (Disk) Glob(pattern string) ([]string, error) { return filepath.Glob(pattern) }

// Directory implements Files.
func (Disk) Directory() string {
	d, err := os.Getwd()
	if err != nil {
		return "/"
	}
	return d
}

var errNotRegular = errors.New("not a regular file")

// Read implements Files. It never blocks on a FIFO that takes the place of
// the file between Stat and Read, and reads no further than the size that the
// file had when it was opened.
func (Disk) Read(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errNotRegular
	}
	if info.Size() > maxFileSize {
		return "", syscall.EFBIG
	}
	var b strings.Builder
	b.Grow(int(info.Size()))
	if _, err := io.CopyN(&b, f, info.Size()); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return b.String(), nil
}
