// Package line reads the one-line languages of keepalived.conf: the lines of
// virtual_ipaddress and static_ipaddress, of virtual_routes and
// static_routes, of virtual_rules and static_rules, of unicast_peer and the
// track_* lists, and the words of use_vmac and use_ipvlan (01-configuration
// sections 11 and 14 to 18).
//
// Each language is a grammar of a few rules: what an option looks like, not
// what it means. A lexer hands it the words of the line, already split and
// unquoted, and says of each whether it is a flag, a key that takes a value,
// or something else; the order of the words stays in the tree. The
// interpreter then walks the options in that order, because the C daemon
// reads a line from left to right and stops at its first mistake, and every
// message depends on what came before.
//
// Every function returns the typed value of core/config, or nil when the
// line is to be dropped; what there is to say goes to a [Reporter]. The only
// error is a [MissingWordError]: the configuration ends there.
//
// The package does no I/O and keeps no state between lines.
package line
