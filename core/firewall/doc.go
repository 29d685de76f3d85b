// Package firewall keeps keepalived's part of the packet filter in nftables:
// what comes from or goes to a virtual address that is not to be accepted is
// dropped, what the kernel says by itself on a virtual MAC interface is moved to
// the interface below it or dropped (03-vrrp section 13), and what goes to the
// addresses of a virtual server group gets the group's mark (04-lvs-checkers
// section 12.4). For marks it uses maps of ranges, which kernels have since 5.6; the
// error of an older one says so.
//
// # Wishes and changes
//
// The verbs say what is to be so; what is so already is not touched. A [book]
// remembers what has been asked for, and turns a wish into the elements that are
// to be added and deleted. A table is made when it is first needed, with all
// its chains and rules, and lives until nothing in it is wished any more and
// [NFTables.Trim] is called, or until [NFTables.Remove].
//
// A wish is one transaction, as long as that fits into the socket's buffer: a
// packet sees all of it or nothing. So a table of an earlier run is replaced
// without a moment that has none.
//
// A transaction that the kernel refuses, because somebody has flushed the
// ruleset for instance, is answered by making everything anew from the book.
// [NFTables.Watch] tells when somebody else has deleted something, also what no
// wish would stumble over, and [NFTables.Repair] is the answer.
//
// # Fake
//
// [Fake] is a packet filter without a kernel that prints itself as "nft list
// ruleset" would. The tests run the same cases on it and on a real network
// namespace, and compare the two texts; for marks also with what the C daemon
// makes.
//
// The package knows no protocol states and no virtual servers, and never looks
// at tables other than the one whose name it was given.
package firewall
