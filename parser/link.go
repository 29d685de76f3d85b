package parser

import (
	"encoding/binary"
	"syscall"

	"golang.org/x/sys/unix"

	"keepalived/parser/reader"
)

// parseLink reads one RTM_NEWLINK message; base and master are indices of
// other interfaces, 0 for none.
func parseLink(m *syscall.NetlinkMessage) (l reader.Link, base, master int, ok bool) {
	if m.Header.Type != syscall.RTM_NEWLINK || len(m.Data) < syscall.SizeofIfInfomsg {
		return l, 0, 0, false
	}
	flags := binary.NativeEndian.Uint32(m.Data[8:])
	l.Index = int(int32(binary.NativeEndian.Uint32(m.Data[4:])))
	l.Multicast = flags&unix.IFF_MULTICAST != 0
	l.Loopback = flags&unix.IFF_LOOPBACK != 0
	l.Ethernet = binary.NativeEndian.Uint16(m.Data[2:]) == unix.ARPHRD_ETHER
	attributes, err := syscall.ParseNetlinkRouteAttr(m)
	if err != nil {
		return l, 0, 0, false
	}
	elsewhere := false
	for _, a := range attributes {
		switch a.Attr.Type {
		case unix.IFLA_IFNAME:
			l.Name = cString(a.Value)
		case unix.IFLA_MTU:
			l.MTU = number(a.Value)
		case unix.IFLA_LINK:
			base = number(a.Value)
		case unix.IFLA_LINK_NETNSID:
			elsewhere = true // the base is in another namespace
		case unix.IFLA_MASTER:
			master = number(a.Value)
		case unix.IFLA_LINKINFO:
			l.Kind = linkKind(a.Value)
		}
	}
	if elsewhere || l.Kind != "vlan" && l.Kind != "macvlan" && l.Kind != "ipvlan" && l.Kind != "macvtap" {
		base = 0
	}
	return l, base, master, l.Name != ""
}

// linkKind finds IFLA_INFO_KIND in the nested attributes of IFLA_LINKINFO.
func linkKind(b []byte) string {
	for len(b) >= unix.SizeofRtAttr {
		length := int(binary.NativeEndian.Uint16(b))
		if length < unix.SizeofRtAttr || length > len(b) {
			return ""
		}
		if binary.NativeEndian.Uint16(b[2:]) == unix.IFLA_INFO_KIND {
			return cString(b[unix.SizeofRtAttr:length])
		}
		next := (length + unix.RTA_ALIGNTO - 1) &^ (unix.RTA_ALIGNTO - 1)
		if next > len(b) {
			return ""
		}
		b = b[next:]
	}
	return ""
}

func number(b []byte) int {
	if len(b) < 4 {
		return 0
	}
	return int(binary.NativeEndian.Uint32(b))
}

// cString returns the text before a NUL.
func cString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
