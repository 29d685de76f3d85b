// Package mib is the checker part of KEEPALIVED-MIB: it finds the objects of a
// snapshot by their names (05-observability section 8 and appendix A).
//
// A [Tree] is a value over a snapshot. Nothing is made in advance: with tens of
// thousands of servers there are millions of objects, of which one request
// wants a few. Only the statistics come from elsewhere; see [Statistics].
//
// The package sends nothing, asks no kernel, and knows no protocol.
package mib
