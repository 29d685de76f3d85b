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
	if v.VMACXmitBase && v.VMAC == nil {
		if v.vmac == nil { // the C daemon is silent where use_ipvlan has displaced a use_vmac
			p.General(msgXmitBaseNoVMAC, v.Name)
		}
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

// vmacUse is what one instance puts on a virtual MAC.
type vmacUse struct {
	vmacKey
	v         *instance
	own       bool // it is the instance's own
	addresses []*config.Address
	next      *vmacUse // of the same virtual MAC, by a later instance
}

// sharedVMACs looks for instances that use the same virtual MAC on the same
// interface without being in one sync group; the later one is disabled (step
// 5). The interfaces with these addresses do not exist in a test, so the C
// daemon finds this only when it runs.
func (r *Room) sharedVMACs(p *reader.Pass) {
	var uses []*vmacUse
	for _, v := range r.instances {
		uses = append(uses, v.vmacs()...)
	}
	last := make(map[vmacKey]*vmacUse, len(uses))
	for _, u := range uses {
		if before := last[u.vmacKey]; before != nil {
			before.next = u
		}
		last[u.vmacKey] = u
	}
	for _, first := range uses {
		p.About(pathInstance, first.v.head)
		for u := first.next; u != nil; u = u.next {
			if p.Full() {
				return
			}
			if !sameGroup(u.v, first.v) {
				sharedVMAC(p, first, u)
			}
		}
	}
}

// vmacs returns the virtual MACs that an instance uses, its own one first.
func (v *instance) vmacs() []*vmacUse {
	var uses []*vmacUse
	use := func(dev string, family int) *vmacUse {
		key := vmacKey{dev, family, v.VRID}
		for _, u := range uses {
			if u.vmacKey == key {
				return u
			}
		}
		u := &vmacUse{vmacKey: key, v: v}
		uses = append(uses, u)
		return u
	}
	if v.VMAC != nil {
		use(v.base(), v.Family).own = true
	}
	for _, list := range [...][]*config.Address{v.VIPs, v.ExcludedVIPs} {
		for _, a := range list {
			switch {
			case v.onOwnVMAC(a):
				u := use(a.Interface, a.Family())
				u.addresses = append(u.addresses, a)
			case v.VMAC != nil && a.Family() == v.Family && (a.Interface == "" || a.Interface == v.Interface):
				uses[0].addresses = append(uses[0].addresses, a)
			}
		}
	}
	return uses
}

// sharedVMAC says which addresses of two instances are on one virtual MAC.
func sharedVMAC(p *reader.Pass, first, second *vmacUse) {
	other := second.v
	say := func(format string, args ...any) {
		p.Log(format, args...)
		if other.ConfigFault == "" {
			other.ConfigFault = fmt.Sprintf(format, args...)
		}
	}
	if second.own {
		for _, a := range first.addresses {
			say(msgSharedVMAC, first.v.Name, a.Prefix.Addr(), other.Name, other.Name)
		}
	}
	for _, b := range second.addresses {
		for _, a := range first.addresses {
			say(msgSharedVIPVMAC, first.v.Name, b.Prefix.Addr(), other.Name, a.Prefix.Addr(), other.Name)
		}
	}
}

func sameGroup(a, b *instance) bool { return a.group != nil && a.group == b.group }
