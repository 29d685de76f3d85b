// Package checkers is the health-check process: it programs the virtual
// servers into the kernel's IPVS table, checks their real servers, and keeps
// the table, the log and those who are notified up to date
// (04-lvs-checkers).
//
// # How it is built
//
// [machine] is the pure state machine. The service of this package runs it
// on the loop of its process: a timer per checker starts an attempt; the
// attempt runs in a goroutine for as long as it takes and posts its result;
// the machine turns the result into actions, and the service carries them out.
// No goroutine lives longer than an attempt.
//
// The kernel's table follows from the states of the machine by difference: a
// start, a reload and the stop compute all that this process wants there and
// give it to [ipvs.Table.Apply], the transitions in between change single
// entries of the same Table. What is right is not touched, what an earlier
// process has left is taken over and corrected, what somebody else has changed
// is repaired by the next reload. Services that no virtual server wants are
// foreign and never touched (but see lvs_flush).
//
// With nftables_ipvs a virtual server group is one service by firewall mark in
// place of one for each address; package firewall has the packets marked, in the
// same manner: the whole wish after each start and reload, and again when
// somebody has taken something out.
//
// # Observers
//
// Whoever looks at the process from outside sees one snapshot, a value of package
// status: the data dump, -d, and with enable_snmp_checker an SNMP master ([mib],
// package snmp/session). The kernel's counters are read for it beside the loop.
//
// # What it never does
//
// It does not read configuration files, and nothing on its loop waits for a
// server, a script, a reader of a FIFO or a mail server.
package checkers
