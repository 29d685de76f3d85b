// Package session is a process's session with an SNMP master agent over AgentX
// (RFC 2741, 05-observability section 8.2).
//
// An [Agent] belongs to the loop of its process, which it never makes wait: one
// goroutine connects, registers, answers requests with what a [Handler] has, and
// sends traps. A lost session is made again after [Retry]. Traps that find no
// session, or no room to wait, are lost.
//
// The package knows no object; what a name means is the handler's affair.
package session
