package network

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// The kinds of links that are made on top of another one.
const (
	KindMACVLAN = "macvlan"
	KindIPVLAN  = "ipvlan"
)

// The modes of a macvlan (MACVLAN_MODE_*, linux/if_link.h).
const (
	MACVLANPrivate uint32 = 1
	MACVLANBridge  uint32 = 4
)

// The modes of an ipvlan: layer 2, with a flag in the upper 16 bits
// (IPVLAN_MODE_L2, IPVLAN_F_*).
const (
	IPVLANBridge  uint32 = 0
	IPVLANPrivate uint32 = 1 << 16
	IPVLANVEPA    uint32 = 2 << 16
)

// Device describes a link that is made on top of another one.
type Device struct {
	Name   string
	Kind   string // KindMACVLAN or KindIPVLAN
	Mode   uint32
	Parent int              // index
	MAC    net.HardwareAddr // of a macvlan; nil: the kernel's choice
	Group  uint32
	VRF    int  // index of the VRF device that it joins; 0: none
	Up     bool // from the beginning
}

// addrGenModeNone is IN6_ADDR_GEN_MODE_NONE (linux/if_link.h).
const addrGenModeNone = 1

// DeviceChange says what is to become different; what is zero stays.
type DeviceChange struct {
	Up        bool
	NoAddress bool // the kernel is to give it no link-local address
	MAC       net.HardwareAddr
	Mode      uint32 // of a macvlan
	SetVRF    bool
	VRF       int // with SetVRF
}

// CreateDevice makes a link. One of that name that exists is EEXIST.
func (h *Host) CreateDevice(d *Device) error {
	req := nl.NewNetlinkRequest(unix.RTM_NEWLINK, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_ACK)
	msg := nl.NewIfInfomsg(unix.AF_UNSPEC)
	if d.Up {
		msg.Flags, msg.Change = unix.IFF_UP, unix.IFF_UP
	}
	req.AddData(msg)
	info := nl.NewRtAttr(unix.IFLA_LINKINFO, nil)
	info.AddRtAttr(unix.IFLA_INFO_KIND, nl.NonZeroTerminated(d.Kind))
	addMode(info, d.Kind, d.Mode)
	req.AddData(info)
	req.AddData(nl.NewRtAttr(unix.IFLA_LINK, nl.Uint32Attr(uint32(d.Parent))))
	req.AddData(nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated(d.Name)))
	req.AddData(nl.NewRtAttr(unix.IFLA_GROUP, nl.Uint32Attr(d.Group)))
	if d.MAC != nil {
		req.AddData(nl.NewRtAttr(unix.IFLA_ADDRESS, d.MAC))
	}
	if d.VRF != 0 {
		req.AddData(nl.NewRtAttr(unix.IFLA_MASTER, nl.Uint32Attr(uint32(d.VRF))))
	}
	return h.conn.execute(req)
}

func addMode(info *nl.RtAttr, kind string, mode uint32) {
	data := info.AddRtAttr(unix.IFLA_INFO_DATA, nil)
	if kind == KindMACVLAN {
		data.AddRtAttr(nl.IFLA_MACVLAN_MODE, nl.Uint32Attr(mode))
		return
	}
	data.AddRtAttr(nl.IFLA_IPVLAN_MODE, nl.Uint16Attr(uint16(mode)))
	data.AddRtAttr(nl.IFLA_IPVLAN_FLAG, nl.Uint16Attr(uint16(mode>>16)))
}

// ChangeDevice changes a link.
func (h *Host) ChangeDevice(index int, c DeviceChange) error {
	req := nl.NewNetlinkRequest(unix.RTM_NEWLINK, unix.NLM_F_ACK)
	msg := nl.NewIfInfomsg(unix.AF_UNSPEC)
	msg.Index = int32(index)
	if c.Up {
		msg.Flags, msg.Change = unix.IFF_UP, unix.IFF_UP
	}
	req.AddData(msg)
	if c.NoAddress {
		families := nl.NewRtAttr(unix.IFLA_AF_SPEC, nil)
		inet6 := families.AddRtAttr(unix.AF_INET6, nil)
		inet6.AddRtAttr(unix.IFLA_INET6_ADDR_GEN_MODE, []byte{addrGenModeNone})
		req.AddData(families)
	}
	if c.MAC != nil {
		req.AddData(nl.NewRtAttr(unix.IFLA_ADDRESS, c.MAC))
	}
	if c.Mode != 0 {
		info := nl.NewRtAttr(unix.IFLA_LINKINFO, nil)
		info.AddRtAttr(unix.IFLA_INFO_KIND, nl.NonZeroTerminated(KindMACVLAN))
		addMode(info, KindMACVLAN, c.Mode)
		req.AddData(info)
	}
	if c.SetVRF {
		req.AddData(nl.NewRtAttr(unix.IFLA_MASTER, nl.Uint32Attr(uint32(c.VRF))))
	}
	return h.conn.execute(req)
}

