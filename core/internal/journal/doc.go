// Package journal is the log of a test: it keeps what was said.
//
// It guarantees that any goroutine may write and any may read. It never writes
// anywhere, and no program imports it, only tests do.
package journal
