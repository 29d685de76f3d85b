// Package message holds every log line of the BFD process that a user of the C
// daemon may search for, as a named template with the wording of 03-vrrp
// section 17.
//
// It is the one file of messages of that process: the codec, the state machine
// and the service take their lines from here. It formats nothing by itself and
// logs nothing.
package message
