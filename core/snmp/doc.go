// Package snmp is what the processes of keepalived show to an SNMP master
// agent has in common (05-observability section 8): tables that are looked up,
// and the global objects. The session with the master is package session, the
// encoding package agentx.
//
// A [View] is what the master may ask for. A table has rows, which are values of
// any type, and columns, each with a function that reads its value from a row;
// it returns the zero [Value] where there is nothing. Values are read when they
// are asked for, on the goroutine that asks.
package snmp
