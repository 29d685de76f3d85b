package network

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// Forever is a lifetime without end.
const Forever = 1<<32 - 1

// Protocol is the number by which the kernel's tables know who added an
// address (IFA_PROTO), a route or a rule: keepalived's own.
const Protocol = 18

const ifaProto = 11 // IFA_PROTO, Linux 5.18

// Address is an address of a link.
type Address struct {
	Link      int          // index of the interface
	Prefix    netip.Prefix // the address itself and the length of its prefix
	Peer      netip.Addr   // zero without one
	Broadcast netip.Addr   // zero without one
	Label     string       // IPv4; empty: the name of the link
	Scope     uint8        // RT_SCOPE_*
	Flags     uint32       // IFA_F_*
	Preferred uint32       // preferred lifetime in seconds, or Forever
	Protocol  uint8        // IFA_PROTO, 0 when unknown
}

// AddressID is what makes two addresses of a host the same one for the kernel.
type AddressID struct {
	Link   int
	Prefix netip.Prefix
	Peer   netip.Addr
}

// ID returns the identity of the address.
func (a *Address) ID() AddressID { return AddressID{a.Link, a.Prefix, a.Peer} }

// Tentative reports whether duplicate address detection has not ended, or has
// failed: the address cannot be used yet.
func (a *Address) Tentative() bool {
	return a.Flags&(unix.IFA_F_TENTATIVE|unix.IFA_F_DADFAILED) != 0 && a.Flags&unix.IFA_F_OPTIMISTIC == 0
}

// AddAddress adds an address. The message and its flags are those of 03-vrrp
// section 10.2; one that exists already is reported as EEXIST.
func (h *Host) AddAddress(a *Address) error {
	req := addressRequest(unix.RTM_NEWADDR, a)
	if a.Broadcast.IsValid() {
		req.AddData(nl.NewRtAttr(unix.IFA_BROADCAST, a.Broadcast.AsSlice()))
	}
	if a.Label != "" {
		req.AddData(nl.NewRtAttr(unix.IFA_LABEL, nl.ZeroTerminated(a.Label)))
	}
	if a.Flags != 0 {
		req.AddData(nl.NewRtAttr(unix.IFA_FLAGS, nl.Uint32Attr(a.Flags)))
	}
	if a.Prefix.Addr().Is6() && a.Preferred != Forever {
		var c [16]byte // struct ifa_cacheinfo
		binary.NativeEndian.PutUint32(c[0:], a.Preferred)
		binary.NativeEndian.PutUint32(c[4:], Forever)
		req.AddData(nl.NewRtAttr(unix.IFA_CACHEINFO, c[:]))
	}
	if a.Protocol != 0 {
		req.AddData(nl.NewRtAttr(ifaProto, []byte{a.Protocol}))
	}
	return h.conn.execute(req)
}

// DelAddress deletes an address; one that does not exist is EADDRNOTAVAIL.
func (h *Host) DelAddress(a *Address) error {
	req := addressRequest(unix.RTM_DELADDR, a)
	if a.Prefix.Addr().Is4() && !a.Peer.IsValid() {
		req.AddData(nl.NewRtAttr(unix.IFA_ADDRESS, a.Prefix.Addr().AsSlice()))
	}
	return h.conn.execute(req)
}

func addressRequest(kind int, a *Address) *nl.NetlinkRequest {
	req := nl.NewNetlinkRequest(kind, unix.NLM_F_ACK)
	family := unix.AF_INET
	if a.Prefix.Addr().Is6() {
		family = unix.AF_INET6
	}
	msg := nl.NewIfAddrmsg(family)
	msg.Prefixlen = uint8(a.Prefix.Bits())
	msg.Scope = a.Scope
	msg.Index = uint32(a.Link)
	req.AddData(msg)
	req.AddData(nl.NewRtAttr(unix.IFA_LOCAL, a.Prefix.Addr().AsSlice()))
	if a.Peer.IsValid() {
		req.AddData(nl.NewRtAttr(unix.IFA_ADDRESS, a.Peer.AsSlice()))
	}
	return req
}

// Addresses lists the addresses of the host in the kernel's order, IPv4
// first.
func (h *Host) Addresses() ([]Address, error) { return h.conn.addresses() }

