package status

import (
	"syscall"
	"time"

	"keepalived/core/config"
)

// Checkers is what the health-check process is and has at one moment. It is a
// value, as VRRP is.
type Checkers struct {
	Config         *config.Config
	VirtualServers []VirtualServer
	// Former are the entries of the virtual server groups before the last
	// reload, by name.
	Former map[string][]config.GroupEntry
	// Marks are those of the groups whose packets nftables marks, by name.
	Marks map[string]GroupMarks
	Files []File
}

// GroupMarks are the firewall marks of a virtual server group; 0: none.
type GroupMarks struct{ TCP, UDP, SCTP uint32 }

// VirtualServer is a virtual server.
type VirtualServer struct {
	Config      *config.VirtualServer
	Name        string // of 04-lvs-checkers section 2
	RealServers []RealServer
	Suspended   bool // its checks rest
	QuorumUp    bool
	SorryActive bool // the sorry server serves
	SorrySet    bool // the kernel's table has the sorry server
	Reloaded    bool // the last reload has found it in both configurations
	Present     int  // destinations in the kernel's table
}

// Alive reports whether somebody serves.
func (v *VirtualServer) Alive() bool { return v.SorryActive || v.Up() > 0 }

// Up counts the real servers that are alive.
func (v *VirtualServer) Up() (n int) {
	for i := range v.RealServers {
		n += number(v.RealServers[i].Alive)
	}
	return n
}

// RealServer is a real server.
type RealServer struct {
	Config              *config.RealServer
	Name                string
	Checkers            []Checker
	Alive               bool
	Set                 bool // the kernel's table has it
	Reloaded            bool // as of a virtual server
	Failed              int  // checkers that are down
	Effective, Previous int64
}

// Checker is a checker.
type Checker struct {
	Config     *config.Checker
	Up, HasRun bool
	Retries    uint32 // failures so far
	Weight     int64  // what it adds to that of its server
	FailedURL  int    // the failing one of its URLs; -1: none
	LastStatus int    // of a script

	Known    bool          // it makes attempts, of which the rest tells
	Attempts int           // begun so far
	Started  time.Time     // the last one; zero: none
	Errno    syscall.Errno // of the last connection; 0: none
}
