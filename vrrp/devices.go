package vrrp

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/network"
	"keepalived/vrrp/message"
)

// device is an interface that this process makes on top of another one
// (03-vrrp section 12): a VMAC of an instance or of addresses, or an ipvlan.
type device struct {
	wantedDevice
	index int        // 0 while it does not exist
	young bool       // the kernel may still tell us that it is down
	made  bool       // by this process, instead of having been found
	local netip.Addr // the link-local address of the base that it has too
}

// wantedDevice is what the configuration says about a device.
type wantedDevice struct {
	identity
	owner     string // instance, for the log
	follows   bool   // has the link-local address of its base (12.3)
	bilingual bool   // a VMAC of IPv4 that may speak IPv6 too
}

// identity is what cannot change while a device goes on.
type identity struct {
	name, base string // interfaces
	ipvlan     bool
	mac        [6]byte // of a VMAC
	family     int
	address    netip.Prefix // of an ipvlan; zero: none
	mode       uint32
	group      uint32
	groupSet   bool // else that of the base
}

// deviceNamed finds the device of a name.
func (s *service) deviceNamed(name string) *device {
	return findDevice(s.devices, func(d *device) bool { return d.name == name })
}

func findDevice(list []*device, match func(*device) bool) *device {
	if i := slices.IndexFunc(list, match); i >= 0 {
		return list[i]
	}
	return nil
}

// makeDevices makes what is wanted. What has been made before and is wanted as
// it is goes on; what is not wanted any more and in nobody's way is kept until
// dropDevices, because adverts of priority 0 may have to leave through it.
func (s *service) makeDevices(wanted []*device) {
	old := s.devices
	s.devices = wanted
	for _, d := range wanted {
		if o := findDevice(old, func(o *device) bool { return o.identity == d.identity }); o != nil {
			d.index, d.young, d.local = o.index, o.young, o.local
			old = slices.DeleteFunc(old, func(x *device) bool { return x == o })
		}
	}
	for _, o := range old {
		if findDevice(wanted, o.conflicts) != nil {
			s.deleteDevice(o)
		} else {
			s.outdated = append(s.outdated, o)
		}
	}
	for _, d := range wanted {
		if d.index == 0 {
			s.makeDevice(d)
		} else {
			s.setDeviceSysctls(d)
			s.followLocal(d)
		}
	}
	s.tellFirewall()
}

// conflicts reports whether two devices cannot be there at the same time.
func (d *device) conflicts(o *device) bool {
	return d.name == o.name || d.base == o.base && !d.ipvlan && !o.ipvlan && d.mac == o.mac
}

// dropDevices deletes what a reload has left over.
func (s *service) dropDevices() {
	s.deleteDevices(s.outdated, true)
	if len(s.outdated) > 0 {
		s.tellFirewall()
	}
	s.outdated = nil
	if s.filter != nil {
		s.filtered(s.filter.Trim())
	}
}

// makeDevice makes a device, or takes over the interface that is there, and
// puts it into the view, so that nobody has to wait for the kernel to tell us.
func (s *service) makeDevice(d *device) bool {
	base, ok := s.view.Link(d.base)
	if !ok {
		return false
	}
	found, err := s.takeOver(d, &base)
	if err == nil && !found {
		err = s.host.CreateDevice(d.request(&base))
	}
	var link network.Link
	if err == nil {
		link, err = s.host.LinkByName(d.name)
	}
	if err != nil {
		s.notMade(d, err)
		return false
	}
	d.index, d.young, d.made, d.local = link.Index, true, !found, netip.Addr{}
	s.view.Apply(network.LinkChanged{Link: link})
	if d.made {
		s.sayMade(d)
	}
	s.setUp(d, &base)
	return true
}

// setUp makes a fresh device ready: parameters, addresses, up (12.2).
func (s *service) setUp(d *device, base *network.Link) {
	s.setDeviceSysctls(d)
	if d.ipvlan {
		s.setDeviceAddress(d)
	} else {
		s.tellFirewall()
		s.attempt(s.host.ChangeDevice(d.index, network.DeviceChange{NoAddress: true}))
		s.attempt(s.host.ChangeDevice(d.index, network.DeviceChange{Up: true}))
		s.dropGenerated(d)
		s.followLocal(d)
	}
	if link, err := s.host.LinkByIndex(d.index); err == nil {
		s.view.Apply(network.LinkChanged{Link: link})
	}
}

