// Package config is the typed configuration of keepalived: what the parser
// makes of keepalived.conf, and all that the other rooms ever know of it.
//
// A [Config] is complete (every default, inheritance and correction of the
// language has been applied) and immutable: the parser builds it, the parent
// process sends each child its part with [Config.Encode], and from then on it
// is only read. A reload makes a new one; nobody changes the old one.
//
// The vocabulary is the field's own: addresses are netip.Addr and
// netip.Prefix, times are time.Duration, names keep keepalived's words.
//
// The package does no I/O, starts no goroutine, reads no clock, and has no
// types that exist only at run time: a runtime object holds a pointer to its
// slice of the configuration and its own state beside it.
package config
