package line

import (
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// serviceLine is the head of a virtual_server: what it serves.
type serviceLine struct {
	Group   *pair        `parser:"( @@"`
	Address *addressPort `parser:"| @@ )"`
	Rest    []string     `parser:"(@Word | @Key)*"`
}

// groupLine is a line of a virtual_server_group.
type groupLine struct {
	FWMark  *markEntry   `parser:"( @@"`
	Address *addressPort `parser:"| @@ )"`
	Rest    []string     `parser:"(@Word | @Key)*"`
}

type markEntry struct {
	Key    string    `parser:"@Key"`
	Mark   *argument `parser:"@@?"`
	Family *argument `parser:"@@?"`
}

type addressPort struct {
	Address argument  `parser:"@@"`
	Port    *argument `parser:"@@?"`
}

var (
	serviceGrammar = sync.OnceValue(func() *participle.Parser[serviceLine] {
		return participle.MustBuild[serviceLine](participle.Lexer(words{}))
	})
	groupGrammar = sync.OnceValue(func() *participle.Parser[groupLine] {
		return participle.MustBuild[groupLine](participle.Lexer(words{}))
	})
)

// shortService: ADDRESS, and ADDRESS PORT.
func shortService(words []string, from int) *serviceLine {
	if a := shortAddressPort(words, from); a != nil {
		return &serviceLine{Address: a}
	}
	return nil
}

// shortGroup: ADDRESS, and ADDRESS PORT.
func shortGroup(words []string, from int) *groupLine {
	if a := shortAddressPort(words, from); a != nil && groupWords(words[0]) == kindWord {
		return &groupLine{Address: a}
	}
	return nil
}

func shortAddressPort(words []string, from int) *addressPort {
	switch len(words) {
	case 1:
		return &addressPort{Address: argument{words[0], from}}
	case 2:
		return &addressPort{Address: argument{words[0], from}, Port: &argument{words[1], from + 1}}
	}
	return nil
}

func serviceWords(word string) lexer.TokenType {
	if word == "fwmark" || word == "group" {
		return kindKey
	}
	return kindWord
}

func groupWords(word string) lexer.TokenType {
	if word == "fwmark" {
		return kindKey
	}
	return kindWord
}

// Service reads the head of a virtual_server, words[0] being the keyword. It
// returns nil when the block is to be left out.
func (c *Context) Service(words []string) (*config.VirtualServer, error) {
	if len(words) < 2 {
		return nil, missing(words, 0)
	}
	// Only the first word after the keyword decides.
	kind, short := serviceWords, shortcut[serviceLine](nil)
	if kind(words[1]) != kindKey {
		kind, short = plainWords, shortService
	}
	tree, err := parse(serviceGrammar, short, kind, words, 1)
	if err != nil {
		return nil, err
	}
	if tree.Group == nil {
		return c.addressService(tree.Address), nil
	}
	if tree.Group.Value == nil {
		return nil, missing(words, 1)
	}
	value := tree.Group.Value.Text
	if tree.Group.Key == "group" {
		return &config.VirtualServer{Group: c.Keep(value)}, nil
	}
	mark, ok := c.Unsigned(value, 0, maxMark, reader.Strict)
	if !ok {
		c.General("virtual server fwmark '%s' must be in [0, %d] - ignoring", value, uint32(maxMark))
		return nil, nil
	}
	return &config.VirtualServer{IsFWMark: true, FWMark: mark}, nil
}

const maxMark = 1<<32 - 1

func (c *Context) addressService(a *addressPort) *config.VirtualServer {
	word := a.Address.Text
	addr, ok := reader.SocketAddress(word)
	port, portOK := c.port(a.Port)
	if !ok || !portOK {
		if a.portText() == "" {
			c.General("Invalid virtual server IP address%s %s%s%s - skipping", "", word, "", "")
		} else {
			c.General("Invalid virtual server IP address%s %s%s%s - skipping", "/port", word, "/", a.Port.Text)
		}
		return nil
	}
	return &config.VirtualServer{Addr: addr, Port: port, Family: config.Family(addr)}
}

// portText is the port for a message, empty when there is none: nothing but
// zeros is none.
func (a *addressPort) portText() string {
	if a.Port == nil || strings.Trim(a.Port.Text, "0") == "" {
		return ""
	}
	return a.Port.Text
}

// port reads an optional port; absent, or nothing but zeros, is 0.
func (c *Context) port(word *argument) (uint16, bool) {
	if word == nil {
		return 0, true
	}
	return c.Port(word.Text)
}

// Port reads a port of 1 to 65535; empty, or nothing but zeros, is 0.
func (c *Context) Port(word string) (port uint16, ok bool) {
	if strings.Trim(word, "0") == "" {
		return 0, true
	}
	v, ok := c.Unsigned(word, 1, 65535, reader.Lenient)
	return uint16(v), ok
}

// GroupEntry reads a line of a virtual_server_group. It returns nil when the
// line is dropped.
func (c *Context) GroupEntry(words []string, group string) (*config.GroupEntry, error) {
	tree, err := parse(groupGrammar, shortGroup, groupWords, words, 0)
	if err != nil {
		return nil, err
	}
	if tree.FWMark == nil {
		return c.addressEntry(tree.Address), nil
	}
	if tree.FWMark.Mark == nil {
		return nil, missing(words, 0)
	}
	word := tree.FWMark.Mark.Text
	mark, ok := c.Unsigned(word, 0, maxMark, reader.Strict)
	if !ok {
		c.General("(%s): fwmark '%s' must be in [0, %d] - ignoring", group, word, uint32(maxMark))
		return nil, nil
	}
	e := &config.GroupEntry{IsFWMark: true, FWMark: mark}
	if f := tree.FWMark.Family; f != nil {
		if e.Family = familyOf(f.Text); e.Family == 0 {
			c.General("(%s): fwmark '%d' family %s unknown - ignoring", group, mark, f.Text)
			return nil, nil
		}
	}
	return e, nil
}

// familyOf returns 4 or 6 for inet and inet6, 0 for another word.
func familyOf(word string) int {
	switch word {
	case "inet":
		return 4
	case "inet6":
		return 6
	}
	return 0
}

// addressSigns are what makes the end of a range an address, by the family of
// its beginning.
var addressSigns = map[int]string{4: ".:", 6: ":"}

// addressEntry reads one of A, A-N, A-B and A/length, each with a port.
func (c *Context) addressEntry(a *addressPort) *config.GroupEntry {
	word := a.Address.Text
	head, end, isRange := strings.Cut(word, "-")
	head, length, isMask := strings.Cut(head, "/")
	addr, ok := reader.Address(head)
	if ok && isRange && addr.Is4() && strings.Contains(end, ":") {
		ok = false // IPv4 to IPv6 is read as one bad address
	}
	port, portOK := c.port(a.Port)
	if !ok || !portOK {
		if a.portText() == "" {
			c.General("Invalid virtual server group IP address %s %s%s%s - skipping", word, "", "", "")
		} else {
			c.General("Invalid virtual server group IP address %s %s%s%s - skipping", word, "/port", "/", a.Port.Text)
		}
		return nil
	}
	e := &config.GroupEntry{Family: config.Family(addr), First: addr, Last: addr, Port: port, IsMask: isMask, IsRange: isRange}
	switch {
	case isMask:
		ok = c.maskEntry(e, word, length)
	case isRange && strings.ContainsAny(end, addressSigns[e.Family]):
		ok = c.longRange(e, word, end)
	case isRange:
		ok = c.shortRange(e, word, end)
	}
	if !ok {
		return nil
	}
	return e
}

func (c *Context) maskEntry(e *config.GroupEntry, word, length string) bool {
	bits, err := strconv.ParseUint(length, 10, 8)
	if err != nil || bits == 0 || int(bits) > e.First.BitLen() {
		c.General("Invalid netmask - %s - skipping", word)
		return false
	}
	p := netip.PrefixFrom(e.First, int(bits))
	if p.Masked().Addr() != e.First {
		c.General("Address mask bits not empty - %s - skipping", word)
		return false
	}
	e.Last = hostBits(p, true)
	return true
}

func (c *Context) longRange(e *config.GroupEntry, word, end string) bool {
	last, ok := reader.Address(end)
	switch {
	case !ok:
		c.General("Invalid range end %s - skipping", word)
	case config.Family(last) != e.Family:
		c.General("Range address families do not match %s - skipping", word)
	case last.Less(e.First):
		c.General("Address range end is less than address range start - %s - skipping", word)
	default:
		e.Last = last
		return true
	}
	return false
}

// shortRange reads the last octet (IPv4, decimal) or the last 16 bits (IPv6,
// hexadecimal) of the end.
func (c *Context) shortRange(e *config.GroupEntry, word, end string) bool {
	v, high, rest := uint64(0), uint64(255), end
	base := uint64(10)
	if e.Family == 6 {
		base, high = 16, 0xffff
	}
	for rest != "" {
		d := strings.IndexByte("0123456789abcdef", rest[0]|0x20)
		if rest[0] <= '9' {
			d = strings.IndexByte("0123456789", rest[0])
		}
		if d < 0 || uint64(d) >= base || v > high {
			break
		}
		v, rest = v*base+uint64(d), rest[1:]
	}
	switch {
	case v > high:
		c.Report(config.ClassInvalidNumber, "Virtual server group range '%s' end '%s' too large", word, end)
		return false
	case rest != "":
		c.Report(config.ClassInvalidNumber, "%sVirtual server group range '%s' has extra characters at end '%s'", "", word, rest)
		return false
	}
	b := e.First.AsSlice()
	b[len(b)-1] = byte(v)
	if e.Family == 6 {
		b[len(b)-2] = byte(v >> 8)
	}
	e.Last, _ = netip.AddrFromSlice(b)
	if !e.First.Less(e.Last) {
		c.General("Address range end is not greater than address range start - %s - skipping", word)
		return false
	}
	return true
}