// takeOver looks at the interface that has the name already: one that is right,
// or can be made so, is used.
func (s *service) takeOver(d *device, base *network.Link) (bool, error) {
	link, err := s.host.LinkByName(d.name)
	switch {
	case errors.Is(err, unix.ENODEV):
		return false, nil
	case err != nil:
		return false, err
	case link.Kind != d.kind():
		s.info(message.VMACForeign, d.name)
		return false, errForeign
	case link.Parent != lower(base), d.ipvlan && link.Mode != d.mode:
		s.info(message.VMACConflict, d.owner, d.name)
		if err := s.host.DeleteDevice(link.Index); err != nil {
			return false, err
		}
		s.forgetLink(link.Index)
		s.info(message.LinkDeleted, d.name)
		return false, nil
	case d.ipvlan || link.Mode == d.mode && bytes.Equal(link.MAC, d.mac[:]):
		return true, nil
	}
	s.info(message.VMACUpdate, d.owner, d.name)
	if err := s.host.ChangeDevice(link.Index, network.DeviceChange{MAC: d.mac[:], Mode: d.mode}); err != nil {
		return false, err
	}
	s.info(message.VMACUpdated, d.owner, d.name)
	return true, nil
}

var errForeign = errors.New("an interface of another kind has the name")

func (s *service) notMade(d *device, err error) {
	if !errors.Is(err, errForeign) {
		s.refused(err)
	}
	text := message.VMACFailed
	if d.ipvlan {
		text = message.IPVLANFailed
	}
	s.info(text, d.owner, d.name)
}

func (s *service) attempt(err error) {
	if err != nil {
		s.refused(err)
	}
}

// lower is the link on which a device on top of another one really lies: a
// macvlan on a macvlan lies beside it.
func lower(base *network.Link) int {
	if base.Kind == network.KindMACVLAN || base.Kind == network.KindIPVLAN {
		return base.Parent
	}
	return base.Index
}

func (d *device) kind() string {
	if d.ipvlan {
		return network.KindIPVLAN
	}
	return network.KindMACVLAN
}

// request is what the kernel is asked to make.
func (d *device) request(base *network.Link) *network.Device {
	q := &network.Device{Name: d.name, Kind: d.kind(), Mode: d.mode, Parent: base.Index, Group: base.Group, Up: d.ipvlan}
	if d.groupSet {
		q.Group = d.group
	}
	if base.MasterKind == "vrf" {
		q.VRF = base.Master
	}
	if !d.ipvlan {
		q.MAC = net.HardwareAddr(d.mac[:])
	}
	return q
}

// deleteDevice deletes a device, and forgets it.
func (s *service) deleteDevice(d *device) {
	if d.index == 0 {
		return
	}
	index := d.index
	d.index = 0
	switch err := s.host.DeleteDevice(index); {
	case err == nil:
		s.forgetLink(index)
		s.info(message.VMACRemoved, d.owner, d.name)
	case !errors.Is(err, unix.ENODEV):
		s.refused(err)
	}
}

// deleteDevices deletes many. Seen says that the kernel's notifications of it are
// logged.
func (s *service) deleteDevices(list []*device, seen bool) {
	var indexes []int
	for _, d := range list {
		if d.index != 0 {
			indexes = append(indexes, d.index)
		}
	}
	if len(indexes) == 0 {
		return
	}
	together := s.host.DeleteDevices(indexes) == nil
	for _, d := range list {
		if d.index == 0 {
			continue
		}
		if together {
			s.forgetLink(d.index)
			d.index = 0
			s.info(message.VMACRemoved, d.owner, d.name)
		} else {
			s.deleteDevice(d)
		}
		if seen {
			s.info(message.LinkDeleted, d.name)
		}
	}
}

