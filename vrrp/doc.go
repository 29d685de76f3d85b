// Package vrrp is the VRRP process: it reads and sends packets, watches the
// host's network, and carries out what the state machine decides
// (03-vrrp).
//
// The decisions are made in package fsm and the packets are judged in package
// packet; neither does any I/O. Here every virtual router is a runtime object,
// a [router], that has a pointer to its configuration, its part of the state
// machine, its packet endpoint, and what it has put into the kernel. All of it
// belongs to the process's loop, and there is no lock.
//
// # Desired state
//
// A router knows for each of its addresses, routes and rules whether it has
// set it. Becoming MASTER, leaving it, a reload and a repair compare that with
// what should be, and touch only the difference.
//
// # Devices
//
// Interfaces with virtual MACs and ipvlans are wished for likewise: placement
// writes into the configuration on which interface each address lies, and
// makeDevices makes the difference to what there is. What the kernel says of
// such an interface may be older than what has been done to it since; see
// current.
//
// # Work
//
// Adverts go out at once. Everything else that the state machine decides, from
// addresses to scripts, is work: a queue of small steps, done in order, between
// which timers run. However many routers become MASTER, change at a reload or
// stop together, no advert waits for the kernel.
//
// # Storms
//
// Datagrams wait in a bounded queue per pair of sockets (package network). The
// loop takes them in bursts and serves its timers in between, so that no
// stream of packets can delay an advert.
//
// # Observers
//
// Whoever looks at the process from outside sees one snapshot, a value of
// package status: the data dump, the statistics, JSON, -d, and requests from
// the bus (package dbus), which are done on the loop.
//
// # Not yet
//
// What the configuration can ask for and this package cannot do yet is said in
// the log by name when an instance starts (see missing.go).
package vrrp
