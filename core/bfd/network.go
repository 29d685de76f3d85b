package bfd

import (
	"keepalived/core/config"
	"keepalived/core/network"
)

// Network is what this package needs of the host's network.
type Network interface {
	// Listen receives datagrams for a port, of both families. ready is called
	// on the reader's goroutine when one has come into the empty queue.
	Listen(port uint16, ready func()) (Input, error)
	// Open makes the socket that a session sends with, bound to its source.
	Open(*config.BFDInstance) (Output, error)
}

// Input is a queue of datagrams.
type Input interface {
	Next(*network.Datagram) bool
	Len() int
	Dropped() uint64
	Descriptor() int
	Close()
}

// Output sends to the neighbour of a session.
type Output interface {
	// Send does not keep b.
	Send(b []byte) error
	Descriptor() int
	Close()
}