// forgetLink takes a link that we have deleted out of the view. What the kernel
// still says about it is old (current).
func (s *service) forgetLink(index int) {
	if _, ok := s.view.LinkByIndex(index); ok {
		s.view.Apply(network.LinkDeleted{Link: network.Link{Index: index}})
		s.deleted[index] = true
	}
}

// current looks whether a notification is older than what we have done
// ourselves: about a device that we have deleted since, or one that was not up
// yet. What the watcher has read after it lost notifications is older than all
// that we have done since, and there is always something while we do much: so
// the host is read again. What was on its way to us then may still come.
func (s *service) current(e network.Event) (network.Event, bool) {
	switch e := e.(type) {
	case network.Resync:
		if now, err := s.look(); err == nil {
			return now, true
		}
	case network.LinkDeleted:
		if s.deleted[e.Link.Index] {
			delete(s.deleted, e.Link.Index)
			return nil, false
		}
	case network.AddressAdded:
		return e, !s.deleted[e.Address.Link]
	case network.LinkChanged:
		if s.deleted[e.Link.Index] {
			return nil, false
		}
		d := findDevice(s.devices, func(d *device) bool { return d.index == e.Link.Index })
		if d == nil || !d.young {
			return e, true
		}
		if e.Link.Up() {
			d.young = false
			return e, true
		}
		if now, err := s.host.LinkByIndex(d.index); err == nil {
			return network.LinkChanged{Link: now}, true
		}
	}
	return e, true
}

// deviceGone makes a device anew that somebody has deleted, or renamed.
func (s *service) deviceGone(d *device) {
	if _, renamed := s.view.LinkByIndex(d.index); renamed {
		s.attempt(s.host.DeleteDevice(d.index))
		s.forgetLink(d.index)
	}
	d.index = 0
	base, ok := s.view.Link(d.base)
	if !ok {
		return
	}
	if _, err := s.host.LinkByIndex(base.Index); err == nil { // else it is going, too
		s.remakeDevice(d)
	}
}

// remakeDevice makes a device while routers wait for it.
func (s *service) remakeDevice(d *device) {
	if !s.makeDevice(d) {
		return
	}
	s.tellFirewall()
	delete(s.missing, d.name)
	s.reopen(d.name)
	if link, _ := s.view.Link(d.name); link.Up() {
		s.linkFlipped(link, true)
	}
}

// sayMade tells of a new device.
func (s *service) sayMade(d *device) {
	if d.ipvlan {
		s.info(message.IPVLANCreated, d.owner, d.name)
	} else {
		s.info(message.VMACCreated, d.owner, d.name)
	}
}

// baseAppeared makes the devices that belong on a new interface.
func (s *service) baseAppeared(name string) {
	for _, d := range s.devices {
		if d.base == name && d.index == 0 && s.cfg.Global.DynamicInterfaces {
			s.remakeDevice(d)
		}
	}
}

// vrfChanged takes the devices of an interface along into its VRF (12.6).
func (s *service) vrfChanged(base *network.Link) {
	change := network.DeviceChange{SetVRF: true}
	if base.MasterKind == "vrf" {
		change.VRF = base.Master
	}
	for _, d := range s.devices {
		if d.base != base.Name || d.index == 0 {
			continue
		}
		if err := s.host.ChangeDevice(d.index, change); err != nil {
			s.refused(err)
			continue
		}
		s.info(message.VMACVRF, d.name, d.owner)
	}
}

// ownDevice is the name of the interface that an instance has made for itself.
func ownDevice(c *config.Instance) string {
	switch {
	case c.VMAC != nil:
		return c.VMAC.Name
	case c.IPVLAN != nil:
		return c.IPVLAN.Name
	}
	return ""
}

// link is the interface through which the router's packets go.
func (r *router) link() string {
	if own := ownDevice(r.conf); own != "" && !r.conf.VMACXmitBase {
		return own
	}
	return r.conf.Interface
}

// sourceLink is the interface from which adverts take their address: with a
// VMAC and IPv4 still the base (4.5).
func (r *router) sourceLink() string {
	if r.conf.Family == 4 && r.conf.IPVLAN == nil {
		return r.conf.Interface
	}
	return r.link()
}
