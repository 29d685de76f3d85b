// Package packet encodes, decodes and judges VRRP advertisements: versions 2
// and 3, over IPv4 and IPv6, with the old authentications (none, PASS, AH) and
// the auth_hmac trailer (03-vrrp sections 4 to 6; RFC 3768, RFC 5798, RFC
// 9568; RFC 2338 for the authentications).
//
// [Decode] and [Advert.Append] are the bare PDU. An [Endpoint] is what one
// virtual router sends and accepts: it knows the configuration, and the
// counters that packets depend on (IPv4 identification, AH sequence number,
// HMAC sequence and replay memory). It judges a datagram in the order of
// 03-vrrp section 6.2 and says what it found as typed [Finding] values, from
// which counters and log lines are made.
//
// The package opens no socket, reads no clock and starts no goroutine. It
// never keeps a buffer that it was given, and never panics on any input.
package packet
