package mib

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/core/snmp/agentx"
	"keepalived/core/status"
)

// column is what one column of a table has, by the rest of the names; texts and
// addresses as octets.
func column(v *status.VRRP, table, id string) string {
	var all []string
	at := agentx.ParseOID("1.3.6.1.4.1.9586.100.5.2." + table + ".1." + id)
	for name, value := New(v, time.Time{}).Next(agentx.Range{Start: at}); name.Under(at); name, value = New(v, time.Time{}).Next(agentx.Range{Start: name}) {
		text := strings.TrimPrefix(name.String(), at.String()+".") + "="
		if value.Type == agentx.OctetString {
			text += string(value.Octets)
		} else {
			text += strconv.FormatUint(value.Number, 10)
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func columns(t *testing.T, v *status.VRRP, table string, want map[string]string) {
	t.Helper()
	for id, w := range want {
		if got := column(v, table, id); got != w {
			t.Errorf("column %s of table %s is %q, not %q", id, table, got, w)
		}
	}
}

// TestRoutes: what a route has is shown in the numbers of KEEPALIVED-MIB.
func TestRoutes(t *testing.T) {
	v := sample()
	metric := func(n uint32) config.Metric { return config.Metric{Value: n, Set: true} }
	ip := &config.Encap{Type: "ip", ID: 1 << 40, Dst: netip.MustParseAddr("65.66.67.68"), Src: netip.MustParseAddr("69.70.71.72"), TOS: 4, TTL: 9, Flags: 5}
	v.Config.VRRP.StaticRoutes = []*config.Route{
		{Family: 4, Encap: ip, FastOpenNoCookie: metric(1)},
		{Family: 4, Encap: &config.Encap{Type: "mpls", Labels: []uint32{20, 300}}, FastOpenNoCookie: metric(0)},
		{Family: 6, Encap: &config.Encap{Type: "ila", Locator: 0x1000200030004}, PrefSet: true, Pref: 3},
		{Family: 6, Encap: &config.Encap{Type: "ip6"}, PrefSet: true},
		{Family: 6, PrefSet: true, Pref: 1},
		{Family: 4, NextHops: []config.NextHop{{}, {Encap: ip}}},
		{Family: 4, Protocol: 18}, {Family: 4, Protocol: 18, NoTrack: true}, {Family: 4, Protocol: 4, NoTrack: true},
	}
	for _, r := range v.Config.VRRP.StaticRoutes[:6] {
		r.Protocol = 18
	}
	columns(t, v, "7", map[string]string{
		"18": "0.1=19 0.2=19 0.3=19 0.4=19 0.5=19 0.6=19 0.7=19 0.9=5",
		"43": "0.3=1 0.4=2 0.5=3",
		"46": "0.1=2 0.2=1 0.3=3 0.4=4",
		"47": "0.2=20/300",
		"48": "0.1=1099511627776",
		"49": "0.1=ABCD",
		"50": "0.1=EFGH",
		"51": "0.1=4",
		"52": "0.1=9",
		"53": "0.1=5",
		"54": "0.3=281483566841860",
		"55": "0.1=1 0.2=2",
	})
	columns(t, v, "11", map[string]string{
		"10": "0.6.2=2", "11": "", "12": "0.6.2=1099511627776", "13": "0.6.2=ABCD", "14": "0.6.2=EFGH", "15": "0.6.2=4", "16": "0.6.2=9", "17": "0.6.2=5", "18": "",
	})
}

func TestRules(t *testing.T) {
	v := sample()
	v.Config.VRRP.StaticRules = []*config.Rule{
		{Action: 1, SuppressPrefixLen: -1, Protocol: 18, SuppressIfGroupSet: true, SuppressIfGroup: 5, IPProto: 6, SrcPort: &config.PortRange{First: 10, Last: 20}},
		{Action: 1, SuppressPrefixLen: -1, SuppressIfGroupSet: true, DstPort: &config.PortRange{First: 30, Last: 40}},
		{Action: 1, SuppressPrefixLen: -1, Protocol: 18, NoTrack: true},
	}
	columns(t, v, "8", map[string]string{
		"27": "0.1=5 0.2=default",
		"33": "0.1=19 0.2=1",
		"34": "0.1=6",
		"35": "0.1=10",
		"36": "0.1=20",
		"37": "0.2=30",
		"38": "0.2=40",
	})
}

// TestInKernel: a route or rule is set when it is in the kernel, whatever the
// state of the instance. Of what the snapshot does not tell none is.
func TestInKernel(t *testing.T) {
	v := sample()
	v.Config.VRRP.StaticRoutes = []*config.Route{{Family: 4}, {Family: 4}}
	v.Config.VRRP.StaticRules = []*config.Rule{{Action: 1}, {Action: 1}}
	v.Routes, v.Rules = []bool{false, true}, []bool{true, false}
	for i := range v.Instances {
		v.Instances[i].Config.Routes, v.Instances[i].Config.Rules = v.Config.VRRP.StaticRoutes, v.Config.VRRP.StaticRules
	}
	v.Instances[0].Routes, v.Instances[0].Rules = []bool{true, false}, []bool{false, true}
	columns(t, v, "7", map[string]string{"14": "0.1=2 0.2=1 1.1=1 1.2=2 2.1=2 2.2=2"})
	columns(t, v, "8", map[string]string{"7": "0.1=1 0.2=2 1.1=2 1.2=1 2.1=2 2.2=2"})
}

// TestScriptResults: before the first result a script is neither good nor bad,
// or has failed by its configuration.
func TestScriptResults(t *testing.T) {
	v := sample()
	c := &config.TrackScript{Script: &config.Script{}, Rise: 2, Fall: 2}
	for _, s := range []struct {
		count int
		init  string
	}{{0, "INIT"}, {0, "INIT/FAILED"}, {0, "unknown"}, {1, "unknown"}, {2, "unknown"}, {3, "unknown"}, {1, "INIT/RELOAD"}, {3, "INIT/RELOAD"}} {
		v.Scripts = append(v.Scripts, status.Script{Config: c, Result: s.count, Init: s.init})
	}
	columns(t, v, "9", map[string]string{"6": "1=1 2=5 3=2 4=2 5=3 6=3 7=2 8=3"})
}

// TestInitialStates: what an instance asks for is shown, also if its sync group
// does not let it have that, or if it owns its addresses.
func TestInitialStates(t *testing.T) {
	v := sample()
	v.Instances[0].Config.InitialState, v.Instances[1].Config.Priority = config.StateMaster, 255
	columns(t, v, "3", map[string]string{"5": "1=2 2=1"})
	trap, _ := Changed(v.Config, notify.InstanceState{Instance: v.Instances[0].Config, State: notify.Backup})
	if got := trap.Binds[2].Value.Int(); got != 2 {
		t.Errorf("a notification says %d", got)
	}
}
