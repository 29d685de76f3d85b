// Package supervisor is the parent process: it reads the configuration, hands
// each child its part, starts, watches, restarts and stops the children, and
// speaks to the service manager. It knows nothing of VRRP or LVS.
//
// # Two layers
//
// [Supervisor] is the state machine. It lives on one [process.Loop] and does
// everything to the machine through a [Host]; tests run it with a fake host in
// virtual time. [Main] is the real thing around it: command line to first
// configuration, pid files, daemon, signals, processes.
//
// # What it guarantees
//
//   - A child that dies, or whose event loop does not answer, is replaced by one
//     with the configuration that was last accepted (02-runtime section 4; the
//     watch over the loop is ours).
//   - A configuration that cannot be used, or whose braces and quotes have
//     become wrong, never replaces the running one: no process learns of it.
//   - A child that a reload brings and that cannot work here ends nothing else.
//   - Requests to reload are never lost: those that come while a start or a
//     reload is going on make one more reload afterwards.
//   - A stop ends within child_wait_time, whatever the children do.
//
// # Links
//
// The BFD process tells the others what becomes of its sessions over sockets of
// which the parent keeps both ends ([process.Link]): what one child has sent
// waits for the other, whichever of the two is being replaced.
//
// # How a process becomes another
//
// A Go program cannot fork. Where the C daemon forks, the program executes
// itself with the same command line, so that ps shows no difference, and says
// in an environment variable, which is gone at once, what the new process is.
// What the C daemon's fork would know comes in memory files: the daemon and the
// children never read a configuration file that their creator has already read.
package supervisor
