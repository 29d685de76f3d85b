package track

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// number is what was read from a file.
type number struct {
	of    *config.TrackFile
	value int64
}

// watch is an inotify instance with its reader. It is the directories that are
// watched: a file may be replaced, and need not exist.
type watch struct {
	log     *slog.Logger
	deliver func([]number)
	read    func(path string) ([]byte, error)
	inotify *os.File // nil when the kernel has none
	files   []target
}

// target is a tracked file, and where a change of it can be seen: at its path,
// and where that leads to when it is a link.
type target struct {
	conf   *config.TrackFile
	places []place
}

// place is a name in a watched directory.
type place struct {
	descriptor int
	name       string
}

func newWatch(log *slog.Logger, read func(string) ([]byte, error), configs []*config.TrackFile) *watch {
	w := &watch{log: log, read: read}
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		log.Info(fmt.Sprintf(msgCannotWatch, configs[0].Name, os.NewSyscallError("inotify_init1", err)))
	} else {
		w.inotify = os.NewFile(uintptr(fd), "inotify")
	}
	for _, c := range configs {
		w.files = append(w.files, target{conf: c})
	}
	return w
}

func (w *watch) close() {
	if w.inotify != nil {
		w.inotify.Close()
	}
}

// run reads all files, which it also delivers in case that nobody waits for the
// first numbers any more, and then those that change.
func (w *watch) run(create bool, first chan<- []number) {
	for i := range w.files {
		t := &w.files[i]
		if create && t.conf.InitFile {
			w.create(t.conf)
		}
		w.follow(t)
	}
	// Read after the watch began: no change goes unnoticed.
	numbers := w.numbers(func(*target) bool { return true })
	first <- numbers
	w.deliver(numbers)
	if w.inotify == nil {
		return
	}
	b := make([]byte, 16<<10)
	for {
		n, err := w.inotify.Read(b)
		if err != nil {
			return
		}
		events := parseEvents(b[:n])
		numbers := w.numbers(func(t *target) bool {
			if !slices.ContainsFunc(events, t.concerns) {
				return false
			}
			w.follow(t) // it may be a link that leads elsewhere now
			return true
		})
		if len(numbers) > 0 {
			w.deliver(numbers)
		}
	}
}

func (t *target) concerns(e event) bool {
	return e.overflow || slices.Contains(t.places, place{e.descriptor, e.name})
}

// follow watches the directories in which a change of a file can be seen.
func (w *watch) follow(t *target) {
	if w.inotify == nil {
		return // said already
	}
	t.places = t.places[:0]
	paths := []string{t.conf.Path}
	if real, err := filepath.EvalSymlinks(t.conf.Path); err == nil && real != t.conf.Path {
		paths = append(paths, real)
	}
	for _, p := range paths {
		n, err := w.add(filepath.Dir(p))
		if err != nil {
			w.log.Info(fmt.Sprintf(msgCannotWatch, t.conf.Name, err))
			continue
		}
		t.places = append(t.places, place{n, filepath.Base(p)})
	}
}

// add watches a directory, which may be watched already, for complete writes,
// moves in and out, and deletions.
func (w *watch) add(directory string) (descriptor int, err error) {
	raw, err := w.inotify.SyscallConn()
	if err != nil {
		return 0, err
	}
	if cerr := raw.Control(func(fd uintptr) {
		descriptor, err = unix.InotifyAddWatch(int(fd), directory, unix.IN_CLOSE_WRITE|unix.IN_MOVED_TO|unix.IN_MOVED_FROM|unix.IN_DELETE)
	}); cerr != nil {
		return 0, cerr
	}
	if err != nil {
		return 0, &os.PathError{Op: "inotify_add_watch", Path: directory, Err: err}
	}
	return descriptor, nil
}

// create writes the initial number of a file, with the process's umask.
func (w *watch) create(c *config.TrackFile) {
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
		w.log.Info(fmt.Sprintf(msgCannotCreate, c.Name, err))
	}
}

// The numbers that a file may hold.
const (
	minNumber = -1 << 31
	maxNumber = 1 << 31
)

// numbers reads some files. A missing or empty one is 0; one that holds no good
// number is left out.
func (w *watch) numbers(which func(*target) bool) (out []number) {
	for i := range w.files {
		t := &w.files[i]
		if !which(t) {
			continue
		}
		b, _ := w.read(t.conf.Path)
		v := leadingNumber(b)
		if v < minNumber || v > maxNumber {
			w.log.Info(fmt.Sprintf(msgInvalidNumber, v, t.conf.Path))
			continue
		}
		out = append(out, number{t.conf, v})
	}
	return out
}

// maxFile is how much of a file is read: more than any number needs.
const maxFile = 127

// begin returns the beginning of a regular file. Anything else counts as
// missing, because reading it could wait for ever.
func begin(path string) ([]byte, error) {
	in, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if st, err := in.Stat(); err != nil || !st.Mode().IsRegular() {
		return nil, err
	}
	b := make([]byte, maxFile)
	n, err := io.ReadFull(in, b)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:n], err
}

// leadingNumber is the number at the beginning of a text as strtoll(3) with base
// 0 reads it: 0 without one, the nearest when it does not fit.
func leadingNumber(b []byte) int64 {
	s := strings.TrimLeft(string(b), " \t\n\v\f\r")
	sign := ""
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign, s = strings.TrimPrefix(s[:1], "+"), s[1:]
	}
	base, digits := 10, "0123456789"
	const hex = "0123456789abcdefABCDEF"
	switch {
	case len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X") && strings.ContainsRune(hex, rune(s[2])):
		base, digits, s = 16, hex, s[2:]
	case strings.HasPrefix(s, "0"):
		base, digits = 8, "01234567"
	}
	end := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(digits, r) })
	if end < 0 {
		end = len(s)
	}
	n, _ := strconv.ParseInt(sign+s[:end], base, 64) // 0 for no digits, the nearest when out of range
	return n
}

// event is one notification of inotify.
type event struct {
	descriptor int
	name       string
	overflow   bool
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
			descriptor: int(int32(binary.NativeEndian.Uint32(b))),
			name:       string(name),
			overflow:   binary.NativeEndian.Uint32(b[4:])&unix.IN_Q_OVERFLOW != 0,
		})
		b = b[unix.SizeofInotifyEvent+length:]
	}
	return all
}
