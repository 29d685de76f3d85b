package vrrp

import (
	"fmt"
	"net/netip"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// fault keeps the instance in FAULT; the first reason counts.
func (v *instance) fault(format string, args ...any) {
	if v.ConfigFault == "" {
		v.ConfigFault = fmt.Sprintf(format, append([]any{v.Name}, args...)...)
	}
}

// multicastDefault is the group of a family that has no other.
func multicastDefault(g *config.Global, family int) netip.Addr {
	if family == 6 {
		return g.MulticastGroup6
	}
	return g.MulticastGroup4
}

// suitable checks the interface.
func suitable(p *reader.Pass, v *instance) {
	if v.Strict && v.vmac != nil && v.vmac.MAC != nil {
		p.General(msgStrictMAC, v.Name)
		v.vmac.MAC = nil
	}
	if v.Interface != "" && (v.vmac != nil || v.ipvlan != nil) && !v.link.Ethernet {
		p.General(msgVMACEthernet, v.Name)
		v.fault(msgVMACEthernet)
	}
	if v.Interface != "" && !v.link.Multicast && !v.Unicast {
		p.General(msgNoMulticast, v.Name, v.Interface)
		v.fault(msgNoMulticast, v.Interface)
	}
	if v.Family == 6 && !v.Unicast && len(v.VIPs) > 0 && !v.VIPs[0].Prefix.Addr().IsLinkLocalUnicast() {
		if v.Strict {
			p.General(msgFirstVIPLinkLocal, v.Name)
		} else {
			p.Log(logFirstVIPLinkLocal, v.Name)
		}
	}
}

// The sizes of what an advert consists of, in octets.
const (
	ethernetHeader = 14
	ipv4Header     = 20
	ipv6Header     = 40
	vrrpHeader     = 8
	vrrp2AuthData  = 8
	ahHeader       = 24
	hmacTrailer    = 28
	defaultMTU     = 1500
	maxVIPs        = 255
)

// limitVIPs moves the addresses that do not fit into an advert to the
// excluded ones.
func limitVIPs(p *reader.Pass, v *instance) {
	mtu := v.link.MTU
	if mtu == 0 {
		mtu = defaultMTU
	}
	headers, size := ethernetHeader+ipv4Header+vrrpHeader, 4
	if v.Family == 6 {
		headers, size = ethernetHeader+ipv6Header+vrrpHeader, 16
	} else {
		if v.Version == 2 {
			headers += vrrp2AuthData
		}
		if v.AuthType == config.AuthAH {
			headers += ahHeader
		}
	}
	if v.hmac != nil {
		headers += hmacTrailer
	}
	limit := max(min(maxVIPs, (mtu-headers)/size), 0)
	if n := len(v.VIPs); n > limit {
		p.General(msgTooManyVIPs, v.Name, n, limit)
		v.ExcludedVIPs = append(v.ExcludedVIPs, v.VIPs[limit:]...)
		v.VIPs = v.VIPs[:limit:limit]
	}
}

// addresses checks the interfaces of the addresses and what depends on them.
func (r *Room) addresses(p *reader.Pass, v *instance) {
	v.VIPs = r.placed(p, v, v.VIPs, "")
	v.ExcludedVIPs = r.placed(p, v, v.ExcludedVIPs, "e")
	g := &r.Global.Settings
	if !v.garpExtraIfGiven {
		v.GARPExtraIf, v.GARPExtraIfAll = g.GARPExtraIf, g.GARPExtraIfAll
	}
	if v.GARPExtraIf > 0 && !v.GARPExtraIfAll && v.vmac == nil && v.ipvlan == nil && !v.hasVMACAddress() {
		v.GARPExtraIf = 0
	}
	if v.Strict && v.NoVirtualIPAddress {
		p.Report(config.ClassWarning, msgStrictNoVIP, v.Name)
		v.NoVirtualIPAddress = false
	}
}

func (v *instance) hasVMACAddress() bool {
	for _, list := range [][]*config.Address{v.VIPs, v.ExcludedVIPs} {
		for _, a := range list {
			if v.onOwnVMAC(a) {
				return true
			}
		}
	}
	return false
}

// onOwnVMAC tells whether an address needs a VMAC of its own.
func (v *instance) onOwnVMAC(a *config.Address) bool {
	return a.UseVMAC || v.UseVMACAddr && a.DevGiven && a.Interface != v.Interface
}

// shown is an address with its length, unless that is the full one.
func shown(a *config.Address) string {
	if a.Prefix.IsSingleIP() {
		return a.Prefix.Addr().String()
	}
	return a.Prefix.String()
}

// placed keeps the addresses that have an interface; which is "" or "e".
func (r *Room) placed(p *reader.Pass, v *instance, list []*config.Address, which string) []*config.Address {
	kept := list[:0]
	for _, a := range list {
		if a.UseVMAC {
			switch own := a.Interface == "" || a.Interface == v.Interface; {
			case own && (v.vmac != nil || v.ipvlan != nil) && a.Family() == v.Family:
				p.General(msgVIPUseVMAC, v.Name, shown(a))
				a.UseVMAC = false
			case v.UseVMACAddr && !own:
				p.General(msgVIPUseVMACAddr, v.Name, shown(a))
				a.UseVMAC = false
			}
		}
		if a.Interface == "" && v.Interface == "" {
			p.General(msgVIPNoInterface, v.Name, which, a.Prefix.Addr())
			continue
		}
		kept = append(kept, a)
	}
	return kept
}

// enoughVIPs checks that there is an address to be master of.
func (v *instance) enoughVIPs(p *reader.Pass) bool {
	switch {
	case len(v.VIPs) > 0 || v.NoVirtualIPAddress:
	case v.Version == 3 || v.Strict:
		p.General(msgNoVIPRequired, v.Name)
		return false
	default:
		p.Report(config.ClassWarning, msgNoVIPSensible, v.Name)
	}
	return true
}
