package machine

import (
	"fmt"
	"net/netip"

	"keepalived/core/config"
)

// Options are the global settings that the machine obeys.
type Options struct {
	LogAllFailures  bool // checker_log_all_failures
	RSInitNotifies  bool // rs_init_notifies
	NoCheckerEmails bool // no_checker_emails
	FlushOnStop     config.FlushOnStop
}

// VirtualServer is the state of a virtual server.
type VirtualServer struct {
	Config      *config.VirtualServer
	Name        string // as logs and FIFO lines name it
	RealServers []*RealServer

	// Up counts the real servers that are alive.
	Up int
	// QuorumUp is S of section 6.4.
	QuorumUp bool
	// SorryActive is set while the sorry server serves.
	SorryActive bool
	// Reloaded is set when the last reload has found it in both
	// configurations, for the dump.
	Reloaded bool

	options *Options
	sorry   slot  // entry of a sorry server that is no real server
	twin    *slot // the slot of the sorry server: &sorry, or that of the equal real server
	pending *transition
}

// RealServer is the state of a real server.
type RealServer struct {
	Config   *config.RealServer
	Name     string
	VS       *VirtualServer
	Checkers []*Checker

	Alive  bool
	Failed int // checkers that are not up; 1 for one that is not to serve unchecked
	// Base is the configured weight, unless an observer has set another one.
	Base int64
	// Effective is Base plus the contributions of the checkers; the kernel gets
	// it clamped.
	Effective int64
	// Previous is the effective weight before the last change, for the dump.
	Previous int64
	Reloaded bool // as of a virtual server

	slot    slot
	entered bool // it has had its first appearance
}

// Checker is the state of a checker (6.1, 7.3).
type Checker struct {
	Config *config.Checker
	RS     *RealServer

	Up, HasRun bool
	// Retries is c of section 7.3, the failures so far.
	Retries uint32
	// Weight is the contribution to the effective weight.
	Weight int64
	// URL is the one to be checked next; FailedURL the failing one of a
	// checker that is down, -1 without one (8.3).
	URL, FailedURL int
	// LastStatus is the last exit status of a MISC_CHECK.
	LastStatus int
}

// slot is what the machine has asked the kernel to hold for one server.
type slot struct{ shown Entry }

// Entry is the wish for one server: absent, or present with these values.
type Entry struct {
	Present     bool
	Destination Destination
}

// Destination is a server in the kernel's table.
type Destination struct {
	Addr         netip.Addr
	Port         uint16
	Method       config.Method
	Weight       int64 // 0..2147483647
	Upper, Lower uint32
}

// New returns the state before the start: no server is alive, nothing is in
// the kernel's table.
func New(c *config.VirtualServer, o *Options) *VirtualServer {
	v := &VirtualServer{Config: c, Name: Name(c), options: o}
	for _, rc := range c.RealServers {
		r := v.newRealServer(rc)
		for _, k := range r.Checkers {
			// A single failure is enough at first (section 4, 12).
			k.Retries = k.Config.Retry
			if k.Config.Kind == config.CheckSMTP {
				k.Retries = 0
			}
			k.startAlpha()
		}
		v.RealServers = append(v.RealServers, r)
	}
	v.pair()
	return v
}

func (v *VirtualServer) newRealServer(c *config.RealServer) *RealServer {
	r := &RealServer{Config: c, VS: v, Name: ServerName(c.Addr, v.Config.Protocol, c.Port), Base: c.Weight, Effective: c.Weight}
	if c.Unchecked {
		r.Failed = 1
	}
	for _, kc := range c.Checkers {
		r.Checkers = append(r.Checkers, &Checker{Config: kc, RS: r, Up: true, FailedURL: -1})
	}
	return r
}

// startAlpha makes an alpha checker pessimistic. File checkers know their
// state at once, alpha does not apply to them (8.8).
func (k *Checker) startAlpha() {
	if k.Config.Alpha && k.Config.Kind != config.CheckFile {
		k.setUp(false)
	}
}

// setAlive changes the state of the real server and the count of its virtual
// server.
func (r *RealServer) setAlive(alive bool) {
	if r.Alive == alive {
		return
	}
	r.Alive = alive
	if alive {
		r.VS.Up++
	} else {
		r.VS.Up--
	}
}

// setUp changes the state of the checker and the count of its real server.
func (k *Checker) setUp(up bool) {
	if k.Up == up {
		return
	}
	k.Up = up
	if up {
		k.RS.Failed--
	} else {
		k.RS.Failed++
	}
}

// pair finds the slot of the sorry server.
func (v *VirtualServer) pair() {
	v.twin = &v.sorry
	ss := v.Config.SorryServer
	if ss == nil {
		return
	}
	for _, r := range v.RealServers {
		if r.Config.Addr == ss.Addr && r.Config.Port == ss.Port {
			v.twin = &r.slot
		}
	}
}

// Name is the name of a virtual server (section 2).
func Name(c *config.VirtualServer) string {
	switch {
	case c.IsFWMark:
		return fmt.Sprintf("FWM %d", c.FWMark)
	case c.Group != "":
		return fmt.Sprintf("[%s]:%d", c.Group, c.GroupIndex)
	}
	return ServerName(c.Addr, c.Protocol, c.Port)
}

// ServerName is the name of a real or sorry server, or of a virtual server
// with an address.
func ServerName(a netip.Addr, p config.Protocol, port uint16) string {
	return fmt.Sprintf("[%s]:%s:%d", a, p, port)
}

func (v *VirtualServer) sorryName() string {
	ss := v.Config.SorryServer
	return ServerName(ss.Addr, v.Config.Protocol, ss.Port)
}

// Set reports whether the real server is in the kernel's table.
func (r *RealServer) Set() bool { return r.slot.shown.Present }

// SorrySet reports whether the sorry server is in the kernel's table.
func (v *VirtualServer) SorrySet() bool { return v.twin.shown.Present && v.Config.SorryServer != nil }

// Present counts the servers that the kernel's table shall have.
func (v *VirtualServer) Present() (n int) {
	for _, r := range v.RealServers {
		if v.wantedRS(r).Present {
			n++
		}
	}
	if v.Config.SorryServer != nil && v.twin == &v.sorry && v.wantedSorry().Present {
		n++
	}
	return n
}
