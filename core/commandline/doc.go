// Package commandline reads keepalived's command line as getopt_long(3) does
// for the C daemon: bundled short options, long options by any unambiguous
// prefix, optional arguments that must be attached, options and other words in
// any order (02-runtime section 1).
//
// It is not pflag because pflag knows no prefixes, does not go on after an
// error (the C daemon reports each bad option, and -v after one still wins),
// and words its errors differently.
//
// One table describes each option; parsing and the help text both read it. The
// package does nothing that an option asks for, except what ends the program
// at once: -v, -h and --signum.
package commandline
