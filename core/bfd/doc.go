// Package bfd is the BFD process: it keeps the sessions of all bfd_instance
// blocks, and tells the VRRP and the checker process which of them are Up
// (03-vrrp section 17).
//
// The decisions are made in package session and the packets are coded in
// package packet; neither does any I/O. Here every session has a runtime
// object, a [run], with its timer and the socket that it sends with. All of it
// belongs to the process's loop, and there is no lock.
//
// # Who is told
//
// Each process that follows sessions has a [process.Link]. Every change to or
// from Up goes out at once; at the start and at a reload the states of all
// sessions do, also of those that have not changed. A process that has been
// started again asks for what its predecessor may have read. One that does not
// read gets the newest states as soon as it does.
//
// # A standstill
//
// Packets that came while the process stood still are looked at before a
// neighbour is given up for silent.
//
// # What it never does
//
// It does not read configuration files, knows nothing of what a session means
// to those who follow it, and does not create sessions for neighbours that are
// not configured.
package bfd
