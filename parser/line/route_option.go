package line

import (
	"math"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/iproute"
	"keepalived/parser/reader"
)

// pair reads an option with a value; false drops the line.
func (r *routeReader) pair(p *pair, at int) (bool, error) {
	switch p.Key {
	case "or":
		r.General("\"or\" for routes is deprecated. Please use \"nexthop\"")
	case "expires", "pref":
		if !r.needsIPv6(p.Key) {
			return false, nil
		}
	}
	if p.Value == nil {
		return false, missing(r.words, at)
	}
	value := p.Value.Text
	switch p.Key {
	case "src", "or", "from", "to":
		return r.addressOption(p.Key, value), nil
	case "tos", "dsfield", "table", "protocol", "scope", "vrf", "dev", "oif", "realms":
		return r.namedOption(p.Key, value), nil
	case "track_group":
		if !r.trackGroup(&r.r.TrackGroup, value) {
			r.General("Route has trailing nonsense - %s", value)
			return false, nil
		}
		return true, nil
	case "features":
		if value == "ecn" {
			r.r.Features = set(r.r.Features.Value|1, false) // RTAX_FEATURE_ECN
		} else {
			r.General("feature %s not supported", value)
		}
		return true, nil
	case "ttl-propagate":
		switch value {
		case "enabled", "disabled":
			r.r.TTLPropagate, r.r.TTLPropagateSet = value == "enabled", true
		default:
			r.General("%s value %s not recognised", p.Key, value)
		}
		return true, nil
	}
	return r.numberOption(p.Key, value), nil
}

func (r *routeReader) addressOption(key, value string) bool {
	switch key {
	case "src":
		a, ok := r.address(value)
		if !ok {
			r.General("invalid route src address %s", value)
			return false
		}
		r.r.Source = a
		return r.sameFamily(a)
	case "or":
		if r.orSeen {
			r.General("\"or\" route already specified - ignoring subsequent")
			return true
		}
		a, ok := r.address(value)
		if !ok {
			r.General("Invalid \"or\" address %s", value)
			return false
		}
		// Its family is not compared with the route's by the C daemon.
		r.or, r.orSeen = a, true
		return true
	case "from":
		p, _, ok := r.destination(value, 0)
		if !ok {
			r.General("invalid route from address %s", value)
			return false
		}
		if p.Addr().Is4() {
			r.General("route from address only supported with IPv6 (%s)", value)
			return false
		}
		r.r.From = p
		return r.sameFamily(p.Addr())
	}
	return r.destinationWord(value) // to
}

func (r *routeReader) namedOption(key, value string) bool {
	switch key {
	case "tos", "dsfield":
		v, ok := r.lookup(iproute.DSFields, value, "TOS value %s is invalid")
		r.r.TOS = uint8(v)
		return ok
	case "table":
		v, ok := r.lookup(iproute.Tables, value, "Routing table %s not found for route")
		r.r.Table = v
		return ok
	case "protocol":
		v, ok := r.lookup(iproute.Protocols, value, "Protocol %s not found or invalid for route")
		r.r.Protocol = uint8(v)
		return ok
	case "scope":
		v, ok := r.lookup(iproute.Scopes, value, "Scope %s not found or invalid for route")
		r.r.Scope, r.r.ScopeSet = uint8(v), true
		return ok
	case "vrf":
		return r.vrf(value)
	case "realms":
		v, ok := r.realms(value)
		if !ok {
			r.General("Invalid realms %s for route", value)
			return false
		}
		if r.r.Family == 6 {
			r.General("realms are only valid for IPv4")
			return false
		}
		r.r.Family, r.r.Realms = 4, v
		return true
	}
	r.r.Interface = value // dev, oif
	return r.interfaceKnown(value, "VROUTE nexthop")
}

// vrf takes the name of a VRF device; its table is looked up when the route
// is set.
func (r *routeReader) vrf(name string) bool {
	link, ok := r.Host.Link(name)
	switch {
	case !ok:
		r.General("VRF %s not found for route", name)
	case link.Kind != "vrf":
		r.General("Route specified VRF %s is not a VRF", name)
	default:
		r.r.VRF = name
		return true
	}
	return false
}

// needsIPv6 fixes the family as IPv6; option is what is valid for it only.
func (r *routeReader) needsIPv6(option string) bool {
	if r.r.Family == 4 {
		r.General("%s is only valid for IPv6", option)
		return false
	}
	r.r.Family = 6
	return true
}

// numberText is how the message about a bad number calls an option, where
// that is not its keyword.
func numberText(key string) string {
	switch key {
	case "metric", "priority", "preference":
		return "Invalid metric %s specified for route"
	case "expires":
		return "Invalid expires time %s specified for route"
	case "mtu":
		return "Invalid MTU %s specified for route"
	case "hoplimit", "advmss":
		return "Invalid " + key + " %s specified for route"
	}
	return "Invalid " + key + " value %s specified for route"
}

