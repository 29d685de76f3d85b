// Package track watches what VRRP instances depend on beside their own
// protocol: the results of vrrp_script, the numbers in tracked files, and whether
// processes are running.
//
// A [Script] is the pure machine behind one vrrp_script (02-runtime section
// 16): results go in, changes and log lines come out. [Scripts] runs all
// scripts of a process by it, each at its interval, on the process's loop, and
// tells of every change. [Files] reads the tracked files whenever they are
// written, replaced or deleted. A [Count] is the pure machine behind one
// vrrp_track_process, which [Processes] tells what the kernel's connector says of
// processes; its reader looks into /proc, not the loop. What a change does to an instance is not known here.
package track