// DeleteDevice deletes a link; one that does not exist is ENODEV.
func (h *Host) DeleteDevice(index int) error {
	return h.conn.execute(linkRequest(unix.RTM_DELLINK, index))
}

// DeleteDevices deletes many links at once. One after the other, each would wait
// some ten milliseconds until no packet can be on its way through it any more; a
// group of links waits once.
func (h *Host) DeleteDevices(indexes []int) error {
	group, err := h.freeGroup()
	if err != nil {
		return err
	}
	joined := 0
	for _, index := range indexes {
		req := linkRequest(unix.RTM_NEWLINK, index)
		req.AddData(nl.NewRtAttr(unix.IFLA_GROUP, nl.Uint32Attr(group)))
		switch err := h.conn.execute(req); {
		case err == nil:
			joined++
		case !errors.Is(err, unix.ENODEV):
			return err
		}
	}
	if joined == 0 {
		return nil
	}
	req := linkRequest(unix.RTM_DELLINK, 0)
	req.AddData(nl.NewRtAttr(unix.IFLA_GROUP, nl.Uint32Attr(group)))
	return h.conn.execute(req)
}

// freeGroup is a group that no link belongs to.
func (h *Host) freeGroup() (uint32, error) {
	links, err := h.Links()
	if err != nil {
		return 0, err
	}
	group := uint32(1<<32 - 1)
	for slices.ContainsFunc(links, func(l Link) bool { return l.Group == group }) {
		group--
	}
	return group, nil
}

func linkRequest(kind, index int) *nl.NetlinkRequest {
	req := nl.NewNetlinkRequest(kind, unix.NLM_F_ACK)
	msg := nl.NewIfInfomsg(unix.AF_UNSPEC)
	msg.Index = int32(index)
	req.AddData(msg)
	return req
}

// LinkByName reads one link; one that does not exist is ENODEV.
func (h *Host) LinkByName(name string) (Link, error) {
	req := linkRequest(unix.RTM_GETLINK, 0)
	req.AddData(nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated(name)))
	return h.conn.link(req)
}

// LinkByIndex reads one link; one that does not exist is ENODEV.
func (h *Host) LinkByIndex(index int) (Link, error) {
	return h.conn.link(linkRequest(unix.RTM_GETLINK, index))
}

// link sends a request that is answered with one link.
func (c *conn) link(req *nl.NetlinkRequest) (Link, error) {
	var l Link
	err := c.executeFor(req, func(m syscall.NetlinkMessage) (err error) {
		if m.Header.Type == unix.RTM_NEWLINK {
			l, err = parseLink(m.Data)
		}
		return err
	})
	return l, err
}

// linkMode reads the mode of a macvlan or an ipvlan, or the table of a VRF, from
// its IFLA_INFO_DATA.
func linkMode(kind string, data []byte) uint32 {
	attrs, err := parseAttributes(data)
	if err != nil {
		return 0
	}
	var mode uint32
	for _, a := range attrs {
		switch {
		case kind == "vrf" && a.Attr.Type == nl.IFLA_VRF_TABLE && len(a.Value) >= 4:
			return attrUint32(a.Value)
		case kind == KindMACVLAN && a.Attr.Type == nl.IFLA_MACVLAN_MODE:
			mode = attrUint32(a.Value)
		case kind == KindIPVLAN && a.Attr.Type == nl.IFLA_IPVLAN_MODE && len(a.Value) >= 2:
			mode |= uint32(binary.NativeEndian.Uint16(a.Value))
		case kind == KindIPVLAN && a.Attr.Type == nl.IFLA_IPVLAN_FLAG && len(a.Value) >= 2:
			mode |= uint32(binary.NativeEndian.Uint16(a.Value)) << 16
		}
	}
	return mode
}

// FormatDevices prints the links that are on top of another one, in the words
// of "ip -d link".
func FormatDevices(links []Link) string {
	var b strings.Builder
	for i := range links {
		l := &links[i]
		if l.Kind != KindMACVLAN && l.Kind != KindIPVLAN {
			continue
		}
		parent := "?"
		if p, ok := find(links, func(o *Link) bool { return o.Index == l.Parent }); ok {
			parent = p.Name
		}
		var flags []string
		for _, f := range linkFlagNames {
			if l.Flags&f.flag != 0 {
				flags = append(flags, f.name)
			}
		}
		fmt.Fprintf(&b, "%s@%s: <%s> link/ether %s %s mode %s group %d\n", l.Name, parent, strings.Join(flags, ","), l.MAC, l.Kind, modeWord(l.Kind, l.Mode), l.Group)
	}
	return b.String()
}

func modeWord(kind string, mode uint32) string {
	words := map[uint32]string{IPVLANBridge: "l2 bridge", IPVLANPrivate: "l2 private", IPVLANVEPA: "l2 vepa"}
	if kind == KindMACVLAN {
		words = map[uint32]string{MACVLANPrivate: "private", MACVLANBridge: "bridge"}
	}
	if w := words[mode]; w != "" {
		return w
	}
	return fmt.Sprint(mode)
}
