package network

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// deviceHost is what the real and the fake one have in common for devices.
type deviceHost interface {
	host
	CreateDevice(*Device) error
	ChangeDevice(int, DeviceChange) error
	DeleteDevice(int) error
	DeleteDevices([]int) error
	LinkByName(string) (Link, error)
	LinkByIndex(int) (Link, error)
}

func TestDevices(t *testing.T) {
	mac := net.HardwareAddr{0, 0, 0x5e, 0, 1, 51}
	onBoth(t, func(t *testing.T, h host, link int) {
		d := h.(deviceHost)
		say := func(what string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) || (err == nil) != (want == nil) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		shown := func(what, want string) {
			t.Helper()
			links, err := d.Links()
			if err != nil {
				t.Fatal(err)
			}
			if got := FormatDevices(links); got != want {
				t.Errorf("%s:\n%swant:\n%s", what, got, want)
			}
		}
		vmac := Device{Name: "vrrp.51", Kind: KindMACVLAN, Mode: MACVLANPrivate, Parent: link, MAC: mac, Group: 7}
		say("create", d.CreateDevice(&vmac), nil)
		shown("created", "vrrp.51@eth0: <BROADCAST,MULTICAST> link/ether 00:00:5e:00:01:33 macvlan mode private group 7\n")
		say("create again", d.CreateDevice(&vmac), unix.EEXIST)
		l, err := d.LinkByName("vrrp.51")
		say("by name", err, nil)
		if byIndex, err := d.LinkByIndex(l.Index); err != nil || byIndex.Name != "vrrp.51" || byIndex.Parent != link || byIndex.Mode != MACVLANPrivate {
			t.Errorf("by index: %+v, %v", byIndex, err)
		}
		say("without addresses", d.ChangeDevice(l.Index, DeviceChange{NoAddress: true}), nil)
		say("up", d.ChangeDevice(l.Index, DeviceChange{Up: true}), nil)
		shown("up", "vrrp.51@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> link/ether 00:00:5e:00:01:33 macvlan mode private group 7\n")
		addresses, err := d.Addresses()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range addresses {
			if a.Link == l.Index {
				t.Errorf("it has %s by itself", a.Prefix)
			}
		}
		vip := Address{Link: l.Index, Prefix: netip.MustParsePrefix("fe80::9/64"), Flags: unix.IFA_F_NODAD}
		say("address", d.AddAddress(&vip), nil)

		// A second one with this MAC cannot be set up beside it.
		other := vmac
		other.Name = "vrrp1.51"
		say("second", d.CreateDevice(&other), nil)
		l2, err := d.LinkByName("vrrp1.51")
		say("second by name", err, nil)
		say("second up", d.ChangeDevice(l2.Index, DeviceChange{Up: true}), unix.EADDRINUSE)
		say("other MAC and mode", d.ChangeDevice(l2.Index, DeviceChange{MAC: net.HardwareAddr{0, 0, 0x5e, 0, 2, 51}, Mode: MACVLANBridge}), nil)
		say("second up", d.ChangeDevice(l2.Index, DeviceChange{Up: true}), nil)
		shown("both", "vrrp.51@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> link/ether 00:00:5e:00:01:33 macvlan mode private group 7\n"+
			"vrrp1.51@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> link/ether 00:00:5e:00:02:33 macvlan mode bridge group 7\n")

		say("delete", d.DeleteDevice(l.Index), nil)
		say("delete again", d.DeleteDevice(l.Index), unix.ENODEV)
		say("delete the second", d.DeleteDevice(l2.Index), nil)
		shown("deleted", "")
		_, err = d.LinkByName("vrrp.51")
		say("deleted by name", err, unix.ENODEV)
		say("on nothing", d.CreateDevice(&Device{Name: "x", Kind: KindMACVLAN, Mode: MACVLANPrivate, Parent: 4711}), unix.ENODEV)
	})
}

// The text is what ip says.
func TestFormatDevices(t *testing.T) {
	inNamespace(t, func() {
		ip(t, "link add eth0 type veth peer name peer")
		ip(t, "link add link eth0 name m0 address 00:00:5e:00:01:01 type macvlan mode private")
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		links, err := h.Links()
		if err != nil {
			t.Fatal(err)
		}
		said := ip(t, "-d link show dev m0")
		for _, word := range []string{"m0@eth0: <BROADCAST,MULTICAST", "link/ether 00:00:5e:00:01:01", "macvlan mode private"} {
			if !strings.Contains(said, word) || !strings.Contains(FormatDevices(links), word) {
				t.Errorf("no %q: ours %sip's %s", word, FormatDevices(links), said)
			}
		}
	})
}

// What is on top of a link goes down and up with it, and is gone with it.
func TestDeviceFollows(t *testing.T) {
	h := NewFake()
	link := h.AddLink(Link{Name: "eth0", Flags: EthernetFlags, MAC: mac1})
	if err := h.CreateDevice(&Device{Name: "v", Kind: KindMACVLAN, Mode: MACVLANPrivate, Parent: link, MAC: mac1, Up: true}); err != nil {
		t.Fatal(err)
	}
	up := func() bool { l, err := h.LinkByName("v"); return err == nil && l.Up() }
	for _, want := range []bool{false, true} {
		h.SetLink("eth0", want)
		if up() != want {
			t.Errorf("eth0 up: %t, v up: %t", want, up())
		}
	}
	h.DelLink("eth0")
	if _, err := h.LinkByName("v"); err == nil {
		t.Error("v is still there")
	}
}

// Many are deleted at once, and nothing else.
func TestDeleteDevices(t *testing.T) {
	onBoth(t, func(t *testing.T, h host, link int) {
		d := h.(deviceHost)
		indexes := []int{4711} // is gone already
		for _, name := range []string{"a", "b", "c", "stays"} {
			if err := d.CreateDevice(&Device{Name: name, Kind: KindMACVLAN, Mode: MACVLANPrivate, Parent: link, Group: 1<<32 - 1}); err != nil {
				t.Fatal(err)
			}
			l, err := d.LinkByName(name)
			if err != nil {
				t.Fatal(err)
			}
			if name != "stays" {
				indexes = append(indexes, l.Index)
			}
		}
		if err := d.DeleteDevices(indexes); err != nil {
			t.Fatal(err)
		}
		links, err := d.Links()
		if err != nil {
			t.Fatal(err)
		}
		if got := FormatDevices(links); !strings.HasPrefix(got, "stays@eth0") || strings.Count(got, "\n") != 1 {
			t.Errorf("left:\n%s", got)
		}
		if err := d.DeleteDevices(indexes); err != nil {
			t.Errorf("deleted again: %v", err)
		}
	})
}

// The table of a VRF comes with its kind.
func TestVRFTable(t *testing.T) {
	info := nl.NewRtAttr(unix.IFLA_LINKINFO, nil)
	info.AddRtAttr(unix.IFLA_INFO_KIND, nl.NonZeroTerminated("vrf"))
	info.AddRtAttr(unix.IFLA_INFO_DATA, nil).AddRtAttr(nl.IFLA_VRF_TABLE, nl.Uint32Attr(1042))
	if kind, _, table := linkInfo(info.Serialize()[4:]); kind != "vrf" || table != 1042 {
		t.Errorf("kind %q, table %d", kind, table)
	}
}
