// Package network is the network of this host in verbs: links, addresses,
// routes and rules, a watch over all of them, sysctls, raw sockets, and
// gratuitous ARP and unsolicited neighbour advertisements.
//
// # Wishes and facts
//
// [Host] talks to the kernel of the network namespace in which it was opened.
// Its verbs may be called repeatedly with the same wish: what is there already,
// or is gone already, has an error number of its own. An error of the kernel is a [RequestError], which keeps the message type and
// number that operators know from logs.
//
// # Watching
//
// [Watch] reads the kernel's notifications from a socket of its own with a
// large buffer. When the kernel had to drop some (ENOBUFS), it reads
// everything again and says so with a [Resync]. A [View] is the pure memory of
// what was said: it turns notifications, which repeat themselves and arrive
// late, into changes, which do not.
//
// A [CarrierWatcher] asks for the carrier of interfaces whose drivers do not tell.
//
// # Sockets
//
// A [Socket] is a pair of raw sockets, one to receive and one to send. Its
// reader goroutine decodes nothing but the envelope and puts datagrams into a
// bounded queue; a storm of packets fills that queue and is dropped and
// counted there, so that it can delay nothing else.
//
// # Fake
//
// [Fake] is a host without a kernel, whose state prints as ip(8) would print
// it and whose links can be joined by a [Segment]. The tests of this package
// run the same cases on it and on a real network namespace.
//
// The package knows nothing of the protocols that run over it: a protocol
// number and a socket is all that it is told.
package network
