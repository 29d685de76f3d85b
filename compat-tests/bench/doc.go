// Command bench measures our daemon and the C daemon side by side:
//
//   - how far the first advert of a backup that takes over is from the RFC's
//     Master_Down_Interval (RFC 9568 section 6.1), by the kernel's time stamps;
//   - how long -t takes, and how much memory: for a small configuration, for two
//     large ones, and for the 65,024 instances of the manual's ~SEQ example;
//   - the memory (Pss) of all processes with the demo's configuration, in a guest
//     when this kernel has no IPVS.
//
// The exit status is 1 when ours misses an aim: a median below 1 ms; 15 ms for a
// small configuration, the C daemon's time and twice its memory for a large one,
// three seconds for the ~SEQ; less than 25 MB.
package main
