package firewall

import (
	"encoding/binary"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// The sets (13.2, 13.3).
const (
	setVIPs          = "vips"
	setLinkLocal     = "vips_link_local"
	setLinkLocalName = "vips_link_local_name"
	setDiscovery     = "neighbor-discovery"
	mapDevice        = "vmac_map"
	setDevice        = "vmac_set"
	setParent        = "parent_link_local"
	setReports       = "mld-report"
)

// The chains.
const (
	chainOut          = "out"
	chainIn           = "in"
	chainOutLinkLocal = "out_link_local"
	chainInLinkLocal  = "in_link_local"
)

// layout is what a layer consists of.
type layout struct {
	sets   []set
	chains []chain
	rules  []rule
}

type set struct {
	name, kind string // as nft prints them
	key, data  nftables.SetDatatype
	isMap      bool
	concat     bool
	interval   bool
	counted    bool // every element counts
	big        bool // the key is in network order
	constant   []constant
}

type constant struct {
	value byte
	text  string
}

type chain struct {
	name string
	hook *nftables.ChainHook // nil: no base chain
}

// rule is a rule, as nft prints it and as the kernel has it. A counter may
// stand before the verdict.
type rule struct {
	chain, match, verdict string
	exprs                 []expr.Any
	end                   expr.Any
}

// layoutOf describes a layer. Rules of devices go before the others: a report
// is to be moved even where its source is dropped.
func layoutOf(l layer, o Options) layout {
	switch {
	case l.part >= marksTCP:
		return marks(l, o)
	case l.part == devices && l.family == 4:
		return devices4()
	case l.part == devices:
		return devices6()
	case l.family == 4:
		return drops4()
	}
	return drops6(o)
}

func devices4() layout {
	return layout{
		sets:   []set{deviceMap()},
		chains: []chain{{chainOut, nftables.ChainHookOutput}},
		rules: []rule{{
			chain: chainOut, match: `ip protocol igmp meta oifkind "macvlan" dup to ip daddr device oif map @vmac_map`, verdict: "drop",
			exprs: join(payload(expr.PayloadBaseNetworkHeader, 9, 1), equal(unix.IPPROTO_IGMP), macvlan(), duplicate(16, 4)),
			end:   verdict(expr.VerdictDrop, ""),
		}},
	}
}

func devices6() layout {
	icmp := func(exprs ...[]expr.Any) []expr.Any { return join(append([][]expr.Any{icmp6()}, exprs...)...) }
	return layout{
		sets: []set{
			{name: setParent, kind: "ipv6_addr . ifname", key: concat(nftables.TypeIP6Addr, nftables.TypeIFName), concat: true},
			deviceMap(),
			{name: setDevice, kind: "iface_index", key: nftables.TypeIFIndex},
			{name: setReports, kind: "icmpv6_type", key: nftables.TypeICMP6Type, constant: []constant{{131, "mld-listener-report"}, {143, "mld2-listener-report"}}},
		},
		chains: []chain{{chainOut, nftables.ChainHookOutput}},
		rules: []rule{
			{
				chain: chainOut, match: `icmpv6 type nd-neighbor-advert meta oifkind "macvlan" ip6 saddr . oifname @parent_link_local`, verdict: "drop",
				exprs: icmp(equal(136), macvlan(), payload(expr.PayloadBaseNetworkHeader, 8, 16), meta(expr.MetaKeyOIFNAME, 2), in(setParent)),
				end:   verdict(expr.VerdictDrop, ""),
			},
			{
				chain: chainOut, match: `icmpv6 type @mld-report meta oifkind "macvlan" dup to ip6 daddr device oif map @vmac_map`, verdict: "drop",
				exprs: icmp(in(setReports), macvlan(), duplicate(24, 16)),
				end:   verdict(expr.VerdictDrop, ""),
			},
			{
				chain: chainOut, match: `icmpv6 type nd-router-solicit meta oifkind "macvlan" oif @vmac_set`, verdict: "drop",
				exprs: icmp(equal(133), macvlan(), meta(expr.MetaKeyOIF, 1), in(setDevice)),
				end:   verdict(expr.VerdictDrop, ""),
			},
		},
	}
}

func drops4() layout {
	return layout{
		sets:   []set{{name: setVIPs, kind: "ipv4_addr", key: nftables.TypeIPAddr, big: true}},
		chains: []chain{{chainOut, nftables.ChainHookOutput}, {chainIn, nftables.ChainHookInput}},
		rules: []rule{
			{chain: chainOut, match: "ip saddr @vips", verdict: "drop", exprs: join(payload(expr.PayloadBaseNetworkHeader, 12, 4), in(setVIPs)), end: verdict(expr.VerdictDrop, "")},
			{chain: chainIn, match: "ip daddr @vips", verdict: "drop", exprs: join(payload(expr.PayloadBaseNetworkHeader, 16, 4), in(setVIPs)), end: verdict(expr.VerdictDrop, "")},
		},
	}
}

func drops6(o Options) layout {
	local := set{name: setLinkLocalName, kind: "ipv6_addr . ifname", key: concat(nftables.TypeIP6Addr, nftables.TypeIFName), concat: true}
	iif, oif, inKey, outKey := "iifname", "oifname", expr.MetaKeyIIFNAME, expr.MetaKeyOIFNAME
	if o.Ifindex {
		local = set{name: setLinkLocal, kind: "ipv6_addr . iface_index", key: concat(nftables.TypeIP6Addr, nftables.TypeIFIndex), concat: true}
		iif, oif, inKey, outKey = "iif", "oif", expr.MetaKeyIIF, expr.MetaKeyOIF
	}
	both := func(chain, which string, offset uint32, detour string) []rule {
		return []rule{
			{chain: chain, match: "icmpv6 type @neighbor-discovery", verdict: "accept", exprs: join(icmp6(), in(setDiscovery)), end: verdict(expr.VerdictAccept, "")},
			{chain: chain, match: "ip6 " + which + " fe80::/10", verdict: "goto " + detour, exprs: join(payload(expr.PayloadBaseNetworkHeader, offset, 16), linkLocal()), end: verdict(expr.VerdictGoto, detour)},
			{chain: chain, match: "ip6 " + which + " @vips", verdict: "drop", exprs: join(payload(expr.PayloadBaseNetworkHeader, offset, 16), in(setVIPs)), end: verdict(expr.VerdictDrop, "")},
		}
	}
	on := func(chain, which string, offset uint32, word string, key expr.MetaKey) rule {
		return rule{
			chain: chain, match: "ip6 " + which + " . " + word + " @" + local.name, verdict: "drop",
			exprs: join(payload(expr.PayloadBaseNetworkHeader, offset, 16), meta(key, 2), in(local.name)), end: verdict(expr.VerdictDrop, ""),
		}
	}
	l := layout{
		sets: []set{
			{name: setVIPs, kind: "ipv6_addr", key: nftables.TypeIP6Addr, big: true},
			{name: setDiscovery, kind: "icmpv6_type", key: nftables.TypeICMP6Type, constant: []constant{{135, "nd-neighbor-solicit"}, {136, "nd-neighbor-advert"}}},
			local,
		},
		chains: []chain{{chainOut, nftables.ChainHookOutput}, {chainIn, nftables.ChainHookInput}, {chainInLinkLocal, nil}, {chainOutLinkLocal, nil}},
		rules:  append(both(chainOut, "saddr", 8, chainOutLinkLocal), both(chainIn, "daddr", 24, chainInLinkLocal)...),
	}
	l.rules = append(l.rules, on(chainInLinkLocal, "daddr", 24, iif, inKey), on(chainOutLinkLocal, "saddr", 8, oif, outKey))
	return l
}

func deviceMap() set {
	return set{name: mapDevice, kind: "iface_index : iface_index", key: nftables.TypeIFIndex, data: nftables.TypeIFIndex, isMap: true}
}

// concat never fails for two types.
func concat(a, b nftables.SetDatatype) nftables.SetDatatype { return nftables.MustConcatSetType(a, b) }

func join(parts ...[]expr.Any) []expr.Any {
	var all []expr.Any
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func payload(base expr.PayloadBase, offset, length uint32) []expr.Any {
	return []expr.Any{&expr.Payload{DestRegister: 1, Base: base, Offset: offset, Len: length}}
}

func meta(key expr.MetaKey, register uint32) []expr.Any {
	return []expr.Any{&expr.Meta{Key: key, Register: register}}
}

func equal(data ...byte) []expr.Any {
	return []expr.Any{&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: data}}
}

func in(set string) []expr.Any { return []expr.Any{&expr.Lookup{SourceRegister: 1, SetName: set}} }

func verdict(kind expr.VerdictKind, chain string) expr.Any {
	return &expr.Verdict{Kind: kind, Chain: chain}
}

// outputKind is NFT_META_OIFKIND, which x/sys does not have.
const outputKind expr.MetaKey = 27

func macvlan() []expr.Any {
	return join(meta(outputKind, 1), equal([]byte(interfaceName("macvlan"))...))
}

// icmp6 loads the type of an ICMPv6 message.
func icmp6() []expr.Any {
	return join(meta(expr.MetaKeyL4PROTO, 1), equal(unix.IPPROTO_ICMPV6), payload(expr.PayloadBaseTransportHeader, 0, 1))
}

// linkLocal compares with fe80::/10.
func linkLocal() []expr.Any {
	mask, prefix := make([]byte, 16), make([]byte, 16)
	binary.BigEndian.PutUint16(mask, 0xffc0)
	binary.BigEndian.PutUint16(prefix, 0xfe80)
	return []expr.Any{
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 16, Mask: mask, Xor: make([]byte, 16)},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: prefix},
	}
}

// duplicate sends a copy to the destination on the interface below.
func duplicate(offset, length uint32) []expr.Any {
	return join(payload(expr.PayloadBaseNetworkHeader, offset, length), meta(expr.MetaKeyOIF, 2), []expr.Any{
		&expr.Lookup{SourceRegister: 2, DestRegister: 2, IsDestRegSet: true, SetName: mapDevice},
		&expr.Dup{RegAddr: 1, RegDev: 2, IsRegDevSet: true},
	})
}
