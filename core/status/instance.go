package status

import (
	"fmt"
	"time"

	"keepalived/core/config"
)

// inset writes lines of a block, each with three blanks before it.
func (w lines) inset(format string, args ...any) { w.line("  "+format, args...) }

// list writes a title and, below it, what each member of a list says; nothing
// for an empty list.
func list[T any](w lines, title string, all []T, text func(*T) string) {
	if len(all) == 0 {
		return
	}
	w.inset("%s", title)
	for i := range all {
		w.line("    %s", text(&all[i]))
	}
}

// instance is 05-observability section 3.4. What is transient is left out of
// the log (see Configuration).
func (w lines) instance(in *Instance) {
	c := in.Config
	w.line("VRRP Instance = %s", c.Name)
	w.inset("VRRP Version = %d", c.Version)
	if in.Group != "" {
		w.inset("Sync group = %s", in.Group)
	}
	if c.Family == 6 {
		w.inset("Using Native IPv6")
	}
	if !w.lasting {
		w.state(in)
	}
	w.flags(in)
	if in.LoggedOnce != 0 {
		w.inset("Rate-limit flags = 0x%x", in.LoggedOnce)
	}
	w.inset("Wantstate = %s", in.Wanted)
	w.inset("Number of config faults = %d", in.Faults.Config)
	if !w.lasting {
		w.faults(&in.Faults)
		w.timers(in)
	}
	w.device(in)
	w.packets(in)
	w.announcements(c)
	w.priorities(in)
	w.behaviour(in)
	list(w, fmt.Sprintf("Virtual IP (%d):", len(in.VIPs)), in.VIPs, (*Address).String)
	list(w, "Virtual IP Excluded :", in.Excluded, (*Address).String)
	w.unicast(in)
	if in.HasSockets && !w.lasting {
		w.inset("fd_in %d, fd_out %d", in.In, in.Out)
	} else {
		w.inset("No sockets allocated")
	}
	list(w, "Virtual Routes :", c.Routes, func(r **config.Route) string { return Route(*r) })
	list(w, "Virtual Rules :", c.Rules, func(r **config.Rule) string { return Rule(*r) })
	w.tracking(&c.Tracking, "processes", false)
	w.inset("Using smtp notification = %s", yesNo(c.Notify.SMTPAlert))
	w.inset("Notify deleted = %s", pick(c.Notify.SendDeleted, "Deleted", "Fault"))
	w.notifiers(&c.Notify)
	w.inset("Notify priority changes = %t", c.Notify.PriorityChanges)
}

func (w lines) state(in *Instance) {
	w.inset("State = %s", in.State)
	if in.State == Backup {
		w.inset("Master router = %s", known(in.Master))
		w.inset("Master priority = %d", in.MasterPriority)
		if in.Config.Version == 3 {
			w.inset("Master advert interval = %d milli-sec", in.MasterInterval/time.Millisecond)
		}
	}
	if in.State == Master && in.Config.Owner() {
		w.inset("Rogue master counter = %d", in.Rogue.Count)
		w.inset("Roger timer thread = %s", pick(in.Rogue.Timer, "0x1", "(nil)")) // sic
		if in.Rogue.Count > 0 || in.Rogue.Timer {
			w.inset("Roger adver interval = %d ms", in.Rogue.Interval/time.Millisecond)
		}
	}
}

// flags are some of the C daemon's flag bits; that others are set is only seen
// from the missing "none".
func (w lines) flags(in *Instance) {
	c := in.Config
	if !c.Unicast && !c.UnicastFaultNoPeer && !c.NoPreempt && !c.DontTrackPrimary && !c.SkipCheckAdvAddr && !c.Strict &&
		!c.PromoteSecondaries && c.VMAC == nil && c.IPVLAN == nil && !c.UseVMACAddr && !c.VMACXmitBase && !c.NoVirtualIPAddress {
		w.inset("Flags: none")
		return
	}
	w.inset("Flags:")
	if c.Unicast {
		w.inset("  Using unicast%s", pick(in.Duplicated, " with VRID duplication", ""))
	}
	if c.UnicastFaultNoPeer {
		w.inset("  If unicast go to fault state if no peers")
	}
}

func (w lines) faults(f *Faults) {
	w.inset("Number of tracker faults = %d", f.Trackers)
	var all []string
	for _, reason := range []struct {
		text string
		is   bool
	}{
		{"unspecified", f.Trackers > 0}, {"i/f down", f.LinkDown}, {"base i/f down", f.BaseDown},
		{"duplicate VRID", f.Duplicate}, {"no source IP address", f.NoSource}, {"config error", f.Config > 0},
	} {
		if reason.is {
			all = append(all, reason.text)
		}
	}
	if len(all) == 0 {
		w.inset("Flags of interface faults - (none)")
	}
	list(w, "Flags of interface faults:", all, func(s *string) string { return *s })
	if f.Duplicate {
		w.inset("Duplicate VRID")
	}
	w.inset("Number of track scripts init = %d", f.Waiting)
}

