package dbus

// The lines of the log (05-observability section 9.5). The C daemon has no
// counterpart of the last two.
const (
	msgConnected = "Acquired DBus bus %s"
	msgAcquired  = "Acquired the name %s on the session bus"
	msgLost      = "Lost the name %s on the session bus"
	msgReleased  = "Released DBus"
	msgDeleted   = "Deleted DBus object for instance %s"
	msgNoBus     = "DBus is not reachable (%v) - trying again"
	msgBusLost   = "DBus connection lost - trying again"
)
