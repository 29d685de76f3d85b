package mib

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
	"keepalived/core/status"
	"keepalived/ipvs"
)

// still are counters that stand still.
type still struct{}

func (still) Service(int) ipvs.Counters                      { return ipvs.Counters{} }
func (still) Server(int, int) (d ipvs.DestinationStatistics) { return d }

func sample() *snmp.View {
	c := &config.Config{}
	c.LVS.Groups = []*config.VirtualServerGroup{
		{Name: "empty"},
		{Name: "g", Entries: []config.GroupEntry{{First: netip.MustParseAddr("10.0.0.1"), Last: netip.MustParseAddr("10.0.0.2")}, {IsFWMark: true, FWMark: 5}}},
	}
	c.Global.NotificationEmails = []string{"a@example.net", "b@example.net"}
	server := func(a string) status.RealServer {
		return status.RealServer{Config: &config.RealServer{Addr: netip.MustParseAddr(a), Port: 80}, Effective: -3}
	}
	return New(&status.Checkers{Config: c, VirtualServers: []status.VirtualServer{
		{Config: &config.VirtualServer{IsFWMark: true, FWMark: 9}},
		{Config: &config.VirtualServer{Group: "g"}, RealServers: []status.RealServer{server("10.0.1.1"), server("10.0.1.2")}},
		{
			Config:      &config.VirtualServer{Addr: netip.MustParseAddr("2001:db8::1"), SorryServer: &config.SorryServer{Addr: netip.MustParseAddr("2001:db8::2")}},
			RealServers: []status.RealServer{server("2001:db8::3")},
		},
	}}, still{})
}

// Whatever the name: Next has the first of the objects behind it, and Get has an
// object by its name alone.
func TestNext(t *testing.T) {
	view := sample()
	var names []OID
	for name, v := view.Next(agentx.Range{}); name != nil; name, v = view.Next(agentx.Range{Start: name}) {
		if !v.Present() || len(names) > 0 && name.Compare(names[len(names)-1]) <= 0 {
			t.Fatalf("%v behind %v", name, names)
		}
		names = append(names, name)
	}
	if len(names) < 250 {
		t.Fatalf("%d names: %v", len(names), names)
	}
	rapid.Check(t, func(rt *rapid.T) {
		name := slices.Clone(rapid.SampledFrom(names).Draw(rt, "near"))
		for range rapid.IntRange(0, 3).Draw(rt, "changes") {
			switch i := rapid.IntRange(0, len(name)).Draw(rt, "place"); {
			case i == len(name):
				name = append(name, rapid.Uint32().Draw(rt, "more"))
			case rapid.Bool().Draw(rt, "cut"):
				name = name[:i]
			default:
				name[i] += rapid.Uint32Range(0, 2).Draw(rt, "step") - 1
			}
		}
		at, exact := slices.BinarySearchFunc(names, name, OID.Compare)
		if v := view.Get(name); v.Present() != exact {
			rt.Fatalf("%v: value %+v, known %t", name, v, exact)
		}
		var want OID
		if exact {
			at++
		}
		if at < len(names) {
			want = names[at]
		}
		if got, _ := view.Next(agentx.Range{Start: name}); got.Compare(want) != 0 {
			rt.Fatalf("behind %v comes %v, want %v", name, got, want)
		}
	})
}
