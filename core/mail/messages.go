package mail

// The lines of this package (02-runtime section 19). The "%s" of those about a
// server is "[address]:port".
const (
	msgConnected      = "Remote SMTP server %s connected."
	msgSent           = "SMTP alert successfully sent."
	msgConnectTimeout = "Timeout opening connection to remote SMTP server %s."
	msgReadTimeout    = "Timeout reading data to remote SMTP server %s."
	msgClosed         = "Remote SMTP server %s has closed the connection."
	msgOverflow       = "Received buffer from remote SMTP server %s overflow our get read buffer length."
	msgReadError      = "smtp fd %d returned read error"
	msgWriteError     = "smtp fd %d returned write error"
	msgBadReply       = "Error processing %s cmd on SMTP server %s. SMTP status code = %d"
	// The C daemon has no queue; these two are ours.
	msgFull  = "SMTP alert '%s' dropped - %d are waiting"
	msgStale = "SMTP alert '%s' dropped - the mail server does not answer"
)
