package effective

import (
	"fmt"
	"math"
	"net/netip"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

type instance = config.Instance

func instanceRows() []row[instance] {
	var all []row[instance]
	for _, some := range [][]row[instance]{
		identityRows(), deviceRows(), packetRows(), timingRows(), authRows(), addressRows(), notifyRows(),
		trackRows(func(v *instance) (string, *config.Tracking) { return v.Name, &v.Tracking }, instanceTracks),
	} {
		all = append(all, some...)
	}
	return all
}

func strict(v *instance) bool { return v.Strict }

func strictOwner(v *instance) bool { return v.Strict && v.Owner() }

// ownerOfBackupGroup reports whether the instance would make a MASTER of its sync
// group if its state were written: whether all members are owners is judged by
// what is written. Without it an owner asks for MASTER too.
func ownerOfBackupGroup(v *instance) bool {
	return v.Owner() && v.State != v.InitialState
}

func identityRows() []row[instance] {
	return []row[instance]{
		number("family", func(v *instance) int { return v.Family }).inside(),
		// First, because an address would fix the family. An IPv6 instance
		// of version 2 has it from its addresses.
		flag("native_ipv6", func(v *instance) bool { return v.Family == 6 && v.Version == 3 }),
		text("interface", func(v *instance) string { return v.Interface }),
		text("vrf", func(v *instance) string { return v.VRF }),
		number("virtual_router_id", func(v *instance) uint8 { return v.VRID }),
		number("version", func(v *instance) int { return v.Version }).
			fromIf(func(v *instance) bool { return v.Family == 4 }, "global_defs/vrrp_version").from("./native_ipv6"),
		text("state", func(v *instance) string { return v.InitialState.String() }).unless(ownerOfBackupGroup),
		text("state_in_group", func(v *instance) string {
			if v.State == v.InitialState {
				return ""
			}
			return v.State.String()
		}).inside(),
		number("priority", func(v *instance) uint8 { return v.Priority }),
		choice("strict_mode", strict).from("global_defs/vrrp_strict"),
		flag("accept", func(v *instance) bool { return v.Accept }),
		flag("no_accept", func(v *instance) bool { return !v.Accept }).
			fromIf(strict, "./strict_mode").fromIf(strict, "global_defs/vrrp_strict"),
		flag("preempt", func(v *instance) bool { return !v.NoPreempt }),
		flag("nopreempt", func(v *instance) bool { return v.NoPreempt }),
		text("configuration_fault", func(v *instance) string { return v.ConfigFault }).inside(),
	}
}

func deviceRows() []row[instance] {
	return []row[instance]{
		custom("use_vmac", func(r *renderer, v *instance) value {
			if v.VMAC == nil {
				return value{absent: true}
			}
			return words(r, &vmac{v.VMAC, v}, vmacRows())
		}),
		flag("vmac_xmit_base", func(v *instance) bool { return v.VMACXmitBase }),
		flag("use_vmac_addr", func(v *instance) bool { return v.UseVMACAddr }),
		custom("use_ipvlan", func(r *renderer, v *instance) value {
			if v.IPVLAN == nil {
				return value{absent: true}
			}
			return words(r, v.IPVLAN, ipvlanRows())
		}),
		flag("dont_track_primary", func(v *instance) bool { return v.DontTrackPrimary }),
		flag("promote_secondaries", func(v *instance) bool { return v.PromoteSecondaries }),
		flag("linkbeat_use_polling", func(v *instance) bool { return v.LinkbeatUsePolling }),
	}
}

// vmac is use_vmac of an instance.
type vmac struct {
	*config.VMAC
	v *instance
}

func vmacRows() []row[vmac] {
	return []row[vmac]{
		text("name", func(m *vmac) string { return m.Name }).unless(func(m *vmac) bool { return !m.NameGiven }),
		text("<MAC>", func(m *vmac) string {
			a := m.MAC
			return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5])
		}).head("mac").unless(func(m *vmac) bool { return m.MAC == standardMAC(m.v) }),
		flag("netlink_notify_msg", func(m *vmac) bool { return m.NetlinkNotify }),
		number("group", func(m *vmac) uint32 { return m.Group }).unless(func(m *vmac) bool { return !m.GroupSet }),
	}
}

// standardMAC is the address of RFC 9568 section 7.3.
func standardMAC(v *instance) [6]byte {
	mac := [6]byte{0, 0, 0x5e, 0, 1, v.VRID}
	if v.Family == 6 {
		mac[4] = 2
	}
	return mac
}

