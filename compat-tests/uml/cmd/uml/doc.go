// Command uml runs a command under a User Mode Linux kernel that has IPVS, with
// its output shown while it runs, and ends with its exit status (125: the
// guest could not run it).
//
//	uml [-share DIR]... [-env NAME=value]... [-dir DIR] [-timeout 10m] [-memory 1G] [-nftables] COMMAND [ARGUMENT]...
package main
