package line

import (
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"keepalived/core/config"
	"keepalived/parser/iproute"
	"keepalived/parser/reader"
)

// MaxInterface is the longest interface name (IFNAMSIZ less its end).
const MaxInterface = 15

// deviceLine is what follows use_vmac and use_ipvlan: options in any order,
// and words that are told apart by what they look like.
type deviceLine struct {
	Options []*deviceOption `parser:"@@*"`
}

type deviceOption struct {
	Flag string    `parser:"@Flag"`
	Pair *pair     `parser:"| @@"`
	Word *argument `parser:"| @@"`
	Pos  lexer.Position
}

var deviceGrammar = sync.OnceValue(func() *participle.Parser[deviceLine] {
	return participle.MustBuild[deviceLine](participle.Lexer(words{}))
})

// shortDevice: a name or an address, or nothing.
func shortDevice(kind func(string) lexer.TokenType) shortcut[deviceLine] {
	return func(words []string, from int) *deviceLine {
		switch {
		case len(words) == 0:
			return new(deviceLine)
		case len(words) == 1 && kind(words[0]) == kindWord:
			return &deviceLine{Options: []*deviceOption{{Word: &argument{words[0], from}, Pos: position(from)}}}
		}
		return nil
	}
}

func vmacWords(word string) lexer.TokenType {
	switch word {
	case "netlink_notify_msg":
		return kindFlag
	case "name", "group":
		return kindKey
	}
	return kindWord
}

func ipvlanWords(word string) lexer.TokenType {
	switch word {
	case "bridge", "private", "vepa":
		return kindFlag
	case "name", "group":
		return kindKey
	}
	return kindWord
}

// VMAC is what use_vmac says.
type VMAC struct {
	Name string // empty: the default
	// MAC has 6 octets, or 5 that the VRID completes; nil: the RFC's.
	MAC           []byte
	NetlinkNotify bool
	Group         uint32
	GroupSet      bool
}

// UseVMAC reads a use_vmac line, words[0] being the keyword, into v. A second
// line adds to what the first one said. free is asked about each name, and says
// why it cannot be had; then the next word may be the name.
func (c *Context) UseVMAC(words []string, v *VMAC, free func(name string) bool) error {
	tree, err := parse(deviceGrammar, shortDevice(vmacWords), vmacWords, words, 1)
	if err != nil {
		return err
	}
	for _, o := range tree.Options {
		switch {
		case o.Flag != "":
			v.NetlinkNotify = true
		case o.Pair != nil && o.Pair.Value == nil:
			return missing(words, o.Pos.Column-1)
		case o.Pair != nil && o.Pair.Key == "name":
			c.vmacName(v, o.Pair.Value.Text, free)
		case o.Pair != nil:
			if v.Group, v.GroupSet = c.Names.Lookup(iproute.Groups, o.Pair.Value.Text); !v.GroupSet {
				c.General("VMAC group %s not found", o.Pair.Value.Text)
			}
		case strings.Contains(o.Word.Text, ":"):
			c.vmacAddress(v, o.Word.Text)
		default:
			c.vmacName(v, o.Word.Text, free)
		}
	}
	return nil
}

func (c *Context) vmacName(v *VMAC, word string, free func(string) bool) {
	switch {
	case v.Name != "":
		c.General("VMAC interface name already specified")
	case len(word) > MaxInterface || word == "" || word == "." || word == ".." || strings.ContainsAny(word, "/: \t\n\v\f\r"):
		c.General("VMAC interface name '%s' too long or invalid characters - ignoring", word)
	case free(word):
		v.Name = word
	}
}

func (c *Context) vmacAddress(v *VMAC, word string) {
	if v.MAC != nil {
		c.General("VMAC interface address already specified")
		return
	}
	mac := make([]byte, 0, 6)
	for _, octet := range strings.SplitN(word, ":", 7) {
		if len(mac) == 6 {
			break // the C daemon does not look further
		}
		n, err := strconv.ParseUint(octet, 16, 8)
		if err != nil {
			c.General("VMAC invalid MAC address %s", word)
			return
		}
		mac = append(mac, byte(n))
	}
	switch {
	case len(mac) < 5:
		c.General("VMAC invalid MAC address %s - ignored", word)
	case mac[0]&1 != 0:
		c.General("VMAC MAC address is multicast %s - ignoring", word)
	case string(mac[:4]) == "\x00\x00\x5e\x00" && (mac[4] == 1 || mac[4] == 2):
		c.General("VMAC MAC address not allowed to be RFC5798 address (%s) - ignoring", word)
	default:
		v.MAC = mac
	}
}

// IPVLAN is what use_ipvlan says.
type IPVLAN struct {
	Name     string // empty: the default
	Address  netip.Prefix
	Mode     string // empty: "bridge"
	Group    uint32
	GroupSet bool
}

// UseIPVLAN reads a use_ipvlan line of an instance into v, words[0] being the
// keyword. family is that of the instance, 0 as long as nothing has fixed it;
// free as for UseVMAC.
func (c *Context) UseIPVLAN(words []string, v *IPVLAN, instance string, family int, free func(name string) bool) error {
	tree, err := parse(deviceGrammar, shortDevice(ipvlanWords), ipvlanWords, words, 1)
	if err != nil {
		return err
	}
	for _, o := range tree.Options {
		switch {
		case o.Flag != "" && v.Mode != "":
			c.General("(%s) ipvlan type already specified - ignoring '%s'", instance, o.Flag)
		case o.Flag != "":
			v.Mode = o.Flag
		case o.Pair != nil && o.Pair.Value == nil:
			return missing(words, o.Pos.Column-1)
		case o.Pair != nil && o.Pair.Key == "name":
			c.ipvlanName(v, o.Pair.Value.Text, instance, free)
		case o.Pair != nil:
			if v.Group, v.GroupSet = c.Names.Lookup(iproute.Groups, o.Pair.Value.Text); !v.GroupSet {
				c.General("ipvlan group %s not found", o.Pair.Value.Text)
			}
		default:
			c.ipvlanWord(v, o.Word.Text, instance, family, free)
		}
	}
	return nil
}

// ipvlanWord is an address if it reads as one, else a name.
func (c *Context) ipvlanWord(v *IPVLAN, word, instance string, family int, free func(string) bool) {
	p, ok := plainPrefix(word)
	switch {
	case !ok:
		c.ipvlanName(v, word, instance, free)
	case v.Address.IsValid():
		c.General("(%s) ipvlan address already specified - ignoring '%s'", instance, word)
	case family != 0 && config.Family(p.Addr()) != family:
		c.General("(%s) ipvlan address[%s] MUST match vrrp instance family !!! Skipping...", instance, word)
	default:
		v.Address = p
	}
}

// plainPrefix reads ADDRESS[/LENGTH] without a message.
func plainPrefix(word string) (netip.Prefix, bool) {
	if a, ok := reader.Address(word); ok {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(word)
	return p, err == nil
}

func (c *Context) ipvlanName(v *IPVLAN, word, instance string, free func(string) bool) {
	switch {
	case v.Name != "":
		c.General("(%s) IPVLAN interface already specified - ignoring '%s'", instance, word)
	case len(word) > MaxInterface:
		c.General("(%s) IPVLAN interface name '%s' too long - ignoring", instance, word)
	case free(word):
		v.Name = word
	}
}
