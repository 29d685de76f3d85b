package process

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// ErrLocked means that another process holds a pid file.
var ErrLocked = errors.New("locked by another process")

// PIDFile is the pid file of a process, which is a lock at the same time: the
// lock belongs to the open file, so processes that inherit the file share it
// and the last one to close it gives it up (02-runtime section 2.2).
type PIDFile struct {
	path string
	file *os.File
}

// OpenPIDFile creates or opens a pid file, empties and locks it. A symbolic
// link is not followed. The error is ErrLocked when another process has it.
func OpenPIDFile(path string) (*PIDFile, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CREAT|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NONBLOCK, 0o644)
	if err != nil {
		return nil, fmt.Errorf("pid file %s: %w", path, err)
	}
	p := AdoptPIDFile(path, os.NewFile(uintptr(fd), path))
	lock := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(p.file.Fd(), unix.F_OFD_SETLK, &lock); err != nil {
		p.Close()
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
			err = ErrLocked
		}
		return nil, fmt.Errorf("pid file %s: %w", path, err)
	}
	// The mode does not depend on the umask.
	if err := errors.Join(p.file.Truncate(0), p.file.Chmod(0o644)); err != nil {
		p.Close()
		return nil, fmt.Errorf("pid file %s: %w", path, err)
	}
	return p, nil
}

// AdoptPIDFile makes a pid file of an inherited open file.
func AdoptPIDFile(path string, f *os.File) *PIDFile { return &PIDFile{path, f} }

// File is the open file, for a process that is to inherit it.
func (p *PIDFile) File() *os.File { return p.file }

// Path is where the file is.
func (p *PIDFile) Path() string { return p.path }

// Write writes the pid of a process.
func (p *PIDFile) Write(pid int) error {
	if err := p.file.Truncate(0); err != nil {
		return fmt.Errorf("pid file %s: %w", p.path, err)
	}
	if _, err := p.file.WriteAt(fmt.Appendf(nil, "%d\n", pid), 0); err != nil {
		return fmt.Errorf("pid file %s: %w", p.path, err)
	}
	return nil
}

// Current reports whether the path still leads to the open file.
func (p *PIDFile) Current() bool {
	var open, there unix.Stat_t
	if unix.Fstat(int(p.file.Fd()), &open) != nil || unix.Lstat(p.path, &there) != nil {
		return false
	}
	return open.Dev == there.Dev && open.Ino == there.Ino
}

// Remove removes the file if it is still this one; its lock stays until Close.
func (p *PIDFile) Remove() {
	if p.Current() {
		_ = os.Remove(p.path)
	}
}

// Close gives the file up; it stays locked while another process has it open.
func (p *PIDFile) Close() { p.file.Close() }
