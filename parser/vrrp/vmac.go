package vrrp

import (
	"fmt"
	"strconv"

	"keepalived/core/config"
	"keepalived/parser/line"
	"keepalived/parser/reader"
)

// device decides the name and address of the virtual interface, and drops
// what does not go with it.
func (r *Room) device(p *reader.Pass, v *instance) {
	virtual := v.vmac != nil || v.ipvlan != nil
	switch {
	case v.ipvlan != nil:
		r.ipvlan(p, v)
	case v.vmac != nil:
		r.vmac(p, v)
	}
	if v.VMACXmitBase && v.Strict && virtual {
		p.General(msgStrictXmitBase, v.Name)
		v.VMACXmitBase = false
	}
	if v.PromoteSecondaries && virtual {
		p.General(msgPromoteVMAC, v.Name)
		v.PromoteSecondaries = false
	}
	if v.IPVLAN != nil && v.Family == 4 && !v.IPVLAN.Address.IsValid() {
		p.General(msgIPVLANNoAddress, v.Name)
		v.fault(msgIPVLANNoAddress)
	}
	if v.IPVLAN != nil && v.IPVLAN.Address.IsValid() && config.Family(v.IPVLAN.Address.Addr()) != v.Family {
		p.General(msgIPVLANFamily, v.Name)
		v.fault(msgIPVLANFamily)
	}
	remove(&v.Tracking.Interfaces, func(t config.Tracked) bool {
		if t.Name != v.Interface && (!virtual || t.Name != v.base()) {
			return false
		}
		p.General(msgOwnInterface, v.Name, t.Name)
		return true
	})
	if v.VMACXmitBase && !virtual {
		p.General(msgXmitBaseNoVMAC, v.Name)
		v.VMACXmitBase = false
	}
}

func (r *Room) vmac(p *reader.Pass, v *instance) {
	w := v.vmac
	name, given := r.virtualName(p, v, w.Name, "macvlan", "VMAC")
	v.VMAC = &config.VMAC{Name: name, NameGiven: given, Group: w.Group, GroupSet: w.GroupSet, NetlinkNotify: w.NetlinkNotify}
	v.VMAC.MAC = [6]byte{0, 0, 0x5e, 0, 1, v.VRID}
	if v.Family == 6 {
		v.VMAC.MAC[4] = 2
	}
	copy(v.VMAC.MAC[:], w.MAC) // 5 octets keep the VRID behind them
}

func (r *Room) ipvlan(p *reader.Pass, v *instance) {
	w := v.ipvlan
	name, given := r.virtualName(p, v, w.Name, "ipvlan", "IPVLAN")
	v.IPVLAN = &config.IPVLAN{Name: name, NameGiven: given, Address: w.Address, Mode: w.Mode, Group: w.Group, GroupSet: w.GroupSet}
	if w.Mode == "" {
		v.IPVLAN.Mode = "bridge"
	}
	if w.Address.IsValid() && !v.Source.IsValid() {
		v.Source = w.Address.Addr()
	}
}

// virtualName returns the name that was configured, or else a free default.
func (r *Room) virtualName(p *reader.Pass, v *instance, name, kind, shown string) (result string, given bool) {
	if name != "" {
		if link, ok := p.Host.Link(name); !ok || link.Kind == kind {
			return name, true
		}
		p.General(msgDeviceKind, v.Name, shown, name, shown)
	}
	name = r.defaultName(p, p.Config.Global.VMACPrefix, v.Family, v.VRID, kind)
	r.devices[name] = v
	return name, false
}

// defaultName is PREFIX.VRID, or with a number behind the prefix when that
// is taken: IPv6 tries 6 first.
func (r *Room) defaultName(p *reader.Pass, prefix string, family int, vrid uint8, kind string) string {
	free := func(name string) bool {
		if r.devices[name] != nil {
			return false
		}
		link, exists := p.Host.Link(name)
		return !exists || link.Kind == kind
	}
	name := shortName(prefix, "", vrid)
	if free(name) {
		return name
	}
	if family == 6 {
		if name = shortName(prefix, "6", vrid); free(name) {
			return name
		}
	}
	for n := 1; ; n++ {
		if name = shortName(prefix, strconv.Itoa(n), vrid); free(name) {
			return name
		}
	}
}

// shortName cuts the prefix where the name would be too long.
func shortName(prefix, number string, vrid uint8) string {
	end := fmt.Sprintf("%s.%d", number, vrid)
	return prefix[:min(len(prefix), line.MaxInterface-len(end))] + end
}

// vmacKey is a virtual MAC on an interface.
type vmacKey struct {
	dev    string
	family int
	vrid   uint8
}

// sharedVMACs looks for instances that use the same virtual MAC on the same
// interface without being in one sync group; the one that had it first is
// disabled (step 5).
func (r *Room) sharedVMACs(p *reader.Pass) {
	own := map[vmacKey]*instance{}
	byName := map[string]*instance{}
	for _, v := range r.instances {
		if v.VMAC != nil {
			own[vmacKey{v.base(), v.Family, v.VRID}] = v
			byName[v.VMAC.Name] = v
		}
	}
	type use struct {
		v *instance
		a *config.Address
	}
	addresses := map[vmacKey]use{}
	for _, v := range r.instances {
		p.About(pathInstance, v.head)
		for _, a := range append(v.VIPs[:len(v.VIPs):len(v.VIPs)], v.ExcludedVIPs...) {
			key := vmacKey{a.Interface, a.Family(), v.VRID}
			other := byName[a.Interface]
			if v.onOwnVMAC(a) {
				if key.dev == "" {
					key.dev = v.Interface
				}
				if other = own[key]; other == nil {
					if first, ok := addresses[key]; ok && !sameGroup(first.v, v) && first.v != v {
						p.General(msgSharedVIPVMAC, v.Name, a.Prefix.Addr(), first.v.Name, first.a.Prefix.Addr(), first.v.Name)
						first.v.fault(msgSharedVIPVMAC, a.Prefix.Addr(), first.v.Name, first.a.Prefix.Addr(), first.v.Name)
					}
					addresses[key] = use{v, a}
				}
			}
			if other != nil && other != v && !sameGroup(other, v) {
				p.General(msgSharedVMAC, v.Name, a.Prefix.Addr(), other.Name, other.Name)
				other.fault(msgSharedVMAC, a.Prefix.Addr(), other.Name, other.Name)
			}
		}
	}
}

func sameGroup(a, b *instance) bool { return a.group != nil && a.group == b.group }