func (w lines) timers(in *Instance) {
	w.inset("Last transition = %s", stamp(in.LastTransition, withYear))
	if in.Deadline.IsZero() {
		w.inset("Read timeout = DISABLED")
	} else {
		w.inset("Read timeout = %s", stamp(in.Deadline, withYear))
	}
	w.inset("Master down timer = %d usecs", in.Period.Microseconds())
}

func (w lines) device(in *Instance) {
	c := in.Config
	base := or(c.Interface, "(unknown)")
	switch {
	case c.VMAC != nil:
		w.inset("Use VMAC, i/f name %s, is_up = %t, xmit_base = %t", c.VMAC.Name, in.OwnLinkUp, c.VMACXmitBase)
		w.vmac(c)
		w.inset("Interface = %s, vmac on %s%s", in.Link, base, pick(c.VMACXmitBase, ", xmit base i/f", ""))
	case c.IPVLAN != nil:
		address := ""
		if c.IPVLAN.Address.IsValid() {
			address = ", i/f address = " + c.IPVLAN.Address.String()
		}
		w.inset("Use IPVLAN, i/f %s, is_up = %t%s, type %s", c.IPVLAN.Name, in.OwnLinkUp, address, c.IPVLAN.Mode)
		w.ownGroup(c.IPVLAN.Group, c.IPVLAN.GroupSet)
		w.inset("Interface = %s, ipvlan on %s", in.Link, base)
	default:
		w.inset("Interface = %s", or(c.Interface, "not configured"))
	}
	if c.VRF != "" {
		w.inset("VRF = %s", c.VRF)
	}
	for _, o := range []struct {
		text string
		on   bool
	}{
		{"VRRP interface tracking disabled", c.DontTrackPrimary},
		{"Skip checking advert IP addresses", c.SkipCheckAdvAddr},
		{"Suppress no VIPs warning", c.NoVirtualIPAddress},
		{"Enforcing strict VRRP compliance", c.Strict},
	} {
		if o.on {
			w.inset("%s", o.text)
		}
	}
}

func (w lines) vmac(c *config.Instance) {
	usual := [6]byte{0, 0, 0x5e, 0, byte(c.Family/6) + 1, c.VRID} // RFC 9568 section 7.3
	if c.VMAC.MAC != usual {
		w.inset("  MAC = %s", hardware(c.VMAC.MAC[:]))
	}
	if c.VMAC.NetlinkNotify {
		w.inset("  Force netlink update for base interface")
	}
	if c.UseVMACAddr {
		w.inset("  Use VMAC for VIPs on other interfaces")
	}
	w.ownGroup(c.VMAC.Group, c.VMAC.GroupSet)
}

func (w lines) ownGroup(group uint32, set bool) {
	if set {
		w.inset("  Interface group %d", group)
	}
}

func (w lines) packets(in *Instance) {
	c := in.Config
	w.inset("Using src_ip = %s%s", known(in.Source), pick(c.Source.IsValid() && in.Source == c.Source, " (from configuration)", ""))
	if c.Unicast {
		return
	}
	index := ""
	if c.Family == 6 {
		index = fmt.Sprintf(", ifindex %d", in.LinkIndex)
	}
	w.inset("Multicast address %s%s", c.MulticastGroup, index)
}

func (w lines) announcements(c *config.Instance) {
	w.inset("Gratuitous ARP delay = %d", c.GARPMasterDelay/time.Second)
	w.inset("Gratuitous ARP repeat = %d", c.GARPMasterRepeat)
	w.inset("Gratuitous ARP refresh = %d", c.GARPMasterRefresh/time.Second)
	w.inset("Gratuitous ARP refresh repeat = %d", c.GARPMasterRefreshRepeat)
	w.inset("Gratuitous ARP lower priority delay = %d", c.GARPLowerPrioDelay/time.Second)
	w.inset("Gratuitous ARP lower priority repeat = %d", c.GARPLowerPrioRepeat)
	w.inset("Down timer adverts = %d", c.DownTimerAdverts)
	if c.GARPExtraIf > 0 {
		w.inset("Gratuitous ARP for each secondary %s = %d", pick(c.GARPExtraIfAll, "i/f", "VMAC"), c.GARPExtraIf/time.Second)
	}
	w.inset("Send advert after receive lower priority advert = %t", !c.LowerPrioNoAdvert)
	w.inset("Send advert after receive higher priority advert = %t", c.HigherPrioSendAdvert)
	if c.Owner() {
		w.inset("Address owner ignores received adverts = %t", c.OwnerIgnoreAdverts)
	}
}

