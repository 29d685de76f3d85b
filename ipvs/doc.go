// Package ipvs is the kernel's load-balancing table in verbs: value types for
// services and destinations, a small [Client] that changes and reads the
// table, and [Table], which makes the table equal to a wish by difference.
//
// Two clients exist. [Open] gives the one of the running kernel, over generic
// netlink; [NewFake] gives one that keeps the table in memory, refuses what
// the kernel refuses with the kernel's error numbers, and prints what
// `ipvsadm -Sn` would print. The tests run the same cases on both.
//
// Errors of commands are of type [*Error]. They carry the C daemon's name,
// number and text for the command, so that a log line made of one is the C
// daemon's line (chapter 04 section 5).
//
// A client is used by one goroutine at a time, the event loop of the process
// that owns it: every call is one request that the kernel answers at once. The
// exceptions are synchronisation daemons, which can take a second to end; a
// [Follower] keeps one in a role that changes without holding up the loop.
//
// The package knows nothing of health checks, quorums or virtual server
// groups, never logs, and never touches a service that it was not told of
// (except [Client.Flush], which says so).
package ipvs
