// Package reference renders the keyword table and the table of options for
// people and tools: the help that keepalived --keywords prints, the manual
// pages keepalived.conf(5) and keepalived(8), shell completion, and a JSON
// schema of the language.
//
// Nothing is said here about a keyword that the table does not say; the prose
// around it (how lines, quotes and definitions work) is in intro.roff.
package reference
