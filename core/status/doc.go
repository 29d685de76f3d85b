// Package status renders what a process is and has as the text of its data dump
// (05-observability section 2).
//
// It reads values and writes lines: it opens no file, and asks no kernel.
//
// The lines about defaults that the parser passes on to instances (gratuitous
// ARP, versions, mail alerts) are not here yet.
package status
