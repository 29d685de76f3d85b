package host

import (
	"io/fs"
	"path"
)

// Disk is a file system in memory: the text of each file by its absolute path.
// The working directory is the root, and no pattern matches. It implements
// source.Files.
type Disk map[string]string

// Stat implements source.Files.
func (d Disk) Stat(name string) (fs.FileInfo, error) {
	text, ok := d[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return info{File{Mode: 0o644, Text: text}, path.Base(name)}, nil
}

// Read implements source.Files.
func (d Disk) Read(name string) (string, error) {
	text, ok := d[name]
	if !ok {
		return "", fs.ErrNotExist
	}
	return text, nil
}

// Glob implements source.Files.
func (Disk) Glob(string) ([]string, error) { return nil, nil }

// Directory implements source.Files.
func (Disk) Directory() string { return "/" }
