package host

import (
	"io/fs"
	"path"
	"strings"
	"syscall"
	"time"
)

// Directory and Symlink are modes as most of their kind have them.
const (
	Directory = fs.ModeDir | 0o755
	Symlink   = fs.ModeSymlink | 0o777
)

// File is a file, a directory or a link.
type File struct {
	Mode     fs.FileMode
	UID, GID uint32
	Link     string // where a link leads to: an absolute and clean path
	Text     string // what a file can be read as, if not empty
}

// info is a File with its name.
type info struct {
	File
	name string
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return int64(len(i.Text)) }
func (i info) Mode() fs.FileMode  { return i.File.Mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.File.Mode.IsDir() }
func (i info) Sys() any           { return &syscall.Stat_t{Uid: i.UID, Gid: i.GID} }

// Lstat implements reader.Host.
func (h Host) Lstat(name string) (fs.FileInfo, error) {
	dir, base := path.Split(path.Clean(name))
	dir, err := h.RealPath(dir)
	if err != nil {
		return nil, err
	}
	f, ok := h.Files[path.Join(dir, base)]
	if !ok {
		return nil, syscall.ENOENT
	}
	return info{f, base}, nil
}

// Stat implements reader.Host.
func (h Host) Stat(name string) (fs.FileInfo, error) {
	real, err := h.RealPath(name)
	if err != nil {
		return nil, err
	}
	return info{h.Files[real], path.Base(real)}, nil
}

// RealPath implements reader.Host.
func (h Host) RealPath(name string) (string, error) {
	if !path.IsAbs(name) {
		if h.Directory == "" {
			return "", syscall.ENOENT
		}
		name = h.Directory + "/" + name
	}
	real := "/"
	for part := range strings.SplitSeq(name[1:], "/") {
		if !h.Files[real].Mode.IsDir() {
			return "", syscall.ENOTDIR // a slash behind a file as well
		}
		real = path.Join(real, part)
		f, ok := h.Files[real]
		if !ok {
			return "", syscall.ENOENT
		}
		if f.Link != "" {
			real = f.Link
		}
	}
	return real, nil
}

// ReadFile implements reader.Host.
func (h Host) ReadFile(name string) ([]byte, error) {
	if f := h.Files[name]; f.Text != "" {
		return []byte(f.Text), nil
	}
	return nil, syscall.ENOENT
}
