package vrrp

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"keepalived/core/config"
	"keepalived/core/network"
	"keepalived/vrrp/message"
)

// placement decides which devices a configuration needs, and on which interface
// each address lies. The configuration leaves two things open that depend on
// what the host has: an interface that is right already is used whatever its
// name, and VMACs of addresses have names that are free.
type placement struct {
	*service
	devices []*device
	taken   map[string]bool // names
}

// place returns the configuration with the interfaces written in, and the
// devices that it needs, in the order in which they are to be made.
func (s *service) place(cfg *config.Config) (*config.Config, []*device) {
	p := &placement{service: s, taken: map[string]bool{}}
	placed := *cfg
	placed.VRRP.Instances = make([]*config.Instance, len(cfg.VRRP.Instances))
	for i, c := range cfg.VRRP.Instances {
		in := *c
		placed.VRRP.Instances[i] = &in
		if !s.processesKnown {
			in.Tracking.Processes = nil // nobody could ever tell of them
		}
		p.own(&in)
	}
	own := p.devices
	p.devices = nil
	for _, in := range placed.VRRP.Instances {
		// Each instance's own one first, then those of its addresses.
		p.devices = append(p.devices, slices.DeleteFunc(slices.Clone(own), func(d *device) bool { return d.owner != in.Name })...)
		in.VIPs = p.addresses(in, in.VIPs, own)
		in.ExcludedVIPs = p.addresses(in, in.ExcludedVIPs, own)
	}
	return &placed, p.devices
}

// own is the device of an instance itself.
func (p *placement) own(in *config.Instance) {
	switch {
	case in.IPVLAN != nil:
		v := in.IPVLAN
		p.add(wantedDevice{
			owner: in.Name,
			identity: identity{
				name: v.Name, base: in.Interface, ipvlan: true, family: in.Family, address: v.Address,
				mode: ipvlanModes[v.Mode], group: v.Group, groupSet: v.GroupSet,
			},
		})
	case in.VMAC != nil:
		v := *in.VMAC
		w := wantedDevice{
			owner: in.Name,
			identity: identity{
				name: v.Name, base: in.Interface, mac: v.MAC, family: in.Family,
				mode: network.MACVLANPrivate, group: v.Group, groupSet: v.GroupSet,
			},
			follows: in.Family == 6 && !in.VMACXmitBase, bilingual: in.Family == 4 && mixed(in),
		}
		if !v.NameGiven {
			if name := p.matching(&w); name != "" {
				w.name = name
			}
		}
		v.Name = w.name
		in.VMAC = &v
		p.add(w)
	}
}

var ipvlanModes = map[string]uint32{"bridge": network.IPVLANBridge, "private": network.IPVLANPrivate, "vepa": network.IPVLANVEPA}

// mixed reports whether an instance has addresses of the other family too.
func mixed(in *config.Instance) bool {
	return slices.ContainsFunc(in.ExcludedVIPs, func(a *config.Address) bool { return a.Family() != in.Family })
}

func (p *placement) add(w wantedDevice) *device {
	d := &device{wantedDevice: w}
	p.devices = append(p.devices, d)
	p.taken[w.name] = true
	return d
}

// addresses writes the interfaces into a list of addresses. Those of an
// instance with a VMAC lie on it, those of an ipvlan's on the base (12.7).
func (p *placement) addresses(in *config.Instance, list []*config.Address, own []*device) []*config.Address {
	placed := make([]*config.Address, len(list))
	for i, c := range list {
		a := *c
		placed[i] = &a
		here := a.Interface == "" || a.Interface == in.Interface
		switch {
		case a.UseVMAC || in.UseVMACAddr && a.DevGiven && !here:
			if here {
				a.Interface = in.Interface
			}
			a.Interface = p.ofAddress(in, &a, own)
		case here && in.VMAC != nil && a.Family() == in.Family:
			a.Interface = in.VMAC.Name
		}
	}
	return placed
}

// ofAddress is the VMAC on which an address of its own lies; addresses of the
// same MAC on the same interface share one.
func (p *placement) ofAddress(in *config.Instance, a *config.Address, own []*device) string {
	w := wantedDevice{
		owner: in.Name, follows: a.Family() == 6,
		identity: identity{base: a.Interface, mac: [6]byte{0, 0, 0x5e, 0, 1, in.VRID}, family: a.Family(), mode: network.MACVLANPrivate},
	}
	if w.family == 6 {
		w.mac[4] = 2
	}
	if in.VMAC != nil && w.family == in.Family {
		w.mac = in.VMAC.MAC
	}
	same := func(d *device) bool { return !d.ipvlan && d.base == w.base && d.mac == w.mac }
	for _, list := range [][]*device{own, p.devices} {
		if d := findDevice(list, same); d != nil {
			return d.name
		}
	}
	if w.name = p.matching(&w); w.name == "" {
		w.name = p.free(p.cfg.Global.VMACAddrPrefix, w.family, in.VRID)
	}
	return p.add(w).name
}

// matching finds an interface that is what a VMAC would be: one of somebody, of
// a run that has crashed, or of before the reload.
func (p *placement) matching(w *wantedDevice) string {
	base, ok := p.view.Link(w.base)
	if !ok {
		return ""
	}
	fits := func(l network.Link) bool {
		return l.Kind == network.KindMACVLAN && l.Mode == w.mode && l.Parent == lower(&base) && bytes.Equal(l.MAC, w.mac[:]) && !p.taken[l.Name]
	}
	link, ok := p.view.Link(w.name)
	if !ok || !fits(link) {
		i := slices.IndexFunc(p.view.Links(), fits)
		if i < 0 {
			return ""
		}
		link = p.view.Links()[i]
	}
	p.info(message.VMACFound, w.owner, link.Name)
	return link.Name
}

// maxInterface is the longest name of an interface.
const maxInterface = 15

// free is a name that nobody has: PREFIX.VRID, PREFIX6.VRID for IPv6, then with
// numbers (12.2).
func (p *placement) free(prefix string, family int, vrid uint8) string {
	try := func(number string) (string, bool) {
		end := fmt.Sprintf("%s.%d", number, vrid)
		name := prefix[:min(len(prefix), maxInterface-len(end))] + end
		_, exists := p.view.Link(name)
		return name, !p.taken[name] && (!exists || p.deviceNamed(name) != nil)
	}
	numbers := []string{""}
	if family == 6 {
		numbers = append(numbers, "6")
	}
	for n := 0; ; n++ {
		if n >= len(numbers) {
			numbers = append(numbers, strconv.Itoa(n-len(numbers)+1))
		}
		if name, ok := try(numbers[n]); ok {
			return name
		}
	}
}
