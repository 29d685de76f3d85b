// Package ping is PING_CHECK: one ICMP echo request over an unprivileged
// socket (04-lvs-checkers 8.7).
package ping
