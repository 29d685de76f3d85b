package source

import (
	"bufio"
	"io"
)

// endOfFile stands where a file ends in the text of all files.
const endOfFile = "!"

// Consolidate writes the text of all files as one: without comments and
// indentation, and with the included files in the place of the lines that
// include them. Each begins with its name. Problems are not reported.
func Consolidate(w io.Writer, o Options, files Files) error {
	out := bufio.NewWriter(w)
	o.record = func(line string) {
		if _, _, include := includeLine(line); include {
			line = ""
		}
		_, _ = out.WriteString(line)
		_ = out.WriteByte('\n')
	}
	for r := Open(o, files); ; {
		if _, ok := r.Next(); !ok {
			return out.Flush()
		}
	}
}
