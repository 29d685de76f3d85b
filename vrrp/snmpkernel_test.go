package vrrp

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/network"
	"keepalived/core/process"
	"keepalived/core/snmp/agentx"
)

// shown is what an SNMP manager sees, once what it has seen before is too old.
func (d *node) shown(name string) uint64 {
	sleep(2 * time.Second)
	return d.service.observer.Get(agentx.ParseOID(name)).Number
}

func (d *node) shows(what, name string, want uint64) {
	d.t.Helper()
	if got := d.shown(name); got != want {
		d.t.Errorf("%s: %s is %d, not %d", what, name, got, want)
	}
}

const (
	routeStatus = "1.3.6.1.4.1.9586.100.5.2.7.1.14."
	ruleStatus  = "1.3.6.1.4.1.9586.100.5.2.8.1.7."
	isSet       = 1
	isUnset     = 2
)

func linkNumber(string) int { return 2 }

func kernelRoute(dst string) *config.Route {
	return &config.Route{
		Family: 4, Dst: netip.MustParsePrefix(dst), Type: unix.RTN_UNICAST, Interface: "eth0", Table: unix.RT_TABLE_MAIN,
		Protocol: network.Protocol, NoTrack: true,
	}
}

func kernelRule(priority uint32) *config.Rule {
	return &config.Rule{
		Family: 4, From: netip.MustParsePrefix("10.0.0.0/8"), Action: unix.FR_ACT_TO_TBL, Table: 100, Priority: priority,
		SuppressPrefixLen: -1, Protocol: network.Protocol, NoTrack: true,
	}
}

// Routes and rules are shown as set while they are in the kernel, and those
// that are gone are not deleted again. A reload sets them anew.
func TestShownInKernel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newNode(t, &network.Segment{}, 1)
		route, static := kernelRoute("198.51.100.0/24"), kernelRoute("198.51.101.0/24")
		rule, staticRule := kernelRule(100), kernelRule(200)
		with := func(c *config.Config) {
			c.VRRP.Instances[0].Routes, c.VRRP.Instances[0].Rules = []*config.Route{route}, []*config.Rule{rule}
			c.VRRP.StaticRoutes, c.VRRP.StaticRules = []*config.Route{static}, []*config.Rule{staticRule}
		}
		a.startWith(instance("priority 150\n"+vip), with)
		a.shows("backup", routeStatus+"1.1", isUnset)
		a.shows("static route", routeStatus+"0.1", isSet)
		a.shows("master", routeStatus+"1.1", isSet)
		a.shows("rule", ruleStatus+"1.1", isSet)
		a.shows("static rule", ruleStatus+"0.1", isSet)

		for _, err := range []error{
			a.host.DelRoute(route, linkNumber), a.host.DelRoute(static, linkNumber), a.host.DelRule(rule), a.host.DelRule(staticRule),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		a.shows("deleted route", routeStatus+"1.1", isUnset)
		a.shows("deleted static route", routeStatus+"0.1", isUnset)
		a.shows("deleted rule", ruleStatus+"1.1", isUnset)
		a.shows("deleted static rule", ruleStatus+"0.1", isUnset)
		a.shows("the instance", "1.3.6.1.4.1.9586.100.5.2.3.1.4.1", 2)

		a.run(func() {
			c := parse(t, instance("priority 150\n"+vip))
			with(c)
			if err := a.service.Reload(c); err != nil {
				t.Error(err)
			}
		})
		a.shows("static route after a reload", routeStatus+"0.1", isSet)
		a.shows("static rule after a reload", ruleStatus+"0.1", isSet)
		a.shows("route after a reload", routeStatus+"1.1", isSet)
		a.shows("rule after a reload", ruleStatus+"1.1", isSet)
		a.stop()
		if a.host.RoutesText() != "" || a.host.RuleCount() != 0 {
			t.Errorf("left over at the end: %s, %d rules", a.host.RoutesText(), a.host.RuleCount())
		}
	})
}

// A link that goes down takes its routes with it; coming up it gets them back.
func TestShownLinkDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newNode(t, &network.Segment{}, 1)
		a.startWith(instance("priority 150\n"+vip), func(c *config.Config) {
			c.VRRP.StaticRoutes = []*config.Route{kernelRoute("198.51.101.0/24")}
		})
		a.shows("start", routeStatus+"0.1", isSet)
		a.host.SetLink("eth0", false)
		a.shows("link down", routeStatus+"0.1", isUnset)
		a.host.SetLink("eth0", true)
		a.shows("link up", routeStatus+"0.1", isSet)
		a.stop()
	})
}

// Clearing the statistics is shown as a discontinuity of the instance's counters.
// Those of the process go on: nothing would tell of them in RFC 2787. They do
// not go back with an instance that a reload takes away either.
func TestShownAfterClearing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const (
			sums2, sums3, versions2 = "1.3.6.1.2.1.68.2.1.0", "1.3.6.1.2.1.207.1.2.1.0", "1.3.6.1.2.1.68.2.2.0"
			row                     = "1.3.6.1.2.1.207.1.2.5.1."
			masters, cause          = row + "1.2.51.1", row + "6.2.51.1"
			since                   = row + "12.2.51.1"
		)
		a := newNode(t, &network.Segment{}, 1)
		a.start(instance("priority 150\n" + vip))
		a.run(func() {
			r := a.service.routers[0]
			r.in.Counters.Checksum, r.in.Counters.Version, r.protocolError = 3, 2, 3
		})
		sleep(5 * time.Second)
		a.shows("before", sums2, 3)
		a.shows("before", masters, 1)
		a.shows("before", since, 0)
		begin := time.Now()
		a.run(func() { a.service.Signal(process.SignalStatsClear) })
		a.shows("cleared", masters, 0)
		a.shows("cleared", cause, 0)
		a.shows("cleared", since, uint64(begin.Sub(a.service.observer.born)/(10*time.Millisecond)))
		a.shows("cleared", sums2, 3)
		a.shows("cleared", sums3, 3)
		a.shows("cleared", versions2, 2)
		a.run(func() { a.service.routers[0].in.Counters.Checksum++ })
		a.reload(instance("priority 150\n" + vip))
		a.shows("reloaded", since, uint64(begin.Sub(a.service.observer.born)/(10*time.Millisecond)))
		a.shows("reloaded", sums3, 4)
		a.reload("vrrp_instance VI_2 {\ninterface eth0\nvirtual_router_id 52\n" + vip + "\n}\n")
		a.shows("without the instance", sums2, 4)
		a.shows("without the instance", sums3, 4)
		a.stop()
	})
}