func (w lines) priorities(in *Instance) {
	c := in.Config
	w.inset("Virtual Router ID = %d", c.VRID)
	w.inset("Priority = %d", in.Base)
	if !w.lasting {
		w.inset("Effective priority = %d", in.Effective)
		w.inset("Total priority = %d", in.Total)
	}
	if c.NoPreempt {
		// The C daemon has shown nothing but 0 here, whatever it heard.
		w.inset("Highest other priority = 0")
	}
	unit, n := "sec", c.AdvertInt/time.Second
	if c.Version == 3 {
		unit, n = "milli-sec", c.AdvertInt/time.Millisecond
	}
	w.inset("Advert interval = %d %s", n, unit)
	w.inset("Last advert sent = %s", seconds(in.LastAdvert))
}

func (w lines) behaviour(in *Instance) {
	c := in.Config
	w.inset("Accept = %s", enabled(c.Accept))
	w.inset("Preempt = %s", enabled(!c.NoPreempt))
	if c.PreemptDelay > 0 {
		w.inset("Preempt delay = %s secs", general(c.PreemptDelay.Seconds()))
	}
	w.inset("Promote_secondaries = %s", enabled(c.PromoteSecondaries))
	switch {
	case c.AuthType == config.AuthPass:
		w.inset("Authentication type = SIMPLE_PASSWORD")
		w.inset("Password = ********")
	case c.AuthType == config.AuthAH:
		w.inset("Authentication type = IPSEC_AH")
	case c.Version == 2:
		w.inset("Authentication type = none")
	}
	w.extension(c.HMAC)
	if c.Version == 3 && c.Family == 4 {
		w.inset("VRRPv3 uses VRRPv2 checksum = %s", enabled(c.V3ChecksumAsV2))
	}
	if c.KernelRxBufSize > 0 {
		w.inset("Kernel rx buffer size = %d", c.KernelRxBufSize)
	}
	if c.Debug != 0 {
		w.inset("Debug level = %d", c.Debug)
	}
}

func (w lines) extension(h *config.AuthHMAC) {
	if h == nil {
		return
	}
	w.inset("Authentication extension = HMAC-SHA256-128")
	w.inset("  Keys = %d, active key id = %d", len(h.Keys), h.ActiveKey)
	w.inset("  Mode = %s", [...]string{"enforce", "permissive", "receive-only"}[h.Mode])
	if h.Monotonic {
		w.inset("  Anti replay = monotonic")
	} else {
		w.inset("  Anti replay = time, window = %d sec", h.TimeWindow/time.Second)
	}
}

func (w lines) unicast(in *Instance) {
	c := in.Config
	if !c.Unicast {
		return
	}
	if c.UnicastTTL >= 0 {
		w.inset("Unicast TTL = %d", c.UnicastTTL)
	}
	w.inset("Check unicast src : %s", yesNo(c.CheckUnicastSrc))
	list(w, "Unicast Peer :", c.UnicastPeers, func(p *config.UnicastPeer) string {
		return fmt.Sprintf("%s min_ttl %d max_ttl %d", p.Addr, p.MinTTL, p.MaxTTL)
	})
	sums := map[config.ChecksumCompat]string{config.ChecksumCompatAuto: "no", config.ChecksumCompatNever: "never", config.ChecksumCompatOld: "config"}[c.ChecksumCompat]
	if in.OldSums {
		sums = "auto"
	}
	w.inset("Unicast checksum compatibility = %s", sums)
}

// tracking writes what is tracked. An instance does not show what only its
// group has it track.
func (w lines) tracking(t *config.Tracking, processes string, group bool) {
	own := func(all []config.Tracked) []config.Tracked {
		var mine []config.Tracked
		for _, o := range all {
			if group || !o.OfGroup {
				mine = append(mine, o)
			}
		}
		return mine
	}
	text := func(separator string) func(*config.Tracked) string {
		return func(t *config.Tracked) string {
			return fmt.Sprintf("%s%s weight %d%s", t.Name, separator, t.Weight, reverse(t.Reverse))
		}
	}
	list(w, "Tracked interfaces :", own(t.Interfaces), text(""))
	list(w, "Tracked scripts :", own(t.Scripts), text(""))
	list(w, "Tracked files :", own(t.Files), text(","))
	list(w, "Tracked "+processes+" :", own(t.Processes), text(","))
	list(w, "Tracked BFDs :", own(t.BFDs), text(":"))
}

func (w lines) notifiers(n *config.Notify) {
	for _, s := range []struct {
		kind   string
		script *config.Script
	}{
		{"Backup", n.Backup}, {"Master", n.Master}, {"Fault", n.Fault}, {"Stop", n.Stop}, {"Deleted", n.Deleted},
		{"Generic", n.Any}, {"Master rx lower pri", n.MasterRxLowerPri},
	} {
		if s.script != nil {
			w.inset("%s state transition script = %s", s.kind, Notifier(s.script))
		}
	}
}
