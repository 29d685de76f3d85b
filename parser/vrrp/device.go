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
	before := v.vmac.Name
	missing(p, r.context(p).UseVMAC(s.Words, v.vmac))
	if v.vmac.Name != before {
		v.vmac.Name = r.deviceName(p, v, v.vmac.Name, "macvlan", msgVMACNotMacvlan)
	}
}

// useIPVLAN takes precedence over a use_vmac, before or after.
func (r *Room) useIPVLAN(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	if v.ipvlan != nil {
		p.General(msgIPVLANTwice, v.Name)
		return
	}
	ipvlan, err := r.context(p).UseIPVLAN(s.Words, v.Name, v.Family)
	missing(p, err)
	if ipvlan.Address.IsValid() {
		v.fix(config.Family(ipvlan.Address.Addr()))
	}
	if ipvlan.Name != "" {
		ipvlan.Name = r.deviceName(p, v, ipvlan.Name, "ipvlan", msgIPVLANNotIPVLAN)
	}
	v.ipvlan = ipvlan
}

// deviceName returns the name if no other instance and no interface of
// another kind has it, else none.
func (r *Room) deviceName(p *reader.Pass, v *instance, name, kind, format string) string {
	if other := r.devices[name]; other != nil && other != v {
		p.General(msgDeviceTaken, v.Name, other.Name, name)
		return ""
	}
	if link, ok := p.Host.Link(name); ok && link.Kind != kind {
		p.General(format, v.Name, name)
		return ""
	}
	name = p.Keep(name)
	r.devices[name] = v
	return name
}
