// Package golden is the recorded behaviour of the C daemon that the tests of
// the VRRP rooms compare with: for every recording the configuration, the
// captured frames, and the timeline of log lines, packets and of what the
// tester did. Only tests import it.
//
// What may be compared byte for byte: everything in the adverts of IPv4
// instances, except trailers of auth_hmac that depend on the clock; IPv6
// adverts except the flow label.
package golden
