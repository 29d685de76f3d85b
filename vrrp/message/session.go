package message

// Lines about tracked BFD sessions (03-vrrp section 8.3).
const (
	BFDEvent   = "Received BFD event: instance %s is in state %s (delivered in %d usec)" // with -D
	BFDTracked = "VRRP_Instance(%s) Tracked BFD instance %s is %s"
)
