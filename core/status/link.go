package status

import (
	"bytes"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// link is 05-observability section 3.9.
func (w lines) link(v *VRRP, l *Link) {
	w.line("Name = %s", l.Name)
	if l.Index == 0 {
		w.inset("index = 0 (deleted)")
		w.origin(l)
		w.linkTrackers(v, l.Name)
		return
	}
	w.inset("index = %d", l.Index)
	w.sources("IPv4", l.IPv4)
	w.sources("IPv6", l.IPv6)
	if len(l.MAC) > 0 && !bytes.Equal(l.MAC, make([]byte, len(l.MAC))) {
		w.inset("MAC = %s", hardware(l.MAC))
		w.inset("MAC broadcast = %s", hardware(bytes.Repeat([]byte{0xff}, len(l.MAC))))
	}
	w.inset("State = %s", l.state())
	w.inset("Seen up = %d", number(l.SeenUp))
	w.inset("Delayed state change running = %t", l.DelayRunning)
	w.inset("Up debounce timer = %dus", l.UpDelay.Microseconds())
	w.inset("Down debounce timer = %dus", l.DownDelay.Microseconds())
	w.inset("Group = %d", l.Group)
	w.below(l)
	w.origin(l)
	w.inset("MTU = %d", l.MTU)
	w.inset("HW Type = %s", hardwareType(l.HardwareType))
	w.inset("%s", or(l.Polling, "NIC netlink status update"))
	switch {
	case l.VRFTable != 0:
		w.inset("VRF master table %d", l.VRFTable)
	case l.VRF != "":
		w.inset("VRF slave of %s", l.VRF)
	}
	if l.ARPInterval > 0 {
		w.inset("Gratuitous ARP interval %dms", l.ARPInterval/time.Millisecond)
	}
	if l.NAInterval > 0 {
		w.inset("Gratuitous NA interval %dms", l.NAInterval/time.Millisecond)
	}
	w.sysctls(l)
	w.linkTrackers(v, l.Name)
}

func (w lines) sources(family string, all []netip.Addr) {
	if len(all) == 0 {
		w.inset("%s address = (none)", family)
		return
	}
	w.inset("%s address = %s", family, all[0])
	list(w, "Additional "+family+" addresses :", all[1:], func(a *netip.Addr) string { return a.String() })
}

// upAndRunning are the two flags as they are shown.
func (l *Link) upAndRunning() string {
	return pick(l.Flags&unix.IFF_UP != 0, "UP", "not UP") + ", " + pick(l.Flags&unix.IFF_RUNNING != 0, "RUNNING", "not RUNNING")
}

func (l *Link) state() string {
	text := l.upAndRunning()
	for _, f := range []struct {
		text string
		is   bool
	}{
		{"no broadcast", l.Flags&unix.IFF_BROADCAST == 0}, {"loopback", l.Flags&unix.IFF_LOOPBACK != 0},
		{"point to point", l.Flags&unix.IFF_POINTOPOINT != 0}, {"no arp", l.Flags&unix.IFF_NOARP != 0},
		{"no multicast", l.Flags&unix.IFF_MULTICAST == 0}, {"master down", l.MasterDown},
	} {
		if f.is {
			text += ", " + f.text
		}
	}
	return text
}

// below writes what an interface lies on.
func (w lines) below(l *Link) {
	if l.Kind == "" {
		return
	}
	kind := map[string]string{"vmac": "VMAC", "ipvlan": "IPVLAN"}[l.Kind]
	if l.Base == nil {
		w.inset("%s type %s, underlying interface in different namespace", kind, l.Mode)
		return
	}
	w.inset("%s type %s, underlying interface = %s, state = %s", kind, l.Mode, l.Base.Name, l.Base.upAndRunning())
}

func (w lines) origin(l *Link) {
	switch {
	case l.Ours:
		w.inset("I/f created by keepalived")
	case l.Changeable:
		w.inset("Interface type/base can be changed")
	}
}

func hardwareType(t uint16) string {
	switch t {
	case unix.ARPHRD_LOOPBACK:
		return "LOOPBACK"
	case unix.ARPHRD_ETHER:
		return "ETHERNET"
	}
	return fmt.Sprintf("UNKNOWN (%d)", t)
}

func (w lines) sysctls(l *Link) {
	w.inset("Reset ARP config counter 0") // as the C daemon, which does not set these back
	w.inset("Original arp_ignore %s", or(l.ARPIgnore, "0"))
	w.inset("Original arp_filter %s", or(l.ARPFilter, "0"))
	if l.RPFilter != "" {
		w.inset("rp_filter %s", l.RPFilter)
	}
	w.inset("Original promote_secondaries %d", l.Promoted)
	w.inset("Reset promote_secondaries counter %d", l.Promoters)
	if !l.ForwardingRead.IsZero() {
		w.inset("%s. Last checked %s", pick(l.Forwarding, "IPv6 forwarding", "Not IPv6 forwarding"), behind(l.ForwardingRead))
	}
}

// untracked is the weight that the C daemon shows for the interface of an
// instance with dont_track_primary.
const untracked = 255

// linkTrackers lists the instances that depend on an interface, which includes
// those that are on it.
func (w lines) linkTrackers(v *VRRP, name string) {
	list(w, "Tracking VRRP instances :", v.dependents(name), func(t *config.Tracked) string {
		return fmt.Sprintf("%s, weight %d%s", t.Name, t.Weight, reverse(t.Reverse))
	})
}

func (v *VRRP) dependents(name string) []config.Tracked {
	var own, groups []config.Tracked
	for i := range v.Instances {
		t, ok := dependence(v.Instances[i].Config, name)
		switch {
		case !ok:
		case t.OfGroup:
			groups = append(groups, t)
		default:
			own = append(own, t)
		}
	}
	return append(own, groups...)
}

// dependence is how an instance tracks an interface: because it is on it, or
// has addresses, routes or rules there, or by track_interface.
func dependence(c *config.Instance, name string) (t config.Tracked, ok bool) {
	for _, x := range c.Tracking.Interfaces {
		if x.Name == name {
			t, ok = x, true
		}
	}
	on := c.Interface == name || c.VMAC != nil && c.VMAC.Name == name || c.IPVLAN != nil && c.IPVLAN.Name == name
	if on {
		t = config.Tracked{}
		if c.DontTrackPrimary {
			t.Weight = untracked
		}
	} else if implied(c, name) {
		t = config.Tracked{}
		on = true
	}
	t.Name = c.Name
	return t, ok || on
}

func implied(c *config.Instance, name string) bool {
	for _, all := range [][]*config.Address{c.VIPs, c.ExcludedVIPs} {
		for _, a := range all {
			if a.Interface == name && !a.NoTrack {
				return true
			}
		}
	}
	for _, r := range c.Routes {
		if r.Interface == name && !r.NoTrack {
			return true
		}
	}
	for _, r := range c.Rules {
		if (r.IIF == name || r.OIF == name) && !r.NoTrack {
			return true
		}
	}
	return false
}
