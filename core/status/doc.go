// Package status renders what a process is and has: the data dump, the
// statistics and the JSON file (05-observability sections 2 to 7).
//
// A process takes a snapshot of itself ([VRRP]), an immutable value, and every
// observer renders that. Nothing here knows how a process works: it reads
// values and writes lines, opens no file, and asks no kernel. So a snapshot may
// be rendered on any goroutine while the process goes on.
//
// The lines are those of the C daemon 2.4.3, in its order; where one of them is
// oddly spelt it is marked with "sic". What tells of libraries which this
// program has not is left out.
package status
