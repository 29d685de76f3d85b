// Package mib is the checker part of KEEPALIVED-MIB: the objects of a snapshot for
// package snmp, and what traps tell (05-observability section 8 and appendix A).
//
// Values are made when they are asked for: with tens of thousands of servers there
// are millions of objects, of which one request wants a few. Only the statistics
// come from elsewhere; see [Statistics].
//
// The package sends nothing and asks no kernel.
package mib
