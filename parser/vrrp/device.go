package vrrp

import (
	"keepalived/core/config"
	"keepalived/parser/line"
	"keepalived/parser/reader"
)

func (r *Room) deviceHandlers() reader.Handlers {
	return reader.Handlers{
		"vrrp_instance/use_vmac":   {Read: r.useVMAC},
		"vrrp_instance/use_ipvlan": {Read: r.useIPVLAN},
	}
}

func (r *Room) useVMAC(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	if v.vmac == nil {
		v.vmac = new(line.VMAC)
	}
	missing(p, r.context(p).UseVMAC(s.Words, v.vmac, func(name string) bool { return r.deviceFree(p, v, name, "macvlan", msgVMACNotMacvlan) }))
	v.vmac.Name = p.Keep(v.vmac.Name)
}

// useIPVLAN takes precedence over a use_vmac, before or after.
func (r *Room) useIPVLAN(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	if v.ipvlan != nil {
		p.General(msgIPVLANTwice, v.Name)
		return
	}
	ipvlan, err := r.context(p).UseIPVLAN(s.Words, v.Name, v.Family, func(name string) bool { return r.deviceFree(p, v, name, "ipvlan", msgIPVLANNotIPVLAN) })
	missing(p, err)
	if ipvlan.Address.IsValid() {
		v.fix(config.Family(ipvlan.Address.Addr()))
	}
	ipvlan.Name = p.Keep(ipvlan.Name)
	v.ipvlan = ipvlan
}

// deviceFree takes a name for an instance, if no other one and no interface of
// another kind has it; else it says so.
func (r *Room) deviceFree(p *reader.Pass, v *instance, name, kind, format string) bool {
	if other := r.devices[name]; other != nil && other != v {
		p.General(msgDeviceTaken, v.Name, other.Name, name)
		return false
	}
	if link, ok := p.Host.Link(name); ok && link.Kind != kind {
		p.General(format, v.Name, name)
		return false
	}
	r.devices[p.Keep(name)] = v
	return true
}
