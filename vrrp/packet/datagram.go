package packet

import (
	"net/netip"
	"time"
)

// Datagram is what a VRRP socket received.
type Datagram struct {
	// Data starts with the IPv4 header for IPv4 (as raw sockets deliver
	// it) and with the VRRP PDU for IPv6.
	Data []byte
	// Source and Destination are the socket's words about the packet.
	// IPv4 needs none of them: they are read from the header.
	// Destination may be unset (control data were truncated).
	Source, Destination netip.Addr
	// HopLimit is the received hop limit of IPv6, -1 when unknown. IPv4
	// ignores it.
	HopLimit int
}

// Result is the judgement about one datagram.
type Result struct {
	Source netip.Addr
	Advert Advert
	// Findings are what was found, in order; Found of them are set. Only
	// the last one can reject.
	Findings [maxFindings]Finding
	Found    int
}

const maxFindings = 5

// All returns the findings in order.
func (r *Result) All() []Finding { return r.Findings[:r.Found] }

// Rejected returns the finding that rejects the datagram, Fine without one.
func (r *Result) Rejected() Finding {
	if r.Found > 0 {
		if f := r.Findings[r.Found-1]; f.Kind.Rejects() {
			return f
		}
	}
	return Finding{}
}

// Context is what the judgement depends on beside the configuration.
type Context struct {
	// Now is the real-time clock (auth_hmac compares it with the sender's).
	Now time.Time
	// Master is the recorded master, for skip_check_adv_addr.
	Master netip.Addr
}
