// Package track watches what VRRP instances depend on beside their own
// protocol: the results of vrrp_script and the numbers in tracked files.
//
// A [Script] is the pure machine behind one vrrp_script (02-runtime section
// 16): results go in, changes and log lines come out. [Scripts] runs all
// scripts of a process by it, each at its interval, on the process's loop, and
// tells of every change. [Files] reads the tracked files whenever they are
// written, replaced or deleted. What a change does to an instance is not known here.
package track
