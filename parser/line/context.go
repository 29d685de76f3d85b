package line

import (
	"fmt"
	"math"
	"net/netip"
	"strings"

	"keepalived/parser/iproute"
	"keepalived/parser/reader"
)

// Context is what lines are read against.
type Context struct {
	// Pass takes what there is to say, and knows the machine.
	*reader.Pass
	Names *iproute.Names
	// Dynamic is dynamic_interfaces: an interface may come later.
	Dynamic bool
	// TrackGroup tells whether a track_group of that name has been read.
	TrackGroup func(name string) bool
	// BadInterface is set when a line named an interface that does not
	// exist: the VRRP configuration is not to be validated then.
	BadInterface bool
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

// interfaceKnown reports an interface that does not exist; user is what the
// line asks it for.
func (c *Context) interfaceKnown(name, user string) bool {
	if _, ok := c.Host.Link(name); ok {
		return true
	}
	if c.Dynamic {
		c.Log("Configuration specifies interface %s which doesn't currently exist - will use if created", name)
		return true
	}
	c.General("WARNING - interface %s for %s doesn't exist", name, user)
	c.BadInterface = true
	return false
}

// trackGroup is the track_group option of all static lines. It returns false
// for a second one, where the C daemon stops reading the line.
func (c *Context) trackGroup(group *string, name string) bool {
	switch {
	case *group != "":
		c.General("track_group %s is a duplicate", name)
		return false
	case !c.TrackGroup(name):
		c.General("track_group %s not found", name)
	default:
		*group = name
	}
	return true
}

// unsigned reads a number that is refused in every mode when it is wrong.
func (c *Context) unsigned(word string, low, high uint32) (uint32, bool) {
	return c.Unsigned(word, low, high, reader.Strict)
}

func (c *Context) unsigned64(word string) (uint64, bool) {
	return c.Unsigned64(word, 0, math.MaxUint64, reader.Strict)
}

// address reads an address without length.
func (c *Context) address(word string) (netip.Addr, bool) {
	a, ok := reader.Address(word)
	if !ok {
		c.General("VRRP parsed invalid IP %s. skipping IP...", word)
	}
	return a, ok
}

// prefix reads ADDRESS[/LENGTH]. A bad length is reported and replaced by
// the full one, even if the address is no address.
func (c *Context) prefix(word string) (p netip.Prefix, ok bool) {
	text, length, given := strings.Cut(word, "/")
	bits := 32
	if strings.Contains(word, ":") { // wherever it stands
		bits = 128
	}
	if given {
		v, good := c.unsigned(length, 0, uint32(bits))
		if good {
			bits = int(v)
		} else {
			c.General("Invalid address prefix len %s for address %s - using %d", length, word, bits)
		}
	}
	a, ok := reader.Address(text)
	if !ok || bits > a.BitLen() {
		c.General("VRRP parsed invalid IP %s. skipping IP...", word)
		return p, false
	}
	return netip.PrefixFrom(a, bits), true
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
		c.Log("\"default6\" is deprecated, please use \"inet6 default\"")
		return netip.PrefixFrom(netip.IPv6Unspecified(), 0), false, true
	}
	p, ok = c.prefix(word)
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

// plainNumber reads a number that is part of a word, with C's prefixes for
// other bases and without a message of its own.
func plainNumber(word string, high uint64) (uint32, bool) {
	v, ok := reader.AnyNumber(word)
	return uint32(v), ok && v <= high && word != ""
}
