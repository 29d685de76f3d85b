// Package track watches what VRRP instances and real servers depend on beside
// their own protocols and checks: the results of vrrp_script, the numbers in
// tracked files, and whether processes are running.
//
// A [Script] is the pure machine behind one vrrp_script (02-runtime section
// 16): results go in, changes and log lines come out. [Scripts] runs all
// scripts of a process by it, each at its interval, on the process's loop, and
// tells of every change. [Files] has one goroutine that reads the
// tracked files of VRRP instances and FILE_CHECKs whenever they are written,
// replaced or deleted, so that no slow disk stops the loop. A [Count] is the pure machine behind one
// vrrp_track_process, which [Processes] tells what the kernel's connector says of
// processes; its reader looks into /proc, not the
// loop. What a change does to an instance or a server is not known here.
package track