func ipvlanRows() []row[config.IPVLAN] {
	return []row[config.IPVLAN]{
		text("name", func(d *config.IPVLAN) string { return d.Name }).unless(func(d *config.IPVLAN) bool { return !d.NameGiven }),
		custom("<ip>[/<len>]", func(_ *renderer, d *config.IPVLAN) value {
			return value{json: d.Address.String(), words: []string{d.Address.String()}, absent: !d.Address.IsValid()}
		}).head("address"),
		text("bridge", func(d *config.IPVLAN) string { return d.Mode }).head("mode"),
		number("group", func(d *config.IPVLAN) uint32 { return d.Group }).unless(func(d *config.IPVLAN) bool { return !d.GroupSet }),
	}
}

// unicast reports whether an instance is to be said to be one: with peers, and
// without an interface.
func unicast(v *instance) bool { return v.Unicast || v.Interface == "" }

func packetRows() []row[instance] {
	return []row[instance]{
		address("mcast_src_ip", func(v *instance) netip.Addr { return v.Source }).unless(unicast).from("=unicast_src_ip", "./use_ipvlan"),
		address("unicast_src_ip", func(v *instance) netip.Addr { return v.Source }).unless(func(v *instance) bool { return !unicast(v) }).from("=mcast_src_ip", "./use_ipvlan"),
		flag("track_src_ip", func(v *instance) bool { return v.TrackSource }),
		address("mcast_dst_ip", func(v *instance) netip.Addr { return v.MulticastGroup }).
			fromIf(func(v *instance) bool { return v.Family == 4 }, "global_defs/vrrp_mcast_group4").
			fromIf(func(v *instance) bool { return v.Family == 6 }, "global_defs/vrrp_mcast_group6").
			unless(func(v *instance) bool {
				// It does not go with peers, and global_defs may have a
				// group that an instance may not.
				return v.Unicast || v.Family == 6 && !v.MulticastGroup.IsLinkLocalMulticast()
			}),
		blocks("unicast_peer", func(r *renderer, v *instance, source *reader.Source) []statement {
			said := source.All("unicast_peer")
			var all []statement
			for i := range v.UnicastPeers {
				s := statement{kind: line, value: words(r, &v.UnicastPeers[i], peerRows())}
				if i < len(said) {
					s.origin = given(said[i])
				}
				all = append(all, s)
			}
			return lines("unicast_peer", all)
		}),
		number("unicast_ttl", func(v *instance) int { return v.UnicastTTL }).
			unless(func(v *instance) bool { return !v.Unicast || v.UnicastTTL < 0 }),
		flag("unicast_fault_no_peer", func(v *instance) bool { return v.UnicastFaultNoPeer }),
		flag("check_unicast_src", func(v *instance) bool { return v.CheckUnicastSrc }).from("./unicast_peer"),
		custom("old_unicast_checksum", func(_ *renderer, v *instance) value {
			w := value{json: v.ChecksumCompat, silent: v.ChecksumCompat == config.ChecksumCompatAuto}
			if v.ChecksumCompat == config.ChecksumCompatNever {
				w.words = []string{"never"}
			}
			return w
		}),
		choice("v3_checksum_as_v2", func(v *instance) bool { return v.V3ChecksumAsV2 }).from("global_defs/v3_checksum_as_v2"),
		custom("skip_check_adv_addr", func(_ *renderer, v *instance) value { // any value means yes
			return value{json: v.SkipCheckAdvAddr, silent: !v.SkipCheckAdvAddr}
		}).from("global_defs/vrrp_skip_check_adv_addr"),
		choice("lower_prio_no_advert", func(v *instance) bool { return v.LowerPrioNoAdvert }).
			overruled(strict, "./strict_mode").overruled(strict, "global_defs/vrrp_strict").from("global_defs/vrrp_lower_prio_no_advert"),
		choice("higher_prio_send_advert", func(v *instance) bool { return v.HigherPrioSendAdvert }).
			overruled(strict, "./strict_mode").overruled(strict, "global_defs/vrrp_strict").from("global_defs/vrrp_higher_prio_send_advert"),
		choice("owner_ignore_adverts", func(v *instance) bool { return v.OwnerIgnoreAdverts }).
			overruled(strictOwner, "./strict_mode").overruled(strictOwner, "global_defs/vrrp_strict").from("global_defs/vrrp_owner_ignore_adverts").
			unless(func(v *instance) bool { return v.Owner() != v.OwnerIgnoreAdverts }),
		positive("kernel_rx_buf_size", func(v *instance) uint32 { return v.KernelRxBufSize }),
		positive("debug", func(v *instance) int { return v.Debug }),
	}
}

