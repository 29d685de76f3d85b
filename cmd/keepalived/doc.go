// Command keepalived is a drop-in replacement for the daemon of that name.
//
// It decides what the process is to be (the parent, one of its children, a
// configuration test, genhash) and wires the rooms of the house together; all
// work is done in them.
package main
