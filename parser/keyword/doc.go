// Package keyword is the one table of the configuration language: every
// keyword with its block, its arguments, its range, its default, the version
// that brought it, and one line of help. The parser looks keywords up here;
// the man page, the shell completion, the schema and --keywords print it.
//
// It knows the language, and nothing about what a keyword does.
package keyword
