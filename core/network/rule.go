package network

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// RuleID is all that a policy rule selects by, and what it does: by this a
// rule of ours is recognised.
type RuleID struct {
	Family              int
	Action              uint8
	Invert              bool
	From, To            netip.Prefix // zero: any
	Table               uint32
	Priority            uint32
	TOS                 uint8
	FWMark, FWMask      uint32
	Realms              uint32
	SuppressPrefixLen   int32 // -1: none
	SuppressIfGroup     int32 // -1: none
	IIF, OIF            string
	TunnelID            uint64
	UIDFirst, UIDLast   uint32
	L3MDev              bool
	Protocol, IPProto   uint8
	SrcFirst, SrcLast   uint16
	DstFirst, DstLast   uint16
	Goto                uint32
	hasUIDs, hasFWMarks bool
}

const fibRuleInvert = 2 // FIB_RULE_INVERT

// RuleIDOf returns the identity of a rule of the configuration.
func RuleIDOf(r *config.Rule) RuleID {
	id := RuleID{
		Family: r.Family, Action: r.Action, Invert: r.Invert, From: r.From, To: r.To, Table: r.Table, Priority: r.Priority,
		TOS: r.TOS, Realms: r.Realms, SuppressPrefixLen: r.SuppressPrefixLen, SuppressIfGroup: -1,
		IIF: r.IIF, OIF: r.OIF, TunnelID: r.TunnelID, L3MDev: r.L3MDev, Protocol: r.Protocol, IPProto: r.IPProto, Goto: r.Goto,
	}
	// A prefix of length 0 selects nothing, and the kernel does not report it.
	if id.From.Bits() == 0 {
		id.From = netip.Prefix{}
	}
	if id.To.Bits() == 0 {
		id.To = netip.Prefix{}
	}
	if r.FWMarkSet || r.FWMaskSet {
		id.hasFWMarks, id.FWMark, id.FWMask = true, r.FWMark, r.FWMask
		if !r.FWMaskSet {
			id.FWMask = 1<<32 - 1
		}
	}
	if r.SuppressIfGroupSet {
		id.SuppressIfGroup = int32(r.SuppressIfGroup)
	}
	if r.UIDSet {
		id.hasUIDs, id.UIDFirst, id.UIDLast = true, r.UIDFirst, r.UIDLast
	}
	if r.SrcPort != nil {
		id.SrcFirst, id.SrcLast = r.SrcPort.First, r.SrcPort.Last
	}
	if r.DstPort != nil {
		id.DstFirst, id.DstLast = r.DstPort.First, r.DstPort.Last
	}
	return id
}

// AddRule adds a policy rule; one that exists is EEXIST.
func (h *Host) AddRule(r *config.Rule) error {
	return h.conn.execute(ruleRequest(unix.RTM_NEWRULE, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_ACK, r))
}

// DelRule deletes a policy rule; one that does not exist is ENOENT.
func (h *Host) DelRule(r *config.Rule) error {
	return h.conn.execute(ruleRequest(unix.RTM_DELRULE, unix.NLM_F_ACK, r))
}

func ruleRequest(kind, flags int, r *config.Rule) *nl.NetlinkRequest {
	req := nl.NewNetlinkRequest(kind, flags)
	// struct fib_rule_hdr is laid out like struct rtmsg, with the action in
	// the place of the type.
	msg := &nl.RtMsg{RtMsg: unix.RtMsg{Family: family(r.Family), Tos: r.TOS, Type: r.Action}}
	var attrs []*nl.RtAttr
	add := func(kind int, data []byte) { attrs = append(attrs, nl.NewRtAttr(kind, data)) }
	if r.Invert {
		msg.Flags |= fibRuleInvert
	}
	if r.From.IsValid() {
		msg.Src_len = uint8(r.From.Bits())
		add(unix.FRA_SRC, r.From.Addr().AsSlice())
	}
	if r.To.IsValid() {
		msg.Dst_len = uint8(r.To.Bits())
		add(unix.FRA_DST, r.To.Addr().AsSlice())
	}
	switch {
	case r.Table < 256:
		msg.Table = uint8(r.Table)
	default:
		add(unix.FRA_TABLE, nl.Uint32Attr(r.Table))
	}
	add(unix.FRA_PRIORITY, nl.Uint32Attr(r.Priority))
	add(unix.FRA_PROTOCOL, []byte{r.Protocol})
	if r.FWMarkSet {
		add(unix.FRA_FWMARK, nl.Uint32Attr(r.FWMark))
	}
	if r.FWMaskSet {
		add(unix.FRA_FWMASK, nl.Uint32Attr(r.FWMask))
	}
	if r.Realms != 0 {
		add(unix.FRA_FLOW, nl.Uint32Attr(r.Realms))
	}
	if r.SuppressPrefixLen != -1 {
		add(unix.FRA_SUPPRESS_PREFIXLEN, nl.Uint32Attr(uint32(r.SuppressPrefixLen)))
	}
	if r.SuppressIfGroupSet {
		add(unix.FRA_SUPPRESS_IFGROUP, nl.Uint32Attr(r.SuppressIfGroup))
	}
	if r.IIF != "" {
		add(unix.FRA_IIFNAME, nl.ZeroTerminated(r.IIF))
	}
	if r.OIF != "" {
		add(unix.FRA_OIFNAME, nl.ZeroTerminated(r.OIF))
	}
	if r.TunnelID != 0 {
		add(unix.FRA_TUN_ID, binary.BigEndian.AppendUint64(nil, r.TunnelID))
	}
	if r.UIDSet {
		add(unix.FRA_UID_RANGE, pair32(r.UIDFirst, r.UIDLast))
	}
	if r.L3MDev {
		add(unix.FRA_L3MDEV, []byte{1})
	}
	if r.IPProto != 0 {
		add(unix.FRA_IP_PROTO, []byte{r.IPProto})
	}
	if r.SrcPort != nil {
		add(unix.FRA_SPORT_RANGE, pair16(r.SrcPort))
	}
	if r.DstPort != nil {
		add(unix.FRA_DPORT_RANGE, pair16(r.DstPort))
	}
	if r.Goto != 0 {
		add(unix.FRA_GOTO, nl.Uint32Attr(r.Goto))
	}
	req.AddData(msg)
	for _, a := range attrs {
		req.AddData(a)
	}
	return req
}

