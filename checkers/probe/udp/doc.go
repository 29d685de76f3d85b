// Package udp is UDP_CHECK: one datagram, and what comes back, if anything
// (04-lvs-checkers 8.2).
package udp
