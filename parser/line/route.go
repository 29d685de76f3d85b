package line

import (
	"math"
	"net/netip"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"keepalived/core/config"
	"keepalived/parser/iproute"
	"keepalived/parser/reader"
)

// keepalivedProtocol is RTPROT_KEEPALIVED, the protocol of the routes and
// rules that the daemon tracks.
const keepalivedProtocol = 18

// mainTable is RT_TABLE_MAIN.
const mainTable = 254

// routeLine is a route: options and the destination in any order, then the
// legs of a multipath route, then what nobody understands.
type routeLine struct {
	Options []*routeOption `parser:"@@*"`
	Legs    []*routeLeg    `parser:"@@*"`
	Rest    []*argument    `parser:"@@*"`
}

type routeOption struct {
	Pos    lexer.Position
	Flag   string       `parser:"@Flag"`
	Family *familyWord  `parser:"| @@"`
	Via    *gateway     `parser:"| @@"`
	Old    *oldGateway  `parser:"| @@"`
	Encap  *encapOption `parser:"| @@"`
	As     *natOption   `parser:"| @@"`
	Pair   *pair        `parser:"| @@"`
	Lock   *lockPair    `parser:"| @@"`
	Type   *typedPrefix `parser:"| @@"`
	Prefix string       `parser:"| @Word"`
}

// familyWord is inet or inet6. It takes the next word with it, unread, in
// the C daemon (section 17: "this looks like a defect").
type familyWord struct {
	Family    string    `parser:"@('inet' | 'inet6')"`
	Swallowed *argument `parser:"@@?"`
}

// gateway is via [inet|inet6] ADDRESS.
type gateway struct {
	Pos     lexer.Position
	Family  string    `parser:"'via' @('inet' | 'inet6')?"`
	Address *argument `parser:"@@?"`
}

// oldGateway is a gateway behind the word that via has replaced.
type oldGateway struct {
	Pos     lexer.Position
	Family  string    `parser:"'gw' @('inet' | 'inet6')?"`
	Address *argument `parser:"@@?"`
}

// natOption is as [to] X, which nobody supports.
type natOption struct {
	Pos   lexer.Position
	To    bool      `parser:"'as' @'to'?"`
	Value *argument `parser:"@@?"`
}

type lockPair struct {
	Pos   lexer.Position
	Key   string    `parser:"@LockKey"`
	Lock  bool      `parser:"@'lock'?"`
	Value *argument `parser:"@@?"`
}

// typedPrefix is a route type with the destination that must follow.
type typedPrefix struct {
	Pos    lexer.Position
	Type   string    `parser:"@Type"`
	Prefix *argument `parser:"@@?"`
}

type routeLeg struct {
	Options []*legOption `parser:"'nexthop' @@*"`
}

type legOption struct {
	Pos    lexer.Position
	Via    *gateway     `parser:"@@"`
	Encap  *encapOption `parser:"| @@"`
	As     *natOption   `parser:"| @@"`
	OnLink bool         `parser:"| @'onlink'"`
	Key    string       `parser:"| ( @('dev' | 'weight' | 'realms')"`
	Value  *argument    `parser:"@@? )"`
}

var routeGrammar = sync.OnceValue(func() *participle.Parser[routeLine] {
	return participle.MustBuild[routeLine](participle.Lexer(words{}))
})

func routeVocabulary(static bool) func(string) lexer.TokenType {
	return func(word string) lexer.TokenType {
		switch word {
		case "onlink", "add", "prepend", "append", "no_track":
			return kindFlag
		case "inet", "inet6", "via", "gw", "encap", "as", "nexthop":
			return structural
		case "src", "or", "from", "to", "tos", "dsfield", "table", "vrf", "protocol", "scope", "metric", "priority", "preference",
			"dev", "oif", "expires", "hoplimit", "window", "realms", "initcwnd", "initrwnd", "features", "quickack", "pref",
			"ttl-propagate", "fastopen_no_cookie":
			return kindKey
		case "mtu", "advmss", "rtt", "rttvar", "rto_min", "reordering", "cwnd", "ssthresh", "congctl":
			return kindLockKey
		case "track_group":
			if static {
				return kindKey
			}
		}
		if _, ok := routeType(word); ok {
			return kindType
		}
		return kindWord
	}
}

