package line

import (
	"fmt"
	"net/netip"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/iproute"
	"keepalived/parser/number"
)

// Reporter takes what there is to say about a line.
type Reporter interface {
	// Report is about a problem that a configuration test shows.
	Report(class config.Class, format string, args ...any)
	// LogOnly is about something that only the running daemon logs.
	LogOnly(format string, args ...any)
	// BadInterface is called after the report of an interface that does not
	// exist: the validation of the VRRP configuration will not take place.
	BadInterface()
}

// Interface is what the languages need to know of a network interface.
type Interface struct {
	// VRFTable is the routing table of a VRF device, 0 for other devices.
	VRFTable uint32
}

// Context is what lines are read against.
type Context struct {
	Reporter
	Names *iproute.Names
	// Interface looks up an interface of the machine.
	Interface func(name string) (Interface, bool)
	// Dynamic is dynamic_interfaces: an interface may come later.
	Dynamic bool
	// TrackGroup tells whether a track_group of that name has been read.
	TrackGroup func(name string) bool
}

// MissingWordError is a line that ends where a word is required. The C
// daemon exits with status 2 at once.
type MissingWordError struct {
	First    string // first word of the line
	After    string // word after which it is missing
	Position int    // its position, counted from 1
}

func (e *MissingWordError) Error() string {
	return fmt.Sprintf("*** Configuration line starting `%s` is missing a parameter after keyword `%s` at word position %d", e.First, e.After, e.Position)
}

// general reports a problem of the class that nearly all have.
func (c *Context) general(format string, args ...any) {
	c.Report(config.ClassGeneral, format, args...)
}

// interfaceKnown reports an interface that does not exist; user is what the
// line asks it for.
func (c *Context) interfaceKnown(name, user string) bool {
	if _, ok := c.Interface(name); ok {
		return true
	}
	if c.Dynamic {
		c.LogOnly("Configuration specifies interface %s which doesn't currently exist - will use if created", name)
		return true
	}
	c.general("WARNING - interface %s for %s doesn't exist", name, user)
	c.BadInterface()
	return false
}

// trackGroup is the track_group option of all static lines. It returns false
// for a second one, where the C daemon stops reading the line.
func (c *Context) trackGroup(group *string, name string) bool {
	switch {
	case *group != "":
		c.general("track_group %s is a duplicate", name)
		return false
	case !c.TrackGroup(name):
		c.general("track_group %s not found", name)
	default:
		*group = name
	}
	return true
}

// unsigned reads a number that is refused in every mode when it is wrong.
func (c *Context) unsigned(word string, low, high uint32) (uint32, bool) {
	return c.read(number.Reader{}, word, low, high)
}

func (c *Context) read(r number.Reader, word string, low, high uint32) (uint32, bool) {
	v, problem, ok := r.Unsigned(word, low, high)
	if problem != "" {
		c.Report(config.ClassInvalidNumber, "%s", problem)
	}
	return v, ok
}

func (c *Context) unsigned64(word string) (uint64, bool) {
	v, problem, ok := number.Reader{}.Unsigned64(word)
	if problem != "" {
		c.Report(config.ClassInvalidNumber, "%s", problem)
	}
	return v, ok
}

// parseAddress reads an address as inet_pton does: no zone, no leading zero.
func parseAddress(word string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(word)
	return a, err == nil && a.Zone() == ""
}

// address reads an address without length.
func (c *Context) address(word string) (netip.Addr, bool) {
	a, ok := parseAddress(word)
	if !ok {
		c.general("VRRP parsed invalid IP %s. skipping IP...", word)
	}
	return a, ok
}

// prefix reads ADDRESS[/LENGTH]. A bad length is reported and replaced by
// the full one; given tells whether one was written.
func (c *Context) prefix(word string) (p netip.Prefix, given, ok bool) {
	text, length, given := strings.Cut(word, "/")
	a, valid := parseAddress(text)
	if !valid {
		c.general("VRRP parsed invalid IP %s. skipping IP...", word)
		return p, given, false
	}
	bits := a.BitLen()
	if given {
		v, good := c.unsigned(length, 0, uint32(bits))
		if good {
			bits = int(v)
		} else {
			c.general("Invalid address prefix len %s for address %s - using %d", length, word, bits)
		}
	}
	return netip.PrefixFrom(a, bits), given, true
}

// destination reads a prefix, or a word for all addresses, which counts as
// one of family (0: IPv4) and has no family of its own: free is set then.
func (c *Context) destination(word string, family int) (p netip.Prefix, free, ok bool) {
	switch word {
	case "default", "any", "all":
		if family == 6 {
			return netip.PrefixFrom(netip.IPv6Unspecified(), 0), true, true
		}
		return netip.PrefixFrom(netip.IPv4Unspecified(), 0), true, true
	case "default6":
		c.LogOnly("\"default6\" is deprecated, please use \"inet6 default\"")
		return netip.PrefixFrom(netip.IPv6Unspecified(), 0), false, true
	}
	p, _, ok = c.prefix(word)
	return p, false, ok
}

// realms reads FROM/TO or TO.
func (c *Context) realms(word string) (uint32, bool) {
	from, to, both := strings.Cut(word, "/")
	if !both {
		return c.Names.Lookup(iproute.Realms, word)
	}
	f, ok := c.Names.Lookup(iproute.Realms, from)
	if !ok {
		return 0, false
	}
	t, ok := c.Names.Lookup(iproute.Realms, to)
	return f<<16 | t, ok
}
