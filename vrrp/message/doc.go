// Package message holds every log line of the VRRP process that a user of the
// C daemon may search for, as a named template with the wording of 03-vrrp.
//
// It is the one file of messages of that process: the packet codec, the state
// machine and the rooms that carry out its actions all take their lines from
// here. It formats nothing by itself and logs nothing.
package message
