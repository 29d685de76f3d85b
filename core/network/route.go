package network

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// RouteID is by what a route of ours is recognised (03-vrrp section 10.6).
type RouteID struct {
	Family   int
	Table    uint32
	Dst      netip.Prefix // 0.0.0.0/0 or ::/0 for the default route
	TOS      uint8
	Priority uint32 // metric
	Link     int    // output interface, 0 for routes without one or with several
	Protocol uint8
}

// LinkIndex finds the index of a link, 0 when there is none of that name.
type LinkIndex func(name string) int

// AddRoute adds a route. An equal route is EEXIST only with config.RouteAdd;
// the default is to put it in front of equal ones.
func (h *Host) AddRoute(r *config.Route, links LinkIndex) error {
	flags := unix.NLM_F_CREATE | unix.NLM_F_ACK
	switch r.Insert {
	case config.RouteAdd:
		flags |= unix.NLM_F_EXCL
	case config.RouteAppend:
		flags |= unix.NLM_F_APPEND
	}
	return h.route(unix.RTM_NEWROUTE, flags, r, links)
}

// ReplaceRoute adds a route in place of one with the same destination, metric
// and TOS.
func (h *Host) ReplaceRoute(r *config.Route, links LinkIndex) error {
	return h.route(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_REPLACE|unix.NLM_F_ACK, r, links)
}

// DelRoute deletes a route; one that does not exist is ESRCH.
func (h *Host) DelRoute(r *config.Route, links LinkIndex) error {
	return h.route(unix.RTM_DELROUTE, unix.NLM_F_ACK, r, links)
}

func (h *Host) route(kind, flags int, r *config.Route, links LinkIndex) error {
	req := nl.NewNetlinkRequest(kind, flags)
	msg := &nl.RtMsg{RtMsg: unix.RtMsg{
		Family: family(r.Family), Dst_len: uint8(max(r.Dst.Bits(), 0)), Src_len: uint8(max(r.From.Bits(), 0)), Tos: r.TOS,
		Protocol: r.Protocol, Scope: r.Scope, Type: r.Type,
	}}
	if r.OnLink {
		msg.Flags |= unix.RTNH_F_ONLINK
	}
	if kind == unix.RTM_DELROUTE && !r.ScopeSet {
		msg.Scope = unix.RT_SCOPE_NOWHERE // any
	}
	if r.Table < 256 {
		msg.Table = uint8(r.Table)
	}
	req.AddData(msg)
	for _, a := range routeAttributes(r, links) {
		req.AddData(a)
	}
	return h.conn.execute(req)
}

func routeAttributes(r *config.Route, links LinkIndex) attributes {
	var a attributes
	a.uint32(unix.RTA_TABLE, r.Table, r.Table >= 256)
	if r.Dst.IsValid() && r.Dst.Bits() > 0 {
		a.addr(unix.RTA_DST, r.Dst.Addr())
	}
	a.addr(unix.RTA_SRC, r.From.Addr())
	a.addr(unix.RTA_PREFSRC, r.Source)
	a.addr(unix.RTA_GATEWAY, r.Via)
	if r.Interface != "" {
		a.uint32(unix.RTA_OIF, uint32(links(r.Interface)), true)
	}
	a.uint32(unix.RTA_PRIORITY, r.Priority, r.PrioritySet)
	a.uint32(unix.RTA_FLOW, r.Realms, r.Realms != 0)
	a.uint32(unix.RTA_EXPIRES, r.Expires, r.ExpiresSet)
	a.uint8(unix.RTA_PREF, r.Pref, r.PrefSet)
	a.uint8(unix.RTA_TTL_PROPAGATE, flag(r.TTLPropagate), r.TTLPropagateSet)
	if r.Encap != nil {
		kind, data := encap(r.Encap)
		a.add(unix.RTA_ENCAP_TYPE, nl.Uint16Attr(kind))
		a = append(a, data)
	}
	if m := metrics(r); m != nil {
		a = append(a, m)
	}
	if len(r.NextHops) > 0 {
		a.add(unix.RTA_MULTIPATH, nextHops(r.NextHops, links))
	}
	return a
}

// attributes is a list of netlink attributes; each method adds one if it has
// something to say.
type attributes []nl.NetlinkRequestData

func (a *attributes) add(kind int, data []byte) { *a = append(*a, nl.NewRtAttr(kind, data)) }

