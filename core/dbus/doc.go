// Package dbus shows the virtual routers of a process on the system bus, and
// takes requests from there (05-observability section 9).
//
// A [Bus] belongs to the loop of its process. One goroutine holds the
// connection: calls arrive there, what they ask for is done on the loop, and
// signals go out from there. Whatever the bus does, be it missing, hanging or
// flooding, the loop never waits for it: signals that the bus does not take are
// dropped, a lost connection is made again with growing pauses, and no more
// than one request is on the loop at a time.
//
// Calls are judged and errors are worded as the C daemon's library does.
package dbus
