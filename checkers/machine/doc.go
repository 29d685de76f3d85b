// Package machine is the state machine of virtual and real servers: what a
// check result, a weight, a start, a reload or a stop means for the kernel's
// table, the log and those who are notified (04-lvs-checkers, sections 6, 7.3,
// 8.8, 8.9, 10 and 11).
//
// It is pure. [VirtualServer.Step] and its siblings take an event and return
// actions in the order in which they are to be carried out; they do no I/O and
// know no clock. Their caller runs probes and timers, and carries out actions.
//
// # The kernel may refuse
//
// An entry that a check result adds to or removes from the table is a
// [SetDestination] or [DeleteDestination] with Must set. It is the last action
// of its list: the caller reports the kernel's answer as an [Answer], and gets
// the actions that follow. A refused transition does not take place (row R6).
//
// # The table follows from the state
//
// [VirtualServer.Wanted] says what the table should hold for a state. After a
// [VirtualServer.Start], a [Reload] or a [VirtualServer.Stop] the caller makes
// the whole table so, and only then carries out the actions: who is told of a
// change finds it done. After a Step the actions are the difference to what has
// been asked for so far, so the table is equal to Wanted after each event.
package machine