// routeType returns the RTN_* number of a type word.
func routeType(word string) (uint8, bool) {
	switch word {
	case "unicast":
		return 1, true
	case "local":
		return 2, true
	case "broadcast", "brd":
		return 3, true
	case "anycast":
		return 4, true
	case "multicast":
		return 5, true
	case "blackhole":
		return 6, true
	case "unreachable":
		return 7, true
	case "prohibit":
		return 8, true
	case "throw":
		return 9, true
	case "nat":
		return 10, true
	case "xresolve":
		return 11, true
	}
	n, ok := reader.AnyNumber(word)
	return uint8(n), ok && n <= math.MaxUint8
}

// Route reads a line of virtual_routes or (static) static_routes. It returns
// nil when the line is dropped.
func (c *Context) Route(words []string, static bool) (*config.Route, error) {
	r := routeReader{Context: c, words: words, static: static}
	r.r = &config.Route{Type: 1, Table: mainTable, Protocol: keepalivedProtocol}
	kept, err := r.read(0)
	if err != nil || !kept || !r.finish() {
		return nil, err
	}
	return r.r, nil
}

// routeReader is one route line while it is interpreted.
type routeReader struct {
	*Context
	words  []string
	static bool
	r      *config.Route
	dst    string // the destination as written
	or     netip.Addr
	orSeen bool
}

// read interprets the line from word at on; false drops it.
func (r *routeReader) read(at int) (bool, error) {
	if at >= len(r.words) {
		return true, nil
	}
	tree, err := parse(routeGrammar, nil, routeVocabulary(r.static), r.words, at)
	if err != nil {
		return false, err
	}
	for _, o := range tree.Options {
		if o.Encap != nil {
			e, resume, err := r.encap(o.Encap)
			if err != nil {
				return false, err
			}
			if resume > 0 { // the C daemon goes on at the word that it did not like
				return r.read(resume)
			}
			r.r.Encap = e
			continue
		}
		if kept, err := r.option(o); !kept || err != nil {
			return false, err
		}
	}
	if len(tree.Legs) > 0 {
		return r.legs(tree)
	}
	return r.nonsense(tree.Rest), nil
}

// nonsense reports words that no option starts with; that cannot happen
// before a leg, since any word is an option or a destination there.
func (r *routeReader) nonsense(rest []*argument) bool {
	if len(rest) > 0 {
		r.General("Route has trailing nonsense - %s", rest[0].Text)
		return false
	}
	return true
}

func (r *routeReader) option(o *routeOption) (bool, error) {
	at := o.Pos.Column - 1
	switch {
	case o.Flag != "":
		r.flag(o.Flag)
		return true, nil
	case o.Family != nil:
		return r.family(o.Family.Family), nil
	case o.Via != nil:
		return r.via(o.Via, at)
	case o.Old != nil:
		r.General("\"gw\" for routes is deprecated. Please use \"via\"")
		return r.via((*gateway)(o.Old), at)
	case o.As != nil:
		if !o.As.To && o.As.Value == nil {
			return false, missing(r.words, at)
		}
		r.General("\"as to\" for MPLS only - ignoring")
		return true, nil
	case o.Pair != nil:
		return r.pair(o.Pair, at)
	case o.Lock != nil:
		return r.metric(o.Lock, at)
	case o.Type != nil:
		if o.Type.Prefix == nil {
			return false, missing(r.words, at)
		}
		r.r.Type, _ = routeType(o.Type.Type)
		return r.destinationWord(o.Type.Prefix.Text), nil
	}
	return r.destinationWord(o.Prefix), nil
}

