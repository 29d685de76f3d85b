// Package reader interprets the syntax tree of a configuration once for each
// process, as the C daemon does (01-configuration sections 1 to 3): it looks
// keywords up, calls the handler of each, finds misplaced braces and unknown
// words, reads numbers, and collects what there is to report, in its order
// and wording.
//
// A room of the parser (global, vrrp, lvs, bfd) gives it [Handlers]: what to
// do at each keyword, by the keyword's path. Handlers use the [Pass] to read
// values and to report; they never look at text.
//
// It opens no file and asks the machine only through [Host].
package reader
