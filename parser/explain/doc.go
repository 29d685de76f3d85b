// Package explain shows the diagnostics of a configuration test in two more
// ways than the C daemon's lines: for people, as a compiler does, and for
// machines, as JSON.
//
// Each thing that is wrong is shown once, with its line, the word that is
// meant, what the keyword takes, what the running daemon makes of it, and what
// was probably meant instead. What only follows from it (the lines behind a
// missing brace, the users of a script that was refused, the same problem as
// another process sees it) is folded under its cause; the JSON has all of it,
// with the index of the cause.
//
// It judges nothing: what is wrong, and how bad that is, is the parser's to
// say. What it adds comes from the keyword table, from the subjects of the
// diagnostics, and from the table of facts in facts.go; a test keeps that one
// true to the messages that the parser can give.
package explain
