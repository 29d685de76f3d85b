package checkers

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"keepalived/checkers/machine"
	"keepalived/checkers/message"
	"keepalived/core/config"
)

// The numbers that a tracked file may hold (8.8).
const (
	minNumber = -1 << 31
	maxNumber = 1 << 31
)

// readNumber returns the number at the beginning of a tracked file, 0 without
// one, as C's strtoll reads it. ok is false when it is out of range; n is then
// cut to 64 bits.
func readNumber(path string) (n int64, ok bool) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return 0, true
	}
	defer f.Close()
	b := make([]byte, 127)
	m, err := io.ReadFull(f, b)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, true
	}
	n = leadingNumber(string(b[:m]))
	return n, n >= minNumber && n <= maxNumber
}

// leadingNumber is strtoll(3) with base 0.
func leadingNumber(s string) int64 {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	sign := ""
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign, s = strings.TrimPrefix(s[:1], "+"), s[1:]
	}
	base, digits := 10, "0123456789"
	switch {
	case len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X") && strings.ContainsRune("0123456789abcdefABCDEF", rune(s[2])):
		base, digits, s = 16, "0123456789abcdefABCDEF", s[2:]
	case strings.HasPrefix(s, "0"):
		base, digits = 8, "01234567"
	}
	end := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(digits, r) })
	if end < 0 {
		end = len(s)
	}
	if end == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(sign+s[:end], base, 64) // out of range: the nearest
	return n
}

// trackedFiles are the files that some FILE_CHECK looks at.
func (s *service) trackedFiles() []*config.TrackFile {
	used := map[string]bool{}
	for _, v := range s.config.LVS.VirtualServers {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				if k.File != nil {
					used[k.File.TrackFile] = true
				}
			}
		}
	}
	var out []*config.TrackFile
	for _, f := range s.config.LVS.TrackFiles {
		if used[f.Name] {
			out = append(out, f)
		}
	}
	return out
}

// readFiles reads the tracked files. One that holds no good number keeps its
// old one.
func (s *service) readFiles() {
	old := s.files
	s.files = machine.Files{}
	for _, f := range s.trackedFiles() {
		n, ok := readNumber(f.Path)
		if !ok {
			s.logf(message.FileNumber, n, f.Path)
			n = old[f.Name]
		}
		s.files[f.Name] = n
	}
}

// watchFiles watches the tracked files until stop.
func watchFiles(s *service) (stop func()) {
	files := s.trackedFiles()
	if len(files) == 0 {
		return nil
	}
	w, err := newFileWatch(s, files)
	if err != nil {
		s.logf(message.FileWatch, files[0].Path, err)
		return nil
	}
	return w.close
}

// fileWatch is an inotify watch of the directories of tracked files, so that
// a file may be replaced.
type fileWatch struct {
	s       *service
	inotify *os.File
	paths   map[int32]map[string][]*config.TrackFile // by watch, then name
	closed  bool
	ended   chan struct{}
}

func newFileWatch(s *service, files []*config.TrackFile) (*fileWatch, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("inotify_init1", err)
	}
	w := &fileWatch{s: s, inotify: os.NewFile(uintptr(fd), "inotify"), paths: map[int32]map[string][]*config.TrackFile{}, ended: make(chan struct{})}
	for _, f := range files {
		path := f.Path
		if real, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
			path = filepath.Join(real, filepath.Base(path))
		}
		wd, err := unix.InotifyAddWatch(fd, filepath.Dir(path), unix.IN_CLOSE_WRITE|unix.IN_MOVE|unix.IN_DELETE)
		if err != nil {
			s.logf(message.FileWatch, f.Path, err)
			continue
		}
		if w.paths[int32(wd)] == nil {
			w.paths[int32(wd)] = map[string][]*config.TrackFile{}
		}
		name := filepath.Base(path)
		w.paths[int32(wd)][name] = append(w.paths[int32(wd)][name], f)
	}
	go w.read()
	return w, nil
}

// read posts the names of changed files.
func (w *fileWatch) read() {
	defer close(w.ended)
	buf := make([]byte, 64<<10)
	for {
		n, err := w.inotify.Read(buf)
		if err != nil {
			return
		}
		for _, f := range w.changed(buf[:n]) {
			w.s.env.Loop.Post(func() { w.update(f) })
		}
	}
}

// changed decodes what inotify has said. An overflow means every file.
func (w *fileWatch) changed(b []byte) (out []*config.TrackFile) {
	const head = unix.SizeofInotifyEvent
	for len(b) >= head {
		e := (*unix.InotifyEvent)(unsafe.Pointer(&b[0]))
		end := min(head+int(e.Len), len(b))
		name := strings.TrimRight(string(b[head:end]), "\x00")
		b = b[end:]
		if e.Mask&unix.IN_Q_OVERFLOW != 0 {
			for _, files := range w.paths {
				for _, f := range files {
					out = append(out, f...)
				}
			}
			continue
		}
		out = append(out, w.paths[e.Wd][name]...)
	}
	return out
}

// update reads one file and tells its checkers.
func (w *fileWatch) update(f *config.TrackFile) {
	if w.closed {
		return
	}
	n, ok := readNumber(f.Path)
	if !ok {
		w.s.logf(message.FileNumber, n, f.Path)
		return
	}
	w.s.fileChanged(f.Name, n)
}

// fileChanged tells the checkers of a file about its number.
func (s *service) fileChanged(name string, n int64) {
	if s.files[name] == n {
		return
	}
	s.files[name] = n
	for _, v := range s.vss {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				if k.Config.File != nil && k.Config.File.TrackFile == name {
					s.do(v.Step(machine.FileValue{Checker: k, Value: n}))
				}
			}
		}
	}
}

func (w *fileWatch) close() {
	w.closed = true
	w.inotify.Close()
	<-w.ended
}
