package supervisor

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/process"
)

// timetable reloads at the time that stands in a file (02-runtime section
// 7.3). Its methods are called on the loop.
type timetable struct {
	loop   *process.Loop
	log    *slog.Logger
	reload func()

	path   string // empty: nothing is watched
	repeat bool
	watch  *os.File // inotify
	when   time.Time
	daily  bool // the file holds a time without a date
	timer  *process.Timer
}

// longestWait is how long the timer sleeps at most: it counts the time that has
// passed, and the clock on the wall may be set meanwhile.
const longestWait = time.Minute

func newTimetable(loop *process.Loop, log *slog.Logger, reload func()) *timetable {
	t := &timetable{loop: loop, log: log, reload: reload}
	t.timer = loop.NewTimer(t.due)
	return t
}

// start watches a file, and no other any more; an empty path watches none.
func (t *timetable) start(path string, repeat bool) {
	t.stop()
	if path == "" {
		return
	}
	t.path, t.repeat = path, repeat
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.log.Info(fmt.Sprintf(msgTimeWatch, path, err))
		return
	}
	events := uint32(unix.IN_CREATE | unix.IN_CLOSE_WRITE | unix.IN_MOVED_TO | unix.IN_DELETE | unix.IN_MOVED_FROM | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_ONLYDIR)
	if _, err := unix.InotifyAddWatch(fd, filepath.Dir(path), events); err != nil {
		unix.Close(fd)
		t.log.Info(fmt.Sprintf(msgTimeWatch, path, err))
		return
	}
	t.watch = os.NewFile(uintptr(fd), "inotify")
	go t.read(t.watch, filepath.Base(path))
	t.look()
}

// stop forgets the file and the time.
func (t *timetable) stop() {
	t.timer.Stop()
	if t.watch != nil {
		t.watch.Close()
	}
	t.path, t.watch, t.when = "", nil, time.Time{}
}

// read waits for changes of the directory.
func (t *timetable) read(watch *os.File, name string) {
	b := make([]byte, 64<<10)
	for {
		n, err := watch.Read(b)
		if err != nil {
			return
		}
		changed, gone := inspectEvents(b[:n], name)
		t.loop.Post(func() {
			switch {
			case t.watch != watch: // of an earlier start
			case gone:
				t.cancel()
				t.log.Info(msgTimeDirectoryGone)
				t.stop()
			case changed:
				t.look()
			}
		})
	}
}

// inspectEvents says whether inotify events are about a file, and whether its
// directory has gone.
func inspectEvents(b []byte, name string) (changed, gone bool) {
	for len(b) >= unix.SizeofInotifyEvent {
		mask := binary.NativeEndian.Uint32(b[4:])
		size := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(b[12:]))
		if size > len(b) {
			break
		}
		file := strings.TrimRight(string(b[unix.SizeofInotifyEvent:size]), "\x00")
		changed = changed || file == name || mask&unix.IN_Q_OVERFLOW != 0
		gone = gone || mask&(unix.IN_DELETE_SELF|unix.IN_MOVE_SELF|unix.IN_IGNORED) != 0
		b = b[size:]
	}
	return changed, gone
}

// look reads the file and sets the time that it says.
func (t *timetable) look() {
	text := firstLine(t.path)
	if text == "" {
		t.cancel()
		return
	}
	when, daily, problems := parseReloadTime(text, time.Now())
	for _, p := range problems {
		t.log.Info(p)
	}
	switch {
	case len(problems) > 0:
		t.cancel()
		return
	case t.when.IsZero():
		t.log.Info(fmt.Sprintf(msgTimeScheduled, showTime(when)))
	case !t.when.Equal(when):
		t.log.Info(fmt.Sprintf(msgTimeUpdated, showTime(t.when), showTime(when)))
	}
	t.when, t.daily = when, daily
	t.arm()
}

func (t *timetable) cancel() {
	t.timer.Stop()
	if !t.when.IsZero() {
		t.log.Info(fmt.Sprintf(msgTimeCancelled, showTime(t.when)))
		t.when = time.Time{}
	}
}

func (t *timetable) arm() { t.timer.Reset(min(time.Until(t.when.Round(0)), longestWait)) }

// due reloads, when it is time by the clock on the wall.
func (t *timetable) due() {
	if time.Now().Round(0).Before(t.when) {
		t.arm()
		return
	}
	t.when = time.Time{}
	if !t.repeat || !t.daily {
		_ = os.Remove(t.path)
	}
	t.reload()
}

func showTime(t time.Time) string { return t.Local().Format(time.DateTime) }

// firstLine is the first line of a regular file, empty without one.
func firstLine(path string) string {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	line, _ := bufio.NewReaderSize(f, 64).ReadSlice('\n') // what is longer is no time
	return strings.TrimRight(string(line), "\n")
}

// parseReloadTime reads "[YY]YY-MM-DD HH:MM:SS" or "HH:MM:SS", with "Z" for
// UTC. daily is set without a date; the time is then the next one. Problems are
// the lines to log.
func parseReloadTime(text string, now time.Time) (when time.Time, daily bool, problems []string) {
	m := regexp.MustCompile(`^(?:(\d{2}|\d{4})-(\d{2})-(\d{2}) )?(\d{2}):(\d{2}):(\d{2})(Z?)$`).FindStringSubmatch(text)
	invalid := fmt.Sprintf(msgTimeInvalid, text)
	if m == nil {
		return when, false, []string{fmt.Sprintf(msgTimeFormat, text), invalid}
	}
	zone := time.Local
	if m[7] == "Z" {
		zone = time.UTC
	}
	now = now.In(zone)
	n := make([]int, 7)
	for i := range n {
		n[i], _ = strconv.Atoi(m[i]) // digits, or empty
	}
	year, month, day := n[1], time.Month(n[2]), n[3]
	if daily = m[1] == ""; daily {
		year, month, day = now.Date()
	} else if len(m[1]) == 2 {
		year += map[bool]int{true: 1900, false: 2000}[year >= 69] // as strptime(3)
	}
	if month < 1 || month > 12 || day < 1 || day > 31 || n[4] > 23 || n[5] > 59 || n[6] > 60 {
		return when, false, []string{fmt.Sprintf(msgTimeRange, text), invalid}
	}
	when = time.Date(year, month, day, n[4], n[5], n[6], 0, zone)
	if when.Day() != day || when.Second() != n[6] {
		return when, false, []string{fmt.Sprintf(msgTimeNoSuch, text), invalid}
	}
	if daily && !when.After(now) {
		when = time.Date(year, month, day+1, n[4], n[5], n[6], 0, zone)
	}
	if !when.After(now) {
		return when, false, []string{fmt.Sprintf(msgTimePast, text), msgTimeInPast}
	}
	return when, daily, nil
}
