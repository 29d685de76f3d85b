package vrrp

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"keepalived/core/config"
	"keepalived/core/network"
)

// wish is a random configuration: its text, and the routes and rules that the
// text has no words for.
type wish struct {
	text   string
	routes map[string][]int // by instance
	rules  map[string][]int
	static []int // addresses
}

var wishes = rapid.Custom(func(t *rapid.T) wish {
	w := wish{routes: map[string][]int{}, rules: map[string][]int{}}
	numbers := rapid.SliceOfNDistinct(rapid.IntRange(1, 6), 0, 3, rapid.ID)
	some := func(label string) bool { return rapid.IntRange(0, 2).Draw(t, label) == 0 }
	links := rapid.SampledFrom([]string{"eth0", "eth1"})
	names := rapid.SliceOfNDistinct(rapid.IntRange(1, 3), 1, 3, rapid.ID).Draw(t, "instances")
	// No two instances of a configuration share an address, those of two may.
	pool := rapid.Permutation([]int{11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22}).Draw(t, "pool")
	var b strings.Builder
	for _, n := range names {
		name := fmt.Sprintf("VI_%d", n)
		fmt.Fprintf(&b, "vrrp_instance %s {\ninterface %s\nvirtual_router_id %d\npriority %d\n", name,
			links.Draw(t, "interface"), 50+n, rapid.SampledFrom([]int{50, 100, 255}).Draw(t, "priority"))
		for _, words := range []string{"use_vmac " + rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name") + fmt.Sprint(n), "vmac_xmit_base", "no_accept", "nopreempt", "version 3", "advert_int 2",
			"track_interface {\neth1\n}", "track_interface {\neth0 weight 10\n}", "dont_track_primary", "unicast_peer {\n192.0.2.7\n}", "preempt_delay 3"} {
			if some(words) {
				b.WriteString(words + "\n")
			}
		}
		addresses := func(block, form string, count int) {
			fmt.Fprintf(&b, "%s {\n", block)
			for range count {
				line := fmt.Sprintf(form, pool[0])
				pool = pool[1:]
				if some("dev") {
					line += " dev " + links.Draw(t, "of the address")
				}
				b.WriteString(line + "\n")
			}
			b.WriteString("}\n")
		}
		addresses("virtual_ipaddress", rapid.SampledFrom([]string{"10.1.0.%d/24", "10.1.0.%d/32", "fe80::%d/64"}).Draw(t, "form"), rapid.IntRange(1, 2).Draw(t, "addresses"))
		addresses("virtual_ipaddress_excluded", rapid.SampledFrom([]string{"10.1.0.%d/24", "2001:db8::%d/64"}).Draw(t, "excluded form"), rapid.IntRange(0, 2).Draw(t, "excluded"))
		w.routes[name], w.rules[name] = numbers.Draw(t, "routes"), numbers.Draw(t, "rules")
		b.WriteString("}\n")
	}
	if len(names) > 1 && some("group") {
		fmt.Fprintf(&b, "vrrp_sync_group G {\ngroup {\nVI_%d\nVI_%d\n}\n}\n", names[0], names[1])
	}
	w.static = numbers.Draw(t, "static addresses")
	w.text = b.String()
	return w
})

func (w wish) config(t *testing.T) *config.Config {
	c := parse(t, w.text)
	for _, in := range c.VRRP.Instances {
		n := int(in.VRID)
		for _, i := range w.routes[in.Name] {
			in.Routes = append(in.Routes, &config.Route{
				Family: 4, Dst: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 100, byte(n), byte(i)}), 32), Type: unix.RTN_UNICAST,
				Table: unix.RT_TABLE_MAIN, Interface: in.Interface, Protocol: 18,
			})
		}
		for _, i := range w.rules[in.Name] {
			in.Rules = append(in.Rules, &config.Rule{
				Family: 4, Action: unix.FR_ACT_TO_TBL, From: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 101, byte(n), byte(i)}), 32),
				Table: 100, Priority: uint32(1000 + 10*n + i), Protocol: 18, SuppressPrefixLen: -1,
			})
		}
	}
	for _, i := range w.static {
		c.VRRP.StaticAddresses = append(c.VRRP.StaticAddresses, &config.Address{
			Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 9, 9, byte(i)}), 24), Interface: "eth0", DevGiven: true, PreferredLifetime: config.Forever,
		})
	}
	return c
}

