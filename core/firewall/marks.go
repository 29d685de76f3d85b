package firewall

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// Mark has packets to some addresses and ports marked for IPVS
// (04-lvs-checkers section 12.4).
type Mark struct {
	Protocol            config.Protocol // TCP, UDP or SCTP
	First, Last         netip.Addr      // one address: equal; both of one family
	FirstPort, LastPort uint16
	Value               uint32
}

// protocol is what a layer of marks is made of.
type protocol struct {
	part   part
	name   string
	number byte
}

func protocols() [3]protocol {
	return [...]protocol{{marksTCP, "tcp", unix.IPPROTO_TCP}, {marksUDP, "udp", unix.IPPROTO_UDP}, {marksSCTP, "sctp", unix.IPPROTO_SCTP}}
}

func (m *Mark) protocol() protocol {
	all := protocols()
	switch m.Protocol {
	case config.ProtocolTCP:
		return all[0]
	case config.ProtocolSCTP:
		return all[2]
	}
	return all[1]
}

func (m *Mark) family() int {
	if m.First.Is4() {
		return 4
	}
	return 6
}

// setMarks makes the marks exactly those of the list. A family in which a
// protocol is needed no more is made anew, so that it is as it would be after a
// start: a rule can be deleted by nobody who has not read its handle. So a table is
// for marks or for the rest, never for both.
func (b *book) setMarks(list []Mark) change {
	var c change
	var needed []layer
	wanted := map[setID]map[string]element{}
	var ordered []element
	for i := range list {
		e := list[i].element()
		if l := (layer{e.set.family, list[i].protocol().part}); !slices.Contains(needed, l) {
			needed = append(needed, l)
		}
		if wanted[e.set] == nil {
			wanted[e.set] = map[string]element{}
		}
		wanted[e.set][e.id()] = e
		ordered = append(ordered, e)
	}
	for _, l := range slices.Clone(b.built) {
		if l.part >= marksTCP && !slices.Contains(needed, l) && !slices.Contains(c.anew, l.family) {
			c.anew = append(c.anew, l.family)
			b.forget(l.family)
		}
	}
	for _, l := range needed {
		b.need(&c, l)
	}
	for _, family := range []int{4, 6} {
		for _, p := range protocols() {
			id := setID{family, p.name + "_map"}
			for _, old := range sorted(b.elements[id]) {
				if now, ok := wanted[id][old.id()]; !ok || now.data != old.data {
					b.take(&c, old)
				}
			}
		}
	}
	for _, e := range ordered {
		if _, has := b.elements[e.set][e.id()]; !has {
			b.count++
			e.order = string(binary.BigEndian.AppendUint64(nil, b.count)) // the kernel keeps them as they came
			b.put(&c, e)
		}
	}
	return c
}

// id tells elements of one set apart.
func (e *element) id() string { return e.key + e.end }

// forget takes a family with everything that it has out of the book.
func (b *book) forget(family int) {
	b.built = slices.DeleteFunc(b.built, func(l layer) bool { return l.family == family })
	for id := range b.elements {
		if id.family == family {
			delete(b.elements, id)
		}
	}
}

// element is the element that gives a mark: an address and a port, each in
// network order and filled up to four octets, lead to the mark.
func (m *Mark) element() element {
	key := func(a netip.Addr, port uint16) string {
		return string(append(binary.BigEndian.AppendUint16(a.AsSlice(), port), 0, 0))
	}
	return element{
		set: setID{m.family(), m.protocol().name + "_map"},
		key: key(m.First, m.FirstPort), end: key(m.Last, m.LastPort),
		data: string(binary.NativeEndian.AppendUint32(nil, m.Value)),
		text: fmt.Sprintf("%s . %s%s : 0x%08x", addresses(m.First, m.Last), ports(m.FirstPort, m.LastPort), counterPlace, m.Value),
	}
}

// addresses prints a range as nft does, as a prefix where it is one.
func addresses(first, last netip.Addr) string {
	if first == last {
		return first.String()
	}
	a, b := first.As16(), last.As16()
	same := 0
	for i := range a {
		if a[i] != b[i] {
			same = 8*i + bits.LeadingZeros8(a[i]^b[i])
			break
		}
	}
	if first.Is4() {
		same -= 96
	}
	if p := netip.PrefixFrom(first, same).Masked(); p.Addr() == first && lastOf(p) == last {
		return p.String()
	}
	return first.String() + "-" + last.String()
}

func lastOf(p netip.Prefix) netip.Addr {
	raw := p.Addr().AsSlice()
	for i := p.Bits(); i < 8*len(raw); i++ {
		raw[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(raw)
	return a
}

func ports(first, last uint16) string {
	if first == last {
		return fmt.Sprint(first)
	}
	return fmt.Sprintf("%d-%d", first, last)
}

// marks is the part of a table that marks the packets of one protocol.
func marks(l layer, o Options) layout {
	p := protocols()[l.part-marksTCP]
	kind, address, word, offset, length, register := "ipv4_addr", nftables.TypeIPAddr, "ip", uint32(16), uint32(4), uint32(9)
	if l.family == 6 {
		kind, address, word, offset, length, register = "ipv6_addr", nftables.TypeIP6Addr, "ip6", 24, 16, 2
	}
	name := p.name + "_map"
	port := []expr.Any{&expr.Payload{DestRegister: register, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2}}
	lookup := []expr.Any{
		&expr.Lookup{SourceRegister: 1, DestRegister: 1, IsDestRegSet: true, SetName: name},
		&expr.Meta{Key: expr.MetaKeyMARK, SourceRegister: true, Register: 1},
	}
	return layout{
		sets: []set{{
			name: name, kind: kind + " . inet_service : mark", key: concat(address, nftables.TypeInetService), data: nftables.TypeMark,
			isMap: true, concat: true, interval: true, counted: o.Counters,
		}},
		chains: []chain{{chainIn, nftables.ChainHookInput}},
		rules: []rule{{
			chain: chainIn, match: fmt.Sprintf("meta mark set %s daddr . %s dport map @%s", word, p.name, name), verdict: "return",
			exprs: join(meta(expr.MetaKeyL4PROTO, 1), equal(p.number), payload(expr.PayloadBaseNetworkHeader, offset, length), port, lookup),
			end:   verdict(expr.VerdictReturn, ""),
		}},
	}
}
