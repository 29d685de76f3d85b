package logging

import (
	"errors"
	"strings"
	"syscall"
)

// Strerror is the number of a system error and its text as strerror(3) words
// it: the lines of the C daemon have both, and Go's texts begin in lower case.
// Another error has the number 0 and its own text.
func Strerror(err error) (number int, text string) {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return 0, err.Error()
	}
	return int(errno), capital(errno.Error())
}

// Strsignal is the text of a signal as strsignal(3) words it.
func Strsignal(s syscall.Signal) string { return capital(s.String()) }

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
