package supervisor

// The parent's lines, in the C daemon's wording (02-runtime sections 1 to 8).
const (
	msgStarting       = "Starting %s"
	msgRunningOn      = "Running on %s %s %s (built for Linux %s)"
	msgBuiltForNewer  = "WARNING - keepalived was built for newer Linux %s, running on %s %s %s"
	msgCommandLine    = "Command line"
	msgOpening        = "Opening file '%s'."
	msgConfiguration  = "Configuration file %s"
	msgMaxAuto        = "NOTICE: setting config option max_auto_priority should result in better keepalived performance"
	msgUmaskOverrides = "umask command line option specified, ignoring config option"
	msgIdent          = "Changing syslog ident to %s"
	msgNamespaceOver  = "Overriding config net_namespace '%s' with command line namespace '%s'"
	msgNamespaceOpen  = "Failed to open /run/netns/%s"
	msgNamespaceEnter = "setns() failed with error %d"
	msgNamespaceSet   = "Unable to set network namespace %s - exiting"

	msgPIDLocked      = "Another process has pid file %s locked"
	msgAlreadyRunning = "daemon is already running"

	msgChildStarting = "Starting %s child process, pid=%d"
	msgNothingToRun  = "Warning - keepalived has no configuration to run"
	msgStartup       = "Startup complete"
	msgNoLink        = "Unable to create BFD %s event pipe: %v"

	msgExitPermanent = "%s exited with permanent error %s. Terminating"
	msgExitStatus    = "%s exited with status %d"
	msgExitSignal    = "%s exited due to signal %d (%s)"
	msgExitRTTime    = " - has rlimit_rttime been exceeded?"
	msgExitSegfault  = "%s exited due to segmentation fault (SIGSEGV)."
	msgDied          = "%s child process(%d) died: Respawning"
	msgDiedExiting   = "%s child process(%d) died: Exiting"
	msgRespawnDelay  = "Restart of %s process delayed %d seconds to limit respawn rate"
	msgUnasked       = "read eventfd count 1, num_reloading 0"

	msgReloading        = "Reloading ..."
	msgReloadQueued     = "Reload already in progress, request queued"
	msgReloadProcess    = "Processing queued reload"
	msgReloadComplete   = "Reload complete"
	msgReloadForbidden  = "Cannot change %s at a reload - please restart keepalived"
	msgReloadValidate   = "validate conf before Reload"
	msgReloadInvalid    = "New config failed validation, see %s for details"
	msgReloadFileFailed = "Failed to create reload file (%s) %d - %s"

	msgTimeScheduled     = "Scheduling reload for %s"
	msgTimeUpdated       = "Reload time updated from %s to %s"
	msgTimeCancelled     = "Cancelling reload scheduled for %s"
	msgTimeFormat        = "Reload time %s format is incorrect - ignoring"
	msgTimeRange         = "Reload date/time %s invalid - ignoring"
	msgTimeNoSuch        = "Reload time %s is not valid - ignoring"
	msgTimePast          = "Reload time %s is in the past - ignoring"
	msgTimeInPast        = "Reload date/time is in the past - ignoring"
	msgTimeInvalid       = "Invalid reload time '%s' specified - ignoring"
	msgTimeDirectoryGone = "Directory of reload timer file has disappeared. Monitoring stopped."

	msgScriptRunning   = "Running %s %s"
	msgScriptSucceeded = "%s script succeeded"
	msgScriptFailed    = "%s script failed, status %d"
	msgScriptSignal    = "%s script killed by signal %d"
	msgScriptTimeout   = "%s timed out"

	msgPrintingData    = "Printing parent data for process(%d) on signal"
	msgConfigDirectory = "Cannot open config directory %s for writing, errno %d - %s"
	msgDumpFile        = "Can't open dump file %s (%d: %s)"

	msgStopping = "Stopping"
	msgForced   = "%s process failed to die - forcing termination"
	msgCPUUsage = "CPU usage (self/children) user: %s/%s system: %s/%s"
	msgStopped  = "Stopped %s"
)

// The lines that follow the alert about a dead child, and those of the report
// about a segmentation fault.
var (
	msgDiedAdvice = [...]string{
		"  Please log an issue at https://github.com/acassen/keepalived/issues/",
		"  and include a full copy of your keepalived configuration files, and",
		"  copies of the keepalived system log entries around the time this happened",
	}
	msgSegfaultAdvice = [...]string{
		"  Please report a bug at https://github.com/acassen/keepalived/issues",
		"  and include this log from when keepalived started, a description",
		"  of what happened before the crash, your configuration file and the details below.",
		"  Also provide the output of keepalived -v, and whether keepalived is being",
		"  run in a container or VM.",
		"  A failure to provide all this information may mean the crash cannot be investigated.",
		"  If you are able to provide a stack backtrace with gdb that would really help.",
	}
)

// The lines that the C daemon has no counterpart of.
const (
	msgReloadRefused  = "Reload of configuration refused - continuing with the running configuration"
	msgExitUseless    = "%s exited with permanent error %s"
	msgWithout        = "There is no %s process until the next reload or restart"
	msgDoesNotAnswer  = "%s child process(%d) has not answered for %d seconds - killing it"
	msgStartFailed    = "Unable to start %s child process: %v"
	msgCrashLine      = "%s child process(%d): %s"
	msgPanic          = "panic: %v"
	msgTimeWatch      = "Unable to watch reload time file %s: %v"
	msgValidationFile = "Unable to write validation log %s: %v"
)
