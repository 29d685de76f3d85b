package track

import (
	"log/slog"
	"time"

	"keepalived/core/config"
	"keepalived/core/process"
)

// Files keeps the numbers in the tracked files of a process (02-runtime section
// 13, 04-lvs-checkers section 8.8). Its methods are called on the loop, which
// never touches a file: one goroutine reads them.
type Files struct {
	loop    *process.Loop
	log     *slog.Logger
	changed func(f *config.TrackFile, value int64)
	values  map[string]int64 // by the file's name in the configuration
	watch   *watch           // nil without files
	read    func(path string) ([]byte, error)
}

// patience is how long Load waits for the files. The numbers of a disk or a
// server that takes longer are told of as changes.
const patience = 200 * time.Millisecond

// NewFiles returns the watcher of no files. Changed is called on the loop when
// the number in a file changes.
func NewFiles(loop *process.Loop, log *slog.Logger, changed func(f *config.TrackFile, value int64)) *Files {
	return &Files{loop: loop, log: log, changed: changed, read: begin}
}

// Load replaces the files, and reads them. A file that stays keeps its number
// until another one is read. AtStart creates those that are to be created; a
// reload does not.
func (f *Files) Load(configs []*config.TrackFile, atStart bool) {
	f.Close()
	old := f.values
	f.values = make(map[string]int64, len(configs))
	if len(configs) == 0 {
		return
	}
	for _, c := range configs {
		f.values[c.Name] = old[c.Name]
	}
	w := newWatch(f.log, f.read, configs)
	w.deliver = func(numbers []number) {
		f.loop.Post(func() {
			if f.watch == w {
				f.take(numbers)
			}
		})
	}
	f.watch = w
	first := make(chan []number, 1)
	go w.run(atStart, first)
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case numbers := <-first:
		for _, n := range numbers {
			f.values[n.of.Name] = n.value
		}
	case <-late.C:
	}
}

// take takes in numbers that were read.
func (f *Files) take(numbers []number) {
	for _, n := range numbers {
		if f.values[n.of.Name] != n.value {
			f.values[n.of.Name] = n.value
			f.changed(n.of, n.value)
		}
	}
}

// Value returns the number in a file, 0 for an unknown one.
func (f *Files) Value(name string) int64 { return f.values[name] }

// Close ends the watch; the numbers stay.
func (f *Files) Close() {
	if f.watch != nil {
		f.watch.close()
		f.watch = nil
	}
}
