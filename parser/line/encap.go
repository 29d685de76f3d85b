package line

import (
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"keepalived/core/config"
	"keepalived/parser/iproute"
)

// encapOption is encap TYPE ..., the light-weight tunnel of a route or leg.
type encapOption struct {
	Pos   lexer.Position
	IP    *ipEncap    `parser:"'encap' (  @@"`
	IP6   *ip6Encap   `parser:"| @@"`
	Other *otherEncap `parser:"| @@ )?"`
}

type ipEncap struct {
	Type    string      `parser:"@'ip'"`
	Options []*ipOption `parser:"@@*"`
}

type ipOption struct {
	Pos   lexer.Position
	Key   string    `parser:"@('id' | 'dst' | 'src' | 'tos' | 'ttl' | 'flags')"`
	Value *argument `parser:"@@?"`
}

type ip6Encap struct {
	Type    string       `parser:"@'ip6'"`
	Options []*ip6Option `parser:"@@*"`
}

type ip6Option struct {
	Pos   lexer.Position
	Key   string    `parser:"@('id' | 'dst' | 'src' | 'tc' | 'hoplimit' | 'flags')"`
	Value *argument `parser:"@@?"`
}

// otherEncap is mpls, ila, or a type that does not exist: one word each.
type otherEncap struct {
	Type  argument  `parser:"@@"`
	Value *argument `parser:"@@?"`
}

// encap reads a tunnel. When it fails at an option, resume is the position
// of that option, where the C daemon goes on with the route's own options;
// a tunnel that is nil with resume 0 was reported and is left out.
func (c *Context) encap(o *encapOption) (e *config.Encap, resume int, err error) {
	switch {
	case o.IP != nil:
		e = &config.Encap{Type: "ip"}
		for _, p := range o.IP.Options {
			if p.Value == nil || !c.ipOption(e, p.Key, p.Value.Text) {
				c.incomplete(e, p.Value)
				return nil, p.Pos.Column - 1, nil
			}
		}
		return c.complete(e), 0, nil
	case o.IP6 != nil:
		e = &config.Encap{Type: "ip6"}
		for _, p := range o.IP6.Options {
			if p.Value == nil || !c.ip6Option(e, p.Key, p.Value.Text) {
				c.incomplete(e, p.Value)
				return nil, p.Pos.Column - 1, nil
			}
		}
		return c.complete(e), 0, nil
	case o.Other != nil:
		return c.otherEncap(o.Other), 0, nil
	}
	c.General("Missing encap type")
	return nil, 0, nil
}

// complete returns the tunnel if it says where it leads to.
func (c *Context) complete(e *config.Encap) *config.Encap {
	if e.Dst.IsValid() || e.ID != 0 {
		return e
	}
	c.General("address or id missing for %s encapsulation", e.Type)
	return nil
}

// incomplete makes the same check for a tunnel whose last option lacks its
// value, where the C daemon does not take it for an option at all.
func (c *Context) incomplete(e *config.Encap, value *argument) {
	if value == nil {
		c.complete(e)
	}
}

func (c *Context) ipOption(e *config.Encap, key, value string) bool {
	switch key {
	case "id":
		v, ok := c.unsigned64(value)
		if !ok {
			c.General("encap id %s value is invalid", value)
		}
		e.ID = v
		return ok
	case "dst", "src":
		a, ok := c.address(value)
		switch {
		case !ok:
			c.General("Invalid encap ip %s %s", key, value)
		case !a.Is4():
			c.General("IPv6 address %s not valid for ip encapsulation", value)
			ok = false
		case key == "dst":
			e.Dst = a
		default:
			e.Src = a
		}
		return ok
	case "tos":
		v, ok := c.Names.Lookup(iproute.DSFields, value)
		if !ok {
			c.General("dsfield %s not valid for ip encapsulation", value)
		}
		e.TOS = uint8(v)
		return ok
	case "ttl":
		v, ok := c.unsigned(value, 0, 255)
		if !ok {
			c.General("ttl %s is not valid for ip encapsulation", value)
		}
		e.TTL = uint8(v)
		return ok
	}
	v, ok := c.unsigned(value, 0, 65535)
	if !ok {
		c.General("flags %s is not valid for ip encapsulation", value)
	}
	e.Flags = uint16(v)
	return ok
}

func (c *Context) ip6Option(e *config.Encap, key, value string) bool {
	switch key {
	case "id":
		v, ok := c.unsigned64(value)
		if !ok {
			c.General("id %s value invalid for IPv6 encapsulation", value)
		}
		e.ID = v
		return ok
	case "dst", "src":
		a, ok := c.address(value)
		switch {
		case !ok:
			c.General("Invalid encap ip6 %s %s", key, value)
		case a.Is4():
			c.General("IPv4 address %s not valid for ip6 encapsulation", value)
			ok = false
		case key == "dst":
			e.Dst = a
		default:
			e.Src = a
		}
		return ok
	case "tc":
		v, ok := c.Names.Lookup(iproute.DSFields, value)
		if !ok {
			// The C daemon prints the option word, not its value.
			c.General("tc value %s is invalid for ip6 encapsulation", key)
		}
		e.TOS = uint8(v)
		return ok
	case "hoplimit":
		v, ok := c.unsigned(value, 0, 255)
		if !ok {
			c.General("Invalid hoplimit %s specified for ip6 encapsulation", value)
		}
		e.TTL = uint8(v)
		return ok
	}
	v, ok := c.unsigned(value, 0, 65535)
	if !ok {
		c.General("flags %s is not valid for ip6 encapsulation", value)
	}
	e.Flags = uint16(v)
	return ok
}

func (c *Context) otherEncap(o *otherEncap) *config.Encap {
	switch o.Type.Text {
	case "mpls":
		if o.Value == nil {
			c.General("missing address for MPLS encapsulation")
			return nil
		}
		labels, ok := mplsLabels(o.Value.Text)
		if !ok {
			c.General("invalid mpls address %s for encapsulation", o.Value.Text)
			return nil
		}
		return &config.Encap{Type: "mpls", Labels: labels}
	case "ila":
		if o.Value == nil {
			c.General("missing locator for ILA encapsulation")
			return nil
		}
		locator, ok := ilaLocator(o.Value.Text)
		if !ok {
			c.General("invalid locator %s for ila encapsulation", o.Value.Text)
			return nil
		}
		return &config.Encap{Type: "ila", Locator: locator}
	}
	c.General("Unknown encap type - %s", o.Type.Text)
	return nil
}

// maxLabels is how many MPLS labels a route can push.
const maxLabels = 2

// mplsLabels reads LABEL[/LABEL], 20 bits each.
func mplsLabels(word string) ([]uint32, bool) {
	var labels []uint32
	for _, w := range strings.Split(word, "/") {
		v, ok := plainNumber(w, 1<<20-1)
		if !ok || len(labels) == maxLabels {
			return nil, false
		}
		labels = append(labels, v)
	}
	return labels, true
}

// ilaLocator reads four groups of 16 bits in hexadecimal.
func ilaLocator(word string) (uint64, bool) {
	groups := strings.Split(word, ":")
	if len(groups) != 4 {
		return 0, false
	}
	var locator uint64
	for _, g := range groups {
		v, err := strconv.ParseUint(g, 16, 16)
		if err != nil || len(g) > 4 {
			return 0, false
		}
		locator = locator<<16 | v
	}
	return locator, true
}
