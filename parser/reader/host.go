package reader

import (
	"io/fs"
	"net/netip"
)

// Link is a network interface of the machine.
type Link struct {
	Name      string
	Index     int
	MTU       int
	Multicast bool // IFF_MULTICAST
	Loopback  bool
	Ethernet  bool   // ARPHRD_ETHER
	Kind      string // of a virtual one: "vlan", "macvlan", "vrf", "ipvlan", ...
	// Base is the interface that a VLAN-like one stands on, empty else.
	Base string
	// Master is the interface that it is enslaved to, a VRF for instance.
	Master string
}

// Host is what the configuration language asks the machine.
type Host interface {
	// Link returns an interface by its name.
	Link(name string) (Link, bool)
	// User returns a user by name, with the user's own group.
	User(name string) (uid, gid uint32, ok bool)
	// Group returns a group by name.
	Group(name string) (gid uint32, ok bool)
	// Self returns the effective user and group of this process.
	Self() (uid, gid uint32)
	// Username returns the name of the user who runs this process.
	Username() string
	// Resolve returns the first address of a host name.
	Resolve(name string) (netip.Addr, bool)
	// CPUs returns the number of processors that are online.
	CPUs() int
	// Hostname returns the name of the machine.
	Hostname() string
	// Getenv returns the value of an environment variable.
	Getenv(name string) string
	// Lstat, Stat, RealPath and ReadFile look at the file system.
	Lstat(path string) (fs.FileInfo, error)
	Stat(path string) (fs.FileInfo, error)
	RealPath(path string) (string, error)
	ReadFile(path string) ([]byte, error)
	// Watchable tells whether changes below a directory can be watched for:
	// its file system is writable, and of a kind that reports them.
	Watchable(path string) bool
	// MakeDirectory creates one directory.
	MakeDirectory(path string, mode fs.FileMode) error
	// Namespace returns the machine as it is seen from a network
	// namespace, an error when the namespace cannot be entered.
	Namespace(name string) (Host, error)
}