func peerRows() []row[config.UnicastPeer] {
	open := func(p *config.UnicastPeer) bool { return !p.TTLGiven }
	return []row[config.UnicastPeer]{
		address("<ip>", func(p *config.UnicastPeer) netip.Addr { return p.Addr }).head("address"),
		number("min_ttl", func(p *config.UnicastPeer) uint8 { return p.MinTTL }).unless(open),
		number("max_ttl", func(p *config.UnicastPeer) uint8 { return p.MaxTTL }).unless(open),
	}
}

func timingRows() []row[instance] {
	return []row[instance]{
		duration("advert_int", func(v *instance) time.Duration { return v.AdvertInt }),
		number("down_timer_adverts", func(v *instance) int { return v.DownTimerAdverts }).
			overruled(strict, "./strict_mode").overruled(strict, "global_defs/vrrp_strict").from("global_defs/vrrp_down_timer_adverts"),
		duration("preempt_delay", func(v *instance) time.Duration { return v.PreemptDelay }),
		positive("timer_expired_backup", func(v *instance) int { return v.TimerExpiredBackup }),
		duration("garp_master_delay", func(v *instance) time.Duration { return v.GARPMasterDelay }).
			from("global_defs/vrrp_garp_master_delay", "global_defs/vrrp_min_garp"),
		number("garp_master_repeat", func(v *instance) uint32 { return v.GARPMasterRepeat }).
			from("global_defs/vrrp_garp_master_repeat", "global_defs/vrrp_min_garp"),
		duration("garp_master_refresh", func(v *instance) time.Duration { return v.GARPMasterRefresh }).from("global_defs/vrrp_garp_master_refresh"),
		number("garp_master_refresh_repeat", func(v *instance) uint32 { return v.GARPMasterRefreshRepeat }).
			from("global_defs/vrrp_garp_master_refresh_repeat", "global_defs/vrrp_min_garp").
			unless(func(v *instance) bool { return v.GARPMasterRefreshRepeat == 0 }),
		duration("garp_lower_prio_delay", func(v *instance) time.Duration { return v.GARPLowerPrioDelay }).
			overruled(strict, "./strict_mode").overruled(strict, "global_defs/vrrp_strict").
			from("global_defs/vrrp_garp_lower_prio_delay", "global_defs/vrrp_garp_master_delay", "global_defs/vrrp_min_garp"),
		number("garp_lower_prio_repeat", func(v *instance) uint32 { return v.GARPLowerPrioRepeat }).
			overruled(strict, "./strict_mode").overruled(strict, "global_defs/vrrp_strict").
			from("global_defs/vrrp_garp_lower_prio_repeat", "global_defs/vrrp_garp_master_repeat", "global_defs/vrrp_min_garp").
			unless(func(v *instance) bool { return v.GARPLowerPrioRepeat > math.MaxInt32 }),
		custom("garp_extra_if", func(_ *renderer, v *instance) value { return extraInterfaces(v.GARPExtraIf, v.GARPExtraIfAll) }).
			from("global_defs/vrrp_garp_extra_if"),
	}
}

func authRows() []row[instance] {
	all := []row[instance]{
		text("authentication/auth_type", func(v *instance) string { return v.AuthType.String() }).
			unless(func(v *instance) bool { return v.AuthType == config.AuthNone }),
		custom("authentication/auth_pass", func(_ *renderer, v *instance) value {
			pass := v.AuthPass[:]
			for len(pass) > 0 && pass[len(pass)-1] == 0 {
				pass = pass[:len(pass)-1]
			}
			return value{json: string(pass), words: []string{string(pass)}, absent: len(pass) == 0}
		}),
	}
	hmac := func(keyword string, f func(r *renderer, h *config.AuthHMAC) value) {
		all = append(all, custom("auth_hmac/"+keyword, func(r *renderer, v *instance) value {
			if v.HMAC == nil {
				return value{absent: true}
			}
			return f(r, v.HMAC)
		}))
	}
	all = append(all, blocks("auth_hmac/key", hmacKeys))
	hmac("active_key", func(_ *renderer, h *config.AuthHMAC) value { return numeric(h.ActiveKey) })
	hmac("mode", func(_ *renderer, h *config.AuthHMAC) value {
		return value{json: h.Mode, words: []string{h.Mode.String()}}
	})
	hmac("anti_replay", func(_ *renderer, h *config.AuthHMAC) value {
		word := "time"
		if h.Monotonic {
			word = "monotonic"
		}
		return value{json: word, words: []string{word}}
	})
	hmac("time_window", func(_ *renderer, h *config.AuthHMAC) value {
		v := timeValue(h.TimeWindow)
		v.silent = h.TimeWindow == 0
		return v
	})
	return all
}
