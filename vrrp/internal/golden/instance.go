package golden

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"keepalived/core/config"
)

func instance(t testing.TB, c *config.Config, b *block) *config.Instance {
	t.Helper()
	in := &config.Instance{
		Name: b.word(1), Priority: 100, AdvertInt: time.Second, DownTimerAdverts: 3, Accept: true,
		UnicastTTL:      -1,
		GARPMasterDelay: 5 * time.Second, GARPMasterRepeat: 5, GARPMasterRefreshRepeat: 1,
		GARPLowerPrioDelay: 5 * time.Second, GARPLowerPrioRepeat: 5,
	}
	in.Notify.PriorityChanges = c.Global.VRRPNotifyFIFO != nil
	stateGiven, priorityGiven := false, false
	for _, s := range b.inner {
		switch s.words[0] {
		case "state":
			stateGiven = true
			if s.word(1) == "MASTER" {
				in.State, in.Debug = config.StateMaster, 1
			}
		case "priority":
			n, _ := strconv.Atoi(s.word(1))
			in.Priority, priorityGiven = uint8(n), true
		default:
			instanceWord(t, c, in, s)
		}
	}
	if in.State == config.StateMaster && !priorityGiven {
		in.Priority = 255
	}
	if !stateGiven && in.Owner() {
		in.State = config.StateMaster
	}
	in.InitialState = in.State
	family(in, c)
	return in
}

func family(in *config.Instance, c *config.Config) {
	in.Family = 4
	for _, a := range []netip.Addr{in.Source, firstPeer(in), firstVIP(in)} {
		if a.IsValid() {
			in.Family = config.Family(a)
		}
	}
	if in.Version == 0 {
		in.Version = 2
		if in.Family == 6 {
			in.Version = 3
		}
	}
	in.MulticastGroup = c.Global.MulticastGroup4
	if in.Family == 6 {
		in.MulticastGroup = c.Global.MulticastGroup6
	}
}

func firstPeer(in *config.Instance) (a netip.Addr) {
	if len(in.UnicastPeers) > 0 {
		a = in.UnicastPeers[0].Addr
	}
	return a
}

func firstVIP(in *config.Instance) (a netip.Addr) {
	if len(in.VIPs) > 0 {
		a = in.VIPs[0].Prefix.Addr()
	}
	return a
}

func address(s *block) *config.Address {
	a := new(config.Address)
	if p, err := netip.ParsePrefix(s.words[0]); err == nil {
		a.Prefix = p
	} else {
		addr := netip.MustParseAddr(s.words[0])
		a.Prefix = netip.PrefixFrom(addr, addr.BitLen())
	}
	for i, w := range s.words {
		switch w {
		case "dev":
			a.Interface = s.word(i + 1)
		case "no_track":
			a.NoTrack = true
		case "use_vmac":
			a.UseVMAC = true
		}
	}
	a.DevGiven = a.Interface != ""
	if !a.Prefix.IsSingleIP() || a.Family() == 4 {
		a.PreferredLifetime = config.Forever
	}
	return a
}

func tracked(b *block) []config.Tracked {
	var all []config.Tracked
	for _, s := range b.inner {
		t := config.Tracked{Name: s.words[0]}
		for i, w := range s.words {
			switch w {
			case "weight":
				t.Weight, _ = strconv.Atoi(s.word(i + 1))
			case "reverse":
				t.Reverse = true
			}
		}
		all = append(all, t)
	}
	return all
}

