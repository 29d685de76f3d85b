package source

import (
	"errors"
	"syscall"
)

// Errno returns the number of a system error, and its text as strerror(3)
// words it. For any other error the number is 0.
func Errno(err error) (number int, text string) {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return 0, err.Error()
	}
	b := []byte(errno.Error())
	if len(b) > 0 && b[0] >= 'a' && b[0] <= 'z' {
		b[0] -= 'a' - 'A'
	}
	return int(errno), string(b)
}

// reason is the text of Errno.
func reason(err error) string {
	_, text := Errno(err)
	return text
}
