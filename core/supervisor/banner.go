package supervisor

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"golang.org/x/sys/unix"

	"keepalived/core/version"
)

// banner is what the parent logs first (02-runtime section 3.1).
func banner(args []string) []string {
	lines := []string{fmt.Sprintf(msgStarting, version.String)}
	sys, release, build := kernel()
	if newer(version.Kernel, release) {
		lines = append(lines, fmt.Sprintf(msgBuiltForNewer, version.Kernel, sys, release, build))
	} else {
		lines = append(lines, fmt.Sprintf(msgRunningOn, sys, release, build, version.Kernel))
	}
	return append(lines, commandLine(args, "")...)
}

// commandLine shows a command line, every word in quotes.
func commandLine(args []string, indent string) []string {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = "'" + a + "'"
	}
	return wrap(indent, msgCommandLine, strings.Join(words, " "))
}

// wrap breaks a text that stands behind a label into lines of at most 100
// characters, at blanks where there are any.
func wrap(indent, label, text string) []string {
	width := 100 - len(label)
	head := indent + label + ": "
	var lines []string
	for {
		piece := text
		if len(text) > width {
			if cut := strings.LastIndexByte(text[:width+1], ' '); cut > 0 {
				piece = text[:cut]
			} else {
				piece = text[:width]
			}
		}
		lines = append(lines, head+strings.TrimRight(piece, " "))
		text = strings.TrimLeft(text[len(piece):], " ")
		if text == "" {
			return lines
		}
		head = indent + strings.Repeat(" ", len(label)+2)
	}
}

func kernel() (sys, release, build string) {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return "Linux", "unknown", ""
	}
	return unix.ByteSliceToString(u.Sysname[:]), unix.ByteSliceToString(u.Release[:]), unix.ByteSliceToString(u.Version[:])
}

// newer reports whether the kernel version a is newer than b, by the first two
// numbers and the third where there is one.
func newer(a, b string) bool {
	var x, y [3]int
	// A release such as "6.18-rc1" has fewer numbers: the others stay 0.
	_, _ = fmt.Sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2])
	_, _ = fmt.Sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2])
	for i := range x {
		if x[i] != y[i] {
			return x[i] > y[i]
		}
	}
	return false
}

// segfaultReport is what the parent logs about a child that ended by SIGSEGV.
func segfaultReport(args []string) []string {
	lines := msgSegfaultAdvice[:]
	sys, release, build := kernel()
	lines = append(lines[:len(lines):len(lines)],
		fmt.Sprintf("  Source version %s", version.Number),
		fmt.Sprintf("  Built with kernel headers for Linux %s", version.Kernel),
		fmt.Sprintf("  Running on %s %s %s", sys, release, build))
	lines = append(lines, commandLine(args, "  ")...)
	lines = append(lines, wrap("  ", "Config options", strings.Join(version.Features(), " "))...)
	return append(lines, wrap("  ", "System options", strings.Join(version.System(), " "))...)
}

func printf(ctx context.Context, log *slog.Logger, level slog.Level, format string, args ...any) {
	if log.Enabled(ctx, level) {
		log.Log(ctx, level, fmt.Sprintf(format, args...))
	}
}
