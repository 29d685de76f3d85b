package script

// The lines of this package (02-runtime sections 15.4 and 16).
const (
	msgExec      = "Error exec-ing command '%s', error %d: %s"
	msgNotFound  = "Couldn't find command: %s"
	msgNotRun    = "Couldn't execute command: %s"
	msgShebang   = "Please add a #! shebang to script %s"
	msgUnkilled  = "Script %s child (PID %d) failed to terminate after kill"
	killDelay    = 2  // seconds from SIGTERM to SIGKILL, and to the second one
	unkilledWait = 10 // seconds between later ones
)
