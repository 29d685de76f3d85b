// Package script runs commands for a process: notification scripts, tracked
// scripts, check scripts and readers of FIFOs (02-runtime section 15.4).
//
// A [Runner] starts commands off the loop and posts their ends to the loop. A
// command runs in a process group of its own, with the user and group of its
// configuration and no others, with /dev/null as its standard files, with no
// other descriptor, in ordinary scheduling, and without IFS, LD_PRELOAD and
// LD_LIBRARY_PATH in its environment. When this process dies it gets SIGTERM.
//
// There is one goroutine, on its own thread, for each running command and none
// for one that is not running: it waits for the command anyway, and the kernel
// sends the signal of a dying parent when the thread ends that made the child.
// A Runner waits for its own children only, by their pid.
//
// The package decides nothing about what a result means, and checks no
// permissions: that was done when the configuration was read.
package script
