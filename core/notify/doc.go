// Package notify is the one ordered stream of what happened: every change of
// state of an instance, a sync group, a real server or a virtual server is an
// [Event], and scripts, FIFOs, mail, D-Bus and SNMP traps listen to it. The first
// three are here: [Scripts], [FIFOs] and [Mails].
//
// Events are values. A [Listener] is called on the loop of its process, in the
// order of registration, and must not block.
package notify
