// Package script reads command lines: the words of a script-like keyword,
// and the user that the script will run as (01-configuration sections 3.4,
// 10 and 13).
//
// What is wrong with a script is told by the keyword that has it, because
// each words it differently; this package says which kind of wrong it is.
package script
