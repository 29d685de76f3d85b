// Package session is the state machine of BFD in asynchronous mode (03-vrrp
// section 17; RFC 5880 section 6, for RFC 5881 and RFC 5883).
//
// A [Machine] holds all sessions of the process. It is told of datagrams, of
// deadlines and of sockets, and answers with the actions to carry out, in
// their order:
//
//	actions := machine.Receive(now, session.Datagram{...})
//
// The machine opens nothing, reads no clock, starts no goroutine and has no
// lock: time is an argument, and whoever owns the machine calls it from one
// goroutine. Its random numbers follow from the seed that it was given.
//
// # What it guarantees
//
// Two machines that hear each other become Up; a neighbour that falls silent
// is noticed within the detection time; a packet is never sent earlier than
// 75 % of the interval that both sides agreed on, except to answer a poll or
// to tell of a changed state.
//
// # Saying good-bye
//
// A session that is removed, and every session at the stop, falls silent: its
// neighbour finds out within the detection time. RFC 5880 section 6.8.16 would
// have it tell the neighbour that it is AdminDown, but those who follow the
// session there must not take that for a failure (RFC 5882 section 3.2, and the
// C daemon does not): a neighbour would go on counting on a daemon that has
// stopped.
//
// # Where it differs from the C daemon
//
// A changed state is told at once (RFC 5880 section 6.8.7), not with the next
// periodic packet: a session comes up within milliseconds after the second
// packet, and a neighbour learns of a failure at once.
//
// A shorter interval counts at once, and a poll sequence goes on until it is
// answered (sections 6.5 and 6.8.3). The C daemon sends at the old interval
// until then, although its neighbour may already expect the new one; and the
// side that is polled drops its own poll.
//
// A neighbour in demand mode is sent nothing periodic (section 6.8.7).
//
// When a session leaves Up its discriminator changes, as in C, but the old one
// is still understood until the neighbour has used the new one: what it sends
// before it can know better is not lost.
//
// A session whose neighbour, source or kind changes at a reload begins anew. In
// C it stays Up until its time is over.
package session
