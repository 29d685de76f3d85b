package track

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// scan lists the processes of the host. Zombies run no more.
func scan() []Running {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil
	}
	var all []Running
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			if p, ok := running(pid); ok {
				all = append(all, p)
			}
		}
	}
	return all
}

// running reads what a process is now.
func running(pid int) (Running, bool) {
	dir := "/proc/" + strconv.Itoa(pid)
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return Running{}, false
	}
	comm, state, ok := parseStat(stat)
	if !ok || state == 'Z' || state == 'X' {
		return Running{}, false
	}
	p := Running{PID: pid, Comm: comm}
	if line, err := os.ReadFile(dir + "/cmdline"); err == nil && len(line) > 0 {
		p.Args = strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
	}
	return p, true
}

// parseStat reads name and state: "12 (name) S ...", where the name may have
// anything in it.
func parseStat(b []byte) (comm string, state byte, ok bool) {
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || end < open || len(b) < end+3 {
		return "", 0, false
	}
	return string(b[open+1 : end]), b[end+2], true
}

// cString is a text up to its end, which may be missing.
func cString(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return string(text)
}
