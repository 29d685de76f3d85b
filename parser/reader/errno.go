package reader

import "keepalived/parser/source"

// Errno returns the number of a system error, and its text as strerror(3)
// words it. For any other error the number is 0.
func Errno(err error) (number int, text string) { return source.Errno(err) }