func (r *routeReader) numberOption(key, value string) bool {
	if pref, ok := map[string]uint8{"low": 3, "medium": 0, "high": 1}[value]; ok && key == "pref" {
		r.r.Pref, r.r.PrefSet = pref, true
		return true
	}
	high := uint32(math.MaxUint32)
	switch key {
	case "hoplimit", "pref":
		high = 255
	case "quickack", "fastopen_no_cookie":
		high = 1
	}
	v, ok := r.unsigned(value, 0, high)
	if !ok {
		r.General(numberText(key), value)
		return false
	}
	switch key {
	case "metric", "priority", "preference":
		r.r.Priority, r.r.PrioritySet = v, true
	case "expires":
		r.r.Expires, r.r.ExpiresSet = v, true
	case "pref":
		r.r.Pref, r.r.PrefSet = uint8(v), true
	default:
		*r.metricOf(key) = set(v, false)
	}
	return true
}

// metricOf is where the value of a metric goes.
func (r *routeReader) metricOf(key string) *config.Metric {
	switch key {
	case "mtu":
		return &r.r.MTU
	case "advmss":
		return &r.r.AdvMSS
	case "rtt":
		return &r.r.RTT
	case "rttvar":
		return &r.r.RTTVar
	case "rto_min":
		return &r.r.RTOMin
	case "reordering":
		return &r.r.Reordering
	case "window":
		return &r.r.Window
	case "cwnd":
		return &r.r.CWND
	case "ssthresh":
		return &r.r.SSThresh
	case "initcwnd":
		return &r.r.InitCWND
	case "initrwnd":
		return &r.r.InitRWND
	case "hoplimit":
		return &r.r.HopLimit
	case "quickack":
		return &r.r.QuickACK
	}
	return &r.r.FastOpenNoCookie
}

// metric reads KEY [lock] VALUE.
func (r *routeReader) metric(p *lockPair, at int) (bool, error) {
	if p.Value == nil {
		if p.Lock {
			at++
		}
		return false, missing(r.words, at)
	}
	value := p.Value.Text
	switch p.Key {
	case "congctl":
		r.r.CongCtl, r.r.CongCtlLock = value, p.Lock
		return true, nil
	case "rtt", "rttvar", "rto_min":
		v, ok := r.time(p.Key, value)
		*r.metricOf(p.Key) = set(v, p.Lock)
		return ok, nil
	}
	v, ok := r.unsigned(value, 0, math.MaxUint32)
	if !ok {
		r.General(numberText(p.Key), value)
		return false, nil
	}
	*r.metricOf(p.Key) = set(v, p.Lock)
	return true, nil
}

// The limits of rtt, rttvar and rto_min.
const (
	minRouteTime = 200    // ms
	maxRouteTime = 120000 // ms
)

// splitTime cuts the unit off a route time: s, sec, secs or ms, which start
// at the first "s" of the word in upper or lower case.
func splitTime(word string) (digits, unit string) {
	i := strings.IndexAny(word, "sS")
	if i < 0 {
		return word, ""
	}
	if i > 0 && (word[i-1] == 'm' || word[i-1] == 'M') {
		i--
	}
	return word[:i], strings.ToLower(word[i:])
}

// time reads a time of a route and returns it in the kernel's units of the
// metric: eighths of a millisecond for rtt, quarters for rttvar,
// milliseconds for rto_min. A word without unit is a number of these.
func (r *routeReader) time(key, word string) (uint32, bool) {
	perMillisecond, name, invalid := uint64(1), "rto", "Invalid rto_min value %s specified for route"
	switch key {
	case "rtt":
		perMillisecond, name, invalid = 8, "rtt", "Invalid rtt %s for route"
	case "rttvar":
		perMillisecond, name, invalid = 4, "rtt", "Invalid rttvar %s for route"
	}
	digits, unit := splitTime(word)
	v, ok := r.timeValue(name, word, digits, unit, maxRouteTime*perMillisecond)
	if !ok {
		r.General(invalid, word)
		return 0, false
	}
	if unit != "" {
		v *= perMillisecond
	}
	switch {
	case v < minRouteTime*perMillisecond:
		r.General("%s value %s below minimum %dms, resetting", name, word, minRouteTime)
		v = minRouteTime * perMillisecond
	case v > maxRouteTime*perMillisecond:
		r.General("%s value %s exceeds maximum %ds, resetting", name, word, maxRouteTime/1000)
		v = maxRouteTime * perMillisecond
	}
	return uint32(v), true
}

// timeValue reads the number of a route time: milliseconds with a unit,
// else a number up to high.
func (r *routeReader) timeValue(name, word, digits, unit string, high uint64) (uint64, bool) {
	decimals := 0
	digits = strings.TrimLeft(digits, " \t\n\v\f\r")
	switch {
	case strings.ContainsAny(digits, "eE"):
		r.General("%s value exponential form %s no longer supported", name, word)
		return 0, false
	case unit == "":
	case digits == "":
		return 0, false
	case unit == "s", unit == "sec", unit == "secs":
		decimals, high = 3, math.MaxUint32
	case unit == "ms":
		high = math.MaxUint32
	default:
		return 0, false
	}
	return r.Decimal(digits, 0, high, decimals, reader.Strict)
}