// kernel prints what a node has made of its host, without what depends on the
// order in which it was made.
func (d *node) kernel() string {
	var lines []string
	for l := range strings.Lines(d.host.AddressesText()) {
		_, l, _ = strings.Cut(l, ": ") // the interface's index
		lines = append(lines, strings.ReplaceAll(l, " secondary", ""))
	}
	for _, text := range []string{d.host.RoutesText(), d.devices(), d.rules()} {
		for l := range strings.Lines(text) {
			if list, ok := strings.CutPrefix(l, "elements = { "); ok {
				for e := range strings.SplitSeq(strings.TrimSuffix(list, " }\n"), ", ") {
					lines = append(lines, "element "+e+"\n")
				}
			} else {
				lines = append(lines, l)
			}
		}
	}
	for _, link := range []string{"all", "eth0", "eth1"} {
		lines = append(lines, d.sysctls(link, "rp_filter", "promote_secondaries")+"\n")
	}
	slices.Sort(lines)
	lines = append(lines, fmt.Sprintln(d.host.RuleCount(), "rules"))
	return strings.Join(lines, "")
}

// states prints what became of the instances.
func (d *node) states() string {
	var lines []string
	for _, in := range d.service.machine.Instances {
		lines = append(lines, fmt.Sprintln(in.Config.Name, in.State, in.Effective))
	}
	return strings.Join(lines, "")
}

// cableBack sets a link up, and gives it the address that the kernel then makes.
func (d *node) cableBack(name string) {
	d.host.SetLink(name, true)
	link, err := d.host.LinkByName(name)
	if err == nil {
		err = d.host.AddAddress(&network.Address{Link: link.Index, Prefix: netip.MustParsePrefix("fe80::1/64"), Preferred: network.Forever})
	}
	if err != nil {
		d.t.Error(err)
	}
}

// A reload from A to B ends as a start with B would, whatever A was and
// whatever happened to links in between; a stop leaves the host as it was.
func TestReloadIsStart(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all := rapid.SliceOfN(wishes, 2, 3).Draw(rt, "configurations")
		cable := rapid.SampledFrom([]string{"", "", "eth0", "eth1"}).Draw(rt, "cable")
		pause := time.Duration(rapid.IntRange(0, 6000).Draw(rt, "pause")) * time.Millisecond
		var found string
		synctest.Test(t, func(t *testing.T) {
			host := func(n byte) *node {
				d := newNode(t, new(network.Segment), n)
				addLink(d.host, new(network.Segment), "eth1", n, 3)
				return d
			}
			start := func(d *node, w wish) {
				d.run(func() {
					if err := d.service.Start(w.config(t)); err != nil {
						t.Errorf("start: %v", err)
					}
				})
			}
			a, b := host(1), host(1)
			clean := a.kernel()
			start(a, all[0])
			for _, w := range all[1:] {
				sleep(pause)
				if cable != "" {
					a.host.SetLink(cable, false)
					sleep(pause / 2)
				}
				a.run(func() {
					if err := a.service.Reload(w.config(t)); err != nil {
						t.Errorf("reload: %v", err)
					}
				})
				if cable != "" {
					sleep(pause / 3)
					a.cableBack(cable)
				}
			}
			start(b, all[len(all)-1])
			sleep(30 * time.Second)
			if got, want := a.kernel()+a.states(), b.kernel()+b.states(); got != want {
				found = fmt.Sprintf("after the reload\n%s\nafter a start\n%s\nlog\n%s", got, want, a.take("Sending", "Assigned"))
			}
			a.stop()
			b.stop()
			if got := a.kernel(); found == "" && got != clean {
				found = fmt.Sprintf("after the stop\n%s\nbefore the start\n%s", got, clean)
			}
		})
		if found != "" {
			rt.Fatal(found)
		}
	})
}
