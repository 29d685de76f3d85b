package mib

import (
	"keepalived/core/snmp"
	"keepalived/core/snmp/session"
	"keepalived/core/status"
	"keepalived/ipvs"
)

// OID is the name of an object, Value what it is.
type (
	OID   = snmp.OID
	Value = snmp.Value
)

// root is KEEPALIVED-MIB::check.
var root = snmp.Keepalived.Append(3)

// Subtrees are the parts of the tree of names that a view has, with what
// describes them.
func Subtrees() []session.Subtree {
	return []session.Subtree{
		{Root: snmp.Keepalived.Append(1), Description: "The MIB module for Keepalived"},
		{Root: root, Description: "The MIB module for Healthchecker"},
	}
}

// Statistics are the kernel's counters. Virtual servers are meant by their place
// in the snapshot, from 0 on.
type Statistics interface {
	// Service are those of a virtual server, over all its services.
	Service(v int) ipvs.Counters
	// Server are those of a real server by its place, or of the sorry server at
	// place -1.
	Server(v, place int) ipvs.DestinationStatistics
}

// New is the view of a snapshot, with the global part of the MIB.
func New(c *status.Checkers, s Statistics) *snmp.View {
	nodes := append(snmp.Global(c.Config), groupTable(c), memberTable(c), virtualServerTable(c, s), realServerTable(c, s))
	nodes = append(nodes, daemonScalars(c)...)
	return snmp.NewView(append(nodes, timeoutScalars(c)...)...)
}

// columns are those of a table from 2 on: the first one is the index.
func columns[R any](last uint32, value func(R, uint32) Value) []snmp.Column[R] {
	var all []snmp.Column[R]
	for id := uint32(2); id <= last; id++ {
		all = append(all, snmp.Column[R]{ID: id, Value: func(row R) Value { return value(row, id) }})
	}
	return all
}