func (r *routeReader) flag(word string) {
	switch word {
	case "onlink":
		r.r.OnLink = true
	case "add":
		r.r.Insert = config.RouteAdd
	case "prepend":
		r.r.Insert = config.RoutePrepend
	case "append":
		r.r.Insert = config.RouteAppend
	case "no_track":
		r.r.NoTrack = true
	}
}

// family takes inet or inet6.
func (r *routeReader) family(word string) bool {
	family := 4
	if word == "inet6" {
		family = 6
	}
	if r.r.Family != 0 && r.r.Family != family {
		r.General("%s specified for IPv%d route", word, r.r.Family)
		return false
	}
	r.r.Family = family
	return true
}

// sameFamily fixes the family of the route by an address, or compares it.
func (r *routeReader) sameFamily(a netip.Addr) bool {
	if r.r.Family == 0 {
		r.r.Family = config.Family(a)
	}
	if r.r.Family != config.Family(a) {
		r.General("Cannot mix IPv4 and IPv6 addresses for route")
		return false
	}
	return true
}

func (r *routeReader) destinationWord(word string) bool {
	p, free, ok := r.destination(word, 0)
	if !ok {
		r.General("unknown route keyword %s", word)
		return false
	}
	return r.setDestination(p, free, word)
}

func (r *routeReader) setDestination(p netip.Prefix, free bool, word string) bool {
	switch {
	case free && r.r.Family != 0, r.r.Family != 0 && r.r.Family != config.Family(p.Addr()):
		r.General("Cannot mix IPv4 and IPv6 addresses for route (%s)", word)
		return false
	case !free:
		r.r.Family = config.Family(p.Addr())
	}
	r.r.Dst, r.dst = p, word
	return true
}

func (r *routeReader) via(g *gateway, at int) (bool, error) {
	if g.Address == nil {
		if g.Family != "" {
			at++
		}
		return false, missing(r.words, at)
	}
	if g.Family != "" && r.r.Family != 0 && (g.Family == "inet") != (r.r.Family == 4) {
		r.General("Cannot mix IPv4 and IPv6 addresses for route")
		return false, nil
	}
	a, ok := r.address(g.Address.Text)
	if !ok {
		r.General("invalid route via address %s", g.Address.Text)
		return false, nil
	}
	if g.Family != "" && (g.Family == "inet") != a.Is4() {
		r.General("Cannot mix IPv4 and IPv6 addresses for route")
		return false, nil
	}
	if !r.sameFamily(a) {
		return false, nil
	}
	r.r.Via = a
	return true, nil
}

// finish makes the checks of the whole route.
func (r *routeReader) finish() bool {
	route := r.r
	if r.dst == "" && !route.Dst.IsValid() {
		r.General("Route must have a destination")
		return false
	}
	if route.Family == 0 {
		route.Family = 4
	}
	if route.Family == 6 && route.Dst.Addr().Is4() { // "default" first, then IPv6
		route.Dst = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	if r.or.IsValid() {
		route.NextHops = []config.NextHop{{Via: route.Via, Interface: route.Interface, Weight: 1}, {Via: r.or, Interface: route.Interface, Weight: 1}}
		route.Via = netip.Addr{}
	}
	if !route.NoTrack && route.Protocol != keepalivedProtocol {
		r.General("Route cannot be tracked if protocol is not RTPROT_KEEPALIVED(%d), resetting protocol", keepalivedProtocol)
		route.Protocol = keepalivedProtocol
	}
	if r.static && route.TrackGroup != "" && route.Interface == "" {
		r.General("Static route cannot have track group if no oif specified")
		route.TrackGroup = ""
	}
	return true
}

// set is a metric with a value.
func set(v uint32, lock bool) config.Metric { return config.Metric{Value: v, Set: true, Lock: lock} }

// lookup reads a name or number of a table.
func (r *routeReader) lookup(t iproute.Table, word, format string) (uint32, bool) {
	v, ok := r.Names.Lookup(t, word)
	if !ok {
		r.General(format, word)
	}
	return v, ok
}
