// Package source turns the files of a configuration into logical lines: the
// text after comments, includes, @conditions, $definitions, sequences and
// lists have been dealt with (01-configuration sections 3, 5, 6, 7 and 8).
// Every line knows the file, the line and the chain of includes that it came
// from; every problem of this layer is found here, at its place in the text.
//
// Guarantees:
//   - A file is read once, however often it is included, so every process
//     sees the same text even when the file changes meanwhile. For the same
//     reason ${_RANDOM} has one value for all processes.
//   - Reading ends: the depth of includes and of expansions, the number of
//     lines and the size of a file are bounded (limits.go).
//   - Nothing but regular files is opened.
//
// It knows no keyword except include_check of global_defs, which changes how
// this layer itself works, and looks at braces for that alone.
package source
