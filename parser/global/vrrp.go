package global

import (
	"net/netip"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// maxTimer is the longest time that 32 bits of microseconds hold.
const maxTimer = 4294967295 * time.Microsecond

// vrrpHandlers are the defaults of VRRP instances.
func (r *Room) vrrpHandlers() reader.Handlers {
	g, s := &r.config.Global, &r.Settings
	return reader.Handlers{
		"global_defs/dynamic_interfaces":           {Read: r.dynamicInterfaces},
		"global_defs/default_interface":            {Read: r.defaultInterface},
		"global_defs/disable_local_igmp":           flag(&g.DisableLocalIGMP),
		"global_defs/v3_checksum_as_v2":            flag(&s.V3ChecksumAsV2),
		"global_defs/vrrp_mcast_group4":            {Read: r.multicastGroup4},
		"global_defs/vrrp_mcast_group6":            {Read: r.multicastGroup6},
		"global_defs/vrrp_down_timer_adverts":      {Read: r.downTimerAdverts},
		"global_defs/vrrp_lower_prio_no_advert":    bareBoolean(&s.LowerPrioNoAdvert, "vrrp_lower_prio_no_advert"),
		"global_defs/vrrp_higher_prio_send_advert": bareBoolean(&s.HigherPrioSendAdvert, "vrrp_higher_prio_send_advert"),
		"global_defs/vrrp_version":                 {Read: r.version},
		"global_defs/vrrp_check_unicast_src":       flag(&g.CheckUnicastSrc),
		"global_defs/vrrp_skip_check_adv_addr":     boolean(&s.SkipCheckAdvAddr, "vrrp_check_adv_addr"),
		"global_defs/vrrp_strict":                  boolean(&s.Strict, "vrrp_strict"),
		"global_defs/vrrp_notify_priority_changes": boolean(&s.NotifyPriorityChanges, "vrrp_notify_priority_changes"),
		"global_defs/vrrp_startup_delay":           timer(&g.StartupDelay, time.Millisecond),
		"global_defs/vrrp_delay_after_boot":        timer(&g.DelayAfterBoot, time.Millisecond),
		"global_defs/log_unknown_vrids":            flag(&g.LogUnknownVRIDs),
		"global_defs/vrrp_owner_ignore_adverts":    {Read: r.ownerIgnoreAdverts},
		"global_defs/vmac_prefix":                  vmacPrefix(&g.VMACPrefix, "vmac"),
		"global_defs/vmac_addr_prefix":             vmacPrefix(&g.VMACAddrPrefix, "vmac_addr"),
	}
}

func (r *Room) dynamicInterfaces(p *reader.Pass, s *reader.Statement) {
	g := &r.config.Global
	g.DynamicInterfaces = true
	if !s.Has(1) {
		return
	}
	if s.Word(1) != "allow_if_changes" {
		p.General(msgDynamicInterfaces, s.Word(1))
		return
	}
	g.AllowIfChanges = true
}

func (r *Room) defaultInterface(p *reader.Pass, s *reader.Statement) {
	if !s.Has(1) {
		p.General(msgDefaultInterface)
		return
	}
	r.config.Global.DefaultInterface = p.Keep(s.Word(1))
}

func (r *Room) multicastGroup4(p *reader.Pass, s *reader.Statement) {
	if a, ok := multicastGroup(p, s, "IPv4", netip.Addr.Is4); ok {
		r.config.Global.MulticastGroup4 = a
	}
}

func (r *Room) multicastGroup6(p *reader.Pass, s *reader.Statement) {
	a, ok := multicastGroup(p, s, "IPv6", netip.Addr.Is6)
	if !ok {
		return
	}
	if !a.IsLinkLocalMulticast() {
		p.Report(config.ClassWarning, msgGroup6Scope, s.Keyword(), s.Word(1))
	}
	r.config.Global.MulticastGroup6 = a
}

// multicastGroup reads a multicast address of a family.
func multicastGroup(p *reader.Pass, s *reader.Statement, family string, is func(netip.Addr) bool) (netip.Addr, bool) {
	word := p.Need(s, 1)
	a, ok := reader.SocketAddress(word)
	switch {
	case !ok:
		p.General(msgGroupUnreadable, s.Keyword(), word)
	case !is(a):
		p.General(msgGroupFamily, s.Keyword(), word, family)
	case !a.IsMulticast():
		p.General(msgGroupNotMulticast, s.Keyword(), word)
	default:
		return a, true
	}
	return netip.Addr{}, false
}

func (r *Room) downTimerAdverts(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, 1, 100, reader.Lenient)
	if !ok {
		p.General(msgDownTimerAdverts, word)
		return
	}
	r.Settings.DownTimerAdverts = int(v)
}

func (r *Room) version(p *reader.Pass, s *reader.Statement) {
	v, ok := p.Signed(p.Need(s, 1), 2, 3, reader.Lenient)
	if !ok {
		p.General(msgVersion)
		return
	}
	r.Settings.Version = int(v)
}

// ownerIgnoreAdverts prints the words of its message in the wrong order, as
// the C daemon does.
func (r *Room) ownerIgnoreAdverts(p *reader.Pass, s *reader.Statement) {
	v, ok := s.Bool(1)
	if !ok {
		p.General(msgInvalidBoolean, s.Keyword(), s.Word(1))
		return
	}
	r.Settings.OwnerIgnoreAdverts = v
}

// timer handles "keyword seconds" from a lower limit to the longest time.
func timer(set *time.Duration, low time.Duration) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		word := p.Need(s, 1)
		v, ok := p.Timer(word, low, maxTimer, reader.Lenient)
		if !ok {
			p.General(msgIsInvalid, s.Keyword(), word)
			return
		}
		*set = v
	}}
}

// vmacPrefix handles a prefix of interface names, which is set once.
func vmacPrefix(set *string, what string) reader.Handler {
	given := false
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		word := p.Need(s, 1)
		if given {
			p.General(msgPrefixDuplicate, what, word)
			return
		}
		*set, given = p.Keep(word), true
	}}
}
