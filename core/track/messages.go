package track

// The lines about tracked scripts (02-runtime section 16).
const (
	msgReturning     = "Script `%s` now returning %d"
	msgSucceeded     = "VRRP_Script(%s) succeeded"
	msgFailedStatus  = "VRRP_Script(%s) failed (exited with status %d)"
	msgFailedSignal  = "VRRP_Script(%s) failed (due to signal %d)"
	msgTimedOut      = "VRRP_Script(%s) timed_out"
	msgRunning       = "Track script %s is already running, expect idle - skipping run"
	msgBeingTimedOut = "Track script %s is being timed out, expect idle - skipping run"
	msgKeptGood      = "VRRP_Script(%s) considered successful on reload"
	msgKeptBad       = "VRRP_Script(%s) considered unsuccessful on reload"
)

// The lines about tracked files (02-runtime section 13). The C daemon has no
// counterpart of the last two.
const (
	msgInvalidNumber = "Invalid number %d read from %s - ignoring"
	msgCannotWatch   = "Cannot watch track_file %s: %v"
	msgCannotCreate  = "Cannot create track_file %s: %v"
)

// The lines about tracked processes (02-runtime section 12).
const (
	msgProcEvents     = "proc_events has confirmed it is configured"
	msgNoProcEvents   = "WARNING - the kernel does not support proc events - track_process will not work"
	msgNoConnector    = "track_process not available - is CONFIG_PROC_EVENTS enabled in kernel config?"
	msgNoTrackProcess = "no kernel support for track_process (CONFIG_PROC_EVENTS)"
	msgListenFailed   = "Failed to set process event listen - errno %d - %s"
	msgBuffer         = "Setting global_def process_monitor_rcv_bufs to %d - recommend updating configuration file"
	msgQuorumGained   = "Quorum gained for tracked process %s"
	msgQuorumLost     = "Quorum lost for tracked process %s"
)