func (c *conn) addresses() ([]Address, error) {
	var list []Address
	for _, family := range []int{unix.AF_INET, unix.AF_INET6} {
		start := len(list)
		req := nl.NewNetlinkRequest(unix.RTM_GETADDR, unix.NLM_F_DUMP)
		req.AddData(nl.NewIfAddrmsg(family))
		err := c.dump(req, func(m syscall.NetlinkMessage) error {
			if m.Header.Type != unix.RTM_NEWADDR {
				return nil
			}
			a, err := parseAddress(m.Data)
			list = append(list, a)
			return err
		}, func() { list = list[:start] })
		if err != nil {
			return nil, fmt.Errorf("addresses: %w", err)
		}
	}
	return list, nil
}

// parseAddress reads the payload of an RTM_NEWADDR or RTM_DELADDR message.
func parseAddress(data []byte) (Address, error) {
	if len(data) < unix.SizeofIfAddrmsg {
		return Address{}, fmt.Errorf("address message: %d octets", len(data))
	}
	msg := nl.DeserializeIfAddrmsg(data)
	attrs, err := parseAttributes(data[unix.SizeofIfAddrmsg:])
	if err != nil {
		return Address{}, fmt.Errorf("address message: %w", err)
	}
	a := Address{Link: int(msg.Index), Scope: msg.Scope, Flags: uint32(msg.Flags), Preferred: Forever}
	var local, address netip.Addr
	for _, at := range attrs {
		switch at.Attr.Type {
		case unix.IFA_LOCAL:
			local, _ = netip.AddrFromSlice(at.Value)
		case unix.IFA_ADDRESS:
			address, _ = netip.AddrFromSlice(at.Value)
		case unix.IFA_BROADCAST:
			a.Broadcast, _ = netip.AddrFromSlice(at.Value)
		case unix.IFA_LABEL:
			a.Label = attrString(at.Value)
		case unix.IFA_FLAGS:
			a.Flags = attrUint32(at.Value)
		case unix.IFA_CACHEINFO:
			a.Preferred = attrUint32(at.Value)
		case ifaProto:
			if len(at.Value) > 0 {
				a.Protocol = at.Value[0]
			}
		}
	}
	// Without a peer both are the same; IPv6 then has no IFA_LOCAL.
	if !local.IsValid() {
		local = address
	} else if address.IsValid() && address != local {
		a.Peer = address
	}
	if !local.IsValid() {
		return a, fmt.Errorf("address message of interface %d: no address", msg.Index)
	}
	a.Prefix = netip.PrefixFrom(local, int(msg.Prefixlen))
	return a, nil
}

var addressFlagNames = [...]struct {
	flag uint32
	name string
}{
	{unix.IFA_F_SECONDARY, "secondary"}, {unix.IFA_F_TENTATIVE, "tentative"}, {unix.IFA_F_DEPRECATED, "deprecated"},
	{unix.IFA_F_HOMEADDRESS, "home"}, {unix.IFA_F_NODAD, "nodad"}, {unix.IFA_F_MANAGETEMPADDR, "mngtmpaddr"},
	{unix.IFA_F_NOPREFIXROUTE, "noprefixroute"}, {unix.IFA_F_MCAUTOJOIN, "autojoin"},
}

// FormatAddress prints an address of a link called name as "ip -o addr" does,
// without its lifetimes.
func FormatAddress(name string, a *Address) string {
	var b strings.Builder
	family := "inet"
	if a.Prefix.Addr().Is6() {
		family = "inet6"
	}
	fmt.Fprintf(&b, "%d: %s    %s ", a.Link, name, family)
	if a.Peer.IsValid() {
		fmt.Fprintf(&b, "%s peer %s/%d", a.Prefix.Addr(), a.Peer, a.Prefix.Bits())
	} else {
		b.WriteString(a.Prefix.String())
	}
	if a.Broadcast.IsValid() {
		fmt.Fprintf(&b, " brd %s", a.Broadcast)
	}
	fmt.Fprintf(&b, " scope %s", config.ScopeName(a.Scope))
	for _, f := range addressFlagNames {
		if a.Flags&f.flag != 0 {
			b.WriteString(" " + f.name)
		}
	}
	if a.Protocol != 0 {
		fmt.Fprintf(&b, " proto %d", a.Protocol)
	}
	if a.Prefix.Addr().Is4() {
		label := a.Label
		if label == "" {
			label = name
		}
		b.WriteString(" " + label)
	}
	return b.String()
}
