// Package packet encodes and decodes BFD control packets (03-vrrp section
// 17.2; RFC 5880 section 4.1) and judges what can be judged without knowing a
// session (section 17.3).
//
// It opens no socket, reads no clock, never keeps a buffer that it was given,
// and never panics on any input.
package packet
