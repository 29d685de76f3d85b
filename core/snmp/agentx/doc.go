// Package agentx is the protocol between an SNMP master agent and its
// sub-agents (RFC 2741): object identifiers, values, and the encoding of its
// PDUs. It does no I/O and keeps no state; the session is in package snmp.
//
// [Decode] takes bytes from a stranger: it never panics, and allocates no more
// than a small multiple of what it is given.
package agentx
