// Command generate writes the files that are made from the keyword table and
// the table of options: manual pages, shell completion, JSON schema.
//
//	go run ./packaging/generate DIRECTORY
package main
