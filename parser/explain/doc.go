// Package explain shows the diagnostics of a configuration test in two more
// ways than the C daemon's lines: for people, as a compiler does, each cause
// once with its line, a caret and the keyword that was probably meant; and for
// machines, as JSON.
//
// It judges nothing: what is wrong, and how bad that is, is the parser's to
// say.
package explain
