package script

// The texts of this package, worded as the C daemon words them (messages.tsv
// and 02-runtime section 15).
const (
	msgUserMissing  = "No script username specified"
	msgUserError    = "Error setting global script uid/gid"
	msgDefaultUser  = "Unable to set default user %s for script"
	msgUnknownUser  = "Script user '%s' does not exist"
	msgUnknownGroup = "Script group '%s' does not exist"
	defaultUser     = "keepalived_script"
)
