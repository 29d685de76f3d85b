package line

import (
	"net/netip"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"keepalived/core/config"
	"keepalived/parser/iproute"
	"keepalived/parser/reader"
)

// maxLabel is the longest address label (IFNAMSIZ less its end).
const maxLabel = 15

// addressLine is ADDRESS[/LENGTH] [OPTION ...].
type addressLine struct {
	Address argument         `parser:"@@"`
	Options []*addressOption `parser:"@@*"`
}

type addressOption struct {
	Flag    string `parser:"@Flag"`
	Pair    *pair  `parser:"| @@"`
	Unknown string `parser:"| @Word"`
}

var addressGrammar = sync.OnceValue(func() *participle.Parser[addressLine] {
	return participle.MustBuild[addressLine](participle.Lexer(words{}))
})

// shortAddress: ADDRESS, and ADDRESS dev INTERFACE.
func shortAddress(words []string, from int) *addressLine {
	switch {
	case len(words) == 1:
		return &addressLine{Address: argument{words[0], from}}
	case len(words) == 3 && words[1] == "dev":
		dev := &pair{Pos: position(from + 1), Key: "dev", Value: &argument{words[2], from + 2}}
		return &addressLine{Address: argument{words[0], from}, Options: []*addressOption{{Pair: dev}}}
	}
	return nil
}

// addressVocabulary is the kind of each option of an address line.
func addressVocabulary(static bool) func(string) lexer.TokenType {
	return func(word string) lexer.TokenType {
		switch word {
		case "home", "-nodad", "mngtmpaddr", "noprefixroute", "autojoin", "no_track":
			return kindFlag
		case "dev", "scope", "brd", "broadcast", "label", "peer", "preferred_lft":
			return kindKey
		case "use_vmac":
			if !static {
				return kindFlag
			}
		case "track_group":
			if static {
				return kindKey
			}
		}
		return kindWord
	}
}

// Address reads a line of virtual_ipaddress, virtual_ipaddress_excluded or
// (static) static_ipaddress. It returns nil when the line is dropped.
// Where the address has no interface, the caller chooses one.
func (c *Context) Address(words []string, static bool) (*config.Address, error) {
	tree, err := parse(addressGrammar, shortAddress, addressVocabulary(static), words, 0)
	if err != nil {
		return nil, err
	}
	r := addressReader{Context: c, word: tree.Address.Text, a: &config.Address{}}
	prefix, ok := c.prefix(r.word)
	if !ok {
		return nil, nil
	}
	r.a.Prefix = prefix
	for _, o := range tree.Options {
		switch {
		case o.Flag != "":
			r.flag(o.Flag)
		case o.Pair == nil:
			r.unknown(o.Unknown)
		case o.Pair.Key == "track_group" && o.Pair.Value != nil:
			if !r.trackGroup(&r.a.TrackGroup, o.Pair.Value.Text) {
				r.finish()
				return r.a, nil
			}
		case !r.pair(o.Pair):
			return nil, nil
		}
	}
	r.finish()
	return r.a, nil
}

// addressReader is one address line while it is interpreted.
type addressReader struct {
	*Context
	word      string // the address as written
	a         *config.Address
	broadcast string // "+" or "-": to be computed
	lifetime  bool
}

func (r *addressReader) unknown(word string) {
	r.General("Unknown configuration entry '%s' for ip address - ignoring", word)
}

func (r *addressReader) flag(word string) {
	switch word {
	case "home":
		r.a.Home = true
	case "-nodad":
		r.a.NoDAD = true
	case "mngtmpaddr":
		r.a.ManageTempAddr = true
	case "noprefixroute":
		r.a.NoPrefixRoute = true
	case "autojoin":
		r.a.AutoJoin = true
	case "no_track":
		r.a.NoTrack = true
	case "use_vmac":
		r.a.UseVMAC = true
	}
}

