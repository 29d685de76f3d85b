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
	msg := &nl.RtMsg{RtMsg: unix.RtMsg{
		Family: family(r.Family), Src_len: uint8(max(r.From.Bits(), 0)), Dst_len: uint8(max(r.To.Bits(), 0)), Tos: r.TOS, Type: r.Action,
	}}
	if r.Invert {
		msg.Flags |= fibRuleInvert
	}
	if r.Table < 256 {
		msg.Table = uint8(r.Table)
	}
	req.AddData(msg)
	for _, a := range ruleAttributes(r) {
		req.AddData(a)
	}
	return req
}

func ruleAttributes(r *config.Rule) attributes {
	var a attributes
	a.addr(unix.FRA_SRC, r.From.Addr())
	a.addr(unix.FRA_DST, r.To.Addr())
	a.uint32(unix.FRA_TABLE, r.Table, r.Table >= 256)
	a.uint32(unix.FRA_PRIORITY, r.Priority, true)
	a.uint8(unix.FRA_PROTOCOL, r.Protocol, true)
	a.uint32(unix.FRA_FWMARK, r.FWMark, r.FWMarkSet)
	a.uint32(unix.FRA_FWMASK, r.FWMask, r.FWMaskSet)
	a.uint32(unix.FRA_FLOW, r.Realms, r.Realms != 0)
	a.uint32(unix.FRA_SUPPRESS_PREFIXLEN, uint32(r.SuppressPrefixLen), r.SuppressPrefixLen != -1)
	a.uint32(unix.FRA_SUPPRESS_IFGROUP, r.SuppressIfGroup, r.SuppressIfGroupSet)
	a.name(unix.FRA_IIFNAME, r.IIF)
	a.name(unix.FRA_OIFNAME, r.OIF)
	if r.TunnelID != 0 {
		a.add(unix.FRA_TUN_ID, binary.BigEndian.AppendUint64(nil, r.TunnelID))
	}
	if r.UIDSet {
		a.add(unix.FRA_UID_RANGE, pair32(r.UIDFirst, r.UIDLast))
	}
	a.uint8(unix.FRA_L3MDEV, 1, r.L3MDev)
	a.uint8(unix.FRA_IP_PROTO, r.IPProto, r.IPProto != 0)
	if r.SrcPort != nil {
		a.add(unix.FRA_SPORT_RANGE, pair16(r.SrcPort))
	}
	if r.DstPort != nil {
		a.add(unix.FRA_DPORT_RANGE, pair16(r.DstPort))
	}
	a.uint32(unix.FRA_GOTO, r.Goto, r.Goto != 0)
	return a
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
	attrs, err := parseAttributes(data[unix.SizeofRtMsg:])
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
		r.IIF = attrString(v)
	case unix.FRA_OIFNAME:
		r.OIF = attrString(v)
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
