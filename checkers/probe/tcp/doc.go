// Package tcp is TCP_CHECK: connect, and close (04-lvs-checkers 8.1). It sends
// no data.
package tcp
