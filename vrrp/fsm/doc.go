// Package fsm is the state machine of VRRP (03-vrrp sections 7 to 9; RFC 3768
// and RFC 9568 section 6.4).
//
// A [Machine] holds all virtual routers of the process and their sync groups.
// It is stepped with one event at a time and answers with the actions to carry
// out, in the order in which they must happen:
//
//	actions := machine.Step(now, instance, fsm.Packet{...})
//
// The machine opens nothing, reads no clock, starts no goroutine and has no
// lock: time is an argument, and whoever owns the machine calls it from one
// goroutine. Durations are computed in whole microseconds and truncated as the
// specification says (section 7.1).
//
// The rows of the transition table (section 7.2: I1 to I13, F*, B*, M*, G*)
// are named in the comments of the code that is that row.
//
// # Where it differs from the C daemon
//
// A datagram restarts the advert timer of a MASTER only when the MASTER
// answers it with an advert (RFC 9568 section 6.4.3: priority 0; a lower
// priority without lower_prio_no_advert). In C any datagram for the VRID
// does, even an invalid one, so that one with a wrong checksum every 0.3 s
// silences a MASTER. Nor does a rejected datagram touch the remembered period
// of a BACKUP.
//
// Adverts of a MASTER keep to a grid, where C counts each interval from when the
// last advert was sent and so falls behind.
//
// Interface faults are a set of reasons: FAULT lasts until every tracked
// interface is as it should be, and an interface that comes up while the
// instance is MASTER or BACKUP changes nothing (rows M13 and B17 are void).
//
// The interval of the MASTER goes back to the own one on every transition to
// MASTER; in C only with detailed logging. An interval of 0 learned by a member
// of a group that may not become MASTER counts as the own one: in C its timer
// is due at once, again and again.
//
// A MASTER that a reload takes to FAULT does not first set the addresses of the
// new configuration.
package fsm
