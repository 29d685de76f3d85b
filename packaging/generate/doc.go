// Command generate writes the files of an installation that are made from what
// the program itself knows: manual pages, shell completion and JSON schema from
// the keyword table and the table of options, the D-Bus interfaces from what the
// daemon answers to Introspect, and the licences of what is linked into it.
//
//	go run ./packaging/generate DIRECTORY <LIBRARIES
//
// A line of LIBRARIES is a title and the directory where the licence is.
package main
