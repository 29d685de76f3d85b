package track

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/process"
)

// Files watches the tracked files of a process (02-runtime section 13). Its
// methods are called on the loop.
//
// It is the directories that are watched: a file may be replaced, and need not
// exist. A missing or empty file is 0.
type Files struct {
	loop    *process.Loop
	log     *slog.Logger
	changed func(f *config.TrackFile, value int64)
	all     []*file
	watch   *watch // nil without files
}

type file struct {
	conf      *config.TrackFile
	directory string
	name      string
	watched   int32 // the directory's watch descriptor, -1 without one
	value     int64
}

// NewFiles returns the watcher of no files. Changed is called on the loop when
// the value of a file changes.
func NewFiles(loop *process.Loop, log *slog.Logger, changed func(*config.TrackFile, int64)) *Files {
	return &Files{loop: loop, log: log, changed: changed}
}

// Load replaces the files, and reads them. AtStart creates those that are to
// be created; a reload does not.
func (f *Files) Load(configs []*config.TrackFile, atStart bool) {
	f.Close()
	f.all = nil
	if len(configs) == 0 {
		return
	}
	w, err := newWatch(func(events []event) { f.loop.Post(func() { f.happened(events) }) })
	if err != nil {
		f.log.Info(err.Error())
	}
	f.watch = w
	for _, c := range configs {
		if atStart && c.InitFile {
			f.create(c)
		}
		t := &file{conf: c, directory: filepath.Dir(c.Path), name: filepath.Base(c.Path), watched: -1}
		if w != nil {
			if t.watched, err = w.add(t.directory); err != nil {
				f.log.Info(fmt.Sprintf(msgCannotWatch, c.Name, err))
			}
		}
		// Read after the watch began: no change goes unnoticed.
		t.value, _ = f.read(t)
		f.all = append(f.all, t)
	}
}

// Value returns the value of a file, 0 for an unknown one.
func (f *Files) Value(name string) int64 {
	for _, t := range f.all {
		if t.conf.Name == name {
			return t.value
		}
	}
	return 0
}

// Close ends the watch.
func (f *Files) Close() {
	if f.watch != nil {
		f.watch.close()
		f.watch = nil
	}
}

// create writes the initial value of a file, with the process's umask.
func (f *Files) create(c *config.TrackFile) {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if c.Overwrite {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	out, err := os.OpenFile(c.Path, flags|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0o666)
	switch {
	case errors.Is(err, os.ErrExist):
		return
	case err == nil:
		_, err = fmt.Fprintln(out, c.InitValue)
		if cerr := out.Close(); err == nil {
			err = cerr
		}
	}
	if err != nil {
		f.log.Info(fmt.Sprintf(msgCannotCreate, c.Name, err))
	}
}

// happened takes in what inotify said.
func (f *Files) happened(events []event) {
	for _, e := range events {
		for _, t := range f.all {
			if e.overflow || e.watched == t.watched && e.name == t.name {
				f.update(t)
			}
		}
	}
}

func (f *Files) update(t *file) {
	v, ok := f.read(t)
	if !ok || v == t.value {
		return
	}
	t.value = v
	f.changed(t.conf, v)
}

// maxFile is how much of a file is read: more than any number needs.
const maxFile = 128

// read reads a file; ok is false when its number is out of range, which leaves
// the value as it was. Anything but a regular file counts as missing, because
// reading it could block.
func (f *Files) read(t *file) (value int64, ok bool) {
	in, err := os.OpenFile(t.conf.Path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return 0, true
	}
	defer in.Close()
	if st, err := in.Stat(); err != nil || !st.Mode().IsRegular() {
		return 0, true
	}
	b := make([]byte, maxFile)
	n, err := io.ReadFull(in, b)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, true
	}
	number := leadingNumber(b[:n])
	v, err := strconv.ParseInt(number, 0, 64)
	if errors.Is(err, strconv.ErrRange) || v > math.MaxInt32 || v < math.MinInt32 {
		f.log.Info(fmt.Sprintf(msgInvalidNumber, number, t.conf.Path))
		return 0, false
	}
	return v, true
}

// leadingNumber is the part at the beginning of a text that strtol(3) with
// base 0 would read, "0" without one.
func leadingNumber(b []byte) string {
	s := strings.TrimLeft(string(b), " \t\n\v\f\r")
	sign := ""
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign, s = strings.TrimPrefix(s[:1], "+"), s[1:]
	}
	digits := "0123456789"
	prefix := ""
	switch lower := strings.ToLower(s); {
	case len(lower) > 2 && strings.HasPrefix(lower, "0x") && strings.ContainsRune("0123456789abcdef", rune(lower[2])):
		prefix, s, digits = "0x", s[2:], "0123456789abcdefABCDEF"
	case strings.HasPrefix(lower, "0"):
		digits = "01234567"
	}
	end := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(digits, r) })
	if end < 0 {
		end = len(s)
	}
	if end == 0 {
		return "0"
	}
	return sign + prefix + s[:end]
}

// event is one notification of inotify.
type event struct {
	watched  int32
	name     string
	overflow bool
}

// watch is an inotify instance with its reader.
type watch struct {
	file    *os.File
	fd      int
	deliver func([]event)
	stopped chan struct{}
	known   []string // directories, to find their descriptors again
	numbers []int32
}

func newWatch(deliver func([]event)) (*watch, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("inotify: %w", err)
	}
	w := &watch{file: os.NewFile(uintptr(fd), "inotify"), fd: fd, deliver: deliver, stopped: make(chan struct{})}
	go w.run()
	return w, nil
}

// add watches a directory: for complete writes, moves in and out, and
// deletions.
func (w *watch) add(directory string) (int32, error) {
	if i := slices.Index(w.known, directory); i >= 0 {
		return w.numbers[i], nil
	}
	n, err := unix.InotifyAddWatch(w.fd, directory, unix.IN_CLOSE_WRITE|unix.IN_MOVED_TO|unix.IN_MOVED_FROM|unix.IN_DELETE)
	if err != nil {
		return -1, fmt.Errorf("inotify: %s: %w", directory, err)
	}
	w.known, w.numbers = append(w.known, directory), append(w.numbers, int32(n))
	return int32(n), nil
}

func (w *watch) close() {
	w.file.Close()
	<-w.stopped
}

func (w *watch) run() {
	defer close(w.stopped)
	b := make([]byte, 16<<10)
	for {
		n, err := w.file.Read(b)
		if err != nil {
			return
		}
		if events := parseEvents(b[:n]); len(events) > 0 {
			w.deliver(events)
		}
	}
}

// parseEvents reads struct inotify_event, one after the other.
func parseEvents(b []byte) []event {
	var all []event
	for len(b) >= unix.SizeofInotifyEvent {
		length := int(binary.NativeEndian.Uint32(b[12:]))
		if len(b) < unix.SizeofInotifyEvent+length {
			break
		}
		name := b[unix.SizeofInotifyEvent : unix.SizeofInotifyEvent+length]
		name, _, _ = bytes.Cut(name, []byte{0})
		all = append(all, event{
			watched:  int32(binary.NativeEndian.Uint32(b)),
			name:     string(name),
			overflow: binary.NativeEndian.Uint32(b[4:])&unix.IN_Q_OVERFLOW != 0,
		})
		b = b[unix.SizeofInotifyEvent+length:]
	}
	return all
}