// pair reads an option with a value; false means that the line is dropped.
func (r *addressReader) pair(p *pair) bool {
	if p.Value == nil {
		r.General("No %s parameter specified for %s", p.Key, r.word)
		return false
	}
	value := p.Value.Text
	switch p.Key {
	case "dev":
		return r.device(value)
	case "scope":
		if v, ok := r.Names.Lookup(iproute.Scopes, value); ok {
			r.a.Scope = uint8(v)
		} else {
			r.General("Invalid scope '%s' specified for %s - ignoring", value, r.word)
		}
	case "brd", "broadcast":
		return r.broadcastAddress(p.Key, value)
	case "label":
		if len(value) > maxLabel {
			r.General("Address label %s is longer than maximum length %d - removing address", value, maxLabel)
			return false
		}
		r.a.Label = value
	case "peer":
		r.peer(value)
	case "preferred_lft":
		r.preferredLifetime(value)
	}
	return true
}

func (r *addressReader) device(name string) bool {
	if r.a.Interface != "" {
		r.General("Cannot specify ipaddress device more than once for %s", r.word)
		return false
	}
	if !r.interfaceKnown(name, "ip address "+r.word) {
		return false
	}
	r.a.Interface, r.a.DevGiven = name, true
	return true
}

func (r *addressReader) broadcastAddress(key, value string) bool {
	if r.a.Family() == 6 {
		// The C daemon prints the option word where the value belongs.
		r.General("VRRP is trying to assign a broadcast %s to the IPv6 address %s !!?? WTF... skipping VIP...", key, r.word)
		return false
	}
	if value == "+" || value == "-" {
		r.broadcast = value
	} else {
		a, ok := reader.Address(value)
		if !ok || !a.Is4() {
			r.General("VRRP is trying to assign invalid broadcast %s. skipping VIP...", value)
			return false
		}
		r.a.Broadcast = a
	}
	return true
}

func (r *addressReader) peer(value string) {
	if r.a.Peer.IsValid() {
		r.General("Peer %s - another peer has already been specified", value)
		r.unknown(value) // the word is read again as an option
		return
	}
	peer, ok := r.address(value)
	switch {
	case !ok:
		r.General("Invalid peer address %s", value)
	case config.Family(peer) != r.a.Family():
		r.General("Peer address %s does not match address family", value)
	default:
		if !r.a.Prefix.IsSingleIP() {
			r.General("Cannot specify address prefix when specifying peer address - ignoring")
		}
		r.a.Peer = peer
		r.a.Prefix = netip.PrefixFrom(r.a.Prefix.Addr(), peer.BitLen())
	}
}

func (r *addressReader) preferredLifetime(value string) {
	if value == "forever" {
		r.a.PreferredLifetime, r.lifetime = config.Forever, true
		return
	}
	v, ok := r.unsigned(value, 0, config.Forever)
	if !ok {
		r.General("preferred_lft %s is invalid", value)
		return
	}
	r.a.PreferredLifetime, r.lifetime = v, true
}

// finish makes the checks that the C daemon makes when it has read the
// whole line, and the defaults.
func (r *addressReader) finish() {
	a := r.a
	if a.Family() == 6 {
		if a.Scope != 0 {
			r.General("Cannot specify scope for IPv6 addresses (%s) - ignoring scope", r.word)
			a.Scope = 0
		}
		if a.Label != "" {
			r.General("Cannot specify label for IPv6 addresses (%s) - ignoring label", r.word)
			a.Label = ""
		}
	}
	if r.broadcast != "" || a.Broadcast.IsValid() {
		r.setBroadcast()
	}
	if !r.lifetime {
		a.PreferredLifetime = config.Forever
		if a.Family() == 6 && a.Prefix.Bits() == 128 {
			a.PreferredLifetime = 0
		}
	}
}

func (r *addressReader) setBroadcast() {
	switch bits := r.a.Prefix.Bits(); {
	case r.a.Peer.IsValid():
		r.General("Cannot specify broadcast and peer addresses - ignoring broadcast address")
		r.a.Broadcast = netip.Addr{}
	case r.broadcast == "":
	case bits > 30:
		r.General("Address prefix length %d too long for broadcast", bits)
	case !r.a.Broadcast.IsValid():
		r.a.Broadcast = hostBits(r.a.Prefix, r.broadcast == "+")
	}
}

// hostBits returns the address with all its host bits set, or cleared.
func hostBits(p netip.Prefix, set bool) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	if set {
		for i := p.Bits(); i < 8*len(b); i++ {
			b[i/8] |= 0x80 >> (i % 8)
		}
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}