func instanceWord(t testing.TB, c *config.Config, in *config.Instance, s *block) {
	t.Helper()
	switch s.words[0] {
	case "interface":
		in.Interface = s.word(1)
	case "virtual_router_id":
		n, _ := strconv.Atoi(s.word(1))
		in.VRID = uint8(n)
	case "version":
		in.Version, _ = strconv.Atoi(s.word(1))
	case "advert_int":
		in.AdvertInt = seconds(s.word(1))
	case "down_timer_adverts":
		in.DownTimerAdverts, _ = strconv.Atoi(s.word(1))
	case "virtual_ipaddress":
		for _, a := range s.inner {
			in.VIPs = append(in.VIPs, address(a))
		}
	case "virtual_ipaddress_excluded":
		for _, a := range s.inner {
			in.ExcludedVIPs = append(in.ExcludedVIPs, address(a))
		}
	case "virtual_routes":
		for _, r := range s.inner {
			a := address(&block{words: append([]string{"192.0.2.0/24"}, r.words...)})
			in.Routes = append(in.Routes, &config.Route{Family: 4, Interface: a.Interface, NoTrack: a.NoTrack})
		}
	case "track_interface":
		in.Tracking.Interfaces = tracked(s)
	case "track_script":
		in.Tracking.Scripts = tracked(s)
		for i := range in.Tracking.Scripts {
			for _, d := range c.VRRP.Scripts {
				if k := &in.Tracking.Scripts[i]; d.Name == k.Name && k.Weight == 0 {
					k.Weight = d.Weight
				}
			}
		}
	case "track_file":
		in.Tracking.Files = tracked(s)
		for i := range in.Tracking.Files {
			for _, d := range c.VRRP.TrackFiles {
				if k := &in.Tracking.Files[i]; d.Name == k.Name && k.Weight == 0 {
					k.Weight = d.Weight
				}
			}
		}
	case "track_bfd":
		in.Tracking.BFDs = tracked(s)
	case "preempt_delay":
		in.PreemptDelay = seconds(s.word(1))
	case "garp_master_delay":
		in.GARPMasterDelay = seconds(s.word(1))
	case "garp_master_repeat":
		n, _ := strconv.Atoi(s.word(1))
		in.GARPMasterRepeat = uint32(n)
	case "garp_master_refresh":
		in.GARPMasterRefresh = seconds(s.word(1))
	case "garp_lower_prio_repeat":
		n, _ := strconv.Atoi(s.word(1))
		in.GARPLowerPrioRepeat = uint32(n)
	case "garp_lower_prio_delay":
		in.GARPLowerPrioDelay = seconds(s.word(1))
	case "timer_expired_backup", "thread_timer_expired":
		in.TimerExpiredBackup = 254
		if n, err := strconv.Atoi(s.word(1)); err == nil {
			in.TimerExpiredBackup = n
		}
	default:
		packetWord(t, in, s)
	}
}

func packetWord(t testing.TB, in *config.Instance, s *block) {
	t.Helper()
	switch s.words[0] {
	case "nopreempt":
		in.NoPreempt = true
	case "lower_prio_no_advert":
		in.LowerPrioNoAdvert = true
	case "higher_prio_send_advert":
		in.HigherPrioSendAdvert = true
	case "owner_ignore_adverts":
		in.OwnerIgnoreAdverts = true
	case "check_unicast_src":
		in.CheckUnicastSrc = true
	case "v3_checksum_as_v2":
		in.V3ChecksumAsV2 = true
	case "old_unicast_checksum":
		in.ChecksumCompat = config.ChecksumCompatOld
	case "dont_track_primary":
		in.DontTrackPrimary = true
	case "mcast_src_ip", "unicast_src_ip":
		in.Source = netip.MustParseAddr(s.word(1))
	case "track_src_ip":
		in.TrackSource = true
	case "unicast_ttl":
		in.UnicastTTL, _ = strconv.Atoi(s.word(1))
	case "unicast_peer":
		in.Unicast = true
		for _, p := range s.inner {
			in.UnicastPeers = append(in.UnicastPeers, peer(p))
		}
	case "authentication":
		for _, w := range s.inner {
			switch {
			case w.words[0] == "auth_pass":
				copy(in.AuthPass[:], w.word(1))
			case w.word(1) == "PASS":
				in.AuthType = config.AuthPass
			case w.word(1) == "AH":
				in.AuthType = config.AuthAH
			}
		}
	case "auth_hmac":
		in.HMAC = new(config.AuthHMAC)
		for _, w := range s.inner {
			n, _ := strconv.Atoi(w.word(1))
			switch w.words[0] {
			case "key":
				in.HMAC.Keys = append(in.HMAC.Keys, config.HMACKey{ID: uint8(n), Secret: secret(w.word(2))})
			case "active_key":
				in.HMAC.ActiveKey = uint8(n)
			}
		}
	default:
		deviceWord(in, s)
	}
}

func peer(p *block) config.UnicastPeer {
	u := config.UnicastPeer{Addr: netip.MustParseAddr(p.words[0]), MaxTTL: 255}
	text := strings.Join(p.words, " ")
	u.TTLGiven = strings.Contains(text, "_ttl")
	for i, w := range p.words {
		n, _ := strconv.Atoi(p.word(i + 1))
		switch w {
		case "min_ttl":
			u.MinTTL = uint8(n)
		case "max_ttl":
			u.MaxTTL = uint8(n)
		}
	}
	return u
}
