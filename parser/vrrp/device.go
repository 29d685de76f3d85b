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
	if v.ipvlan != nil { // there is one name for both
		v.vmac.Name = v.ipvlan.Name
	}
	missing(p, r.context(p).UseVMAC(s.Words, v.vmac, func(name string) bool { return r.deviceFree(p, v, name, "macvlan", msgVMACNotMacvlan) }))
	v.vmac.Name = p.Keep(v.vmac.Name)
	if v.ipvlan != nil {
		v.ipvlan.Name = v.vmac.Name
	}
}

// useIPVLAN takes precedence over a use_vmac, before or after.
func (r *Room) useIPVLAN(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	if v.ipvlan != nil {
		p.General(msgIPVLANTwice, v.Name)
		return
	}
	ipvlan := new(line.IPVLAN)
	if v.vmac != nil {
		ipvlan.Name = v.vmac.Name
	}
	err := r.context(p).UseIPVLAN(s.Words, ipvlan, v.Name, v.Family, func(name string) bool { return r.deviceFree(p, v, name, "ipvlan", msgIPVLANNotIPVLAN) })
	missing(p, err)
	if ipvlan.Address.IsValid() {
		v.fix(config.Family(ipvlan.Address.Addr()))
	}
	ipvlan.Name = p.Keep(ipvlan.Name)
	v.ipvlan = ipvlan
}

// nameless is the first instance without a name for a device, which has the empty
// one in the C daemon; nil when all have one.
func (r *Room) nameless() *instance {
	for _, v := range r.instances {
		if (v.vmac == nil || v.vmac.Name == "") && (v.ipvlan == nil || v.ipvlan.Name == "") {
			return v
		}
	}
	return nil
}

// deviceFree takes a name for an instance, if no other one and no interface of
// another kind has it; else it says so.
func (r *Room) deviceFree(p *reader.Pass, v *instance, name, kind, format string) bool {
	other := r.devices[name]
	if name == "" {
		other = r.nameless()
	}
	if other != nil && (other != v || name == "") {
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
