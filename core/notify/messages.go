package notify

// The lines about FIFOs (02-runtime section 18.5). The first "%s" is "",
// "vrrp_" or "lvs_".
const (
	msgCreate      = "Unable to create %snotify fifo %s"
	msgOpen        = "Unable to open %snotify fifo %s - errno %d"
	msgNotOurs     = "%snotify fifo %s is not a fifo we own - not using"
	msgWrite       = "%snotify fifo write error: %s"
	msgTerminated  = "%s notify fifo script terminated"
	msgSamePath    = "notify FIFO %s has been specified for global and %s FIFO - ignoring %s FIFO"
	msgBothScripts = "LVS notify FIFO and vrrp FIFO are the same both with scripts - ignoring LVS FIFO script"
)
