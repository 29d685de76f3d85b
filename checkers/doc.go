// Package checkers is the health-check process: it programs the virtual
// servers into the kernel's IPVS table, checks their real servers, and keeps
// the table, the log and those who are notified up to date
// (04-lvs-checkers).
//
// # How it is built
//
// [machine] is the pure state machine. The [Service] of this package runs it
// on the loop of its process: a timer per checker starts an attempt; the
// attempt runs in a goroutine for as long as it takes and posts its result;
// the machine turns the result into actions, and the service carries them out.
// No goroutine lives longer than an attempt.
//
// [table] is the part of the kernel's table that is this process's. It is made
// by difference: at a start what an earlier process has left is taken over,
// what is right is not touched and what is wrong is corrected; a reload reads
// the kernel's table again and repairs it. Services that no virtual server
// claims are foreign and never touched (but see lvs_flush).
//
// # What it never does
//
// It does not read configuration files, and nothing on its loop waits for a
// server, a script or a reader of a FIFO.
package checkers
