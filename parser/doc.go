// Package parser reads keepalived.conf: [Load] turns files into a typed
// config.Config and a list of diagnostics.
//
// The way of a configuration through the rooms below:
//
//	source   files → logical lines: includes, @conditions, $definitions,
//	         ~SEQ and ~LST; each line knows where it came from
//	syntax   lines → tree of statements and blocks (participle)
//	keyword  the one table of the language
//	reader   tree × keywords → calls of handlers, once per process; the
//	         number readers, and the reports with prefix and class
//	global, script, vrrp, lvs, bfd
//	         what the keywords mean: handlers, defaults, validation
//
// The C daemon reads the text again in every process. Here it is read once,
// and interpreted four times, in the order parent, checker, VRRP, BFD; so
// ${_RANDOM} has the same value in all of them, and a file that changes while
// it is read cannot make them disagree.
//
// Load never panics, never hangs and reads nothing but regular files,
// whatever the text is.
package parser
