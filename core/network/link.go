package network

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Link is a network interface.
type Link struct {
	Index        int
	Name         string
	Flags        uint32 // IFF_*
	MTU          int    // octets
	MAC          net.HardwareAddr
	HardwareType uint16 // ARPHRD_*
	Kind         string // "veth", "macvlan", ...; empty for hardware and loopback
	Mode         uint32 // of a macvlan or an ipvlan; of a VRF its table
	Parent       int    // index of the link below (IFLA_LINK), 0 without one
	Master       int    // index of the bridge, bond or VRF, 0 without one
	MasterKind   string // IFLA_INFO_SLAVE_KIND: what the master is
	Group        uint32
}

// Up reports whether the link is administratively up and running.
func (l *Link) Up() bool { return l.Flags&unix.IFF_UP != 0 && l.Flags&unix.IFF_RUNNING != 0 }

// Loopback reports whether the link is a loopback.
func (l *Link) Loopback() bool { return l.Flags&unix.IFF_LOOPBACK != 0 }

// NoARP reports whether nobody resolves addresses on the link: its own flag,
// which a point-to-point link may have without being asked.
func (l *Link) NoARP() bool {
	return l.Flags&unix.IFF_NOARP != 0 && l.Flags&unix.IFF_POINTOPOINT == 0
}

// The flags in the order in which ip(8) prints them.
var linkFlagNames = [...]struct {
	flag uint32
	name string
}{
	{unix.IFF_LOOPBACK, "LOOPBACK"}, {unix.IFF_BROADCAST, "BROADCAST"}, {unix.IFF_POINTOPOINT, "POINTOPOINT"},
	{unix.IFF_MULTICAST, "MULTICAST"}, {unix.IFF_NOARP, "NOARP"}, {unix.IFF_ALLMULTI, "ALLMULTI"},
	{unix.IFF_PROMISC, "PROMISC"}, {unix.IFF_MASTER, "MASTER"}, {unix.IFF_SLAVE, "SLAVE"},
	{unix.IFF_UP, "UP"}, {unix.IFF_LOWER_UP, "LOWER_UP"},
}

// String prints the link as "ip -o link" begins it, without queueing and
// operational state.
func (l *Link) String() string {
	var b strings.Builder
	var names []string
	if l.Flags&unix.IFF_UP != 0 && l.Flags&unix.IFF_RUNNING == 0 {
		names = append(names, "NO-CARRIER")
	}
	for _, f := range linkFlagNames {
		if l.Flags&f.flag != 0 {
			names = append(names, f.name)
		}
	}
	kind := "ether"
	if l.Loopback() {
		kind = "loopback"
	}
	fmt.Fprintf(&b, "%d: %s: <%s> mtu %d link/%s %s", l.Index, l.Name, strings.Join(names, ","), l.MTU, kind, l.MAC)
	return b.String()
}

// parseLink reads the payload of an RTM_NEWLINK or RTM_DELLINK message.
func parseLink(data []byte) (Link, error) {
	if len(data) < unix.SizeofIfInfomsg {
		return Link{}, fmt.Errorf("link message: %d octets", len(data))
	}
	info := nl.DeserializeIfInfomsg(data)
	attrs, err := parseAttributes(data[unix.SizeofIfInfomsg:])
	if err != nil {
		return Link{}, fmt.Errorf("link message: %w", err)
	}
	l := Link{Index: int(info.Index), Flags: info.Flags, HardwareType: info.Type}
	foreign := false
	for _, a := range attrs {
		switch a.Attr.Type {
		case unix.IFLA_IFNAME:
			l.Name = attrString(a.Value)
		case unix.IFLA_MTU:
			l.MTU = int(attrUint32(a.Value))
		case unix.IFLA_ADDRESS:
			l.MAC = slices.Clone(a.Value)
		case unix.IFLA_LINK:
			if i := int(attrUint32(a.Value)); i != l.Index {
				l.Parent = i
			}
		case unix.IFLA_LINK_NETNSID:
			foreign = true // Parent is an index of another namespace
		case unix.IFLA_MASTER:
			l.Master = int(attrUint32(a.Value))
		case unix.IFLA_GROUP:
			l.Group = attrUint32(a.Value)
		case unix.IFLA_LINKINFO:
			l.Kind, l.MasterKind, l.Mode = linkInfo(a.Value)
		}
	}
	if foreign || paired(l.Kind) {
		l.Parent = 0
	}
	return l, nil
}

// paired reports whether IFLA_LINK of a kind of link is the other end of a pair.
func paired(kind string) bool { return kind == "veth" || kind == "vxcan" || kind == "netkit" }

func linkInfo(data []byte) (kind, masterKind string, mode uint32) {
	attrs, err := parseAttributes(data)
	if err != nil {
		return "", "", 0
	}
	for _, a := range attrs {
		switch a.Attr.Type {
		case unix.IFLA_INFO_KIND:
			kind = attrString(a.Value)
		case unix.IFLA_INFO_SLAVE_KIND:
			masterKind = attrString(a.Value)
		case unix.IFLA_INFO_DATA: // after the kind
			mode = linkMode(kind, a.Value)
		}
	}
	return kind, masterKind, mode
}

// Links lists the links of the host, by index.
func (h *Host) Links() ([]Link, error) { return h.conn.links() }

func (c *conn) links() ([]Link, error) {
	var links []Link
	req := nl.NewNetlinkRequest(unix.RTM_GETLINK, unix.NLM_F_DUMP)
	req.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	err := c.dump(req, func(m syscall.NetlinkMessage) error {
		if m.Header.Type != unix.RTM_NEWLINK {
			return nil
		}
		l, err := parseLink(m.Data)
		links = append(links, l)
		return err
	}, func() { links = nil })
	if err != nil {
		return nil, fmt.Errorf("links: %w", err)
	}
	slices.SortFunc(links, func(a, b Link) int { return cmp.Compare(a.Index, b.Index) })
	return links, nil
}
