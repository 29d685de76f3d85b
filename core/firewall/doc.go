// Package firewall keeps the packet filter's part of VRRP in nftables: what
// comes from or goes to a virtual address that is not to be accepted is
// dropped, and what the kernel says by itself on a virtual MAC interface is
// moved to the interface below it or dropped (03-vrrp section 13).
//
// # Wishes and changes
//
// The verbs say what is to be so; what is so already is not touched. A [book]
// remembers what has been asked for, and turns a wish into the elements that are
// to be added and deleted. A table is made when it is first needed, with all
// its chains and rules, and lives until [NFTables.Remove].
//
// A transaction that the kernel refuses, because somebody has flushed the
// ruleset for instance, is answered by making everything anew from the book.
//
// # Fake
//
// [Fake] is a packet filter without a kernel that prints itself as "nft list
// ruleset" would. The tests run the same cases on it and on a real network
// namespace, and compare the two texts.
//
// The package knows no protocol states, and never looks at tables other than
// the one whose name it was given.
package firewall
