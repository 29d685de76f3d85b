package process

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// DumpPath is the file of a process's data dump: with state_dump_file and
// data_use_instance (02-runtime section 2.3), else keepalived.data in directory.
// Part is "" for the VRRP process, "_parent", "_check" or "_bfd".
func DumpPath(c *config.Config, directory, part string) string {
	path := DumpFile(c.Global.StateDumpFile, directory, "keepalived.data")
	if c.Global.DataUseInstance {
		if suffix := IdentSuffix(c.NetNamespace, c.Instance); suffix != "" {
			part += "." + suffix[1:]
		}
	}
	extension := filepath.Ext(path)
	return strings.TrimSuffix(path, extension) + part + extension
}

// DumpFile is the file that a configured name stands for (05-observability
// section 1.2): an absolute path is obeyed, of another one the last part is
// taken, in directory. A path that ends in a slash gets the usual name, and so
// does an empty one.
func DumpFile(configured, directory, usual string) string {
	if filepath.IsAbs(configured) {
		directory = filepath.Dir(configured)
	}
	if configured != "" && !strings.HasSuffix(configured, "/") {
		usual = filepath.Base(configured)
	}
	return filepath.Join(directory, usual)
}

// Dumps writes files that an operator asks for, off the loop: a disk may be
// slow, and adverts must not wait for it. The files appear in the order in
// which they were asked for.
type Dumps struct {
	loop *Loop
	last chan struct{} // closed when the last file is written; nil: none yet
}

// NewDumps returns what writes dumps for a process.
func NewDumps(loop *Loop) *Dumps { return &Dumps{loop: loop} }

// Write writes a file; failed is called on the loop with what went wrong.
func (d *Dumps) Write(path string, data []byte, failed func(error)) {
	d.Render(path, func(w io.Writer) { _, _ = w.Write(data) }, failed)
}

// Render writes a file with what render writes, which it calls off the loop.
func (d *Dumps) Render(path string, render func(io.Writer), failed func(error)) {
	before, done := d.last, make(chan struct{})
	d.last = done
	go func() {
		defer close(done)
		var b bytes.Buffer
		render(&b)
		if before != nil {
			<-before
		}
		if err := writeDump(path, b.Bytes()); err != nil {
			d.loop.Post(func() { failed(err) })
		}
	}()
}

// Finish waits until the files are written, no longer than limit. It is for the
// end of a process.
func (d *Dumps) Finish(limit time.Duration) {
	if d.last == nil {
		return
	}
	select {
	case <-d.last:
	case <-time.After(limit):
	}
}

// writeDump replaces a file by a new one, so that no file or link of somebody
// else is written through. The new one gets its name before its content: there
// are readers that wait until a file of this name has been written and closed.
// Its mode is 0666 without the umask.
func writeDump(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return err
	}
	mask := unix.Umask(0o177)
	unix.Umask(mask)
	err = f.Chmod(os.FileMode(0o666 &^ mask))
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	} else {
		_, err = f.Write(data)
	}
	return errors.Join(err, f.Close())
}