func (a *attributes) addr(kind int, v netip.Addr) {
	if v.IsValid() {
		a.add(kind, v.AsSlice())
	}
}

func (a *attributes) uint32(kind int, v uint32, set bool) {
	if set {
		a.add(kind, nl.Uint32Attr(v))
	}
}

func (a *attributes) uint8(kind int, v uint8, set bool) {
	if set {
		a.add(kind, []byte{v})
	}
}

func (a *attributes) name(kind int, v string) {
	if v != "" {
		a.add(kind, nl.ZeroTerminated(v))
	}
}

func family(f int) uint8 {
	if f == 6 {
		return unix.AF_INET6
	}
	return unix.AF_INET
}

func flag(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// metrics makes RTA_METRICS, nil without any. The values are in the kernel's
// units.
func metrics(r *config.Route) nl.NetlinkRequestData {
	list := []struct {
		kind int
		m    config.Metric
	}{
		{unix.RTAX_MTU, r.MTU}, {unix.RTAX_WINDOW, r.Window}, {unix.RTAX_RTT, r.RTT}, {unix.RTAX_RTTVAR, r.RTTVar},
		{unix.RTAX_SSTHRESH, r.SSThresh}, {unix.RTAX_CWND, r.CWND}, {unix.RTAX_ADVMSS, r.AdvMSS},
		{unix.RTAX_REORDERING, r.Reordering}, {unix.RTAX_HOPLIMIT, r.HopLimit}, {unix.RTAX_INITCWND, r.InitCWND},
		{unix.RTAX_FEATURES, r.Features}, {unix.RTAX_RTO_MIN, r.RTOMin}, {unix.RTAX_INITRWND, r.InitRWND},
		{unix.RTAX_QUICKACK, r.QuickACK}, {unix.RTAX_FASTOPEN_NO_COOKIE, r.FastOpenNoCookie},
	}
	nest := nl.NewRtAttr(unix.RTA_METRICS, nil)
	var lock uint32
	used := false
	for _, e := range list {
		if e.m.Set {
			nest.AddRtAttr(e.kind, nl.Uint32Attr(e.m.Value))
			used = true
		}
		if e.m.Lock {
			lock |= 1 << e.kind
		}
	}
	if r.CongCtl != "" {
		nest.AddRtAttr(unix.RTAX_CC_ALGO, nl.ZeroTerminated(r.CongCtl))
		used = true
		if r.CongCtlLock {
			lock |= 1 << unix.RTAX_CC_ALGO
		}
	}
	if lock != 0 {
		nest.AddRtAttr(unix.RTAX_LOCK, nl.Uint32Attr(lock))
		used = true
	}
	if !used {
		return nil
	}
	return nest
}

// The attributes of light-weight tunnels: struct lwtunnel_ip_t and
// lwtunnel_ip6_t have the same numbers.
const (
	lwtID = iota + 1
	lwtDst
	lwtSrc
	lwtTTL // hop limit
	lwtTOS // traffic class
	lwtFlags

	ilaLocator = 1
)

// encap makes the type and the RTA_ENCAP attribute of a light-weight tunnel.
func encap(e *config.Encap) (kind uint16, data *nl.RtAttr) {
	nest := nl.NewRtAttr(unix.RTA_ENCAP, nil)
	switch e.Type {
	case "mpls":
		nest.AddRtAttr(unix.MPLS_IPTUNNEL_DST, labelStack(e.Labels))
		return unix.LWTUNNEL_ENCAP_MPLS, nest
	case "ila":
		nest.AddRtAttr(ilaLocator, binary.BigEndian.AppendUint64(nil, e.Locator))
		return unix.LWTUNNEL_ENCAP_ILA, nest
	}
	kind = unix.LWTUNNEL_ENCAP_IP
	if e.Type == "ip6" {
		kind = unix.LWTUNNEL_ENCAP_IP6
	}
	if e.ID != 0 {
		nest.AddRtAttr(lwtID, binary.BigEndian.AppendUint64(nil, e.ID))
	}
	if e.Dst.IsValid() {
		nest.AddRtAttr(lwtDst, e.Dst.AsSlice())
	}
	if e.Src.IsValid() {
		nest.AddRtAttr(lwtSrc, e.Src.AsSlice())
	}
	if e.TOS != 0 {
		nest.AddRtAttr(lwtTOS, []byte{e.TOS})
	}
	if e.TTL != 0 {
		nest.AddRtAttr(lwtTTL, []byte{e.TTL})
	}
	if e.Flags != 0 {
		nest.AddRtAttr(lwtFlags, binary.BigEndian.AppendUint16(nil, e.Flags))
	}
	return kind, nest
}

// labelStack encodes MPLS labels (RFC 3032 section 2.1), the last one marked
// as bottom of the stack.
func labelStack(labels []uint32) []byte {
	var b []byte
	for i, l := range labels {
		entry := l << 12
		if i == len(labels)-1 {
			entry |= 1 << 8
		}
		b = binary.BigEndian.AppendUint32(b, entry)
	}
	return b
}

// nextHops makes the contents of RTA_MULTIPATH: struct rtnexthop, each with
// its attributes.
func nextHops(hops []config.NextHop, links LinkIndex) []byte {
	var b []byte
	for _, n := range hops {
		var attrs []byte
		add := func(a *nl.RtAttr) { attrs = append(attrs, a.Serialize()...) }
		if n.Via.IsValid() {
			add(nl.NewRtAttr(unix.RTA_GATEWAY, n.Via.AsSlice()))
		}
		if n.Realms != 0 {
			add(nl.NewRtAttr(unix.RTA_FLOW, nl.Uint32Attr(n.Realms)))
		}
		if n.Encap != nil {
			kind, data := encap(n.Encap)
			add(nl.NewRtAttr(unix.RTA_ENCAP_TYPE, nl.Uint16Attr(kind)))
			add(data)
		}
		var head [unix.SizeofRtNexthop]byte
		binary.NativeEndian.PutUint16(head[0:], uint16(len(head)+len(attrs)))
		if n.OnLink {
			head[2] = unix.RTNH_F_ONLINK
		}
		head[3] = uint8(max(n.Weight, 1) - 1)
		if n.Interface != "" {
			binary.NativeEndian.PutUint32(head[4:], uint32(links(n.Interface)))
		}
		b = append(append(b, head[:]...), attrs...)
	}
	return b
}

// parseRoute reads the payload of a route message.
func parseRoute(data []byte) (RouteID, error) {
	if len(data) < unix.SizeofRtMsg {
		return RouteID{}, fmt.Errorf("route message: %d octets", len(data))
	}
	msg := nl.DeserializeRtMsg(data)
	attrs, err := parseAttributes(data[unix.SizeofRtMsg:])
	if err != nil {
		return RouteID{}, fmt.Errorf("route message: %w", err)
	}
	r := RouteID{Family: 4, Table: uint32(msg.Table), TOS: msg.Tos, Protocol: msg.Protocol}
	dst := netip.IPv4Unspecified()
	if msg.Family == unix.AF_INET6 {
		r.Family, dst = 6, netip.IPv6Unspecified()
	}
	for _, a := range attrs {
		switch a.Attr.Type {
		case unix.RTA_DST:
			if d, ok := netip.AddrFromSlice(a.Value); ok {
				dst = d
			}
		case unix.RTA_TABLE:
			r.Table = attrUint32(a.Value)
		case unix.RTA_PRIORITY:
			r.Priority = attrUint32(a.Value)
		case unix.RTA_OIF:
			r.Link = int(attrUint32(a.Value))
		}
	}
	r.Dst = netip.PrefixFrom(dst, int(msg.Dst_len))
	return r, nil
}

// RouteIDOf returns by what the kernel's messages about a route of the
// configuration are recognised. Link is 0 when the route names no interface:
// then any matches.
func RouteIDOf(r *config.Route, links LinkIndex) RouteID {
	id := RouteID{Family: r.Family, Table: r.Table, Dst: r.Dst, TOS: r.TOS, Priority: r.Priority, Protocol: r.Protocol}
	if !id.Dst.IsValid() {
		id.Dst = netip.PrefixFrom(netip.IPv4Unspecified(), 0)
		if r.Family == 6 {
			id.Dst = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
		}
	}
	if r.Family == 6 && !r.PrioritySet {
		id.Priority = defaultMetric6
	}
	if r.Interface != "" {
		id.Link = links(r.Interface)
	}
	return id
}

// defaultMetric6 is the metric of an IPv6 route that is added without one
// (IP6_RT_PRIO_USER).
const defaultMetric6 = 1024

// Matches reports whether a message about r is about the wish.
func (r RouteID) Matches(wish RouteID) bool {
	if wish.Link == 0 {
		r.Link = 0
	}
	return r == wish
}
