package line

import (
	"math"
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

// The actions of rules (FR_ACT_*).
const (
	actionTable       = 1
	actionGoto        = 2
	actionNop         = 3
	actionBlackhole   = 6
	actionUnreachable = 7
	actionProhibit    = 8
)

// ruleLine is a rule: selectors and one action, in any order.
type ruleLine struct {
	Options []*ruleOption `parser:"@@*"`
}

type ruleOption struct {
	Pos     lexer.Position
	Flag    string      `parser:"@Flag"`
	Family  *familyWord `parser:"| @@"`
	Type    *ruleType   `parser:"| @@"`
	Pair    *pair       `parser:"| @@"`
	Action  string      `parser:"| @Type"`
	Unknown *argument   `parser:"| @@"`
}

// ruleType is type ACTION, where "type" adds nothing.
type ruleType struct {
	Pos    lexer.Position
	Action *argument `parser:"'type' @@?"`
}

var ruleGrammar = sync.OnceValue(func() *participle.Parser[ruleLine] {
	return participle.MustBuild[ruleLine](participle.Lexer(words{}))
})

func ruleVocabulary(static bool) func(string) lexer.TokenType {
	return func(word string) lexer.TokenType {
		switch word {
		case "not", "l3mdev", "nop", "no_track":
			return kindFlag
		case "inet", "inet6", "type":
			return structural
		case "from", "to", "table", "lookup", "preference", "order", "priority", "tos", "dsfield", "fwmark", "realms",
			"suppress_prefixlength", "sup_pl", "suppress_ifgroup", "sup_group", "dev", "iif", "oif", "tunnel-id", "uidrange",
			"protocol", "ipproto", "sport", "dport", "goto":
			return kindKey
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

// Numbering gives preferences to rules that have none: 16384 and downwards,
// for each family, over all rules of the configuration.
type Numbering struct{ given [2]uint32 }

func (n *Numbering) next(family int) uint32 {
	i := 0
	if family == 6 {
		i = 1
	}
	n.given[i]++
	return 16385 - n.given[i]
}

// Rule reads a line of virtual_rules or (static) static_rules. It returns
// nil when the line is dropped.
func (c *Context) Rule(words []string, static bool, numbering *Numbering) (*config.Rule, error) {
	tree, err := parse(ruleGrammar, nil, ruleVocabulary(static), words, 0)
	if err != nil {
		return nil, err
	}
	r := ruleReader{Context: c, words: words, r: &config.Rule{Protocol: keepalivedProtocol, SuppressPrefixLen: -1}}
	for _, o := range tree.Options {
		if o.Pair != nil && o.Pair.Key == "track_group" && o.Pair.Value != nil {
			if !r.trackGroup(&r.r.TrackGroup, o.Pair.Value.Text) {
				break // the rest of the line is lost, the rule is not
			}
			continue
		}
		if kept, err := r.option(o); !kept || err != nil {
			return nil, err
		}
	}
	if !r.finish(static, numbering) {
		return nil, nil
	}
	return r.r, nil
}

// ruleReader is one rule line while it is interpreted.
type ruleReader struct {
	*Context
	words         []string
	r             *config.Rule
	preferenceSet bool
	tableOnly     bool // an option that needs a table was given
}

func (r *ruleReader) option(o *ruleOption) (bool, error) {
	at := o.Pos.Column - 1
	switch {
	case o.Flag != "":
		return r.flag(o.Flag), nil
	case o.Family != nil:
		return r.family(o.Family.Family), nil
	case o.Type != nil:
		if o.Type.Action == nil {
			return false, missing(r.words, at)
		}
		return r.actionWord(o.Type.Action.Text), nil
	case o.Pair != nil:
		if o.Pair.Value == nil {
			return false, missing(r.words, at)
		}
		return r.pair(o.Pair.Key, o.Pair.Value.Text), nil
	case o.Unknown != nil:
		r.General("Unknown rule option %s", o.Unknown.Text)
		return false, nil
	}
	return r.actionWord(o.Action), nil
}

// actionWord reads an action that is written as a route type.
func (r *ruleReader) actionWord(word string) bool {
	t, ok := routeType(word)
	if !ok {
		r.General("Unknown rule option %s", word)
		return false
	}
	switch t {
	case actionBlackhole, actionUnreachable, actionProhibit:
		return r.action(t)
	}
	r.General("Invalid rule action %s", word)
	return false
}

func (r *ruleReader) action(action uint8) bool {
	if r.r.Action != 0 {
		r.General("Cannot specify more than one of table/nop/goto/blackhole/prohibit/unreachable/l3mdev for rule")
		return false
	}
	r.r.Action = action
	return true
}

func (r *ruleReader) flag(word string) bool {
	switch word {
	case "not":
		r.r.Invert = true
	case "no_track":
		r.r.NoTrack = true
	case "nop":
		return r.action(actionNop)
	case "l3mdev":
		if r.r.Action != 0 {
			r.General("Cannot specify l3mdev with other action")
			return false
		}
		r.r.L3MDev, r.r.Action = true, actionTable
	}
	return true
}

func (r *ruleReader) family(word string) bool {
	family := 4
	if word == "inet6" {
		family = 6
	}
	if r.r.Family != 0 && r.r.Family != family {
		r.General("%s specified for IPv%d rule", word, r.r.Family)
		return false
	}
	r.r.Family = family
	return true
}

func (r *ruleReader) pair(key, value string) bool {
	switch key {
	case "from", "to":
		return r.selector(key, value)
	case "table", "lookup":
		return r.table(value)
	case "goto":
		v, ok := r.unsigned(value, 0, math.MaxUint32)
		if !ok {
			r.General("Invalid target %s specified", key) // the option, not its value
			return false
		}
		r.r.Goto = v
		return r.action(actionGoto)
	case "preference", "order", "priority":
		v, ok := r.UnsignedAnyBase(value, 0, math.MaxUint32, reader.Strict)
		if !ok {
			r.General("Invalid rule preference %s specified", key) // the option, not its value
		}
		r.r.Priority, r.preferenceSet = v, true
		return ok
	case "dev", "iif":
		r.r.IIF = value
		return r.interfaceKnown(value, "rule")
	case "oif":
		r.r.OIF = value
		return r.interfaceKnown(value, "rule")
	case "protocol":
		v, ok := r.unsigned(value, 0, 255)
		if ok {
			r.r.Protocol = uint8(v)
		} else {
			r.General("Invalid protocol %s", value)
		}
		return true
	case "ipproto", "sport", "dport":
		r.transport(key, value)
		return true
	case "realms", "suppress_prefixlength", "sup_pl", "suppress_ifgroup", "sup_group":
		return r.tableOption(key, value)
	}
	return r.match(key, value)
}

func (r *ruleReader) selector(key, value string) bool {
	p, free, ok := r.destination(value, r.r.Family)
	switch {
	case !ok:
		r.General("Invalid rule %s address %s", key, value)
		return false
	case free && r.r.Family != 0, r.r.Family != 0 && r.r.Family != config.Family(p.Addr()):
		r.General("rule specification has mixed IPv4 and IPv6")
		return false
	case !free:
		r.r.Family = config.Family(p.Addr())
	}
	if free { // matches all addresses: nothing to match
		p = netip.Prefix{}
	}
	if key == "from" {
		r.r.From = p
	} else {
		r.r.To = p
	}
	return true
}

func (r *ruleReader) table(value string) bool {
	v, ok := r.Names.Lookup(iproute.Tables, value)
	switch {
	case !ok:
		r.General("Routing table %s not found for rule", value)
	case v == 0:
		r.General("Table 0 is not valid")
	case r.r.Action != 0:
		r.General("Cannot specify more than one of table/nop/goto/blackhole/prohibit/unreachable for rule")
	default:
		r.r.Table, r.r.Action = v, actionTable
		return true
	}
	return false
}

// tableOption reads what goes with a table only.
func (r *ruleReader) tableOption(key, value string) bool {
	r.tableOnly = true
	switch key {
	case "realms":
		v, ok := r.realms(value)
		switch {
		case !ok:
			r.General("invalid realms %s for rule", value)
		case r.r.Family == 6:
			r.General("realms is only valid for IPv4")
			ok = false
		default:
			r.r.Realms, r.r.Family = v, 4
		}
		return ok
	case "suppress_prefixlength", "sup_pl":
		v, ok := r.unsigned(value, 0, math.MaxInt32)
		if !ok {
			r.General("Invalid suppress_prefixlength %s specified", key) // the option, not its value
		}
		r.r.SuppressPrefixLen = int32(v)
		return ok
	}
	v, ok := r.Names.Lookup(iproute.Groups, value)
	if !ok {
		r.General("suppress_group %s is invalid", value)
	}
	r.r.SuppressIfGroup, r.r.SuppressIfGroupSet = v, true
	return ok
}

// match reads the other selectors.
func (r *ruleReader) match(key, value string) bool {
	switch key {
	case "tos", "dsfield":
		v, ok := r.Names.Lookup(iproute.DSFields, value)
		if !ok {
			r.General("TOS value %s is invalid", value)
		}
		r.r.TOS = uint8(v)
		return ok
	case "fwmark":
		if value = strings.TrimLeft(value, " \t\n\v\f\r"); !r.fwmark(value) {
			r.General("Invalid rule fwmark %s specified", value)
			return false
		}
		return true
	case "tunnel-id":
		v, ok := r.unsigned64(value)
		if !ok {
			r.General("Invalid tunnel-id %s specified", key) // the option, not its value
		}
		r.r.TunnelID = v
		return ok
	}
	first, last, ok := numberRange(value, math.MaxUint32)
	if !ok {
		r.General("Invalid uidrange %s specified", key) // the option, not its value
	}
	r.r.UIDFirst, r.r.UIDLast, r.r.UIDSet = first, last, true
	return ok
}

func (r *ruleReader) fwmark(value string) bool {
	mark, mask, masked := strings.Cut(value, "/")
	v, ok := plainNumber(mark, math.MaxUint32)
	ok = ok || mark == ""
	r.r.FWMark, r.r.FWMarkSet = v, true
	if ok && masked {
		var m uint64
		m, ok = reader.AnyNumber(mask) // nothing behind the / is 0
		r.r.FWMask, ok = uint32(m), ok && m <= math.MaxUint32
		r.r.FWMaskSet = true
	}
	return ok
}

// transport reads the selectors whose mistakes only lose themselves.
func (r *ruleReader) transport(key, value string) {
	if key == "ipproto" {
		v, ok := ipProtocol(value)
		if !ok {
			r.General("Invalid ipproto %s", value)
			return
		}
		r.r.IPProto = v
		return
	}
	first, last, ok := numberRange(value, 65535)
	if !ok {
		r.General("invalid %s range %s", key, value)
		return
	}
	ports := &config.PortRange{First: uint16(first), Last: uint16(last)}
	if key == "sport" {
		r.r.SrcPort = ports
	} else {
		r.r.DstPort = ports
	}
}

// numberRange reads FIRST-LAST.
func numberRange(word string, high uint64) (first, last uint32, ok bool) {
	a, b, _ := strings.Cut(word, "-")
	first, ok = plainNumber(a, high)
	if ok {
		last, ok = plainNumber(b, high)
	}
	return first, last, ok
}

// ipProtocol reads a protocol number below 128, or a name of /etc/protocols
// in upper or lower case, which has no such limit.
func ipProtocol(word string) (uint8, bool) {
	digits := strings.TrimPrefix(strings.TrimLeft(word, " \t\n\v\f\r"), "+")
	if v, err := strconv.ParseUint(digits, 10, 32); err == nil {
		return uint8(v), v <= 127
	}
	if upper, lower := strings.ToUpper(word), strings.ToLower(word); word != upper && word != lower {
		return 0, false
	}
	v, ok := map[string]uint8{"icmp": 1, "igmp": 2, "ipip": 4, "ipencap": 4, "tcp": 6, "egp": 8, "udp": 17, "dccp": 33, "ipv6": 41,
		"rsvp": 46, "gre": 47, "esp": 50, "ah": 51, "ipv6-icmp": 58, "icmpv6": 58, "eigrp": 88, "ospf": 89, "pim": 103, "comp": 108,
		"ipcomp": 108, "vrrp": 112, "l2tp": 115, "sctp": 132, "udplite": 136, "mpls-in-ip": 137}[strings.ToLower(word)]
	return v, ok
}

// finish makes the checks of the whole rule.
func (r *ruleReader) finish(static bool, numbering *Numbering) bool {
	rule := r.r
	switch {
	case rule.Action == 0:
		r.General("No action specified for rule - ignoring")
		return false
	case rule.Action == actionGoto && !r.preferenceSet:
		r.General("Invalid rule - goto target %d specified without preference", rule.Goto)
		return false
	case rule.Action == actionGoto && rule.Priority >= rule.Goto:
		r.General("Invalid rule - preference %d >= goto target %d", rule.Priority, rule.Goto)
		return false
	case rule.Action != actionTable && r.tableOnly:
		r.General("suppressor/realm specified for non table action - skipping")
		return false
	}
	if rule.Family == 0 {
		rule.Family = 4
	}
	if !rule.NoTrack && rule.Protocol != keepalivedProtocol {
		r.General("Rule cannot be tracked if protocol is not RTPROT_KEEPALIVED(%d), resetting protocol", keepalivedProtocol)
		rule.Protocol = keepalivedProtocol
	}
	if static && rule.TrackGroup != "" && rule.IIF == "" {
		r.General("Static rule cannot have track_group if dev/iif not specified")
		rule.TrackGroup = ""
	}
	if !r.preferenceSet {
		rule.Priority = numbering.next(rule.Family)
		r.General("Rule has no preference specified - setting to %d. This is probably not what you want.", rule.Priority)
	}
	return true
}
