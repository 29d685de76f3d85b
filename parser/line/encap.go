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
		identified := false
		for _, p := range o.IP.Options {
			if p.Value == nil || !c.ipTunnelOption(e, ipTunnel(), p.Key, p.Value.Text) {
				c.incomplete(e, identified, p.Value)
				return nil, p.Pos.Column - 1, nil
			}
			identified = identified || p.Key == "id"
		}
		return c.complete(e, identified), 0, nil
	case o.IP6 != nil:
		e = &config.Encap{Type: "ip6"}
		identified := false
		for _, p := range o.IP6.Options {
			if p.Value == nil || !c.ipTunnelOption(e, ip6Tunnel(), p.Key, p.Value.Text) {
				c.incomplete(e, identified, p.Value)
				return nil, p.Pos.Column - 1, nil
			}
			identified = identified || p.Key == "id"
		}
		return c.complete(e, identified), 0, nil
	case o.Other != nil:
		return c.otherEncap(o.Other), 0, nil
	}
	c.General("Missing encap type")
	return nil, 0, nil
}

// complete returns the tunnel if it says where it leads to. identified: by an
// id, which may be 0.
func (c *Context) complete(e *config.Encap, identified bool) *config.Encap {
	if e.Dst.IsValid() || identified {
		return e
	}
	c.General("address or id missing for %s encapsulation", e.Type)
	return nil
}

// incomplete makes the same check for a tunnel whose last option lacks its
// value, where the C daemon does not take it for an option at all.
func (c *Context) incomplete(e *config.Encap, identified bool, value *argument) {
	if value == nil {
		c.complete(e, identified)
	}
}

// tunnel is a kind of IP tunnel: its family, and the C daemon's texts about
// options that are refused.
type tunnel struct {
	v6                                            bool
	id, address, family, dsfield, hopLimit, flags string
}

func ipTunnel() tunnel {
	return tunnel{
		id:       "encap id %s value is invalid",
		address:  "Invalid encap ip %s %s",
		family:   "IPv6 address %s not valid for ip encapsulation",
		dsfield:  "dsfield %s not valid for ip encapsulation",
		hopLimit: "ttl %s is not valid for ip encapsulation",
		flags:    "flags %s is not valid for ip encapsulation",
	}
}

func ip6Tunnel() tunnel {
	return tunnel{
		v6:       true,
		id:       "id %s value invalid for IPv6 encapsulation",
		address:  "Invalid encap ip6 %s %s",
		family:   "IPv4 address %s not valid for ip6 encapsulation",
		dsfield:  "tc value %s is invalid for ip6 encapsulation",
		hopLimit: "Invalid hoplimit %s specified for ip6 encapsulation",
		flags:    "flags %s is not valid for ip6 encapsulation",
	}
}

// ipTunnelOption reads one option into e. false: it was reported.
func (c *Context) ipTunnelOption(e *config.Encap, t tunnel, key, value string) bool {
	var ok bool
	text, shown := "", value
	switch key {
	case "id":
		text = t.id
		e.ID, ok = c.unsigned64(value)
	case "dst", "src":
		return c.tunnelEnd(e, t, key, value)
	case "tos", "tc":
		text = t.dsfield
		if t.v6 {
			shown = key // not its value: the C daemon's text
		}
		var v uint32
		v, ok = c.Names.Lookup(iproute.DSFields, value)
		e.TOS = uint8(v)
	case "ttl", "hoplimit":
		text = t.hopLimit
		var v uint32
		v, ok = c.unsigned(value, 0, 255)
		e.TTL = uint8(v)
	default:
		text = t.flags
		var v uint32
		v, ok = c.unsigned(value, 0, 65535)
		e.Flags = uint16(v)
	}
	if !ok {
		c.General(text, shown)
	}
	return ok
}

// tunnelEnd reads the address of one end of a tunnel.
func (c *Context) tunnelEnd(e *config.Encap, t tunnel, key, value string) bool {
	a, ok := c.address(value)
	switch {
	case !ok:
		c.General(t.address, key, value)
		return false
	case a.Is4() == t.v6:
		c.General(t.family, value)
		return false
	case key == "dst":
		e.Dst = a
	default:
		e.Src = a
	}
	return true
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
