package process

// The lines that every child logs, in the C daemon's wording (02-runtime
// sections 7.1, 8.2, 10.3 and 14.1).
const (
	msgReloading       = "Reloading"
	msgStopped         = "Stopped"
	msgStoppedUsed     = "Stopped - used %s user time, %s system time"
	msgStoppedUsedBoth = "Stopped - used (self/children) %s/%s user time, %s/%s system time"
	msgCPUTime         = "%s process has used too much CPU time, %s_rlimit_rttime may need to be increased"

	msgDumpFile   = "Can't open dump file %s (%d: %s)"
	msgPriority   = "Unable to set process priority to %d - %s"
	msgRealtime   = "child process: cannot raise priority"
	msgRTLimit    = "child process cannot set realtime rlimit"
	msgAffinity   = "unable to set cpu affinity to %s process (%s)"
	msgLockMemory = "Unable to lock process in memory - %s"
	msgLate       = "A thread timer expired %d.%06d seconds ago"
	msgRaised     = "Set realtime priority %d"
)

// The lines that the C daemon has no counterpart of.
const (
	msgPanic      = "panic: %v"
	msgParentGone = "Parent process has gone"
	msgNoParent   = "Cannot reach the parent process: %v"
	msgNotStopped = "Orderly stop has not finished in time after the parent's end - giving up"
)
