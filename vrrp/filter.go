package vrrp

import (
	"path/filepath"
	"slices"
	"strings"

	"keepalived/core/config"
	"keepalived/core/firewall"
	"keepalived/vrrp/message"
)

// Firewall is what this package needs of the packet filter. firewall.NFTables
// does it, and firewall.Fake.
type Firewall interface {
	Drop([]firewall.Address) error
	Accept([]firewall.Address) error
	SetDevices([]firewall.Device) error
	Trim() error
	Watch(disturbed func()) error
	Repair() error
	FindOld() ([]int, error)
	DeleteOld() error
	Remove() error
	Close()
}

// refuses reports whether the addresses of an instance are not to be accepted
// (no_accept, or strict mode).
func refuses(c *config.Instance) bool { return !c.Accept && !c.Owner() }

// prepareFirewall opens the packet filter if the configuration needs one, with
// the names that it asks for (13.1).
func (s *service) prepareFirewall(cfg *config.Config) {
	needed := slices.ContainsFunc(cfg.VRRP.Instances, func(c *config.Instance) bool {
		return refuses(c) || c.VMAC != nil || c.UseVMACAddr || slices.ContainsFunc(slices.Concat(c.VIPs, c.ExcludedVIPs), func(a *config.Address) bool { return a.UseVMAC })
	})
	f := &cfg.Global.Firewall
	o := firewall.Options{Table: f.NFTables, Priority: int32(f.NFTablesPriority), Ifindex: f.NFTablesIfindex, Counters: f.NFTablesCounters}
	if o.Table == "" {
		o.Table = "keepalived"
	}
	if needed && f.NFTables == "" {
		s.chooseNFTables(f)
	}
	if s.filter != nil && (!needed || o != s.filterOptions) {
		s.closeFirewall()
	}
	if !needed || s.filter != nil {
		return
	}
	filter, err := s.host.OpenFirewall(o)
	if err != nil {
		s.info("%v", err)
		return
	}
	s.filter, s.filterOptions = filter, o
	old, err := filter.FindOld()
	for _, family := range old {
		s.info(message.FirewallOld, map[int]string{4: "ip", 6: "ip6"}[family], o.Table)
	}
	s.filtered(err)
	s.filtered(filter.Watch(func() { s.loop.Post(func() { s.repairFirewall(filter) }) }))
	// The names have changed while addresses are not to be accepted.
	for _, r := range s.routers {
		s.filtered(filter.Drop(r.dropped))
	}
}

// repairFirewall brings back what somebody has taken out of a packet filter.
func (s *service) repairFirewall(filter Firewall) {
	if s.filter == filter { // still
		s.info(message.FirewallRepair, s.filterOptions.Table)
		s.filtered(filter.Repair())
	}
}

// chooseNFTables says why nftables is used although it is not configured.
func (s *service) chooseNFTables(f *config.Firewall) {
	if !f.IPTables {
		s.info(message.FirewallNFTables)
		return
	}
	switch command := s.iptables(); {
	case command == "":
		s.info(message.FirewallNoIPTables)
	case strings.Contains(command, "nft"):
		s.info(message.FirewallIPTablesNFT)
	default:
		s.info(message.FirewallNotIPTables)
	}
}

// iptables is the program that the iptables command is, empty without one.
func (s *service) iptables() string {
	for _, dir := range s.commands {
		if path, err := filepath.EvalSymlinks(filepath.Join(dir, "iptables")); err == nil {
			return filepath.Base(path)
		}
	}
	return ""
}

// closeFirewall takes everything out of the packet filter.
func (s *service) closeFirewall() {
	if s.filter != nil {
		s.filtered(s.filter.Remove())
		s.filter.Close()
		s.filter = nil
	}
}

// filtered logs what the packet filter refused, once as long as it is the same: a
// kernel without nftables refuses everything.
func (s *service) filtered(err error) {
	switch {
	case err == nil:
		s.refusal = ""
	case s.refusal != err.Error():
		s.refusal = err.Error()
		s.info("%v", err)
	}
}

// tellFirewall says which VMACs there are (13.3).
func (s *service) tellFirewall() {
	if s.filter == nil {
		return
	}
	var list []firewall.Device
	for _, d := range slices.Concat(s.devices, s.outdated) {
		base, ok := s.view.Link(d.base)
		if d.index == 0 || d.ipvlan || !ok {
			continue
		}
		list = append(list, firewall.Device{
			Link: firewall.Link{Index: d.index, Name: d.name}, Base: firewall.Link{Index: base.Index, Name: base.Name},
			IPv4: d.family == 4, IPv6: d.family == 6 || d.bilingual, LinkLocal: d.local,
		})
	}
	s.filtered(s.filter.SetDevices(list))
}

// toDrop lists what is to be dropped while the router is MASTER.
func (r *router) toDrop() []firewall.Address {
	var list []firewall.Address
	for _, a := range r.addresses {
		addr := firewall.Address{Addr: a.conf.Prefix.Addr()}
		if addr.Addr.IsLinkLocalUnicast() && addr.Addr.Is6() {
			l, ok := r.view.Link(r.linkOf(a.conf))
			if !ok {
				continue
			}
			addr.Link = firewall.Link{Index: l.Index, Name: l.Name}
		}
		list = append(list, addr)
	}
	return list
}

// drop begins to drop what comes from or goes to the router's addresses.
func (r *router) drop() {
	if r.filter == nil || !refuses(r.conf) {
		return
	}
	wanted := r.toDrop()
	fresh := without(wanted, r.dropped)
	if len(fresh) == 0 {
		return
	}
	r.detail(message.SettingDrop, r.conf.Name)
	r.filtered(r.filter.Drop(fresh))
	r.dropped = append(r.dropped, fresh...)
}

// accept ends drop, but for the addresses of keep.
func (r *router) accept(keep []firewall.Address) {
	gone := without(r.dropped, keep)
	if r.filter != nil && len(gone) > 0 {
		r.filtered(r.filter.Accept(gone))
	}
	r.dropped = without(r.dropped, gone)
}

// compareDrops takes over what the router's predecessor drops, as far as it is
// still to be dropped.
func (r *router) compareDrops(old *router) {
	r.dropped, old.dropped = old.dropped, nil
	var keep []firewall.Address
	if refuses(r.conf) {
		keep = r.toDrop()
	}
	r.accept(keep)
}

// without is what is in list and not in other.
func without(list, other []firewall.Address) []firewall.Address {
	has := make(map[firewall.Address]bool, len(other))
	for _, a := range other {
		has[a] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(a firewall.Address) bool { return has[a] })
}
