package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const preamble = `keepalived, in Go

Copyright 2026 the authors of keepalived in Go

Licensed under the Apache License, Version 2.0. On Debian systems its text is in
/usr/share/common-licenses/Apache-2.0, elsewhere at
https://www.apache.org/licenses/LICENSE-2.0.

The program is one static binary; what follows is linked into it.
`

// licences returns the text of the copyright file: our licence, and those of all
// that is linked into the program, which they want to see reproduced. Each line
// of the list is a title and the directory with the licence. The full text of the
// Apache licence is left out, as Debian's policy (12.5) wants it.
func licences(list io.Reader) (string, error) {
	var b strings.Builder
	b.WriteString(preamble)
	for lines := bufio.NewScanner(list); lines.Scan(); {
		cut := strings.LastIndexByte(lines.Text(), ' ')
		if cut < 0 {
			return "", fmt.Errorf("%s: neither title nor directory", lines.Text())
		}
		title, directory := lines.Text()[:cut], lines.Text()[cut+1:]
		fmt.Fprintf(&b, "\n%s\n%s\n\n", strings.Repeat("-", 78), title)
		found := 0
		for _, pattern := range []string{"LICENSE*", "COPYING*", "NOTICE*"} {
			files, _ := filepath.Glob(filepath.Join(directory, pattern))
			for _, file := range files {
				text, err := os.ReadFile(file)
				if err != nil {
					return "", err
				}
				found++
				if bytes.Contains(text, []byte("Apache License")) {
					text = []byte("Licensed under the Apache License, Version 2.0.")
				}
				b.Write(bytes.TrimSpace(text))
				b.WriteString("\n")
			}
		}
		if found == 0 {
			return "", fmt.Errorf("%s: no licence in %s", title, directory)
		}
	}
	return b.String(), nil
}
