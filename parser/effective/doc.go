// Package effective prints a configuration as it will be used: after includes,
// parameters, sequences, defaults, inheritance and corrections, with where each
// value came from.
//
// One table per block (the functions whose names end in Rows) joins keyword,
// field of the configuration, and the keywords of outer blocks from which a
// value is inherited. Both forms are made from it:
//
//   - [Conf] is a keepalived.conf that means the same: loaded again it gives an
//     equal config.Config. What was dropped while reading is not in it, so that
//     it needs no corrections any more. Behind each value stands its origin.
//   - [JSON] has the typed values: times in seconds, addresses and enumerations
//     as text, with an origin beside each.
//
// The package only reads what it is given. It does not load files, and asks
// the machine nothing.
package effective
