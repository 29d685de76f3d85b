// Package mib shows a snapshot of the VRRP process as the tables of
// KEEPALIVED-MIB, VRRP-MIB (RFC 2787) and VRRPV3-MIB (RFC 6527), and its events
// as notifications (05-observability section 8, appendix A). It does no I/O.
package mib
