package commandline

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"golang.org/x/sys/unix"

	"keepalived/core/version"
)

// helpColumn is where the help texts begin.
const helpColumn = 31

// writeHelp writes the help text. It is built as a whole: the C daemon's goes
// to stderr, and scripts read it through a pipe.
func writeHelp(w io.Writer, name string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Usage: %s [OPTION...]\n", name)
	for _, o := range table() {
		if o.help == "" {
			continue
		}
		head := "      --" + o.long
		if o.short != 0 {
			head = "  -" + string(o.short) + ", --" + o.long
		}
		switch {
		case o.arg == optional && (o.extension || o.short == 't'):
			head += "[=" + o.value + "]"
		case o.long == "config-id":
			head += " " + o.value
		case o.arg != none:
			head += "=" + o.value
		}
		lines := strings.Split(o.help, "\n")
		if len(head) >= helpColumn {
			fmt.Fprintf(&b, "%s\n", head)
			head = ""
		}
		for _, line := range lines {
			fmt.Fprintf(&b, "%-*s%s\n", helpColumn, head, line)
			head = ""
		}
	}
	_, _ = w.Write(b.Bytes())
}

// writeVersion writes what -v shows, in the C daemon's layout.
func writeVersion(w io.Writer) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\n%s\n\n", version.String, version.Copyright)
	fmt.Fprintf(&b, "Built with kernel headers for Linux %s\n", version.Kernel)
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		fmt.Fprintf(&b, "Running on %s %s %s\n", unix.ByteSliceToString(u.Sysname[:]), unix.ByteSliceToString(u.Release[:]), unix.ByteSliceToString(u.Version[:]))
	}
	if d := distribution("/etc/os-release"); d != "" {
		fmt.Fprintf(&b, "Distro: %s\n", d)
	}
	fmt.Fprintf(&b, "\nconfigure options: %s\n\n", buildOptions())
	fmt.Fprintf(&b, "Config options:  %s\n\n", strings.Join(version.Features(), " "))
	fmt.Fprintf(&b, "System options:  %s\n", strings.Join(version.System(), " "))
	_, _ = w.Write(b.Bytes())
}

// distribution is PRETTY_NAME of an os-release(5) file, empty when unknown.
func distribution(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "PRETTY_NAME="); ok {
			return strings.Trim(name, `"'`)
		}
	}
	return ""
}

// buildOptions says how this binary was built.
func buildOptions() string {
	words := []string{runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "-tags", "-trimpath", "CGO_ENABLED":
				words = append(words, s.Key+"="+s.Value)
			}
		}
	}
	return strings.Join(words, " ")
}