func pair32(a, b uint32) []byte {
	return binary.NativeEndian.AppendUint32(binary.NativeEndian.AppendUint32(nil, a), b)
}

func pair16(p *config.PortRange) []byte {
	return binary.NativeEndian.AppendUint16(binary.NativeEndian.AppendUint16(nil, p.First), p.Last)
}

// parseRule reads the payload of a rule message.
func parseRule(data []byte) (RuleID, error) {
	if len(data) < unix.SizeofRtMsg {
		return RuleID{}, fmt.Errorf("rule message: %d octets", len(data))
	}
	msg := nl.DeserializeRtMsg(data)
	attrs, err := nl.ParseRouteAttr(data[unix.SizeofRtMsg:])
	if err != nil {
		return RuleID{}, fmt.Errorf("rule message: %w", err)
	}
	r := RuleID{
		Family: 4, Action: msg.Type, Invert: msg.Flags&fibRuleInvert != 0, Table: uint32(msg.Table), TOS: msg.Tos,
		SuppressPrefixLen: -1, SuppressIfGroup: -1,
	}
	if msg.Family == unix.AF_INET6 {
		r.Family = 6
	}
	for _, a := range attrs {
		r.attribute(msg, a.Attr.Type, a.Value)
	}
	return r, nil
}

func (r *RuleID) attribute(msg *nl.RtMsg, kind uint16, v []byte) {
	switch kind {
	case unix.FRA_SRC:
		r.From = prefixOf(v, msg.Src_len)
	case unix.FRA_DST:
		r.To = prefixOf(v, msg.Dst_len)
	case unix.FRA_TABLE:
		r.Table = attrUint32(v)
	case unix.FRA_PRIORITY:
		r.Priority = attrUint32(v)
	case unix.FRA_PROTOCOL:
		r.Protocol = attrUint8(v)
	case unix.FRA_FWMARK:
		r.hasFWMarks, r.FWMark = true, attrUint32(v)
	case unix.FRA_FWMASK:
		r.hasFWMarks, r.FWMask = true, attrUint32(v)
	case unix.FRA_FLOW:
		r.Realms = attrUint32(v)
	case unix.FRA_SUPPRESS_PREFIXLEN:
		r.SuppressPrefixLen = int32(attrUint32(v))
	case unix.FRA_SUPPRESS_IFGROUP:
		r.SuppressIfGroup = int32(attrUint32(v))
	case unix.FRA_IIFNAME:
		r.IIF = nl.BytesToString(v)
	case unix.FRA_OIFNAME:
		r.OIF = nl.BytesToString(v)
	case unix.FRA_TUN_ID:
		if len(v) >= 8 {
			r.TunnelID = binary.BigEndian.Uint64(v)
		}
	case unix.FRA_UID_RANGE:
		if len(v) >= 8 {
			r.hasUIDs, r.UIDFirst, r.UIDLast = true, attrUint32(v), attrUint32(v[4:])
		}
	case unix.FRA_L3MDEV:
		r.L3MDev = attrUint8(v) != 0
	case unix.FRA_IP_PROTO:
		r.IPProto = attrUint8(v)
	case unix.FRA_SPORT_RANGE:
		r.SrcFirst, r.SrcLast = ports(v)
	case unix.FRA_DPORT_RANGE:
		r.DstFirst, r.DstLast = ports(v)
	case unix.FRA_GOTO:
		r.Goto = attrUint32(v)
	}
}

func prefixOf(v []byte, bits uint8) netip.Prefix {
	a, ok := netip.AddrFromSlice(v)
	if !ok {
		return netip.Prefix{}
	}
	return netip.PrefixFrom(a, int(bits))
}

func attrUint8(v []byte) uint8 {
	if len(v) == 0 {
		return 0
	}
	return v[0]
}

func ports(v []byte) (first, last uint16) {
	if len(v) < 4 {
		return 0, 0
	}
	return binary.NativeEndian.Uint16(v), binary.NativeEndian.Uint16(v[2:])
}
