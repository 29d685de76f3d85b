// Package process is what every child of keepalived runs in: one event loop
// with one timer heap, the control socket to the parent, and how the process
// is scheduled.
//
// # The loop
//
// A [Loop] owns all state of its process. Functions run on it one at a time,
// in the order in which they were posted, and timers run when they are due,
// before any further event. Other goroutines (socket readers, netlink
// subscriptions, finished child processes) decode and [Loop.Post]; that is all
// they do. Nothing that runs on the loop may block.
//
// A Loop takes its time from package time, so a test runs it inside
// testing/synctest in virtual time. [Loop.UseTimerFD] makes its timers precise
// to some microseconds on a real machine, where the Go runtime would round the
// sleep of an idle process to a millisecond. Timers that are served late are
// noticed ([Loop.WatchLateness]), and a realtime loop with much to do sleeps for
// an instant each millisecond, for which see rlimit_rttime.
//
// # The child
//
// [Child] runs a [Service]: it takes over what the parent hands it ([Inherited]),
// reads its [Part] of the configuration from a sealed memory file, drives the
// service, answers the parent on the control socket, and ends with a status
// that tells the parent what to do. The answer to the parent's hello comes from
// the loop, never from the goroutine that reads the socket: it has to show that
// the loop turns. When the parent is gone the child stops in order.
//
// # Links
//
// A [Link] connects the BFD process with each of the others. Its ends come from
// the parent, which keeps them: what one process has sent waits for the other,
// also while that is being replaced. A process that begins asks for what its
// predecessor may have read ([Report]).
//
// # Dumps
//
// [Dumps] writes the files that an operator asks for, off the loop.
//
// The package knows nothing of what a service does.
package process
